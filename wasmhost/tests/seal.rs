//! The seal of the shipped modules, and what `scripts/seal.mjs` refuses.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use wasmhost::built;

const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

#[test]
fn every_shipped_module_is_sealed_and_imports_what_a_proxy_has() {
    for name in ["watchword", "jwt-verify", "identity-propagation", "abac-authz", "rate-limit"] {
        built::load(name);
        let wasm = fs::read(built::path(name)).unwrap();
        assert!(contains(&wasm, b"watchword:sealed"), "{name}");
        assert!(!contains(&wasm, b"watchword:open!!"), "{name}");
    }
}

#[test]
fn seals_nothing_but_a_whole_module_that_is_not_sealed() {
    let sealed = fs::read(built::path("rate-limit")).expect("scripts/build builds the modules");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (input, output) = (folder.join("input.wasm"), folder.join("output.wasm"));
    for (wasm, reason) in [
        (&b"not a module"[..], "it is not a valid module"),
        (&sealed[..sealed.len() / 2], "it is not a valid module"),
        (EMPTY_MODULE, "there is no section 7"),
        (&sealed[..], "`watchword:open!!` does not stand there exactly once"),
    ] {
        fs::write(&input, wasm).unwrap();
        let Output { status, stderr, .. } = seal(&input, &output);
        let message = String::from_utf8(stderr).unwrap();
        assert!(!status.success() && message.starts_with("seal: "), "{reason}: {message}");
        assert!(message.contains(reason), "{message}");
        assert!(!output.exists(), "{reason}");
    }
}

fn seal(input: &Path, output: &Path) -> Output {
    let script = built::root().join("scripts/seal.mjs");
    Command::new("node").arg(script).args([input, output]).output().unwrap()
}

fn contains(wasm: &[u8], text: &[u8]) -> bool {
    wasm.windows(text.len()).any(|window| window == text)
}
