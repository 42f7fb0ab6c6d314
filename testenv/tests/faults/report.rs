//! What became of each case.

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use testenv::gate;

/// What was measured, or what is wrong.
pub type Verdict = Checked<String>;

/// Something, or what is wrong.
pub type Checked<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The cases so far. They may run side by side.
#[derive(Default)]
pub struct Report(Mutex<Vec<(String, bool)>>);

impl Report {
    /// Note a case, and print it.
    pub fn case(&self, name: &str, verdict: &Verdict) {
        match verdict {
            Ok(measured) => println!("fault {name}: ok, {measured}"),
            Err(wrong) => println!("fault {name}: WRONG, {wrong}"),
        }
        let mut cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cases.push((name.to_owned(), verdict.is_ok()));
    }

    /// Print the gate; the cases that are wrong.
    pub fn close(self, gate_name: &str, least: usize) -> Vec<String> {
        let cases = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let right = cases.iter().filter(|(_, right)| *right).count();
        let holds = gate::count(gate_name, right, cases.len(), least);
        let wrong = cases.into_iter().filter(|(_, right)| !right).map(|(name, _)| name);
        let short = (!holds).then(|| format!("fewer than {least} cases, or some are wrong"));
        wrong.chain(short).collect()
    }
}

/// `Err` with what is wrong, unless it holds.
pub fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Checked<()> {
    if holds { Ok(()) } else { Err(wrong().into()) }
}
