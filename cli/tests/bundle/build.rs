use serde_json::{Value, json};

use crate::support::{Bench, ed25519};

#[test]
fn a_good_folder_becomes_a_bundle_that_verifies() {
    for (name, key) in [("p256", None), ("ed25519", Some(ed25519()))] {
        let bench = Bench::new(name);
        if let Some(key) = key {
            bench.write("key.pem", &key);
        }
        let said = bench.build(&["--output", "bundle.json", "policies"]);
        assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:?}");
        let summary = "shop version 7: policies 1, policy files 1, links 0, entities 0, bytes ";
        assert!(said.err.starts_with(summary) && said.err.lines().count() == 1, "{said:?}");
        bench.write("keys.json", &bench.run(&["public-keys", "key.pem"]).out);
        let said = bench.verify(&["--name", "shop", "--min-version", "7"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        assert!(said.out.starts_with("name          shop\nversion       7\nissued at     20"), "{said:?}");
        assert!(said.out.contains("\nschema        shop.cedarschema, sha256 "), "{said:?}");
    }
}

#[test]
fn without_output_the_bundle_is_all_that_is_printed() {
    let bench = Bench::built("stdout");
    let said = bench.build(&["policies"]);
    let content = |text: &str| serde_json::from_str::<Value>(text).unwrap()["content"].take();
    assert_eq!(content(&said.out), content(&bench.read("bundle.json")));
}

#[test]
fn everything_that_counts_stands_in_the_bundle() {
    let bench = Bench::new("everything");
    bench.write(
        "policies/entities.json",
        r#"[{"uid": {"type": "User", "id": "zoe"}, "attrs": {"level": 1}, "parents": []}]"#,
    );
    bench.write(
        "policies/template.cedar",
        "@id(\"t\")\npermit (principal == ?principal, action, resource);\n",
    );
    bench.write("policies/links.json", r#"[{"template": "t", "id": "zoe", "principal": "User::\"zoe\""}]"#);
    let said = bench.build(&["policies"]);
    assert!(said.err.contains(": policies 2, policy files 2, links 1, entities 1, "), "{said:?}");
    let content = serde_json::from_str::<Value>(&said.out).unwrap()["content"].take();
    assert_eq!(content["links"], json!([{"template": "t", "id": "zoe", "principal": "User::\"zoe\""}]));
    assert_eq!(content["entities"][0]["uid"]["id"], "zoe");
    let names: Vec<_> = content["policies"].as_array().unwrap().iter().map(|text| &text["name"]).collect();
    assert_eq!(names, ["read.cedar", "template.cedar"]);
    assert_eq!(content["policies"][0]["text"], crate::support::POLICIES);
}

#[test]
fn files_that_are_named_stand_for_those_in_the_folder() {
    let bench = Bench::new("named");
    bench.write("policies/entities.json", "not read");
    bench.write("policies/links.json", "not read");
    bench.write("other/entities.json", "[]");
    bench.write("other/links.json", "[]");
    let named = ["--entities", "other/entities.json", "--links", "other/links.json", "policies"];
    let said = bench.build(&named);
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn a_faulty_file_is_named_with_line_and_column() {
    for (name, file, text, complaint) in [
        (
            "links",
            "links.json",
            "[\n  {\"template\": \"t\", \"if\": 1}]",
            "policies/links.json: line 2, column 24: unknown field `if`",
        ),
        (
            "links_list",
            "links.json",
            "[[\"t\", \"i\"]]",
            "policies/links.json: line 1, column 1: invalid type: sequence, expected an object",
        ),
        (
            "entities",
            "entities.json",
            "{}",
            "policies/entities.json: line 1, column 1: invalid type: map, expected a list",
        ),
        (
            "entities_end",
            "entities.json",
            "[{}",
            "policies/entities.json: line 1, column 3: EOF while parsing a list",
        ),
        (
            "entities_twice",
            "entities.json",
            "[{\"a\":1,\n\"a\":2}]",
            "policies/entities.json: line 2, column 6: member occurs twice",
        ),
    ] {
        let bench = Bench::new(name);
        bench.write(&format!("policies/{file}"), text);
        let said = bench.build(&["policies"]);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
        assert!(said.err.starts_with(complaint), "{said:?}");
    }
}

#[test]
fn what_a_proxy_would_refuse_is_not_signed() {
    for (name, file, text, complaint) in [
        (
            "syntax",
            "a.cedar",
            "permit (principal,\n action resource);",
            "policies: a.cedar: line 2, column 9",
        ),
        (
            "invalid",
            "sub/b.cedar",
            "@id(\"b\")\npermit (principal, action, resource)\nwhen { principal.levle > 1 };",
            "policies: sub/b.cedar: line 3, column 8, policy \"b\": ",
        ),
        (
            "twice",
            "a.cedar",
            crate::support::POLICIES,
            "policies: read.cedar: line 1, column 1, policy \"readers\": ",
        ),
        (
            "schema",
            "shop.cedarschema",
            "entity User\nentity",
            "policies: shop.cedarschema: line 2, column 1",
        ),
        ("link", "links.json", r#"[{"template": "t", "id": "zoe"}]"#, "policies: links: the link `zoe`: "),
        (
            "entity",
            "entities.json",
            r#"[{"uid": {"type": "Usr", "id": "zoe"}, "attrs": {}, "parents": []}]"#,
            "policies: entities[0]: ",
        ),
    ] {
        let bench = Bench::new(&format!("refused_{name}"));
        bench.write(&format!("policies/{file}"), text);
        let said = bench.build(&["--output", "bundle.json", "policies"]);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
        assert!(said.err.starts_with(complaint) && said.err.lines().count() == 1, "{said:?}");
        assert!(!bench.path("bundle.json").exists(), "signed all the same");
    }
}

#[test]
fn a_command_that_makes_no_sense_is_told_from_files_that_are_wrong() {
    let bench = Bench::new("usage");
    let good = ["--name", "shop", "--version", "7", "--not-after", "90d", "--key", "key.pem"];
    let changed = |at: usize, value: &'static str| {
        let mut arguments = good;
        arguments[at] = value;
        [["build"].as_slice(), &arguments, &["policies"]].concat()
    };
    let without = |option: usize| {
        let kept =
            good.iter().enumerate().filter(|(at, _)| at / 2 != option).map(|(_, argument)| *argument);
        ["build"].into_iter().chain(kept).chain(["policies"]).collect::<Vec<_>>()
    };
    for (arguments, complaint) in [
        (without(0), "--name"),
        (without(1), "--version"),
        (without(2), "--not-after"),
        (without(3), "--key"),
        ([["build"].as_slice(), &good].concat(), "<FOLDER>"),
        (changed(1, "a b"), "1 to 64 letters"),
        (changed(3, "0"), "0 is not in 1.."),
        (changed(3, "v7"), "invalid digit"),
        (changed(5, "tomorrow"), "is no time"),
        (changed(5, "2027-02-30"), "is no time"),
        (changed(5, "0d"), "1 to 36525 days"),
        (changed(5, "2020-01-01"), "2020-01-01T00:00:00Z is over"),
        ([changed(1, "shop"), vec!["--algorithm", "HS256"]].concat(), "one of RS256"),
        ([changed(1, "shop"), vec!["--sign"]].concat(), "--sign"),
        (vec!["buidl"], "buidl"),
    ] {
        let said = bench.run(&arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}: {said:?}");
        assert!(said.err.contains(complaint), "{arguments:?}: {said:?}");
    }
}

#[test]
fn a_bundle_that_no_proxy_would_take_is_not_made() {
    let bench = Bench::new("too_long");
    bench.write("policies/long.cedar", &"// a comment\n".repeat(300_000));
    bench.write("policies/longer.cedar", &"// a comment\n".repeat(100_000));
    let said = bench.build(&["--output", "bundle.json", "policies"]);
    assert!(said.code == 1 && said.err.contains("more than 4194304 bytes"), "{said:?}");
    assert!(!bench.path("bundle.json").exists());
    bench.write("policies/long.cedar", &"// a comment\n".repeat(400_000));
    let said = bench.build(&["policies"]);
    assert!(said.err.starts_with("policies/long.cedar: it has more than 4194304 bytes"), "{said:?}");
}

#[test]
fn where_the_bundle_cannot_be_written_it_says_so() {
    let bench = Bench::new("unwritable");
    let said = bench.build(&["--output", "missing/bundle.json", "policies"]);
    assert!(said.code == 1 && said.err.starts_with("missing/bundle.json: "), "{said:?}");
}
