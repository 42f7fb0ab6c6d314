//! A token, from what is asked for to its compact form.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::hmac;
use serde_json::{Map, Value, json};

use super::keys::encode;
use super::mint::Mint;
use super::{Algorithm, Flaw, Key};

/// How long a token lives unless asked otherwise, in seconds.
const LIFETIME_SECONDS: i64 = 600;

/// What flaws in time move a token by: far beyond any leeway, in seconds.
const HOUR_SECONDS: i64 = 3600;

/// What a token is to say, and what is to be wrong with it.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    algorithm: Algorithm,
    flaw: Flaw,
    claims: Map<String, Value>,
}

/// The parts of a token on its way; a flaw changes one of them.
struct Draft {
    header: Value,
    payload: Value,
}

impl TokenRequest {
    /// A token for `subject`: a reader of tenant `north` at level 1.
    pub fn new(subject: &str) -> Self {
        let claims = json!({ "sub": subject, "tenant": "north", "level": 1, "roles": ["reader"] });
        let Value::Object(claims) = claims else { unreachable!("it is written as an object") };
        Self { algorithm: Algorithm::Es256, flaw: Flaw::None, claims }
    }

    /// Sign with this algorithm.
    #[must_use]
    pub const fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Make this one thing wrong.
    #[must_use]
    pub const fn flaw(mut self, flaw: Flaw) -> Self {
        self.flaw = flaw;
        self
    }

    /// Say this too, or instead. `null` removes a claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// From the query of `/token`: `alg`, `flaw`, and claims. Values that are JSON are taken as such, others
    /// as text.
    pub(super) fn from_query(query: &str) -> io::Result<Self> {
        let mut request = Self::new("alice");
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            request = match &*name {
                "alg" => request.algorithm(value.parse()?),
                "flaw" => request.flaw(value.parse()?),
                // A subject of digits is still text.
                "sub" | "scope" => request.claim(&name, &*value),
                claim => {
                    let json = serde_json::from_str(&value);
                    request.claim(claim, json.unwrap_or_else(|_| Value::from(&*value)))
                }
            };
        }
        Ok(request)
    }

    pub(super) fn issue(&self, mint: &Mint) -> io::Result<String> {
        let key = mint.key(self.algorithm);
        let mut draft = self.draft(mint, &key)?;
        self.spoil(&mut draft, mint)?;
        let input = format!("{}.{}", encode(draft.header.to_string()), encode(self.payload_text(&draft)));
        let signature = encode(self.signature(&input, &key, mint)?);
        Ok(match self.flaw {
            Flaw::Tampered => {
                let payload = encode(changed_subject(&draft.payload).to_string());
                format!("{}.{payload}.{signature}", encode(draft.header.to_string()))
            }
            Flaw::TwoParts => input,
            _ => format!("{input}.{signature}"),
        })
    }

    /// Signed by somebody else, with `header` laid over the header; `null` removes a parameter.
    pub(super) fn forge(
        &self,
        mint: &Mint,
        header: &Value,
        sign: impl FnOnce(&[u8]) -> io::Result<Vec<u8>>,
    ) -> io::Result<String> {
        let mut draft = self.draft(mint, &mint.key(self.algorithm))?;
        for (name, value) in header.as_object().into_iter().flatten() {
            draft.header[name] = value.clone();
        }
        remove_nulls(&mut draft.header);
        let input = format!("{}.{}", encode(draft.header.to_string()), encode(self.payload_text(&draft)));
        Ok(format!("{input}.{}", encode(sign(input.as_bytes())?)))
    }

    /// An access token in the profile of RFC 9068 §2.
    fn draft(&self, mint: &Mint, key: &Key) -> io::Result<Draft> {
        let now = unix_seconds()?;
        let mut payload = json!({
            "iss": mint.name(),
            "aud": mint.audience(),
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": identifier()?,
            "client_id": "shop-app",
            "scope": "orders:read orders:write",
        });
        for (name, value) in &self.claims {
            payload[name] = value.clone();
        }
        remove_nulls(&mut payload);
        let header = json!({ "alg": self.algorithm.name(), "typ": "at+jwt", "kid": key.id() });
        Ok(Draft { header, payload })
    }

    fn spoil(&self, draft: &mut Draft, mint: &Mint) -> io::Result<()> {
        let Draft { header, payload } = draft;
        let now = unix_seconds()?;
        match self.flaw {
            Flaw::AlgNone => header["alg"] = "none".into(),
            Flaw::Crit => {
                header["crit"] = json!(["https://shop.test/ext"]);
                header["https://shop.test/ext"] = true.into();
            }
            Flaw::EmbeddedJwk => header["jwk"] = mint.foreign_key(self.algorithm)?.public_jwk(),
            Flaw::Expired => payload["exp"] = (now - HOUR_SECONDS).into(),
            Flaw::ExpString => payload["exp"] = (now + LIFETIME_SECONDS).to_string().into(),
            Flaw::HsWithPublicKey => header["alg"] = "HS256".into(),
            Flaw::NoExp => remove(payload, "exp"),
            Flaw::NoSub => remove(payload, "sub"),
            Flaw::NotYet => payload["nbf"] = (now + HOUR_SECONDS).into(),
            Flaw::UnknownKid => header["kid"] = format!("nobody-{}", identifier()?).into(),
            Flaw::WrongAudience => payload["aud"] = "other-api".into(),
            Flaw::WrongIssuer => payload["iss"] = "https://elsewhere.test".into(),
            Flaw::WrongTyp => header["typ"] = "dpop+jwt".into(),
            Flaw::None
            | Flaw::DuplicateClaim
            | Flaw::EmptySignature
            | Flaw::PayloadNotJson
            | Flaw::Tampered
            | Flaw::TwoParts
            | Flaw::WrongKey => {}
        }
        Ok(())
    }

    fn payload_text(&self, draft: &Draft) -> String {
        let text = draft.payload.to_string();
        match self.flaw {
            Flaw::DuplicateClaim => format!("{},\"sub\":\"admin\"}}", text.trim_end_matches('}')),
            Flaw::PayloadNotJson => text.trim_end_matches('}').to_owned(),
            _ => text,
        }
    }

    fn signature(&self, input: &str, key: &Key, mint: &Mint) -> io::Result<Vec<u8>> {
        match self.flaw {
            Flaw::AlgNone | Flaw::EmptySignature => Ok(Vec::new()),
            Flaw::HsWithPublicKey => {
                let secret = key.public_pem();
                let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                Ok(hmac::sign(&secret, input.as_bytes()).as_ref().to_vec())
            }
            Flaw::EmbeddedJwk | Flaw::WrongKey => mint.foreign_key(self.algorithm)?.sign(input.as_bytes()),
            _ => key.sign(input.as_bytes()),
        }
    }
}

fn changed_subject(payload: &Value) -> Value {
    let mut payload = payload.clone();
    payload["sub"] = "admin".into();
    payload
}

fn remove(payload: &mut Value, claim: &str) {
    if let Value::Object(members) = payload {
        members.remove(claim);
    }
}

fn remove_nulls(document: &mut Value) {
    if let Value::Object(members) = document {
        members.retain(|_, value| !value.is_null());
    }
}

fn unix_seconds() -> io::Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    since.as_secs().try_into().map_err(io::Error::other)
}

/// 96 random bits, base64url.
fn identifier() -> io::Result<String> {
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(encode(bytes))
}
