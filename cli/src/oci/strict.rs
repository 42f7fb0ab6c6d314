//! JSON that every reader reads alike. Go's reader, which is that of the agents, takes a member under any case of
//! its name and lets the last of several win: what it would read otherwise than we do is refused.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The members of manifests, lists and descriptors that agents know, in their one spelling.
const KNOWN: [&str; 13] = [
    ANNOTATIONS,
    "artifactType",
    "config",
    "data",
    "digest",
    "layers",
    "manifests",
    "mediaType",
    "platform",
    "schemaVersion",
    "size",
    "subject",
    "urls",
];

/// The member whose own members are names of anybody's choice, which are read as they are.
const ANNOTATIONS: &str = "annotations";

/// The value that `bytes` write.
///
/// # Errors
/// When they are not of its form, or of one that is read in two ways.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    Members::Known.deserialize(&mut serde_json::Deserializer::from_slice(bytes))?;
    serde_json::from_slice(bytes)
}

/// Which names the members of an object may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Members {
    /// Those of the formats, and others that cannot be taken for one of them.
    Known,
    /// All.
    Free,
}

impl Members {
    /// What tells two names apart.
    fn key(self, name: &str) -> String {
        match self {
            Self::Known => folded(name),
            Self::Free => name.to_owned(),
        }
    }

    fn is_misspelt(self, name: &str) -> bool {
        let is_like = |known: &&str| folded(known) == folded(name);
        self == Self::Known && KNOWN.iter().find(|known| is_like(known)).is_some_and(|known| *known != name)
    }
}

/// As Go folds names: besides ASCII two letters of Unicode, the long s and the sign of Kelvin, are s and k.
fn folded(name: &str) -> String {
    name.replace('\u{17f}', "s").replace('\u{212a}', "k").to_ascii_lowercase()
}

impl<'de> DeserializeSeed<'de> for Members {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if self.is_misspelt(&name) {
                return Err(A::Error::custom(format_args!("`{name}` is another member to some readers")));
            }
            if !seen.insert(self.key(&name)) {
                return Err(A::Error::custom(format_args!("`{name}` is there twice")));
            }
            map.next_value_seed(if name == ANNOTATIONS { Self::Free } else { self })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_go_would_read_otherwise_is_refused() {
        for text in [
            r#"{"layers": [], "Layers": []}"#,
            r#"{"LAYERS": []}"#,
            "{\"layer\u{17f}\": []}",
            r#"{"layers": [{"digest": "a", "Digest": "b"}]}"#,
            r#"{"layers": [{"size": 1, "size": 2}]}"#,
            r#"{"config": {"mediatype": "x"}}"#,
            r#"{"x": {"a": 1, "A": 2}}"#,
            r#"{"annotations": {"a": "1", "a": "2"}}"#,
            r#"{"Manifests": null}"#,
        ] {
            assert!(read::<Value>(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn members_of_others_and_notes_of_any_name_are_taken() {
        let text = r#"{"layers": [{"size": 1, "x": [1.5, -1, true, null]}], "annotations": {"Size": "", "size": ""}}"#;
        assert!(read::<Value>(text.as_bytes()).is_ok());
        assert!(read::<Value>(b"{} {}").is_err());
    }
}
