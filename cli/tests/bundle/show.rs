use crate::support::Bench;

#[test]
fn shows_what_a_bundle_says_and_that_nobody_vouches_for_it() {
    let bench = Bench::built("show");
    let said = bench.run(&["show", "bundle.json"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let lines: Vec<_> = said.out.lines().collect();
    assert!(lines[0].starts_with("not verified: nobody vouches for what follows"), "{said:?}");
    assert!(lines[1].starts_with("signed        ES256, key \""), "{said:?}");
    assert_eq!(lines[2], "typ           \"watchword-bundle+jwt\"");
    assert!(lines[3].contains("\"name\":\"shop\"") && lines[3].contains("\"version\":7"), "{said:?}");
    assert!(lines.contains(&"schema        \"shop.cedarschema\", 112 bytes"), "{said:?}");
    assert!(lines.contains(&"policy file   \"read.cedar\", 71 bytes"), "{said:?}");
}

#[test]
fn shows_forged_ones_too_but_never_what_steers_a_terminal() {
    let bench = Bench::built("show_forged");
    let forged = bench.read("bundle.json").replace("read.cedar", "a\u{202e}\u{85}.cedar");
    bench.write("bundle.json", &forged);
    let said = bench.run(&["show", "bundle.json"]);
    assert!(said.code == 1 && said.err.contains("the file name \"a\\u{202e}\\u{85}.cedar\""), "{said:?}");
    bench.write("bundle.json", &forged.replace('\u{85}', ""));
    let said = bench.run(&["show", "bundle.json"]);
    assert!(said.out.contains("policy file   \"a\\u202e.cedar\", 71 bytes"), "{said:?}");
    assert!(said.out.is_ascii());
}

#[test]
fn what_is_no_bundle_is_not_shown() {
    let bench = Bench::new("show_nothing");
    bench.write("bundle.json", "{\n}");
    let said = bench.run(&["show", "bundle.json"]);
    assert!(said.code == 1 && said.err.starts_with("bundle.json: line 2, column 1: "), "{said:?}");
    let said = bench.run(&["show", "missing.json"]);
    assert!(said.code == 1 && said.err.starts_with("missing.json: No such file"), "{said:?}");
}
