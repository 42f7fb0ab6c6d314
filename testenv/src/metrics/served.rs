//! What proxies serve, held against what is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Scraped, page, scrape, used};
use crate::Envoy;

/// Our metrics as this proxy serves them now.
///
/// # Errors
/// When its admin interface does not answer.
pub fn served(envoy: &Envoy) -> io::Result<BTreeMap<String, Scraped>> {
    envoy.admin("/stats/prometheus").map(|text| scrape(&text))
}

/// The metrics with one of these beginnings that dashboard and alerts ask for, and those of them that are not in
/// `served`.
///
/// # Errors
/// When dashboard or alerts cannot be read.
pub fn missing(
    served: &BTreeMap<String, Scraped>,
    beginnings: &[&str],
) -> io::Result<(usize, BTreeSet<String>)> {
    let is_meant = |name: &String| beginnings.iter().any(|beginning| name.starts_with(beginning));
    let asked: BTreeSet<String> = used()?.into_iter().filter(is_meant).collect();
    let missing = asked.iter().filter(|name| !served.contains_key(*name)).cloned().collect();
    Ok((asked.len(), missing))
}

/// What in `served` is not as the page says: names, kinds, labels.
///
/// # Errors
/// When the page cannot be read.
pub fn unlisted(served: &BTreeMap<String, Scraped>) -> io::Result<Vec<String>> {
    let page = page()?;
    let is_as_listed = |name: &str, scraped: &Scraped| {
        let row = page.iter().find(|row| row.name == name);
        row.is_some_and(|row| row.kind == scraped.kind && row.labels == scraped.labels)
    };
    let wrong = served.iter().filter(|(name, scraped)| scraped.samples > 0 && !is_as_listed(name, scraped));
    Ok(wrong.map(|(name, scraped)| format!("{name}: {scraped:?}")).collect())
}
