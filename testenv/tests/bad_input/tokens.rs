//! Tokens, good ones and others.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testenv::Mesh;
use testenv::issuer::{Algorithm, Flaw, Key, TokenRequest};
use testenv::report::Checked;

/// How the claims of a good token end in the text from which others are made.
const SUBJECT: &str = r#""sub":"SUBJECT""#;

/// What rows show.
pub struct Tokens {
    /// Of a reader.
    pub reader: String,
    /// Of a buyer, who may create orders.
    pub buyer: String,
    /// Of somebody without any role.
    pub nobody: String,
    /// A partner's API key, which is for one scope.
    pub partner_key: String,
    /// Of an issuer whose keys never come.
    pub cold: String,
    flawed: BTreeMap<&'static str, String>,
    key: Arc<Key>,
    claims: Value,
}

impl Tokens {
    /// By the issuer of the mesh.
    pub fn of(mesh: &Mesh) -> Checked<Self> {
        let token = |query: &str| mesh.reach.token(query);
        let flawed = |(flaw, name): (Flaw, &'static str)| {
            Ok((name, mesh.issuer.token(&TokenRequest::new("alice").flaw(flaw))?))
        };
        let reader = token("sub=alice")?;
        let payload = reader.split('.').nth(1).ok_or("no payload")?;
        Ok(Self {
            buyer: token(r#"sub=carol&roles=["buyer"]&level=2"#)?,
            nobody: token("sub=bob&roles=[]")?,
            partner_key: mesh.reach.partner_key.clone(),
            cold: token("sub=alice&iss=https://cold.test")?,
            flawed: Flaw::ALL.into_iter().map(flawed).collect::<Checked<_>>()?,
            key: mesh.issuer.key(Algorithm::Es256),
            claims: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?,
            reader,
        })
    }

    /// One with this flaw.
    pub fn flawed(&self, name: &str) -> &str {
        self.flawed.get(name).map_or("", String::as_str)
    }

    /// A reader's, well signed, whose subject is written so in JSON.
    pub fn with_subject(&self, json: &[u8]) -> String {
        let mut claims = self.claims.clone();
        claims["sub"] = json!("SUBJECT");
        let text = claims.to_string();
        let (before, after) = text.split_once(SUBJECT).unwrap_or_default();
        self.signed(&[before.as_bytes(), b"\"sub\":", json, after.as_bytes()].concat())
    }

    /// A reader's, well signed, with this claim beside the others, written so in JSON.
    pub fn with_claim(&self, json: &str) -> String {
        let text = self.claims.to_string();
        self.signed(format!("{},\"extra\":{json}}}", text.trim_end_matches('}')).as_bytes())
    }

    /// A reader's, well signed, of this many bytes; or of one less or more where base64url has no such length.
    pub fn of_length(&self, bytes: usize) -> String {
        let short = self.with_claim("\"\"").len();
        let pad = bytes.saturating_sub(short) / 4 * 3;
        let tokens = (pad..pad + 8).map(|pad| self.with_claim(&format!("\"{}\"", "a".repeat(pad))));
        tokens.min_by_key(|token| token.len().abs_diff(bytes)).unwrap_or_default()
    }

    fn signed(&self, payload: &[u8]) -> String {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": self.key.id() }).to_string();
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.key.sign(input.as_bytes()).unwrap_or_default();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
