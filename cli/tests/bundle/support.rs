//! A folder for each test, keys of standards, and the tool.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder with policies, `policies/`, and a key, `key.pem`.
pub(crate) struct Bench(PathBuf);

pub(crate) const SCHEMA: &str = "\
entity User = { level: Long };
entity Order;
action read, write appliesTo { principal: User, resource: Order };
";

pub(crate) const POLICIES: &str = "\
@id(\"readers\")
permit (principal, action == Action::\"read\", resource);
";

impl Bench {
    /// The folder of a test called `name`, as good as it can be.
    pub(crate) fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bundle").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        let bench = Self(folder);
        bench.write("policies/shop.cedarschema", SCHEMA);
        bench.write("policies/read.cedar", POLICIES);
        bench.write("key.pem", &p256());
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Run `watchword bundle` with `arguments`, in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        run_in(&self.0, arguments)
    }

    /// Build with `arguments` beside the mandatory ones.
    pub(crate) fn build(&self, arguments: &[&str]) -> Said {
        let mandatory =
            ["build", "--name", "shop", "--version", "7", "--not-after", "90d", "--key", "key.pem"];
        self.run(&[&mandatory, arguments].concat())
    }

    /// Build `bundle.json` from `policies`, which must work, and its key set `keys.json`.
    pub(crate) fn built(name: &str) -> Self {
        let bench = Self::new(name);
        let said = bench.build(&["--output", "bundle.json", "policies"]);
        assert_eq!(said.code, 0, "{said:?}");
        let keys = bench.run(&["public-keys", "key.pem"]);
        assert_eq!(keys.code, 0, "{keys:?}");
        bench.write("keys.json", &keys.out);
        bench
    }

    /// Verify `bundle.json` with `arguments` beside the key set.
    pub(crate) fn verify(&self, arguments: &[&str]) -> Said {
        self.run(&[&["verify", "--keys", "keys.json"], arguments, &["bundle.json"]].concat())
    }
}

fn run_in(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchword"));
    let output = command.current_dir(folder).arg("bundle").args(arguments).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Said { code: output.status.code().unwrap(), out, err }
}

/// RFC 6979 appendix A.2.5, in the form of RFC 5958 with the public half.
pub(crate) fn p256() -> String {
    let prefix = "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
    let private = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    let x = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
    let y = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    pem(&[prefix, private, "a14403420004", x, y].concat())
}

/// RFC 8037 appendix A.1, in the form of RFC 8410.
pub(crate) fn ed25519() -> String {
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    pem(&["302e020100300506032b657004220420", seed].concat())
}

fn pem(hex: &str) -> String {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    let der: Vec<_> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}
