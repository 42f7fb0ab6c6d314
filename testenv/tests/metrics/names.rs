//! What can be said without a proxy.

use std::collections::BTreeSet;

use testenv::metrics::{emitted, page, used};

#[test]
fn the_page_has_every_name_of_the_sources_and_no_other() {
    let emitted = emitted().unwrap();
    let listed: BTreeSet<String> = page().unwrap().into_iter().flat_map(|row| row.events).collect();
    // The families of one word are among them, so that the reader of the sources is known to find such.
    assert!(
        ["waiting", "stage_us", "requests.allowed", "authz.bundle.version"]
            .iter()
            .all(|name| emitted.contains(*name))
    );

    assert_eq!(emitted.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new(), "not on the page");
    assert_eq!(
        listed.difference(&emitted).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "not in the sources"
    );
}

#[test]
fn a_name_in_prometheus_is_the_one_in_envoy_without_its_labels() {
    for row in page().unwrap() {
        let common = match row.events.iter().collect::<Vec<_>>().as_slice() {
            [only] => only.replace('.', "_"),
            several => several[0].split('.').next().unwrap().to_owned(),
        };
        assert_eq!(row.name, format!("watchword_{common}"), "{row:?}");
    }
}

#[test]
fn dashboard_and_alerts_ask_for_nothing_that_is_not_on_the_page() {
    let listed: BTreeSet<String> = page().unwrap().into_iter().map(|row| row.name).collect();
    let used = used().unwrap();
    assert!(used.len() > 15, "{used:?}");
    assert_eq!(used.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new());
}
