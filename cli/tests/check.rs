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
        ("yaml.yaml", "routes: [".into(), "yaml.yaml:1:9"),
        ("empty.yaml", "{}".into(), "no stage is configured"),
    ] {
        let (good, said) = check(name, &text);
        assert!(!good && said.contains(expected), "{name}: {said}");
    }
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchword"));
    let output = command.current_dir(repository()).arg("check").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The command that `envoy/words.yaml` names.
const SHIPPED: [&str; 7] =
    ["--words", "envoy/words.yaml", "--allow", "digest-placeholder", "--allow", "fetch-plaintext", "envoy"];

#[test]
fn all_shipped_files_are_without_a_finding() {
    let (code, said, errors) = run(&[&SHIPPED[..], &["--deny", "warnings", "--format", "json"]].concat());
    let document: serde_json::Value =
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {errors}"));
    let findings = document["findings"].as_array().unwrap();
    let hurts: Vec<_> = findings.iter().filter(|finding| finding["severity"] != "note").collect();
    let mut bad: Vec<_> = hurts.iter().map(|finding| finding["file"].as_str().unwrap()).collect();
    bad.sort();
    bad.dedup();
    let checked = usize::try_from(document["checked"].as_u64().unwrap()).unwrap();
    let ok = bad.is_empty() && checked >= 10 && code == Some(0);
    let word = if ok { "ok" } else { "short" };
    println!("\ngate ship.check_clean {}/{checked} {1}/{1} {word}", checked - bad.len(), checked.max(10));
    assert!(ok, "{hurts:#?}");
}

#[test]
fn the_other_sidecar_is_without_a_finding_too() {
    let defines = ["--define", "SERVICE=payments", "--define", "ROUTES=@envoy/routes/payments.yaml"];
    let (code, said, errors) = run(&[&SHIPPED[..6], &defines, &["envoy/sidecar.yaml"]].concat());
    assert_eq!(code, Some(0), "{said}{errors}");
}

#[test]
fn exit_codes_tell_what_is_wrong_from_what_cannot_be_read() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("codes.yaml");
    std::fs::write(&path, GOOD.replace("requests", "reqests")).unwrap();
    let path = path.to_str().unwrap();
    for (arguments, wanted) in [
        (vec![path], 1),
        (vec![path, "--allow", "configuration-refused"], 0),
        (vec!["no-such-file.yaml"], 2),
        (vec![path, "--allow", "no-such-rule"], 2),
        (vec![path, "--define", "lower=1"], 2),
        (vec!["envoy/edge.yaml"], 1),
    ] {
        let (code, said, errors) = run(&arguments);
        assert_eq!(code, Some(wanted), "{arguments:?}: {said}{errors}");
    }
}

#[test]
fn a_caret_stands_under_the_mistake() {
    let (_, said) = check("caret.yaml", &GOOD.replace("requests", "reqests"));
    let lines: Vec<_> = said.lines().collect();
    let shown = lines.iter().position(|line| line.contains("all: { reqests")).unwrap();
    let column = lines[shown].find("reqests").unwrap();
    assert_eq!(lines[shown + 1].find("^^^^^^^"), Some(column), "{said}");
}

#[test]
fn sarif_has_what_its_standard_asks_for() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sarif.yaml");
    std::fs::write(&path, GOOD.replace("requests", "reqests")).unwrap();
    let (_, said, _) = run(&["--format", "sarif", path.to_str().unwrap()]);
    let log: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("{log:#}") };
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "watchword");
    let rules = driver["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["id"].is_string() && rule["help"]["text"].is_string()));
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{log:#}");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        let location = &result["locations"][0]["physicalLocation"];
        assert!(location["artifactLocation"]["uri"].as_str().unwrap().ends_with("sarif.yaml"));
        let region = &location["region"];
        assert_eq!((&region["startLine"], &region["startColumn"]), (&6.into(), &12.into()));
        assert!(region["endColumn"].as_u64() > region["startColumn"].as_u64());
    }
}

fn bootstrap() -> String {
    std::fs::read_to_string(repository().join("cli/tests/broken/bases/bootstrap.yaml")).unwrap()
}

fn written(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_envoy_that_is_not_there_is_not_passed_over() {
    let path = written("no-envoy.yaml", &bootstrap());
    for format in ["text", "json", "sarif"] {
        let (code, said, _) = run(&["--envoy=/no/such", "--format", format, &path]);
        assert!(code == Some(2) && said.contains("envoy-not-asked"), "{format}: {code:?} {said}");
        assert!(said.contains("/no/such was not asked: "), "{said}");
    }
}

#[test]
fn envoy_says_what_it_refuses() {
    let Some(envoy) = std::env::var_os("ENVOY") else {
        return println!("absent: ENVOY names no Envoy that could be asked");
    };
    let envoy = format!("--envoy={}", envoy.to_str().unwrap());
    let admin = "static_resources: {}\nadmin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }\n";
    let (code, said, errors) = run(&[&envoy, &written("taken.yaml", admin)]);
    assert!(code == Some(0) && said.contains("Envoy takes it, too"), "{said}{errors}");
    let (code, said, errors) =
        run(&[&envoy, &written("refused.yaml", &admin.replace("port_value", "port"))]);
    assert!(code == Some(1) && said.contains("envoy-refused"), "{said}{errors}");
}

#[test]
fn a_secret_in_the_file_is_never_shown() {
    let open = bootstrap()
        .replace("host_env_keys: [MAC]", "key_values: { MAC: hunter2, UNUSED: hunter2, yes: \"hunter2\" }");
    let path = written("secret.yaml", &open);
    for format in ["text", "json", "sarif"] {
        let (_, said, _) = run(&["--format", format, &path]);
        assert!(said.contains("secret-in-plain") && !said.contains("hunter2"), "{said}");
    }
    let (_, said, _) = run(&[&path]);
    assert!(said.contains("MAC: *******, UNUSED: *******, yes: *********"), "{said}");
}

#[test]
fn each_resource_of_a_list_is_judged() {
    let item = "requests: 10, per_seconds: 1, burst: 10, key: [route]";
    let base = repository().join("cli/tests/broken/bases/traffic_extension.yaml");
    let resource =
        std::fs::read_to_string(base).unwrap().replace(item, &item.replace("requests", "reqests"));
    let indented: String = resource.lines().map(|line| format!("    {line}\n")).collect();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n  -\n{indented}");
    let (code, said, errors) = run(&[&written("list.yaml", &list)]);
    assert!(code == Some(1) && said.contains("unknown field `reqests`"), "{said}{errors}");
}
