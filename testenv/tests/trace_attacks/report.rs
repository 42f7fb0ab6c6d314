//! What became of each attack.

use std::fmt::Debug;

use testenv::report;
pub use testenv::report::ensure;

/// Something, or what is wrong.
pub type Checked<T = ()> = report::Checked<T>;

/// The attacks so far.
pub struct Report(report::Report);

impl Report {
    /// None yet.
    pub fn of_attacks() -> Self {
        Self(report::Report::of("trace attack"))
    }

    /// Make an attack, and note what came of it.
    pub fn case(&self, name: &str, attack: impl FnOnce() -> Checked) {
        self.0.case(name, || attack().map(|()| "no identity but its own".to_owned()));
    }

    /// Print the gate; the attacks that went wrong.
    pub fn close(self, gate_name: &str, least: usize) -> Vec<String> {
        self.0.close(gate_name, least)
    }
}

/// `Err` with both, unless they are equal.
pub fn same<T: PartialEq + Debug>(what: &str, got: T, want: T) -> Checked {
    ensure(got == want, || format!("{what}: got {got:?}, not {want:?}"))
}
