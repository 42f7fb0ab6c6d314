//! The tool as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::path::PathBuf;
use std::process::Command;

fn check(name: &str, text: &str) -> (bool, String) {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_watchword")).arg("check").arg(&path).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.success(), said)
}

const GOOD: &str = "
routes:
  - { name: health, match: { path: /healthz }, authenticate: none, limits: [all] }
ratelimit:
  limits:
    all: { requests: 10, per_seconds: 1, burst: 10, key: [route] }
";

#[test]
fn a_good_configuration_is_called_good() {
    let (good, said) = check("good.yaml", GOOD);
    assert!(good && said.ends_with("good.yaml: good\n"), "{said}");
}

#[test]
fn a_bad_one_is_explained_by_the_path_of_the_field() {
    for (name, text, expected) in [
        ("unknown.yaml", GOOD.replace("requests", "reqests"), "ratelimit.limits.all"),
        ("limit.yaml", GOOD.replace("limits: [all]", "limits: [al]"), "routes[0].limits"),
        ("yaml.yaml", "routes: [".into(), "line 2 column 1"),
        ("empty.yaml", "{}".into(), "no stage is configured"),
    ] {
        let (good, said) = check(name, &text);
        assert!(!good && said.contains(expected), "{name}: {said}");
    }
}
