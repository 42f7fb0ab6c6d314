//! The compact serialization of a JWS (RFC 7515 §3.1), as far as it can be judged without a key.

use std::fmt;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::last_header::LastHeader;
use crate::{Algorithm, JoseError, base64url, parse_object};

/// Bytes of one token. Envoy takes 60 KiB for all request headers together; access tokens with many groups
/// reach 8 KiB.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Bytes of a `kid`. RFC 7515 sets none; SHA-512 in hex takes 128, and a URL as key name still fits.
pub const MAX_KEY_ID_BYTES: usize = 256;

/// A well-formed token. Nothing in it has been verified. `Debug` shows its header only, because a log must
/// not hold what opens a door.
#[derive(Clone)]
pub struct Compact<'a> {
    header: Rc<Header>,
    signing_input: &'a [u8],
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// What is read of a JOSE header. Everything else in it is ignored, as RFC 7515 §4 asks; `jku`, `x5u`,
/// `x5c` and `jwk` above all, for a key that comes with the token proves nothing.
#[derive(Debug)]
pub(crate) struct Header {
    algorithm: Algorithm,
    typ: Option<String>,
    key_id: Option<String>,
}

impl<'a> Compact<'a> {
    /// Take `token` apart.
    ///
    /// # Errors
    /// The first rule of form that it breaks.
    pub fn parse(token: &'a [u8]) -> Result<Self, JoseError> {
        Self::parse_after(token, &LastHeader::default())
    }

    /// The same, after the token whose header `last` holds: one that is spelled like it is not read again.
    ///
    /// # Errors
    /// The first rule of form that it breaks, whatever came before.
    pub fn parse_after(token: &'a [u8], last: &LastHeader) -> Result<Self, JoseError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JoseError::TooLong);
        }
        let Parts { signing_input, header, payload, signature } =
            Parts::of(token).ok_or(JoseError::NotCompact)?;
        let decode = |part| base64url::decode(part).ok_or(JoseError::NotBase64url);
        let known = last.recall(header);
        // One that is known was decoded once.
        let decoded = if known.is_some() { Vec::new() } else { decode(header)? };
        let (payload, signature) = (decode(payload)?, decode(signature)?);
        let header = match known {
            Some(known) => known,
            None => last.keep(header, Header::parse(&decoded)?),
        };
        Ok(Self { header, signing_input, payload, signature })
    }

    /// `alg`.
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// `typ`, as it is spelled.
    pub fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// `kid`.
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id.as_deref()
    }

    /// What the signature is over.
    pub const fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    /// The bytes of the signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The claims as whoever sent the token wrote them: good for choosing whose keys to try, and for
    /// nothing else.
    ///
    /// # Errors
    /// [`JoseError::ClaimsMalformed`].
    pub fn unverified_claims(&self) -> Result<Map<String, Value>, JoseError> {
        parse_object(&self.payload).ok_or(JoseError::ClaimsMalformed)
    }
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, JoseError> {
        let members = parse_object(bytes).ok_or(JoseError::HeaderMalformed)?;
        if members.contains_key("crit") || members.contains_key("b64") {
            return Err(JoseError::ExtensionCritical);
        }
        let algorithm = text(&members, "alg")?.ok_or(JoseError::HeaderMalformed)?;
        let key_id = text(&members, "kid")?;
        if key_id.is_some_and(|key_id| !is_key_id(key_id)) {
            return Err(JoseError::KeyIdMalformed);
        }
        Ok(Self {
            algorithm: Algorithm::from_name(algorithm).ok_or(JoseError::AlgorithmUnknown)?,
            typ: text(&members, "typ")?.map(str::to_owned),
            key_id: key_id.map(str::to_owned),
        })
    }
}

impl fmt::Debug for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compact").field("header", &self.header).finish_non_exhaustive()
    }
}

/// Whether `text` can stand in a log line and in a comparison without doubt.
pub(crate) fn is_key_id(text: &str) -> bool {
    let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    (1..=MAX_KEY_ID_BYTES).contains(&text.len()) && printable
}

/// The parts of a token, still encoded.
struct Parts<'a> {
    signing_input: &'a [u8],
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(token: &'a [u8]) -> Option<Self> {
        let last_dot = token.iter().rposition(|byte| *byte == b'.')?;
        let (signing_input, signature) = split_around(token, last_dot)?;
        let first_dot = signing_input.iter().position(|byte| *byte == b'.')?;
        let (header, payload) = split_around(signing_input, first_dot)?;
        let three = !payload.contains(&b'.');
        three.then_some(Self { signing_input, header, payload, signature })
    }
}

fn split_around(bytes: &[u8], index: usize) -> Option<(&[u8], &[u8])> {
    Some((bytes.get(..index)?, bytes.get(index.checked_add(1)?..)?))
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, JoseError> {
    match members.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(JoseError::HeaderMalformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> Vec<u8> {
        let [header, claims, signature] = [header, claims, "signature"].map(base64url::encode);
        format!("{header}.{claims}.{signature}").into_bytes()
    }

    #[test]
    fn reads_the_header_and_leaves_the_claims_unverified() {
        let bytes = token(
            r#"{"alg":"ES256","typ":"at+jwt","kid":"k 1","jku":"https://evil.test","jwk":{},"x5c":3}"#,
            r#"{"iss":"a"}"#,
        );
        let compact = Compact::parse(&bytes).unwrap();
        assert_eq!(compact.algorithm(), Algorithm::Es256);
        assert_eq!((compact.typ(), compact.key_id()), (Some("at+jwt"), Some("k 1")));
        assert_eq!(compact.signature(), b"signature");
        assert!(bytes.starts_with(compact.signing_input()));
        assert_eq!(compact.unverified_claims().unwrap()["iss"], "a");
    }

    #[test]
    fn refuses_headers_by_the_rule_they_break() {
        use JoseError::*;
        let long_key_id = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(MAX_KEY_ID_BYTES + 1));
        for (header, error) in [
            ("", HeaderMalformed),
            ("[]", HeaderMalformed),
            ("{}", HeaderMalformed),
            (r#"{"alg":7}"#, HeaderMalformed),
            (r#"{"alg":"ES256","alg":"ES256"}"#, HeaderMalformed),
            (r#"{"alg":"ES256","\u0061lg":"none"}"#, HeaderMalformed),
            (r#"{"alg":"ES256","typ":null}"#, HeaderMalformed),
            (r#"{"alg":"ES256","kid":1}"#, HeaderMalformed),
            (r#"{"alg":"ES256"}{}"#, HeaderMalformed),
            (r#"{"alg":"none"}"#, AlgorithmUnknown),
            (r#"{"alg":"nOnE"}"#, AlgorithmUnknown),
            (r#"{"alg":"es256"}"#, AlgorithmUnknown),
            (r#"{"alg":"hs256"}"#, AlgorithmUnknown),
            (r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#, AlgorithmUnknown),
            (r#"{"alg":"ES256","crit":["exp"]}"#, ExtensionCritical),
            (r#"{"alg":"ES256","crit":[]}"#, ExtensionCritical),
            (r#"{"alg":"ES256","crit":null}"#, ExtensionCritical),
            (r#"{"alg":"ES256","b64":true}"#, ExtensionCritical),
            (r#"{"alg":"ES256","kid":""}"#, KeyIdMalformed),
            (r#"{"alg":"ES256","kid":"a\u0000"}"#, KeyIdMalformed),
            (r#"{"alg":"ES256","kid":"zoë"}"#, KeyIdMalformed),
            (long_key_id.as_str(), KeyIdMalformed),
        ] {
            assert_eq!(Compact::parse(&token(header, "{}")).unwrap_err(), error, "{header:?}");
        }
    }

    #[test]
    fn refuses_other_shapes() {
        use JoseError::*;
        let good = String::from_utf8(token(r#"{"alg":"ES256"}"#, "{}")).unwrap();
        let header = base64url::encode(r#"{"alg":"ES256"}"#);
        for (token, error) in [
            (String::new(), NotCompact),
            ("a".into(), NotCompact),
            ("a.b".into(), NotCompact),
            (format!("{good}.a"), NotCompact),
            (".".repeat(10_000), NotCompact),
            ("..".into(), HeaderMalformed),
            (format!("{good}="), NotBase64url),
            (format!(" {good}"), NotBase64url),
            (format!("{good}\n"), NotBase64url),
            (format!("{header}.e30.AB"), NotBase64url),
            (format!("{header}.e31.AA"), NotBase64url),
            (format!("{header}.e30.A+AA"), NotBase64url),
            ("a".repeat(MAX_TOKEN_BYTES + 1), TooLong),
        ] {
            assert_eq!(Compact::parse(token.as_bytes()).unwrap_err(), error, "{token:.80}");
        }
    }

    #[test]
    fn refuses_claims_that_can_be_read_in_two_ways() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(64), "]".repeat(64));
        for claims in ["", "[]", r#"{"sub":"a","sub":"b"}"#, r#"{"a":{"b":1,"b":2}}"#, deep.as_str()] {
            let bytes = token(r#"{"alg":"ES256"}"#, claims);
            let refused = Compact::parse(&bytes).unwrap().unverified_claims();
            assert_eq!(refused.unwrap_err(), JoseError::ClaimsMalformed, "{claims:?}");
        }
    }
}
