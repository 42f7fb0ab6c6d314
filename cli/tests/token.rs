//! `watchword token`, as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jose::{Algorithm, Compact, KeySet, KeyUse, Ring};
use serde_json::{Value, json};

/// Exit code, standard output, standard error.
fn watchword(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchword"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // What takes its token from the arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A new key in a file of this name.
fn key(name: &str, curve: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("token");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name).display().to_string();
    let _ = fs::remove_file(&path);
    assert_eq!(watchword(&["key", "new", "--curve", curve, "--output", &path], "").0, 0);
    path
}

fn unsigned(header: &str, claims: &str) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{claims}.c2lnbmF0dXJl")
}

#[test]
fn a_token_verifies_under_the_key_set_of_its_key() {
    for (curve, algorithm) in [("p256", Algorithm::Es256), ("ed25519", Algorithm::EdDsa)] {
        let path = key(&format!("verifies-{curve}"), curve);
        let set: Value = serde_json::from_str(&watchword(&["key", "jwks", &path], "").1).unwrap();
        let keys = KeySet::from_value(&set, KeyUse::Signature).unwrap();
        let options = ["token", "make", "--key", &path, "--issuer", "https://a.test", "--audience", "b"];
        let more = ["--subject", "alice", "--claims", r#"{"roles": ["reader"], "iat": null}"#];
        let (code, token, said) = watchword(&[&options[..], &more].concat(), "");
        assert_eq!((code, said.contains("for tests")), (0, true), "{said}");
        let token = Compact::parse(token.trim_end().as_bytes()).unwrap().read().unwrap();
        let verified = token.verify(&keys, &[algorithm], &Ring).unwrap();
        let claims = Value::Object(verified.claims().clone());
        assert_eq!(
            [&claims["iss"], &claims["aud"], &claims["sub"], &claims["roles"]],
            [&json!("https://a.test"), &json!("b"), &json!("alice"), &json!(["reader"])]
        );
        assert!(claims["exp"].is_u64() && claims.get("iat").is_none());
    }
}

#[test]
fn a_token_is_shown_without_its_signature_and_without_trust() {
    let path = key("shown", "p256");
    let options = ["--issuer", "https://a.test", "--audience", "b", "--kid", "k1"];
    let (_, token, _) = watchword(&[&["token", "make", "--key", &path], &options[..]].concat(), "");
    let token = token.trim_end();
    for (argument, input) in [(None, format!("Bearer {token}\n")), (Some(token), String::new())] {
        let arguments: Vec<_> = ["token", "decode"].into_iter().chain(argument).collect();
        let (code, out, said) = watchword(&arguments, &input);
        let shown: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, &shown["header"]["kid"]), (0, &json!("k1")));
        assert!(said.contains("NOT VERIFIED"), "{said}");
        let signature = token.rsplit('.').next().unwrap();
        assert!(!out.contains(signature) && !said.contains(signature));
    }
}

#[test]
fn what_a_verifier_would_refuse_is_pointed_out() {
    let good = r#"{"iss":"a","aud":"b","exp":4000000000}"#;
    for (header, claims, expected) in [
        (r#"{"alg":"none"}"#, good, "anybody can have made it"),
        (r#"{"alg":"NonE"}"#, good, "anybody can have made it"),
        (r#"{"alg":"XS256"}"#, good, "no algorithm that is verified"),
        ("{}", good, "there is no `alg`"),
        (r#"{"alg":"HS256"}"#, good, "a secret is shared"),
        (r#"{"alg":"ES256","crit":["x"]}"#, good, "`crit`"),
        (r#"{"alg":"ES256","jku":"https://evil.test"}"#, good, "`jku` is never read"),
        (r#"{"alg":"ES256","jwk":{}}"#, good, "`jwk` is never read"),
        (r#"{"alg":"ES256","kid":7}"#, good, "`kid` is no text"),
        (r#"{"alg":"ES256","alg":"none"}"#, good, "header occurs twice"),
        (r#"{"alg":"ES256"}"#, r#"{"iss":"a","aud":"b","exp":4000000000,"exp":1}"#, "payload occurs twice"),
        (r#"{"alg":"ES256"}"#, r#"{"iss":"a","aud":"b","exp":1}"#, "over since 1970-01-01"),
        (r#"{"alg":"ES256"}"#, r#"{"iss":"a","aud":"b","exp":"1"}"#, "`exp` is no time"),
        (r#"{"alg":"ES256"}"#, r#"{"iss":"a","aud":"b"}"#, "there is no `exp`"),
        (r#"{"alg":"ES256"}"#, r#"{"iss":"a","aud":"b","exp":4000000000,"nbf":3900000000}"#, "`nbf` lies"),
        (r#"{"alg":"ES256"}"#, r#"{"aud":"b","exp":4000000000}"#, "there is no `iss`"),
        (r#"{"alg":"ES256"}"#, r#"{"iss":"a","exp":4000000000}"#, "there is no `aud`"),
    ] {
        let (code, _, said) = watchword(&["token", "decode", &unsigned(header, claims)], "");
        assert!(code == 1 && said.contains(expected), "{header} {claims}: {said}");
    }
    for (token, expected) in [
        ("", "no two parts"),
        ("a", "no two parts"),
        ("!.!.!", "no base64url"),
        ("YQ.YQ.YQ", "no JSON object"),
        ("a.b.c.d.e", "encrypted"),
        (unsigned(r#"{"alg":"ES256"}"#, good).trim_end_matches("c2lnbmF0dXJl"), "no signature"),
    ] {
        let (code, _, said) = watchword(&["token", "decode"], token);
        assert!(code == 1 && said.contains(expected), "{token}: {said}");
    }
}

#[test]
fn what_makes_no_token_is_refused() {
    let path = key("refused", "p256");
    for (more, code, expected) in [
        (["--alg", "RS256"].as_slice(), 1, "signs with ES256, not with RS256"),
        (&["--alg", "HS256"], 2, "must be one of"),
        (&["--alg", "none"], 2, "must be one of"),
        (&["--claims", "[]"], 2, "no JSON object"),
        (&["--claims", "@/nowhere"], 1, "/nowhere"),
        (&["--lifetime=-1"], 2, "--lifetime"),
    ] {
        let (found, _, said) = watchword(&[&["token", "make", "--key", &path], more].concat(), "");
        assert!(found == code && said.contains(expected), "{more:?}: {said}");
    }
    assert_eq!(watchword(&["token", "make"], "").0, 2);
    let (code, _, said) = watchword(&["token", "make", "--key", "/nowhere"], "");
    assert!(code == 1 && said.contains("/nowhere"), "{said}");
}
