//! What the command line says.

use crate::effort::Effort;
use crate::group::Group;

/// Printed when it says something else.
pub(crate) const USAGE: &str = "usage: watchword-bench [--quick] [GROUP...]
       watchword-bench page

Measures the groups, or all of them: known, fresh, policies, hops, start. --quick is too brief for figures: it shows
that everything works. `page` writes the tables and the picture of docs/performance.md from what was kept.";

/// What to do.
#[derive(Debug)]
pub(crate) enum Options {
    /// Measure these.
    Measure(Vec<Group>, Effort),
    /// Write the page.
    Page,
}

impl Options {
    /// Nothing when a word is unknown.
    pub(crate) fn parse(words: &[String]) -> Option<Self> {
        if words == ["page"] {
            return Some(Self::Page);
        }
        let (options, names): (Vec<_>, Vec<_>) = words.iter().partition(|word| word.starts_with("--"));
        let effort = match options.as_slice() {
            [] => Effort::FULL,
            [word] if *word == "--quick" => Effort::QUICK,
            _ => return None,
        };
        let named = |name: &String| Group::ALL.into_iter().find(|group| group.name() == name);
        let groups: Vec<Group> = names.into_iter().map(named).collect::<Option<_>>()?;
        let groups = if groups.is_empty() { Group::ALL.to_vec() } else { groups };
        Some(Self::Measure(groups, effort))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn without_a_name_all_are_meant() {
        let Some(Options::Measure(groups, effort)) = parse("--quick") else { panic!("it measures") };
        assert_eq!((groups.len(), effort.is_telling()), (Group::ALL.len(), false));
        let Some(Options::Measure(groups, effort)) = parse("fresh start") else { panic!("it measures") };
        assert_eq!((groups, effort.is_telling()), (vec![Group::Fresh, Group::Start], true));
        assert!(matches!(parse("page"), Some(Options::Page)));
    }

    #[test]
    fn a_word_that_is_unknown_is_refused() {
        for wrong in ["fast", "--slow", "known --quick --quick", "page known"] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
