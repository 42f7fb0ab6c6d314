//! The quick start, as a new user would go through it: every command of the page, in its order, in one shell; and
//! what each prints is what the page says it prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testenv::{RunDirectory, envoy_binary, gate, repository};

/// The page.
const PAGE: &str = "docs/quickstart.md";

/// The fewest commands that are a quick start.
const STEPS: usize = 10;

/// Ends what a step has printed. Nothing that the page shows has it.
const END: &str = "--- end of a step ---";

/// Commands of the page, and what they print where the page says so.
#[derive(Debug)]
struct Step {
    line: usize,
    commands: String,
    prints: Option<String>,
}

#[test]
fn the_page_does_what_it_says() {
    let page = fs::read_to_string(repository().join(PAGE)).unwrap();
    let steps = steps(&page);
    if !has_curl() {
        return gate::absent("ship.quickstart", steps.len(), "curl is not installed");
    }
    let directory = RunDirectory::create("quickstart").unwrap();
    let (printed, said) = run(&steps, directory.path());
    let good = steps.iter().zip(&printed).filter(|(step, printed)| is_as_said(step, printed)).count();
    if good < steps.len() {
        println!("{said}");
    }
    assert!(gate::count("ship.quickstart", good, steps.len(), STEPS));
}

/// Each block of `sh`, with the block of `text` that comes before the next one.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let kind = line.strip_prefix("```").unwrap_or_default();
        if kind.is_empty() {
            continue;
        }
        let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        let block: String = block.flat_map(|line| [line, "\n"]).collect();
        match (kind, steps.last_mut()) {
            ("sh", _) => steps.push(Step { line: number + 1, commands: block, prints: None }),
            ("text", Some(step)) => step.prints = Some(block),
            _ => {}
        }
    }
    steps
}

fn has_curl() -> bool {
    let status = Command::new("curl").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// What each step has printed, as far as they came; and what was said beside that.
fn run(steps: &[Step], directory: &Path) -> (Vec<String>, String) {
    // The first that fails ends it, and whatever runs in the background ends with it.
    let mut script = "set -e\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n".to_owned();
    for step in steps {
        script.push_str(&format!("{}\necho '{END}'\n", step.commands.trim_end()));
    }
    let file = directory.join("quickstart.sh");
    fs::write(&file, script).unwrap();
    let mut command = Command::new("bash");
    command.arg(&file).current_dir(repository()).stdin(Stdio::null());
    command.env("ENVOY", envoy_binary()).env("TMPDIR", directory);
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut printed: Vec<String> = printed.split(&format!("{END}\n")).map(ToOwned::to_owned).collect();
    let unfinished = printed.pop().unwrap_or_default();
    let log = envoy_log(directory);
    (printed, format!("{unfinished}\n{}\n{log}", String::from_utf8_lossy(&output.stderr)))
}

/// What the Envoy of the page has said, in the folder that the page has made.
fn envoy_log(directory: &Path) -> String {
    let folders = fs::read_dir(directory).into_iter().flatten().flatten();
    let logs = folders.map(|folder| folder.path().join("envoy.log"));
    logs.filter_map(|log: PathBuf| fs::read_to_string(log).ok()).collect()
}

fn is_as_said(step: &Step, printed: &str) -> bool {
    let holds = step.prints.as_ref().is_none_or(|prints| prints == printed);
    if !holds {
        println!("{PAGE}, line {}: prints {printed:?}, not {:?}", step.line, step.prints);
    }
    holds
}

#[test]
fn what_a_step_prints_belongs_to_it() {
    let page = "x\n```sh\na\nb\n```\n```text\nc\n```\n```console\nd\n```\n```sh\ne\n```\n";
    let steps = steps(page);
    let [first, second] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((first.line, first.commands.as_str(), first.prints.as_deref()), (2, "a\nb\n", Some("c\n")));
    assert_eq!((second.line, second.commands.as_str(), second.prints.as_deref()), (12, "e\n", None));
}
