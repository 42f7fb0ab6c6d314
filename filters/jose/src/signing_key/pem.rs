//! PEM (RFC 7468) around a private key. Line breaks may have become other whitespace on the way through an
//! environment variable.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::SigningKeyError;

/// The DER in the one block `PRIVATE KEY` of `pem` (RFC 7468 §10). A block of another kind is named by the
/// error, because it is what people have at hand.
pub(super) fn private_key(pem: &str) -> Result<Vec<u8>, SigningKeyError> {
    let block = pem.trim().strip_prefix("-----BEGIN ").ok_or(SigningKeyError::NotPem)?;
    let (label, rest) = block.split_once("-----").ok_or(SigningKeyError::NotPem)?;
    match label {
        "PRIVATE KEY" => decode(rest).ok_or(SigningKeyError::NotPem),
        "ENCRYPTED PRIVATE KEY" => Err(SigningKeyError::Encrypted),
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE" => Err(SigningKeyError::Public),
        "EC PARAMETERS" => Err(SigningKeyError::NotPkcs8),
        other if other.ends_with(" PRIVATE KEY") => Err(SigningKeyError::NotPkcs8),
        _ => Err(SigningKeyError::NotPem),
    }
}

/// What stands between the label and the end of the block, which is the end of the text.
fn decode(rest: &str) -> Option<Vec<u8>> {
    let base64 = rest.strip_suffix("-----END PRIVATE KEY-----")?;
    STANDARD.decode(base64.split_ascii_whitespace().collect::<String>()).ok()
}
