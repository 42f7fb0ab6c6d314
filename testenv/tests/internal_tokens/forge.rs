//! Internal tokens, good ones and ones that are wrong in one way.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};
use testenv::issuer::{Algorithm, Key};

/// How long a token of the edge lives, in seconds.
const LIFETIME: i64 = 60;

/// Who signs: the edge, those who would like to be it, and the issuer of users' tokens.
pub struct Forge<'a> {
    /// The edge, whose key the sidecar trusts.
    pub edge: &'a Key,
    /// Somebody else who calls the key by the same id.
    pub foreign: Key,
    /// A key that the sidecar trusts no longer.
    pub retired: Key,
    /// An Ed25519 key under the id of the edge's.
    pub other_curve: Key,
    /// The issuer of users' tokens, which the sidecar trusts for those.
    pub users: &'a Key,
}

/// A token that is not signed yet.
#[derive(Clone)]
pub struct Draft {
    header: Value,
    claims: Value,
}

impl<'a> Forge<'a> {
    /// With new keys of others.
    pub fn new(edge: &'a Key, users: &'a Key) -> io::Result<Self> {
        Ok(Self {
            edge,
            foreign: Key::generate(Algorithm::Es256, edge.id())?,
            retired: Key::generate(Algorithm::Es256, "edge-0")?,
            other_curve: Key::generate(Algorithm::EdDsa, edge.id())?,
            users,
        })
    }

    /// What the edge would write for `subject`.
    pub fn draft(&self, subject: &str) -> Draft {
        let now = now();
        let claims = json!({
            "iss": "https://edge.shop.test", "aud": "shop.test", "sub": subject, "txn": "0123456789abcdef",
            "scope": "orders:read", "req_wl": "spiffe://shop.test/edge",
            "tctx": { "iss": "https://issuer.test", "tenant": "north", "level": 1, "roles": ["reader"] },
            "rctx": { "req_ip": "127.0.0.1" }, "iat": now, "exp": now + LIFETIME,
        });
        let header = json!({ "alg": "ES256", "typ": "txntoken+jwt", "kid": self.edge.id() });
        Draft { header, claims }
    }

    /// A good token of the edge for `subject`.
    pub fn good(&self, subject: &str) -> String {
        self.draft(subject).signed(self.edge)
    }

    /// A good access token of the users' issuer.
    pub fn access_token(&self, subject: &str) -> Draft {
        let draft = self.draft(subject).claim("iss", "https://issuer.test").claim("aud", "shop-api");
        let draft = draft.claim("tenant", "north").claim("level", 1).claim("roles", json!(["reader"]));
        let draft = draft.claim("client_id", "shop-app").claim("jti", "1");
        draft.header("typ", "at+jwt").header("kid", self.users.id())
    }
}

impl Draft {
    /// With this in the header; `null` removes it.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        put(&mut self.header, name, value.into());
        self
    }

    /// With this claim; `null` removes it.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        put(&mut self.claims, name, value.into());
        self
    }

    /// With these times, in seconds from now.
    pub fn times(self, issued: i64, expires: i64) -> Self {
        self.claim("iat", now() + issued).claim("exp", now() + expires)
    }

    /// Header and payload, as they are signed.
    pub fn input(&self) -> String {
        self.input_with(&self.claims.to_string())
    }

    /// The same with another text of the payload.
    pub fn input_with(&self, payload: &str) -> String {
        format!("{}.{}", encode(self.header.to_string()), encode(payload))
    }

    /// The payload as text.
    pub fn payload(&self) -> String {
        self.claims.to_string()
    }

    /// Signed by `key`, whatever the header says.
    pub fn signed(&self, key: &Key) -> String {
        sign(self.input(), key)
    }

    /// Under HMAC with SHA-256 and this secret.
    pub fn under_secret(&self, secret: &[u8]) -> String {
        let input = self.input();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let signature = encode(hmac::sign(&key, input.as_bytes()));
        format!("{input}.{signature}")
    }
}

/// `input` with the signature of `key`.
pub fn sign(input: String, key: &Key) -> String {
    let signature = key.sign(input.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    format!("{input}.{}", encode(signature))
}

/// Header and payload of one token with the signature of another.
pub fn spliced(content: &str, signature: &str) -> String {
    let (content, signature) = (content.rsplit_once('.'), signature.rsplit_once('.'));
    let (Some((content, _)), Some((_, signature))) = (content, signature) else { panic!("two tokens") };
    format!("{content}.{signature}")
}

/// Unpadded base64url (RFC 7515 §2).
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn put(document: &mut Value, name: &str, value: Value) {
    let Value::Object(members) = document else { panic!("an object") };
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_else(|error| panic!("{error}"));
    i64::try_from(since.as_secs()).unwrap_or_else(|error| panic!("{error}"))
}
