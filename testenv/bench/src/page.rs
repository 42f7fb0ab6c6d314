//! The page of figures: its tables between marks, and its picture, made from what was kept of the last runs.

mod chart;
mod panels;
mod svg;

use std::{fs, io};

use testenv::repository;

use crate::figures::{Compared, Figures};
use crate::group::Group;
use crate::table;

/// What opens a part that is made here, up to its name, and what closes it.
const OPENS: &str = "<!-- figures: ";
const CLOSES: &str = "<!-- end of figures -->";

/// Write the page's tables and its picture anew.
///
/// # Errors
/// When a group was never measured, or the page has no place for it.
pub(crate) fn write() -> io::Result<()> {
    let docs = repository().join("docs");
    let all = Group::ALL.map(|group| Figures::read(group).map(|figures| (group, figures)));
    let all = all.into_iter().collect::<io::Result<Vec<_>>>()?;
    let page = docs.join("performance.md");
    let mut text = fs::read_to_string(&page)?;
    for (group, figures) in &all {
        text = filled(
            &text,
            group.name(),
            &format!("{}\n{}", measured(figures), table::markdown(&table::rows(figures))),
        )?;
    }
    text = filled(&text, "wanted", &table::markdown(&wanted(&all)))?;
    fs::write(page, text)?;
    fs::write(docs.join("performance.svg"), chart::draw(&panels::panels(&all)))
}

/// On what, and how often.
fn measured(figures: &Figures) -> String {
    format!("Envoy {}, {}, {} rounds.\n", figures.envoy, figures.processor, figures.rounds)
}

/// What was compared, and what is wanted of it.
fn wanted(all: &[(Group, Figures)]) -> Vec<Vec<String>> {
    let head = ["gate", "got", "wanted", "holds"].map(str::to_owned).to_vec();
    let compared = all.iter().flat_map(|(_, figures)| &figures.comparisons);
    std::iter::once(head).chain(compared.map(row)).collect()
}

fn row(compared: &Compared) -> Vec<String> {
    let got = compared.got.map_or_else(
        || "the rounds differ too much".to_owned(),
        |got| format!("{:.2} ({:.2} to {:.2})", got.median, got.low, got.high),
    );
    let want = compared.want.replace("<=", "≤ ").replace(">=", "≥ ");
    let holds = if compared.holds { "yes" } else { "**no**" };
    vec![format!("`{}`", compared.gate), got, want, holds.to_owned()]
}

/// The page, with `content` in its part `name`.
fn filled(page: &str, name: &str, content: &str) -> io::Result<String> {
    let opens = format!("{OPENS}{name} -->");
    let (before, rest) = page.split_once(&opens).ok_or_else(|| no_place(name))?;
    let (_, after) = rest.split_once(CLOSES).ok_or_else(|| no_place(name))?;
    Ok(format!("{before}{opens}\n\n{content}\n{CLOSES}{after}"))
}

fn no_place(name: &str) -> io::Error {
    io::Error::other(format!("the page has no part `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_and_the_rest_stays() {
        let page = "a\n<!-- figures: x -->\nold\n<!-- end of figures -->\nb\n";
        let new = "a\n<!-- figures: x -->\n\nnew\n<!-- end of figures -->\nb\n";
        assert_eq!(filled(page, "x", "new").unwrap(), new);
        assert_eq!(filled(new, "x", "new").unwrap(), new);
        assert!(filled(page, "y", "new").is_err());
    }

    #[test]
    fn the_page_has_a_part_for_every_group() {
        let page = fs::read_to_string(repository().join("docs/performance.md")).unwrap();
        for name in Group::ALL.map(Group::name).into_iter().chain(["wanted"]) {
            assert!(filled(&page, name, "").is_ok(), "{name}");
        }
    }
}
