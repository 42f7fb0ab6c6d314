//! What several tests of this crate share.

pub(crate) mod proxy;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// As JOSE has it (RFC 7515 §2).
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
