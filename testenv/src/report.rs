//! What became of each case.

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use crate::gate;

/// What was measured, or what is wrong.
pub type Verdict = Checked<String>;

/// Something, or what is wrong.
pub type Checked<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The cases so far. They may run side by side.
#[derive(Debug)]
pub struct Report {
    /// What a case is called: the first word of its line.
    kind: &'static str,
    cases: Mutex<Vec<(String, bool)>>,
}

impl Report {
    /// No cases so far, each of which is a `kind`.
    pub const fn of(kind: &'static str) -> Self {
        Self { kind, cases: Mutex::new(Vec::new()) }
    }

    /// Note a case, and print it.
    pub fn case(&self, name: &str, verdict: &Verdict) {
        match verdict {
            Ok(measured) => println!("{} {name}: ok, {measured}", self.kind),
            Err(wrong) => println!("{} {name}: WRONG, {wrong}", self.kind),
        }
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

/// Whether it holds.
///
/// # Errors
/// With what is wrong, when it does not.
pub fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Checked<()> {
    if holds { Ok(()) } else { Err(wrong().into()) }
}
