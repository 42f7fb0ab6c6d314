//! `watchword key new`, `jwks` and `mac`, as a user runs them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// Exit code, standard output, standard error.
fn key(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_watchword")).arg("key").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A file of this name that is not there yet.
fn new_file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("key");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn a_new_key_is_for_its_owner_alone_and_its_public_half_is_a_key_set() {
    for (curve, algorithm) in [("p256", "ES256"), ("ed25519", "EdDSA")] {
        let path = new_file(curve);
        let file = path.to_str().unwrap();
        assert_eq!(key(&["new", "--curve", curve, "--output", file]).0, 0);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let (code, out, _) = key(&["jwks", file]);
        let set: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, &set["keys"][0]["alg"]), (0, &Value::from(algorithm)));
        assert_eq!(set["keys"][0].get("d"), None);
    }
}

#[test]
fn a_file_that_is_there_is_left_as_it_is() {
    let path = new_file("there");
    fs::write(&path, "somebody's").unwrap();
    for command in [["new", "--output"], ["mac", "--output"]] {
        let (code, _, said) = key(&[&command[..], &[path.to_str().unwrap()]].concat());
        assert_eq!((code, said.contains("exists")), (1, true), "{said}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's");
}

#[test]
fn each_secret_for_sharing_is_another_of_256_bits() {
    let [one, other] = [0, 1].map(|_| key(&["mac"]).1);
    assert_ne!(one, other);
    assert_eq!(one.trim_end().len(), 43, "32 bytes in base64url without padding");
}

#[test]
fn what_is_no_key_has_no_public_half() {
    let path = new_file("none");
    fs::write(&path, "no key").unwrap();
    let (code, _, said) = key(&["jwks", path.to_str().unwrap()]);
    assert_eq!((code, said.contains("not one block `PRIVATE KEY`")), (1, true), "{said}");
    assert_eq!(key(&["new", "--curve", "p384"]).0, 2);
    assert_eq!(key(&["jwks"]).0, 2);
}
