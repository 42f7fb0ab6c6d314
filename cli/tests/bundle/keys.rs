use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Bench, ed25519, p256};

/// RFC 8037 appendix A.3.
const ED25519_THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

#[test]
fn public_keys_are_a_key_set_and_nothing_private() {
    let bench = Bench::new("public_keys");
    bench.write("ed.pem", &ed25519());
    let said = bench.run(&["public-keys", "key.pem", "ed.pem"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let set: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        set["keys"][1],
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "use": "sig", "alg": "EdDSA", "kid": ED25519_THUMBPRINT})
    );
    let members: BTreeSet<_> = set["keys"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["alg", "crv", "kid", "kty", "use", "x", "y"]));
}

#[test]
fn keys_are_called_what_they_are_told_or_by_their_thumbprints() {
    let bench = Bench::new("kid");
    bench.write("ed.pem", &ed25519());
    let said = bench.run(&["public-keys", "--kid", "a", "--kid", "b", "key.pem", "ed.pem"]);
    let set: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!([&set["keys"][0]["kid"], &set["keys"][1]["kid"]], ["a", "b"]);
    bench.write("keys.json", &said.out);
    let said = bench.build(&["--kid", "a", "--output", "bundle.json", "policies"]);
    assert!(said.err.ends_with(", key a\n"), "{said:?}");
    assert!(bench.verify(&[]).out.contains("\nkey           a\n"));
    bench.write("key.pem", &ed25519());
    let said = bench.build(&["policies"]);
    assert!(said.err.ends_with(&format!(", key {ED25519_THUMBPRINT}\n")), "{said:?}");
}

#[test]
fn a_set_in_which_keys_could_be_confused_is_not_made() {
    let bench = Bench::new("confused");
    bench.write("ed.pem", &ed25519());
    for (arguments, code, complaint) in [
        (["key.pem", "key.pem"].as_slice(), 1, "key.pem: the set has this key"),
        (&["--kid", "a", "--kid", "b", "key.pem", "key.pem"], 1, "key.pem: the set has this key"),
        (
            &["--kid", "a", "--kid", "a", "key.pem", "ed.pem"],
            1,
            "ed.pem: the set has this key, or one of this name",
        ),
        (&["--kid", "a", "key.pem", "ed.pem"], 2, "error: 1 --kid for 2 keys"),
        (&["--kid", "a", "--kid", "b", "key.pem"], 2, "error: 2 --kid for 1 keys"),
        (&[], 2, "error: the following required arguments"),
    ] {
        let said = bench.run(&[&["public-keys"], arguments].concat());
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{arguments:?}: {said:?}");
        assert!(said.err.starts_with(complaint), "{arguments:?}: {said:?}");
    }
}

#[test]
fn a_key_that_cannot_sign_is_explained() {
    let labelled = |label: &str| p256().replace("PRIVATE KEY", label);
    for (name, pem, complaint) in [
        ("encrypted", labelled("ENCRYPTED PRIVATE KEY"), "key.pem: the key is encrypted"),
        ("sec1", labelled("EC PRIVATE KEY"), "key.pem: the key is not in PKCS#8"),
        ("public", labelled("PUBLIC KEY"), "key.pem: the key is public"),
        ("no_pem", "secret".to_owned(), "key.pem: the key is not one block"),
    ] {
        let bench = Bench::new(name);
        bench.write("key.pem", &pem);
        for said in [bench.build(&["policies"]), bench.run(&["public-keys", "key.pem"])] {
            assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
            assert!(said.err.starts_with(complaint), "{said:?}");
            assert!(!said.err.contains("MIGH"), "a complaint shows the key: {said:?}");
        }
    }
    let said = Bench::new("missing_key").build(&["--key", "missing.pem", "policies"]);
    assert_eq!(said.code, 2, "a flag that is given twice: {said:?}");
}

#[test]
fn the_algorithm_is_that_of_the_key() {
    let bench = Bench::new("algorithm");
    assert_eq!(bench.build(&["--algorithm", "ES256", "policies"]).code, 0);
    let said = bench.build(&["--algorithm", "EdDSA", "policies"]);
    assert!(
        said.code == 1 && said.err.starts_with("key.pem: the key signs with ES256, not with EdDSA"),
        "{said:?}"
    );
}
