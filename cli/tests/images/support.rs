//! A folder for each test, a small module, and the tool.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::keys;
use crate::layout::Layout;

/// What of the environment changes what the tool does.
const SETTINGS: [&str; 5] = [
    "DOCKER_CONFIG",
    "SOURCE_DATE_EPOCH",
    "WATCHWORD_REGISTRY_HOST",
    "WATCHWORD_REGISTRY_USER",
    "WATCHWORD_REGISTRY_PASSWORD",
];

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder with a module `watchword.wasm` and the keys `key` and `other`, each `.pem` and `.pub`.
pub(crate) struct Bench {
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Said {
    /// It went well.
    pub(crate) fn good(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        self
    }

    /// It found something wrong, which it explains with `complaint`.
    pub(crate) fn refused(self, complaint: &str) -> Self {
        assert_eq!((self.code, self.out.as_str()), (1, ""), "{self:?}");
        assert!(self.err.contains(complaint) && self.err.lines().count() == 1, "{complaint}: {self:?}");
        self
    }

    /// The value that `verify-image` prints under `name`.
    pub(crate) fn value(&self, name: &str) -> &str {
        let mut lines = self.out.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(found, _)| *found == name).unwrap_or_else(|| panic!("no {name}: {self:?}")).1.trim()
    }
}

impl Bench {
    pub(crate) fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("images").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        let bench = Self { folder, environment: Vec::new() };
        bench.write("watchword.wasm", &module("env", "proxy_done"));
        for key in ["key", "other"] {
            let (private, public) = keys::pair();
            bench.write(&format!("{key}.pem"), private.as_bytes());
            bench.write(&format!("{key}.pub"), public.as_bytes());
        }
        bench
    }

    /// With one environment variable more, for every call.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Run the tool with `arguments` in the folder. Nothing of this machine's logins gets in.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchword"));
        command.current_dir(&self.folder).args(arguments).env("HOME", &self.folder);
        for name in SETTINGS {
            command.env_remove(name);
        }
        let output = command.envs(self.environment.iter().cloned()).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Said { code: output.status.code().unwrap(), out, err }
    }

    /// The layout `name`, packed with `arguments` beside the module.
    pub(crate) fn packed(&self, name: &str, arguments: &[&str]) -> Layout {
        self.run(&[["package"].as_slice(), arguments, &["watchword.wasm", name]].concat()).good();
        Layout::open(self.path(name))
    }

    /// Judge `image`.
    pub(crate) fn verify(&self, image: &str, arguments: &[&str]) -> Said {
        self.run(&[["verify-image"].as_slice(), arguments, &[image]].concat())
    }
}

/// A module that imports one function, and has what proxies look for.
pub(crate) fn module(from: &str, name: &str) -> Vec<u8> {
    module_with(from, name, &["proxy_abi_version_0_2_1", "proxy_on_memory_allocate", "_initialize"])
}

/// A module that imports one function and has these.
pub(crate) fn module_with(from: &str, name: &str, exported: &[&str]) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let import = [[1].as_slice(), &text(from), &text(name), &[0, 0]].concat();
    let section = |id: u8, content: &[u8]| [&[id, u8::try_from(content.len()).unwrap()], content].concat();
    let exports = exported.iter().flat_map(|name| [text(name), vec![0, 1]].concat());
    let count = u8::try_from(exported.len()).unwrap();
    let exports: Vec<u8> = std::iter::once(count).chain(exports).collect();
    let sections = [
        section(1, &[1, 0x60, 0, 0]),
        section(2, &import),
        section(3, &[1, 0]),
        section(7, &exports),
        section(10, &[1, 2, 0, 0x0b]),
    ];
    [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
}
