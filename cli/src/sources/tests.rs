use std::path::Path;

use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::{prop_assert_eq, prop_oneof, strategy::Strategy};
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

fn source(text: &str) -> Source {
    source_with(text, &Words::default())
}

fn source_with(text: &str, words: &Words) -> Source {
    Source::of(&File::new(Path::new("f.yaml"), text), words)
}

fn place(source: &Source, path: &str) -> String {
    let spot = locate(&source.documents[0], path);
    let place = source.text.place(spot.entry.map_or(spot.node.span.start, |entry| entry.key.span.start));
    format!("{}:{}", place.line, place.column)
}

/// What the other reader makes of it.
fn elsewhere(text: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(text).map(|one| Value::deserialize(one).unwrap()).collect()
}

#[test]
fn every_value_is_what_the_other_reader_takes_it_for() {
    for text in [
        "a: 1\nb: -1\nc: 0x1f\nd: 0o17\ne: 017\nf: 1.5\ng: 1e3\nh: .5\ni: +7\nj: 18446744073709551615",
        "a: yes\nb: True\nc: ~\nd: null\ne:\nf: ''\ng: 'true'\nh: \"1\"\ni: nul\nj: NULL\nk: No",
        "a: &x {b: [1, 2]}\nc: *x\nd: &s text\ne: *s\nf: [*x, *s]",
        "a: |\n  one\n   two\n\n  three\nb: >-\n  one\n  two\nc: |+\n  x\n\n",
        "a: !!str 1\nb: plain text of\n  two lines\n1: number\ntrue: flag",
        "{\"a\": [1, {\"b\": null}], \"c\": \"x\\ny\"}",
        "<<: {a: 1}\nb: 2",
        "a: .inf\nb: 1_000\nc: 12:30\nd: 2026-01-01\ne: '-'\nf: 0.10",
        "--- {a: 1}\n---\n- x\n- y\n...\n---\nz\n",
    ] {
        let read = source(text);
        assert_eq!(read.faults, [], "{text}");
        let values: Vec<_> = read.documents.iter().map(|document| document.json()).collect();
        assert_eq!(values, elsewhere(text), "{text}");
    }
}

#[test]
fn the_shipped_files_read_as_the_other_reader_reads_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../envoy");
    let found = below(&root).unwrap();
    let files = found.iter().filter_map(|found| match found {
        Found::File(path) => Some(path),
        Found::Policies(_) => None,
    });
    let mut read = 0;
    for path in files {
        let text = std::fs::read_to_string(path).unwrap();
        // Words are filled in with something that reads as a text, a number or a list would.
        let source = source_with(&text, &Words::default());
        if source.faults.is_empty() {
            let values: Vec<_> = source.documents.iter().map(|document| document.json()).collect();
            assert_eq!(values, elsewhere(&text), "{}", path.display());
            read += 1;
        }
    }
    assert!(read >= 8, "only {read} files");
}

#[test]
fn nodes_know_where_they_stand() {
    let read = source("# é\na:\n  - {b: 1, c.d: [x, y]}\n  -   e: |\n        text\nf: &x\n  g: 1\nh: *x\n");
    for (path, wanted) in [
        ("a", "2:1"),
        ("a[0].b", "3:6"),
        ("a[0].c.d", "3:12"),
        ("a[0].c.d[1]", "3:21"),
        ("a[1].e", "4:7"),
        ("h.g", "7:3"),
        ("a[0].nothing", "3:5"),
        ("nothing.at.all", "2:1"),
    ] {
        assert_eq!(place(&read, path), wanted, "{path}");
    }
}

#[test]
fn what_an_alias_repeats_is_found_where_it_is_written() {
    let read = source("a: &x {b: [1]}\nc: *x\n");
    assert_eq!(place(&read, "c.b[0]"), "1:12");
}

#[test]
fn a_text_of_a_file_leads_back_to_that_file() {
    let policies = File::new(Path::new("p.cedar"), "one\n  two\n");
    let words = Words::default().with_file("POLICIES", policies).with("PORT", "8080");
    let read = source_with("x: { port: ${PORT} }\npolicies: |\n    ${POLICIES}\nlast: 1\n", &words);
    assert_eq!(
        read.documents[0].json(),
        json!({"x": {"port": 8080}, "policies": "one\n  two\n", "last": 1})
    );
    assert_eq!(place(&read, "x.port"), "1:6");
    let node = &locate(&read.documents[0], "policies").entry.unwrap().value;
    let mark = inner_mark(&read.text, node, 2, 3).unwrap();
    assert_eq!(read.text.place(mark).to_string(), "p.cedar:2:3");
    assert_eq!(place(&read, "last"), "4:1");
}

#[test]
fn every_line_of_a_block_is_found_where_it_stands() {
    for (text, line, wanted) in [
        ("a:\n  b: |\n    one\n      two\n\n    three\n", 4, "6:5"),
        ("a:\n  b: |\n\n\n    three\n    four\n", 3, "5:5"),
        ("a:\n  b: |2\n     one\n    two\n", 2, "4:5"),
        ("a:\n  b: |- # c\n    one\n    two", 2, "4:5"),
        ("a: { b: 'one' }\n", 1, "1:10"),
        ("a:\n  b: one\n", 1, "2:6"),
    ] {
        let read = source(text);
        let spot = locate(&read.documents[0], "a.b");
        let mark = inner_mark(&read.text, spot.node, line, 1).unwrap();
        assert_eq!(format!("{}:{}", mark.line, mark.column), wanted, "{text}");
    }
    let folded = source("a: >\n  one\n  two\n");
    assert_eq!(inner_mark(&folded.text, locate(&folded.documents[0], "a").node, 1, 1), None);
}

#[test]
fn a_text_of_the_command_line_stands_where_its_word_does() {
    let words = Words::default().with("ROUTES", "- a: 1\n- b: 2\n").with("A", "x");
    let read = source_with("y: \"${A}/${A}\"\nroutes:\n  ${ROUTES}\n", &words);
    assert_eq!(read.documents[0].json(), json!({"y": "x/x", "routes": [{"a": 1}, {"b": 2}]}));
    assert_eq!(place(&read, "routes[1].b"), "3:3");
}

#[test]
fn a_word_for_which_nothing_stands_is_named_and_the_rest_is_read() {
    let read = source("a: { port: ${PORT} }\n# ${COMMENT}\nb: ${lower} and $ {NO}\n");
    assert_eq!(
        read.faults.iter().map(Fault::to_string).collect::<Vec<_>>(),
        ["f.yaml:1:12: nothing stands for ${PORT}"]
    );
    assert_eq!(read.documents[0].json(), json!({"a": {"port": "PORT"}, "b": "${lower} and $ {NO}"}));
}

#[test]
fn what_is_wrong_as_yaml_is_said_where_it_is() {
    for (text, wanted) in [
        ("a: 1\nb: [", "f.yaml:"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: `a` is here twice, for the first time on line 1"),
        ("a: !secret x\n", "f.yaml:1:4: the tag `!secret` means nothing here"),
        ("? [a]\n: b\n", "f.yaml:1:3: a key is a text here"),
        ("a: *nobody\n", "f.yaml:1:"),
    ] {
        let faults: Vec<_> = source(text).faults.iter().map(Fault::to_string).collect();
        assert!(faults.len() == 1 && faults[0].contains(wanted), "{text}: {faults:?}");
    }
}

#[test]
fn aliases_that_grow_without_bound_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let names = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{names}]\n");
    }
    let faults = source(&text).faults;
    assert!(faults[0].message.contains("aliases"), "{faults:?}");
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(!source(&deep).faults.is_empty());
}

#[test]
fn what_envoy_ignores_is_left_out() {
    let read = source("!ignore x: &a {b: 1}\nc: *a\n");
    assert_eq!(read.documents[0].json(), json!({"c": {"b": 1}}));
}

fn value() -> impl Strategy<Value = Value> {
    let text = "[ -~éß\\n\\t]{0,12}|yes|no|null|~|true|0x1F|1e5|-|[0-9+.-]{1,6}";
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z.~0-9 ]{1,5}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_reads_the_same(value in value()) {
        for text in [serde_norway::to_string(&value).unwrap(), value.to_string()] {
            let read = source(&text);
            prop_assert_eq!(&read.faults, &Vec::new(), "{}", text);
            prop_assert_eq!(read.documents[0].json(), elsewhere(&text).remove(0), "{}", text);
        }
    }
}
