use bundle::{BundleName, Content, Meta, Text, seal};
use contract::{Duration, UnixTime};
use jose::SigningKey;

use crate::support::{Bench, SCHEMA, ed25519};

#[test]
fn what_was_built_is_verified_under_every_condition_it_meets() {
    let bench = Bench::built("conditions");
    for (arguments, code, complaint) in [
        ([].as_slice(), 0, ""),
        (&["--name", "shop"], 0, ""),
        (&["--name", "Shop"], 1, "bundle.json: it is the bundle `shop`, which is not the one wanted"),
        (&["--min-version", "7"], 0, ""),
        (&["--min-version", "8"], 1, "bundle.json: version 7 is below the lowest that is taken"),
        (&["--algorithm", "EdDSA", "--algorithm", "ES256"], 0, ""),
        (
            &["--algorithm", "EdDSA"],
            1,
            "bundle.json: the manifest is signed with an algorithm that is not taken",
        ),
        (&["--at", "2026-01-01"], 1, "bundle.json: `iat` of the manifest is more than 60 seconds ahead"),
        (&["--at", "2500-01-01T00:00:00+01:00"], 1, "bundle.json: `not_after` of the manifest is over"),
        (&["--at", "90d"], 2, "error: invalid value '90d' for '--at <DATE>'"),
        (&["--min-version", "0"], 2, "error: invalid value '0'"),
        (&["--name", ""], 2, "error: "),
    ] {
        let said = bench.verify(arguments);
        assert_eq!(said.code, code, "{arguments:?}: {said:?}");
        assert!(
            said.err.starts_with(complaint) && (code > 0 || said.err.is_empty()),
            "{arguments:?}: {said:?}"
        );
        assert_eq!(said.out.is_empty(), code != 0, "{arguments:?}: {said:?}");
    }
}

#[test]
fn another_key_verifies_nothing() {
    let bench = Bench::built("wrong_key");
    bench.write("other.pem", &ed25519());
    let name = bench.read("keys.json");
    let name = name.split("\"kid\": \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    for (kid, complaint) in [
        ("other", "signed with a key that is not among the trusted ones"),
        (name, "the key that the manifest names is for another algorithm"),
    ] {
        bench.write("keys.json", &bench.run(&["public-keys", "--kid", kid, "other.pem"]).out);
        let said = bench.verify(&[]);
        assert!(said.code == 1 && said.err.contains(complaint), "{kid}: {said:?}");
    }
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let bench = Bench::built("tampered");
    let good = bench.read("bundle.json");
    let changed =
        "bundle.json: the content is not, byte for byte, what was signed: it was changed, or reformatted";
    for (bad, complaint) in [
        (good.replace("permit", "forbid"), changed),
        (good.replace("  ", " "), changed),
        (
            good.replace("\"manifest\"", "\"manifest2\""),
            "bundle.json: line 2, column 11: not a JSON object of one",
        ),
        (
            good.replace("\"manifest\": \"ey", "\"manifest\": \"fy"),
            "bundle.json: the header of the manifest is malformed",
        ),
        (format!("{good}\n#"), "bundle.json: line 19, column 1: not a JSON object of one"),
        (String::new(), "bundle.json: line 1, column 1: not a JSON object of one"),
    ] {
        assert_ne!(good, bad);
        bench.write("bundle.json", &bad);
        for arguments in [[].as_slice(), &["--name", "shop"]] {
            let said = bench.verify(arguments);
            assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
            assert!(said.err.starts_with(complaint), "{said:?}");
        }
    }
    std::fs::remove_file(bench.path("bundle.json")).unwrap();
    assert!(bench.verify(&[]).err.starts_with("bundle.json: No such file"));
}

/// Nobody but the tool is bound to validate before it signs.
#[test]
fn what_was_signed_but_no_proxy_would_take_is_refused() {
    let bench = Bench::built("unvalidated");
    let text = |name: &str, text: &str| Text { name: name.to_owned(), text: text.to_owned() };
    let content = Content {
        schema: text("shop.cedarschema", SCHEMA),
        policies: vec![text("a.cedar", "permit (principal, action, rsource);")],
        links: Vec::new(),
        entities: Vec::new(),
    };
    let issued_at = UnixTime::from_seconds(1_800_000_000);
    let not_after = issued_at.plus(Duration::from_secs(3_600));
    let meta = Meta { name: BundleName::parse("shop").unwrap(), version: 7, issued_at, not_after };
    let key = SigningKey::from_pkcs8_pem(&bench.read("key.pem"), "a").unwrap();
    bench.write("keys.json", &bench.run(&["public-keys", "--kid", "a", "key.pem"]).out);
    bench.write("bundle.json", &seal(&content, &meta, &key).unwrap());
    let said = bench.verify(&["--at", "1800000000"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
    assert!(said.err.starts_with("bundle.json: a.cedar: line 1, column "), "{said:?}");
}

#[test]
fn a_key_set_that_cannot_be_used_is_named() {
    let bench = Bench::built("key_set");
    for (text, complaint) in [
        ("{}", "keys.json: not a usable key set: key_set_malformed"),
        ("{\"keys\":[]}", "keys.json: not a usable key set: key_set_no_usable_key"),
        (
            "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
            "keys.json: not a usable key set: key_set_symmetric_key",
        ),
    ] {
        bench.write("keys.json", text);
        let said = bench.verify(&[]);
        assert!(said.code == 1 && said.err.starts_with(complaint), "{said:?}");
    }
    assert_eq!(bench.run(&["verify", "bundle.json"]).code, 2, "without keys nothing is verified");
}
