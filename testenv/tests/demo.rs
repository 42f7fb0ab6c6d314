//! The table of the demo, on real Envoys.

use testenv::{Mesh, Options, gate, table};

#[test]
fn every_answer_is_as_the_table_says() {
    let mesh = Mesh::start(&Options::new("demo")).unwrap_or_else(|error| panic!("{error}"));
    let rows = table::run(&mesh.reach);
    table::print(&rows).unwrap();
    let as_expected = rows.iter().filter(|row| row.outcome.complaint.is_none()).count();
    assert!(gate::count("demo.table", as_expected, rows.len(), 15));
}
