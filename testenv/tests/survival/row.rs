//! The table: a row for each fault.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use testenv::gate;
use testenv::report::{self, Checked};

use crate::load::Tally;
use crate::vitals::Vitals;

/// Fewest faults that the suite must have.
const LEAST: usize = 18;

/// What a fault has come to.
#[derive(Debug, Default)]
pub struct Row {
    /// Requests that were sent meanwhile, of the load and of the fault.
    pub sent: u64,
    /// Answers that were wrong.
    pub wrong: u64,
    /// Refusals that the fault may cost, and has.
    pub borne: u64,
    /// VMs that were replaced.
    pub reloads: u64,
    /// Those of them that nobody had asked for.
    pub unwanted: u64,
    /// Bytes of memory more than before, or fewer.
    pub growth: i64,
    /// What was measured.
    pub said: String,
}

/// All rows so far.
#[derive(Default)]
pub struct Table(Mutex<Vec<Line>>);

struct Line {
    fault: &'static str,
    row: Checked<Row>,
    took: Duration,
}

impl Row {
    /// What the load got and the proxy holds, when `wanted` VMs were to be replaced.
    pub fn of(tally: &Tally, before: &Vitals, after: &Vitals, wanted: u64) -> Self {
        let reloads = after.reloads - before.reloads;
        Self {
            sent: tally.sent,
            wrong: tally.wrong,
            borne: tally.borne.len() as u64,
            reloads,
            unwanted: reloads.saturating_sub(wanted),
            growth: after.resident as i64 - before.resident as i64,
            said: format!("{:.0}/s", tally.per_second()),
        }
    }

    /// The same, with this said of it.
    pub fn saying(mut self, said: impl AsRef<str>) -> Self {
        if !self.said.is_empty() && !said.as_ref().is_empty() {
            self.said.push_str(", ");
        }
        self.said.push_str(said.as_ref());
        self
    }
}

impl Table {
    /// Suffer the fault, and note what has come of it.
    pub fn suffer(&self, fault: &'static str, act: impl FnOnce() -> Checked<Row>) {
        let start = Instant::now();
        let row = act();
        let line = Line { fault, row, took: start.elapsed() };
        line.print();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Print all of it and the gates; what is wrong.
    pub fn close(self, rows: usize) -> Vec<String> {
        let lines = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        print(&lines);
        let survived = lines.iter().filter(|line| line.is_survived()).count();
        let all = gate::count("faults.survived", survived, lines.len(), LEAST);
        let gates = all & are_none_unwanted(&lines);
        let short = (!gates).then(|| "a gate is short".to_owned());
        wrong(&lines, rows).into_iter().chain(short).collect()
    }
}

/// The rows that are wrong, and whether some are absent.
fn wrong(lines: &[Line], rows: usize) -> Vec<String> {
    let wrong = lines
        .iter()
        .filter_map(|line| line.verdict().err().map(|wrong| format!("{}: {wrong}", line.fault)));
    let absent = (lines.len() != rows).then(|| format!("{} rows instead of {rows}", lines.len()));
    wrong.chain(absent).collect()
}

/// Worth something only where reloads are counted at all: those that were asked for have been.
fn are_none_unwanted(lines: &[Line]) -> bool {
    let rows = || lines.iter().filter_map(|line| line.row.as_ref().ok());
    let (unwanted, all) =
        (rows().map(|row| row.unwanted).sum::<u64>(), rows().map(|row| row.reloads).sum::<u64>());
    gate::line("faults.reloads", unwanted, 0, unwanted == 0 && all > unwanted)
}

fn print(lines: &[Line]) {
    let mut text = String::from(
        "\nfault                                    requests  wrong  borne  reloads      RSS     time  outcome\n",
    );
    for Line { fault, row, took } in lines {
        let seconds = took.as_secs_f64();
        let _ = match row {
            Ok(Row { sent, wrong, borne, reloads, growth, said, .. }) => {
                let megabytes = *growth as f64 / f64::from(1 << 20);
                writeln!(
                    text,
                    "{fault:<40} {sent:>8} {wrong:>6} {borne:>6} {reloads:>8} {megabytes:>+6.1} M {seconds:>6.1} s  survived: {said}"
                )
            }
            Err(wrong) => writeln!(text, "{fault:<40} {:>31} {:>17.1} s  WRONG: {wrong}", "", seconds),
        };
    }
    println!("{text}");
}

impl Line {
    fn is_survived(&self) -> bool {
        self.row.as_ref().is_ok_and(|row| row.wrong == 0 && row.unwanted == 0)
    }

    fn print(&self) {
        let sent = self.row.as_ref().map_or(0, |row| row.sent);
        report::print(&format!("fault under load {}", self.fault), &self.verdict(), sent, self.took);
    }

    /// What came of it, or what is wrong.
    fn verdict(&self) -> Checked<String> {
        match &self.row {
            Ok(row) if self.is_survived() => Ok(row.said.clone()),
            Ok(row) => Err(format!("{row:?}").into()),
            Err(wrong) => Err(wrong.to_string().into()),
        }
    }
}

#[test]
fn a_row_that_is_wrong_or_absent_is_told() {
    let line = |fault, row| Line { fault, row, took: Duration::ZERO };
    let lines = [
        line("good", Ok(Row { reloads: 1, ..Row::default() })),
        line("let in", Ok(Row { wrong: 1, ..Row::default() })),
        line("trapped", Ok(Row { reloads: 1, unwanted: 1, ..Row::default() })),
        line("failed", Err("it hung".into())),
    ];
    let wrong = wrong(&lines, 5);
    assert_eq!(wrong.len(), 4, "three rows, and their number: {wrong:?}");
    assert!(wrong[0].starts_with("let in") && wrong[2].ends_with("it hung"), "{wrong:?}");
}
