//! The table of the demo.

use testenv::table::{self, Row};
use testenv::{Mesh, Options};

use super::{EXPECTED, Outcomes};

/// One case for each row.
pub fn run(outcomes: &mut Outcomes) {
    let mesh = Mesh::start(&Options::new("versions-shop")).unwrap_or_else(|error| panic!("{error}"));
    let rows = table::run(&mesh.reach);
    outcomes.extend(rows.iter().map(|row| (format!("demo: {}", row.scenario.sent), outcome(row))));
}

fn outcome(row: &Row) -> String {
    let outcome = &row.outcome;
    match (&outcome.complaint, outcome.status) {
        (None, _) => EXPECTED.to_owned(),
        (Some(_), Some(status)) => format!("{status} by {}: {}", outcome.decided_by, outcome.why),
        (Some(complaint), None) => complaint.clone(),
    }
}
