//! Where in the shared memory a document lies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

/// The names of the two entries of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryNames {
    /// Of what the workers know together of its fetches.
    pub schedule: String,
    /// Of the document itself.
    pub document: String,
}

impl EntryNames {
    /// The names for the document of `kind`, lower case, which `fields` describe. Whatever makes two documents
    /// differ must be in them, so that workers share a document exactly when it is the same; and so must be
    /// what makes one worker take a document that another does not, or the one would hold up the other.
    pub fn new<'a>(kind: &str, fields: impl IntoIterator<Item = &'a str>) -> Self {
        let field = |field: &'a str| [&length(field), field.as_bytes()].concat();
        let text: Vec<u8> = fields.into_iter().flat_map(field).collect();
        let prefix = format!("watchword.{kind}.{}", URL_SAFE_NO_PAD.encode(digest(&SHA256, &text)));
        Self { schedule: format!("{prefix}.schedule"), document: format!("{prefix}.document") }
    }
}

/// Goes before each field, so that no two lists of fields are the same bytes.
fn length(field: &str) -> [u8; 8] {
    u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_documents_never_have_the_same_names() {
        let ours = EntryNames::new("keys", ["ab", "c"]);
        assert_eq!(ours, EntryNames::new("keys", ["ab", "c"]));
        assert!(ours.schedule.starts_with("watchword.keys.") && ours.schedule.ends_with(".schedule"));
        for other in [
            EntryNames::new("policies", ["ab", "c"]),
            EntryNames::new("keys", ["a", "bc"]),
            EntryNames::new("keys", ["abc"]),
            EntryNames::new("keys", ["ab", "c", ""]),
        ] {
            assert_ne!(other.schedule, ours.schedule);
            assert_ne!(other.document, ours.document);
        }
        assert_ne!(ours.schedule, ours.document);
    }
}
