//! The documentation as tests: every block of YAML is what it says it is, every link leads somewhere, the table of
//! contents has every page, and the table of reasons is complete.

#![cfg(test)]
#![expect(clippy::wildcard_enum_match_arm, reason = "what else a page may have is not looked at")]
#![expect(clippy::string_slice, reason = "places that were found in the same text")]
#![expect(clippy::arithmetic_side_effects, reason = "places in short texts")]

mod block;
mod compiled;
mod embedded;
mod links;
mod note;
mod page;
mod reasons;
mod source;
mod surroundings;
mod tests;

use block::Outcome;
use page::Page;

/// Fewer blocks than this are no documentation: pages or their examples have been lost.
const LEAST_BLOCKS: usize = 20;

#[test]
fn every_block_of_yaml_is_what_it_says_it_is() {
    let pages = page::all();
    let blocks: Vec<_> = pages.iter().flat_map(Page::yaml).collect();
    let (mut good, mut faults) = (0, Vec::new());
    for block in &blocks {
        match block.judge() {
            Ok(Outcome::Held) => good += 1,
            Ok(Outcome::Unread(reason)) => {
                good += 1;
                println!("{}: not compiled: {reason}", block.place);
            }
            Err(fault) => faults.push(format!("{}: {fault}", block.place)),
        }
    }
    let want = blocks.len().max(LEAST_BLOCKS);
    let holds = faults.is_empty() && blocks.len() >= LEAST_BLOCKS;
    println!(
        "\ngate ship.docs_yaml {good}/{} {want}/{want} {}",
        blocks.len(),
        if holds { "ok" } else { "short" }
    );
    assert!(holds, "{} blocks\n{}", blocks.len(), faults.join("\n"));
}

#[test]
fn every_link_leads_somewhere() {
    let pages = page::all();
    let faults: Vec<_> = pages.iter().flat_map(|page| links::faults(page, &pages)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let links: usize = pages.iter().map(|page| page.links.len()).sum();
    assert!(links >= 50, "only {links} links: they are not read any more");
}

#[test]
fn the_table_of_contents_has_every_page_once() {
    let pages = page::all();
    let summary = pages.iter().find(|page| page.name == "docs/SUMMARY.md").unwrap();
    let mut listed: Vec<_> = summary.links.iter().map(|link| format!("docs/{link}")).collect();
    listed.sort();
    let inside = |page: &&Page| page.name.starts_with("docs/") && page.name != summary.name;
    let there: Vec<_> = pages.iter().filter(inside).map(|page| page.name.clone()).collect();
    assert_eq!(listed, there);
}

#[test]
fn every_test_that_a_page_names_is_one() {
    let pages = page::all();
    let cited: Vec<_> = pages.iter().flat_map(tests::cited).collect();
    let there = tests::there();
    let gone: Vec<_> = cited.iter().filter(|name| !there.contains(*name)).collect();
    assert!(gone.is_empty(), "{gone:#?}");
    assert!(cited.len() >= 30, "only {} are named: they are not read any more", cited.len());
}

#[test]
fn the_table_of_reasons_has_each_that_the_code_can_give_with_its_status_and_no_other() {
    let pages = page::all();
    let page = pages.iter().find(|page| page.name == "docs/debugging.md").unwrap();
    let (told, given) = (reasons::told(page), reasons::given());
    assert!(given.len() >= 100, "only {} reasons: the code is not read any more", given.len());
    let missing: Vec<_> = given.difference(&told).collect();
    let invented: Vec<_> = told.difference(&given).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:#?}\ninvented: {invented:#?}");
}

#[test]
fn the_page_of_metrics_of_fetches_has_each_reason_that_the_code_can_give() {
    let pages = page::all();
    let page = pages.iter().find(|page| page.name == "docs/debugging.md").unwrap();
    assert_eq!(reasons::fetches_told(page), reasons::fetches_given());
}
