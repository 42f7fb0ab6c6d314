//! What became of each attack.

use std::error::Error;
use std::fmt::Debug;

use testenv::gate;

/// Something, or what is wrong.
pub type Checked<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The attacks so far.
#[derive(Default)]
pub struct Report(Vec<(String, bool)>);

impl Report {
    /// Make an attack, and print what came of it.
    pub fn case(&mut self, name: &str, attack: impl FnOnce() -> Checked) {
        let outcome = attack();
        match &outcome {
            Ok(()) => println!("trace attack {name}: ok"),
            Err(wrong) => println!("trace attack {name}: WRONG, {wrong}"),
        }
        self.0.push((name.to_owned(), outcome.is_ok()));
    }

    /// Print the gate; the attacks that went wrong.
    pub fn close(self, gate_name: &str, least: usize) -> Vec<String> {
        let right = self.0.iter().filter(|(_, right)| *right).count();
        let holds = gate::count(gate_name, right, self.0.len(), least);
        let wrong = self.0.into_iter().filter(|(_, right)| !right).map(|(name, _)| name);
        let short = (!holds).then(|| format!("fewer than {least} cases, or some are wrong"));
        wrong.chain(short).collect()
    }
}

/// `Err` with what is wrong, unless it holds.
pub fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(wrong().into()) }
}

/// `Err` with both, unless they are equal.
pub fn same<T: PartialEq + Debug>(what: &str, got: T, want: T) -> Checked {
    ensure(got == want, || format!("{what}: got {got:?}, not {want:?}"))
}
