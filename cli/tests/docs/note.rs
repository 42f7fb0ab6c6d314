//! What a page says about a block that does not speak for itself: a comment in front of it, which readers do not see.
//!
//! | comment | the block |
//! |---|---|
//! | none | is a whole configuration, a resource of Kubernetes, or configuration of Envoy or Docker Compose |
//! | `<!-- yaml: with NAME -->` | is laid over `surroundings/NAME.yaml` |
//! | `<!-- yaml: with NAME at PATH -->` | is laid over what stands there at PATH |
//! | `<!-- yaml: refused with NAME … -->` | the same, but refused, with the words of the next block |
//! | `<!-- yaml: of PROGRAM -->` | is for another program, and read as YAML only |
//! | `<!-- yaml: not compiled: REASON -->` | is not looked at |

/// Such a comment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Note {
    None,
    With {
        name: String,
        at: Option<String>,
        is_refused: bool,
    },
    Of,
    NotCompiled(String),
    /// It says nothing that is known here.
    Unclear(String),
}

impl Note {
    pub(crate) fn read(comment: &str) -> Self {
        let comment = comment.trim();
        let Some(text) = comment.strip_prefix("<!-- yaml:").and_then(|rest| rest.strip_suffix("-->"))
        else {
            return Self::None;
        };
        let words: Vec<_> = text.split_whitespace().collect();
        let with = |name: &str, at: Option<&str>, is_refused| Self::With {
            name: name.to_owned(),
            at: at.map(str::to_owned),
            is_refused,
        };
        match words.as_slice() {
            ["with", name] => with(name, None, false),
            ["with", name, "at", path] => with(name, Some(path), false),
            ["refused", "with", name] => with(name, None, true),
            ["refused", "with", name, "at", path] => with(name, Some(path), true),
            ["of", _, ..] => Self::Of,
            ["not", "compiled:", reason, ..] if !reason.is_empty() => {
                Self::NotCompiled(words[2..].join(" "))
            }
            _ => Self::Unclear(comment.to_owned()),
        }
    }
}

#[test]
fn a_comment_that_is_misspelled_is_no_licence() {
    assert_eq!(
        Note::read("<!-- yaml: not compiled: -->"),
        Note::Unclear("<!-- yaml: not compiled: -->".into())
    );
    assert_eq!(Note::read("<!-- yaml: skip -->"), Note::Unclear("<!-- yaml: skip -->".into()));
    assert_eq!(Note::read("<!-- yaml: of Limitador -->"), Note::Of);
    assert_eq!(Note::read("<!-- something else -->"), Note::None);
}
