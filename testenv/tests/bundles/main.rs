//! Policy bundles through real Envoys, under load: whatever becomes of their server, every request is decided by
//! one version, and by none that was not signed for it.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

mod aside;
mod cold;
mod edge;
mod fault;
mod gate;
mod life;
mod log;
mod mixed;
mod rules;
mod sighting;
mod warm;
mod watch;
mod world;

use testenv::report::Report;
use world::World;

/// As many as there are: one that is gone must be noticed.
const CASES: usize = 57;

#[test]
fn whatever_the_server_does_every_request_is_decided_by_one_good_version() {
    let world = World::new().unwrap_or_else(|error| panic!("{error}"));
    let report = Report::of("bundle fault");
    mixed::run(&report, &world).unwrap_or_else(|error| panic!("{error}"));
    life::run(&report, &world).unwrap_or_else(|error| panic!("{error}"));
    let wrong = report.close("authz.bundle_faults", CASES);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
