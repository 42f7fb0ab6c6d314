//! What a bundle is called.

use std::fmt;

use crate::MAX_NAME_BYTES;

/// The name of a bundle: 1 to [`MAX_NAME_BYTES`] of letters, digits, `-`, `_` and `.`, which mean themselves in
/// logs, metrics and file names. Case matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BundleName(String);

/// A text that is no name of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleNameError;

impl BundleName {
    /// The name `text`.
    ///
    /// # Errors
    /// When it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, BundleNameError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BundleNameError)
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BundleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BundleNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be 1 to {MAX_NAME_BYTES} letters, digits, `-`, `_` and `.`")
    }
}

impl std::error::Error for BundleNameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_means_itself_everywhere() {
        let longest = "a".repeat(MAX_NAME_BYTES);
        for name in ["shop", "Shop_2.orders-eu", "7", longest.as_str()] {
            assert_eq!(BundleName::parse(name).map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for bad in ["", "a b", "a/b", "zoë", "a\n", "a\"", &format!("{longest}a")] {
            assert_eq!(BundleName::parse(bad), Err(BundleNameError), "{bad:?}");
        }
    }
}
