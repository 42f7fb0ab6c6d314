//! base64url as JOSE has it (RFC 7515 §2): no padding, no whitespace, and one spelling for each value.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes that `text` stands for; nothing for a spelling that is not the canonical one, such as one with
/// non-zero trailing bits, which would make two tokens of one.
pub(crate) fn decode(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The spelling of `bytes`.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_canonical_spelling_only() {
        assert_eq!(decode("-_8").unwrap(), [0xfb, 0xff]);
        assert_eq!(encode([0xfb, 0xff]), "-_8");
        for bad in ["-_8=", "-_9", "+/8", "-_ 8", "-_8\n", "A"] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }
}
