//! No module holds a key or a secret: what signs and verifies comes with the configuration or with the environment.

use std::path::Path;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wasmhost::built;

/// All that are shipped.
const MODULES: [&str; 5] = ["watchword", "jwt-verify", "identity-propagation", "abac-authz", "rate-limit"];

/// How a key in PEM begins and how its first line ends (RFC 7468 §2). A label alone is what a reader looks for.
const ARMOR: [&[u8]; 2] = [b"-----BEGIN ", b"-----"];

/// Members of a JSON Web Key that only its owner may know (RFC 7518 §6).
const PRIVATE_MEMBERS: [&[u8]; 7] =
    [br#""d":""#, br#""k":""#, br#""p":""#, br#""q":""#, br#""dp":""#, br#""dq":""#, br#""qi":""#];

/// Characters of base64 in a row that are no word any more: 96 bits.
const KEY_CHARACTERS: usize = 16;

/// Folders of the repository that are made by tools.
const MADE: [&str; 3] = ["target", ".git", "node_modules"];

#[test]
fn no_module_holds_a_key_or_a_secret() {
    let known = private_keys(&built::root()).unwrap();
    assert!(!known.is_empty(), "the keys of the tests are not found any more");
    for name in MODULES {
        // What is no module any more holds nothing.
        built::load(name);
        let wasm = fs::read(built::path(name)).unwrap();
        assert_eq!(armored(&wasm) + members(&wasm), 0, "{name} holds a key");
        assert!(!known.iter().any(|key| holds(&wasm, key)), "{name} holds a key of the tests");
    }
}

#[test]
fn a_key_would_be_found() {
    let key = private_keys(&built::root()).unwrap().remove(0);
    let text = STANDARD.encode(&key);
    let planted = |bytes: &[u8]| [b"\0asm", bytes, b"\0"].concat();
    assert_eq!(armored(&planted(format!("-----BEGIN PRIVATE KEY-----\n{text}").as_bytes())), 1);
    assert_eq!(armored(&planted(b"-----BEGIN PRIVATE KEY-----\0is looked for")), 0);
    assert_eq!(members(&planted(br#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMko"}"#)), 1);
    assert_eq!(members(&planted(br#"{"kty":"oct","k":"short"}"#)), 0);
    assert!(
        holds(&planted(&key), &key) && holds(&planted(text.as_bytes()), &key) && !holds(b"\0asm", &key)
    );
}

/// Keys in PEM: a label with as much of base64 behind it as no word has.
fn armored(bytes: &[u8]) -> usize {
    let [begin, end] = ARMOR;
    let labels = places(bytes, begin).filter_map(|at| {
        let label = bytes.get(at + begin.len()..)?;
        let end_of_line = places(label, end).next()? + end.len();
        label.get(end_of_line..)
    });
    labels.filter(|rest| is_key(rest.trim_ascii_start())).count()
}

/// Private members of keys in JSON.
fn members(bytes: &[u8]) -> usize {
    let values = PRIVATE_MEMBERS
        .iter()
        .flat_map(|name| places(bytes, name).filter_map(|at| bytes.get(at + name.len()..)));
    values.filter(|value| is_key(value)).count()
}

fn is_key(text: &[u8]) -> bool {
    let of_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    text.iter().take_while(of_base64).count() >= KEY_CHARACTERS
}

/// Whether a key stands there, in bytes or as text. Its second half is enough: the first says which kind it is.
fn holds(bytes: &[u8], key: &[u8]) -> bool {
    let half = &key[key.len() / 2..];
    let text = STANDARD.encode(key);
    let half_of_text = &text.as_bytes()[text.len() / 2..text.len() - 4];
    places(bytes, half).next().is_some() || places(bytes, half_of_text).next().is_some()
}

fn places<'a>(bytes: &'a [u8], text: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    bytes.windows(text.len()).enumerate().filter(move |(_, window)| *window == text).map(|(at, _)| at)
}

/// The private keys that stand in files of the repository, for tests.
fn private_keys(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_made = path.file_name().is_some_and(|name| MADE.iter().any(|made| name == *made));
        match path.is_dir() {
            true if !is_made => keys.extend(private_keys(&path)?),
            true => {}
            false => keys.extend(fs::read_to_string(&path).iter().flat_map(|text| keys_in(text))),
        }
    }
    Ok(keys)
}

/// The bodies between the lines of PEM, where they are whole.
fn keys_in(text: &str) -> Vec<Vec<u8>> {
    let begun = text.split("PRIVATE KEY-----").skip(1);
    let bodies = begun.filter_map(|rest| Some(rest.split_once("-----END")?.0));
    let decoded = bodies.map(|body| body.split_whitespace().collect::<String>());
    decoded
        .filter_map(|body| STANDARD.decode(body).ok())
        .filter(|key| key.len() >= 2 * KEY_CHARACTERS)
        .collect()
}
