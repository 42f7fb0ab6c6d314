//! The table of the demo, on real Envoys.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use testenv::{Mesh, Options, Process, RunDirectory, gate, table};

/// How long the demo may take to have started its proxies, and to end when asked.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn every_answer_is_as_the_table_says() {
    let mesh = Mesh::start(&Options::new("demo")).unwrap_or_else(|error| panic!("{error}"));
    let rows = table::run(&mesh.reach);
    table::print(&rows).unwrap();
    let as_expected = rows.iter().filter(|row| row.outcome.complaint.is_none()).count();
    assert!(gate::count("demo.table", as_expected, rows.len(), 15));
}

#[test]
fn a_demo_that_is_asked_to_end_while_it_starts_takes_its_proxies_along() {
    let directory = RunDirectory::create("interrupted").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchword-testenv"));
    let mut demo = Process::start("demo", command.arg("demo"), directory.path()).unwrap();
    let id = demo.id();
    // The third starts when the edge can tell it its keys.
    demo.wait_until(PATIENCE, || children(id).len() == 2).unwrap();
    let proxies = children(id);

    let asked = Command::new("kill").args(["-TERM", &id.to_string()]).stdout(Stdio::null()).status();
    assert!(asked.unwrap().success());
    let status = demo.wait_for_end(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(1), "{}", demo.output());
    assert!(demo.output().contains("interrupted"), "{}", demo.output());
    for proxy in proxies {
        assert!(!PathBuf::from(format!("/proc/{proxy}")).exists(), "{proxy} has outlived the demo");
    }
}

/// The children of a process, of all of its threads (proc_tid_children(5)).
fn children(id: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}
