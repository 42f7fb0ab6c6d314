//! What became of each case.
//!
//! A case is one line, `KIND NAME: ok, MEASURED [COUNT in SECONDS s]`, of which `scripts/faults` makes a table.

use std::error::Error;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::gate;

/// What was measured, or what is wrong.
pub type Verdict = Checked<String>;

/// Something, or what is wrong.
pub type Checked<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The cases so far. They may run side by side.
#[derive(Debug)]
pub struct Report {
    /// What a case is called: the first words of its line.
    kind: &'static str,
    cases: Mutex<Vec<(String, bool)>>,
}

impl Report {
    /// No cases so far, each of which is a `kind`.
    pub const fn of(kind: &'static str) -> Self {
        Self { kind, cases: Mutex::new(Vec::new()) }
    }

    /// Try a case, and note and print what has come of it.
    pub fn case(&self, name: &str, act: impl FnOnce() -> Verdict) {
        let start = Instant::now();
        let verdict = act();
        self.note(name, &verdict, start.elapsed());
    }

    /// Note and print a case that was tried elsewhere, and has taken so long.
    pub fn note(&self, name: &str, verdict: &Verdict, took: Duration) {
        print(&format!("{} {name}", self.kind), verdict, 1, took);
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        cases.push((name.to_owned(), verdict.is_ok()));
    }

    /// Print the gate; the cases that are wrong.
    pub fn close(self, gate_name: &str, least: usize) -> Vec<String> {
        let cases = self.cases.into_inner().unwrap_or_else(PoisonError::into_inner);
        let right = cases.iter().filter(|(_, right)| *right).count();
        let holds = gate::count(gate_name, right, cases.len(), least);
        let wrong = cases.into_iter().filter(|(_, right)| !right).map(|(name, _)| name);
        let short = (!holds).then(|| format!("fewer than {least} cases, or some are wrong"));
        wrong.chain(short).collect()
    }
}

/// The line of a case that stands for `count` requests, or for one of something else.
pub fn print(case: &str, verdict: &Checked<impl Display>, count: u64, took: Duration) {
    let spent = format!("[{count} in {:.2} s]", took.as_secs_f64());
    match verdict {
        Ok(measured) => println!("{case}: ok, {measured} {spent}"),
        Err(wrong) => println!("{case}: WRONG, {wrong} {spent}"),
    }
}

/// Whether it holds.
///
/// # Errors
/// With what is wrong, when it does not.
pub fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Checked<()> {
    if holds { Ok(()) } else { Err(wrong().into()) }
}
