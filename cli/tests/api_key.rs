//! `watchword key hash` and `new-api-key`, as an operator runs them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::HashSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const KEY: &str = "acme1.0123456789abcdefghijklmnopqrstuv";

/// By `sha256sum`.
const DIGEST: &str = "85eb1f6e0434ceeca464bb5ec5869bed4cc6cd6c1cadd8cac481d1a5502e3f0d";

/// Whether it succeeds, and what it prints: its results, or its complaint.
fn api_key(arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchword"));
    command.arg("key").args(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // What refuses its arguments reads nothing, and the pipe may be gone.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// The key text and its entry.
fn new(more: &[&str]) -> (String, Value) {
    let arguments = [&["new-api-key", "--id", "acme1", "--owner", "Acme, \"Zoë\""], more].concat();
    let (good, said) = api_key(&arguments, "");
    assert!(good, "{said}");
    let (key, entry) = said.split_once('\n').unwrap();
    // The configuration is YAML, of which the line is a part.
    (key.into(), serde_norway::from_str(entry).unwrap())
}

#[test]
fn hashes_a_key_text_with_or_without_its_line_break() {
    for end in ["", "\n", "\r\n"] {
        assert_eq!(api_key(&["hash"], &format!("{KEY}{end}")), (true, format!("{DIGEST}\n")), "{end:?}");
    }
}

#[test]
fn makes_an_entry_with_the_digest_of_its_key() {
    let times = ["--not-before", "2026-12-31T23:00:00-01:00", "--expires", "2027-01-02"];
    let (key, mut entry) =
        new(&[&["--scope", "orders:read", "--scope", "orders:write"], &times[..]].concat());
    let (_, digest) = api_key(&["hash"], &key);
    assert_eq!(entry["sha256"].take(), digest.trim_end());
    assert_eq!(
        entry,
        json!({
            "id": "acme1", "sha256": null, "owner": "Acme, \"Zoë\"", "scopes": ["orders:read", "orders:write"],
            "not_before": 1_798_761_600, "expires": 1_798_848_000,
        })
    );
    let (_, bare) = new(&[]);
    let optional = ["scopes", "not_before", "expires"].map(|name| bare.get(name));
    assert_eq!(optional, [None; 3], "what was not asked for is not written");
}

#[test]
fn never_makes_a_secret_twice_and_each_of_256_bits() {
    let keys: HashSet<_> = (0..5).map(|_| new(&[]).0).collect();
    assert_eq!(keys.len(), 5);
    for key in keys {
        let secret = key.strip_prefix("acme1.").unwrap();
        assert_eq!(secret.len(), 43, "32 bytes in base64url without padding");
        assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{key}");
    }
}

#[test]
fn refuses_key_texts_that_no_configuration_takes() {
    let short = KEY.strip_suffix('v').unwrap();
    let long_id = KEY.replace("acme1", &"a".repeat(65));
    for (text, complaint) in [
        ("", "ID.SECRET"),
        ("acme1", "ID.SECRET"),
        (short, "32 or more"),
        (&format!("{KEY}="), "32 or more"),
        (&format!("{KEY} "), "32 or more"),
        (&format!("{KEY}\n\n"), "32 or more"),
        (&format!("{KEY}.a"), "32 or more"),
        (&format!("{KEY}ë"), "32 or more"),
        (&KEY.replace("acme1", ""), "the id"),
        (&KEY.replace("acme1", "acme 1"), "the id"),
        (&KEY.replace("acme1", "zoë"), "the id"),
        (&long_id, "the id"),
        (&KEY.repeat(100), "1024 bytes"),
    ] {
        let (good, said) = api_key(&["hash"], text);
        assert!(!good && said.contains(complaint), "{text:.80}: {said}");
        assert!(text.len() < 32 || !said.contains(text), "a complaint shows the key: {said}");
    }
}

#[test]
fn hashes_a_key_into_the_whole_entry_of_its_owner() {
    let (good, entry) = api_key(&["hash", "--owner", "Acme", "--scope", "a"], KEY);
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert!(good);
    assert_eq!(entry, json!({"id": "acme1", "sha256": DIGEST, "owner": "Acme", "scopes": ["a"]}));
    let (good, said) = api_key(&["hash", "--scope", "a"], KEY);
    assert!(!good && said.contains("--owner"), "{said}");
}

#[test]
fn refuses_arguments_that_make_no_entry() {
    for (arguments, complaint) in [
        (["--id", "a.b", "--owner", "acme"].as_slice(), "the id"),
        (&["--id", "", "--owner", "acme"], "the id"),
        (&["--id", "a\n", "--owner", "acme"], "the id"),
        (&["--id", "a"], "--owner"),
        (&["--id", "a", "--owner", ""], "--owner"),
        (&["--id", "a", "--owner", "a\u{2028}"], "--owner"),
        (&["--id", "a", "--owner", "a", "--scope", "read write"], "--scope"),
        (&["--id", "a", "--owner", "a", "--expires", "tomorrow"], "no time"),
        (&["--id", "a", "--owner", "a", "--expires", "2027-02-30"], "no time"),
        (&["--id", "a", "--owner", "a", "--expires", "2027-01-01T00:00"], "no time"),
        (&["--id", "a", "--owner", "a", "--expires", "1798761600000"], "after 2553"),
        (&["--id", "a", "--owner", "a", "--expires", "1969-01-01"], "before 1970"),
        (&["--id", "a", "--owner", "a", "--not-before", "2", "--expires", "2"], "later"),
        (&["--id", "a", "--owner", "a", "--expire", "2"], "unexpected argument"),
    ] {
        let (good, said) = api_key(&[&["new-api-key"], arguments].concat(), "");
        assert!(!good && said.contains(complaint), "{arguments:?}: {said}");
    }
    let (good, said) = api_key(&["hash", KEY], "");
    assert!(!good && said.contains("unexpected argument"), "a key among the arguments: {said}");
}
