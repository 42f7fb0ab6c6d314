//! The panics that may be there, with a reason for each.
//!
//! A line that begins at the margin is a reason. Under it stand, indented, what it is for: a key, and how many places
//! it has. A key is a file of ours with the method or macro that panics, `filters/host/src/stream.rs:borrow`; or a file
//! or a folder of another's, `ring/src/ec`; or `CRATE/#[track_caller]` for functions that panic where they are called.

/// What is allowed.
#[derive(Debug, Default)]
pub(crate) struct List(Vec<Entry>);

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// How many places it has: no more, or one is new; no fewer, or the list allows what nobody has looked at.
    pub(crate) places: usize,
}

impl List {
    /// # Errors
    /// When a line is neither, a reason is for nothing, or a key has none or stands there twice.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (mut list, mut has_reason, mut is_used) = (Self::default(), false, true);
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.starts_with(' ') {
                if !has_reason {
                    return Err(format!("`{}` has no reason", line.trim()));
                }
                list.add(entry(line)?)?;
                is_used = true;
            } else {
                // A reason may have several lines.
                has_reason = true;
                is_used = false;
            }
        }
        if is_used { Ok(list) } else { Err("the last reason is for nothing".to_owned()) }
    }

    fn add(&mut self, entry: Entry) -> Result<(), String> {
        match self.0.iter().any(|known| known.key == entry.key) {
            true => Err(format!("`{}` stands there twice", entry.key)),
            false => {
                self.0.push(entry);
                Ok(())
            }
        }
    }

    /// All of them.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The key that `name` falls under: itself, or the longest folder above it. A file of ours is in no folder: each
    /// is looked at by itself.
    pub(crate) fn key_of(&self, name: &str, is_ours: bool) -> Option<&str> {
        let keys = self.0.iter().map(|entry| entry.key.as_str());
        let over = |key: &str| !is_ours && name.strip_prefix(key).is_some_and(|rest| rest.starts_with('/'));
        keys.filter(|key| *key == name || over(key)).max_by_key(|key| key.len())
    }
}

fn entry(line: &str) -> Result<Entry, String> {
    let mut words = line.split_whitespace();
    match (words.next(), words.next().and_then(|word| word.parse().ok()), words.next()) {
        (Some(key), Some(places), None) if places > 0 => Ok(Entry { key: key.to_owned(), places }),
        _ => Err(format!("`{}` is no key with a number of places", line.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# About.\nBecause.\n  ring/src 2\n  ring/src/ec 3\n\nFor one look.\n  filters/a.rs:borrow 1\n";

    #[test]
    fn what_stands_under_a_reason_is_allowed() {
        let list = List::parse(TEXT).unwrap();
        assert_eq!(list.entries().len(), 3);
        assert_eq!(list.entries()[1], Entry { key: "ring/src/ec".to_owned(), places: 3 });
    }

    #[test]
    fn a_place_falls_under_the_longest_folder_above_it() {
        let list = List::parse(TEXT).unwrap();
        assert_eq!(list.key_of("ring/src/ec/keys.rs", false), Some("ring/src/ec"));
        assert_eq!(list.key_of("ring/src/limb.rs", false), Some("ring/src"));
        assert_eq!(list.key_of("ring/src_of_another.rs", false), None);
    }

    #[test]
    fn a_file_of_ours_needs_a_line_of_its_own() {
        let list = List::parse("Because.\n  filters 1\n  filters/a.rs:borrow 1").unwrap();
        assert_eq!(list.key_of("filters/a.rs:borrow", true), Some("filters/a.rs:borrow"));
        assert_eq!(list.key_of("filters/a.rs:insert", true), None);
        assert_eq!(list.key_of("filters/b.rs:borrow", true), None);
    }

    #[test]
    fn what_is_written_wrongly_is_not_taken() {
        let refused = [
            ("  ring 1", "`ring 1` has no reason"),
            ("Because.\n  ring", "`ring` is no key with a number of places"),
            ("Because.\n  ring 0", "`ring 0` is no key with a number of places"),
            ("Because.\n  ring 1\n  ring 1", "`ring` stands there twice"),
            ("Because.\n  ring 1\nBecause.", "the last reason is for nothing"),
        ];
        for (text, why) in refused {
            assert_eq!(List::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
