//! What points at a blob.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, Fault};

/// Notes on a blob or a manifest, in the order of their names so that the same notes are the same bytes.
pub(crate) type Annotations = BTreeMap<String, String>;

/// Type, digest and size of a blob. Members that are unknown are the business of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    /// Bytes.
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub(crate) annotations: Annotations,
}

impl Descriptor {
    /// What points at `content`.
    pub(crate) fn of(media_type: &str, content: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(content),
            size: u64::try_from(content.len()).unwrap_or(u64::MAX),
            annotations: Annotations::new(),
        }
    }

    /// With one note more.
    pub(crate) fn annotated(mut self, name: &str, value: &str) -> Self {
        self.annotations.insert(name.to_owned(), value.to_owned());
        self
    }

    /// `content`, when it is what this points at.
    ///
    /// # Errors
    /// When its size or its digest is another.
    pub(crate) fn verified(&self, content: Vec<u8>) -> Result<Vec<u8>, Fault> {
        if u64::try_from(content.len()) != Ok(self.size) {
            let found = content.len();
            return Err(Fault::SizeWrong { digest: self.digest.clone(), said: self.size, found });
        }
        let found = Digest::of(&content);
        if found == self.digest {
            Ok(content)
        } else {
            Err(Fault::DigestWrong { said: self.digest.clone(), found })
        }
    }
}
