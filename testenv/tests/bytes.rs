//! The same module runs at the edge and at the sidecars: not the same path, but the same bytes, as they
//! stand in the memory of the proxies.

use std::fs;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use serde_json::json;
use testenv::{Bootstrap, Envoy, Mesh, Options, RunDirectory, Side, gate, module};

/// Plugins of Watchword, by listener.
const PLUGINS: [(Side, &[&str]); 3] = [
    (Side::Edge, &["clients", "keys"]),
    (Side::Orders, &["inbound", "outbound"]),
    (Side::Payments, &["inbound", "outbound"]),
];

/// Bytes of a page: allocators begin what is as large as a module on a page of its own.
const ALIGNMENT: usize = 4096;

/// Larger mappings are reservations of V8, in which nothing of a module lies.
const LARGEST_MAPPING: usize = 1 << 30;

/// Each side loads its own copy, as each machine would have one.
fn options(copies: &Path) -> io::Result<Options> {
    let mut options = Options::new("bytes");
    for (side, listeners) in PLUGINS {
        let copy = copies.join(format!("{}.wasm", side.name()));
        fs::copy(module("watchword")?, &copy)?;
        options = options.change(side, move |bootstrap| load(bootstrap, listeners, &copy));
    }
    Ok(options)
}

fn load(bootstrap: &mut Bootstrap, listeners: &[&str], copy: &Path) -> io::Result<()> {
    for listener in listeners {
        bootstrap.plugin(listener)?["vm_config"]["code"]["local"]["filename"] = json!(copy);
    }
    Ok(())
}

/// Which of `modules` stand whole in the memory of a proxy. V8 keeps the bytes of what it has compiled.
fn loaded(envoy: &Envoy, modules: &[Vec<u8>]) -> io::Result<Vec<bool>> {
    let maps = fs::read_to_string(format!("/proc/{}/maps", envoy.id()))?;
    let memory = fs::File::open(format!("/proc/{}/mem", envoy.id()))?;
    let mut found = vec![false; modules.len()];
    for (start, length) in maps.lines().filter_map(writable) {
        let mut bytes = vec![0; length];
        // A mapping may be gone by now; what is loaded stays.
        if memory.read_exact_at(&mut bytes, start).is_ok() {
            let starts = (0..length).step_by(ALIGNMENT).filter(|at| bytes[*at..].starts_with(b"\0asm"));
            for at in starts {
                for (module, found) in modules.iter().zip(&mut found) {
                    *found |= bytes[at..].starts_with(module);
                }
            }
        }
    }
    Ok(found)
}

/// Address and length of a mapping that holds what a process has read or made (proc_pid_maps(5)).
fn writable(line: &str) -> Option<(u64, usize)> {
    let (range, rest) = line.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let start = u64::from_str_radix(start, 16).ok()?;
    let length = usize::try_from(u64::from_str_radix(end, 16).ok()? - start).ok()?;
    (rest.starts_with("rw") && length <= LARGEST_MAPPING).then_some((start, length))
}

#[test]
fn edge_and_sidecars_load_the_same_bytes() {
    let copies = RunDirectory::create("copies").unwrap();
    let options = options(copies.path()).unwrap();
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let shipped = fs::read(module("watchword").unwrap()).unwrap();
    let mut other = shipped.clone();
    *other.last_mut().unwrap() ^= 1;
    let modules = [shipped, other];
    let same = Side::ALL.into_iter().filter(|side| {
        let found = loaded(mesh.envoy(*side), &modules).unwrap();
        println!("{side:?}: the shipped module: {}, one that differs in a bit: {}", found[0], found[1]);
        found == [true, false]
    });
    assert!(gate::count("parity.bytes", same.count(), Side::ALL.len(), 3));
}
