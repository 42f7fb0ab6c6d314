use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::support::{Bench, POLICIES, SCHEMA, Said};

/// The names of the policies in a bundle that was printed.
fn names(said: &Said) -> Vec<String> {
    assert_eq!(said.code, 0, "{said:?}");
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let policies = document.pointer("/content/policies").and_then(Value::as_array).unwrap();
    policies.iter().map(|policy| policy["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn policies_are_found_in_every_folder_and_ordered_by_their_paths() {
    let bench = Bench::new("nested");
    for name in ["z.cedar", "a/b/c.cedar", "a.cedar", "a/b.cedar", "B.CEDAR"] {
        bench.write(&format!("policies/{name}"), &POLICIES.replace("readers", name));
    }
    let names = names(&bench.build(&["policies"]));
    assert_eq!(names, ["B.CEDAR", "a.cedar", "a/b.cedar", "a/b/c.cedar", "read.cedar", "z.cedar"]);
}

#[test]
fn what_is_hidden_or_of_another_kind_is_left_out() {
    let bench = Bench::new("others");
    for name in [".git/a.cedar", ".a.cedar", "a.cedar.orig", "README.md", "cedar", "sub/entities.json"] {
        bench.write(&format!("policies/{name}"), "none of it is read");
    }
    assert_eq!(names(&bench.build(&["policies"])), ["read.cedar"]);
}

/// As a ConfigMap of Kubernetes is mounted.
#[test]
fn links_inside_of_the_folder_are_followed() {
    let bench = Bench::new("config_map");
    bench.write("mount/..2027/read.cedar", POLICIES);
    bench.write("mount/..2027/shop.cedarschema", SCHEMA);
    symlink("..2027", bench.path("mount/..data")).unwrap();
    for name in ["read.cedar", "shop.cedarschema"] {
        symlink(format!("..data/{name}"), bench.path(&format!("mount/{name}"))).unwrap();
    }
    assert_eq!(names(&bench.build(&["mount"])), ["read.cedar"]);
    symlink(bench.path("mount"), bench.path("linked")).unwrap();
    assert_eq!(names(&bench.build(&["linked"])), ["read.cedar"], "the folder itself may be a link");
}

#[test]
fn links_that_lead_out_or_nowhere_are_refused() {
    for (name, target, complaint) in [
        ("out", "../outside.cedar", "policies/linked.cedar: it is a link that leads out of the folder"),
        ("nowhere", "missing.cedar", "policies/linked.cedar: No such file"),
        ("circle", "linked.cedar", "policies/linked.cedar: Too many levels of symbolic links"),
        ("outer_folder", "..", "policies/linked.cedar: it is a link to a folder"),
        ("inner_folder", "sub", "policies/linked.cedar: it is a link to a folder"),
    ] {
        let bench = Bench::new(name);
        bench.write("outside.cedar", POLICIES);
        bench.write("policies/sub/other.cedar", &POLICIES.replace("readers", "others"));
        symlink(target, bench.path("policies/linked.cedar")).unwrap();
        let said = bench.build(&["policies"]);
        assert!(said.code == 1 && said.err.starts_with(complaint), "{said:?}");
    }
}

#[test]
fn exactly_one_schema_is_found_or_named() {
    let bench = Bench::new("schemas");
    bench.write("policies/sub/other.cedarschema", SCHEMA);
    let said = bench.build(&["policies"]);
    let both = "policies: there is more than one schema in it (shop.cedarschema, sub/other.cedarschema)";
    assert!(said.code == 1 && said.err.starts_with(both), "{said:?}");
    let said = bench.build(&["--schema", "policies/sub/other.cedarschema", "policies"]);
    assert_eq!(said.code, 0, "{said:?}");
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["content"]["schema"]["name"], "other.cedarschema");
    let bench = Bench::new("no_schema");
    std::fs::rename(bench.path("policies/shop.cedarschema"), bench.path("shop.cedarschema")).unwrap();
    let said = bench.build(&["policies"]);
    assert!(said.err.starts_with("policies: there is no `*.cedarschema` in it"), "{said:?}");
    assert_eq!(bench.build(&["--schema", "shop.cedarschema", "policies"]).code, 0);
    let said = bench.build(&["--schema", "missing.cedarschema", "policies"]);
    assert!(said.code == 1 && said.err.starts_with("missing.cedarschema: No such file"), "{said:?}");
}

#[test]
fn a_folder_without_policies_is_refused() {
    let bench = Bench::new("no_policies");
    bench.write("empty/shop.cedarschema", SCHEMA);
    let said = bench.build(&["empty"]);
    assert!(said.code == 1 && said.err.starts_with("empty: there is no `*.cedar` in it"), "{said:?}");
    let said = bench.build(&["missing"]);
    assert!(said.code == 1 && said.err.starts_with("missing: No such file"), "{said:?}");
    let said = bench.build(&["key.pem"]);
    assert!(said.code == 1 && said.err.starts_with("key.pem: Not a directory"), "{said:?}");
}

#[test]
fn a_file_that_is_no_text_is_named() {
    let bench = Bench::new("binary");
    std::fs::write(bench.path("policies/binary.cedar"), [0xff, 0xfe]).unwrap();
    let said = bench.build(&["policies"]);
    assert!(said.code == 1 && said.err.starts_with("policies/binary.cedar: "), "{said:?}");
    assert!(said.err.contains("UTF-8"), "{said:?}");
}
