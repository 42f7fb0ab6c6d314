//! Tokens that are bound to the certificate of their sender (RFC 8705 §3).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contract::{Connection, PeerFacts};
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::TokenError;

/// The SHA-256 of a certificate in DER, which `cnf` with the member `x5t#S256` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Confirmation([u8; SHA256_OUTPUT_LEN]);

impl Confirmation {
    /// What `claims` bind their token to. A binding that is not understood is still one (RFC 7800 §3.1),
    /// whatever stands beside one that is.
    ///
    /// # Errors
    /// When `cnf` is there and is anything but one certificate's digest.
    pub(crate) fn of(claims: &Map<String, Value>) -> Result<Option<Self>, TokenError> {
        let Some(value) = claims.get("cnf") else { return Ok(None) };
        let confirmation = value.as_object().filter(|members| members.len() == 1).and_then(Self::read);
        confirmation.map(Some).ok_or(TokenError::SenderConstrained)
    }

    fn read(members: &Map<String, Value>) -> Option<Self> {
        let text = members.get("x5t#S256")?.as_str()?;
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// That the peer of `connection` has shown this certificate.
    ///
    /// # Errors
    /// When there is none that the proxy has validated, or another one.
    pub(crate) fn judge(&self, connection: &dyn Connection) -> Result<(), TokenError> {
        let peer = connection.peer().filter(|peer| peer.validated);
        let shown = peer.as_ref().and_then(thumbprint).ok_or(TokenError::CertificateMissing)?;
        let same = bool::from(self.0.ct_eq(shown.as_ref()));
        same.then_some(()).ok_or(TokenError::CertificateWrong)
    }
}

fn thumbprint(peer: &PeerFacts) -> Option<ring::digest::Digest> {
    Some(digest(&SHA256, &der(&peer.certificate_pem)?))
}

/// The bytes of the first certificate of a PEM text (RFC 7468 §5.1), which is the leaf.
fn der(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let base64: String = body.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    STANDARD.decode(base64).ok().filter(|der| !der.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The digest that RFC 8705 §3.1 shows.
    const EXAMPLE: &str = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";

    fn of(cnf: &Value) -> Result<Option<Confirmation>, TokenError> {
        Confirmation::of(json!({ "cnf": cnf }).as_object().unwrap())
    }

    #[test]
    fn reads_one_digest_and_refuses_every_other_binding() {
        // The example of the standard ends in bits that no canonical encoder writes.
        let canonical = EXAMPLE.replace("dg2", "dg0");
        assert_eq!(Confirmation::of(&Map::new()), Ok(None));
        assert!(matches!(of(&json!({"x5t#S256": canonical})), Ok(Some(_))));
        for cnf in [
            json!({"x5t#S256": canonical, "jkt": "a"}),
            json!({"x5t#S256": EXAMPLE}),
            json!({"x5t#S256": format!("{canonical}=")}),
            json!({"x5t#S256": "AAAA"}),
            json!({"x5t#S256": 1}),
            json!({"x5t": canonical}),
            json!({"jkt": canonical}),
            json!({}),
            json!([]),
            json!(null),
        ] {
            assert_eq!(of(&cnf), Err(TokenError::SenderConstrained), "{cnf}");
        }
    }

    #[test]
    fn reads_the_leaf_of_a_chain() {
        let block = |der: &[u8]| {
            let body = STANDARD.encode(der);
            format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
        };
        assert_eq!(der(&(block(b"leaf") + &block(b"issuer"))).unwrap(), b"leaf");
        for bad in [
            "",
            "leaf",
            "-----BEGIN CERTIFICATE-----\nbGVhZg==\n",
            &block(b""),
            &block(b"a").replace("YQ", "Y!"),
        ] {
            assert_eq!(der(bad), None, "{bad:?}");
        }
    }
}
