//! The text of an API key: `ID.SECRET`.

use ring::digest::{SHA256, digest};

use super::secret_output::random_text;
use crate::failure::Failure;

/// Bytes of an id: what fits into a log line beside everything else.
const MAX_ID_BYTES: usize = 64;

/// Characters of a secret: 32 of base64url are 192 bits, beyond any guessing.
const MIN_SECRET_BYTES: usize = 32;

/// Bytes of a key text; what is longer is a file by mistake.
pub(super) const MAX_KEY_BYTES: usize = 1024;

/// A well-formed key text. It has no `Debug`: it opens doors.
pub(super) struct ApiKey {
    id: String,
    text: String,
}

impl ApiKey {
    /// A new key called `id`.
    pub(super) fn new(id: &str) -> Result<Self, Failure> {
        let text = format!("{id}.{}", random_text()?);
        Ok(Self { id: id.to_owned(), text })
    }

    /// The key in `text`, which may end with one line break, as `echo` and editors write it. What is wrong is
    /// said without the key.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.len() > MAX_KEY_BYTES {
            return Err(format!("the key text has more than {MAX_KEY_BYTES} bytes"));
        }
        let text = String::from_utf8_lossy(text);
        let (id, secret) = text.split_once('.').ok_or("the key text must be ID.SECRET")?;
        let id = parse_id(id)?;
        if secret.len() < MIN_SECRET_BYTES || !is_plain(secret) {
            return Err(format!(
                "the secret must be {MIN_SECRET_BYTES} or more characters of base64url: letters, digits, `-` and `_`"
            ));
        }
        Ok(Self { id, text: text.into_owned() })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The whole of it, for its owner.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The digest by which a configuration knows it, in lower-case hex.
    pub(super) fn sha256(&self) -> String {
        digest(&SHA256, self.text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The id of a key.
pub(super) fn parse_id(text: &str) -> Result<String, String> {
    match !text.is_empty() && text.len() <= MAX_ID_BYTES && is_plain(text) {
        true => Ok(text.to_owned()),
        false => Err(format!("the id must be 1 to {MAX_ID_BYTES} letters, digits, `-` and `_`")),
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
