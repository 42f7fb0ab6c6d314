//! A bundle in the making.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::issuer::{Key, encode};

/// How long a bundle lasts unless a test says otherwise.
const TERM: Duration = Duration::from_secs(3_600);

/// Everything that a bundle says, to be changed before it is signed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The header of the manifest.
    pub header: Value,
    /// The claims of the manifest. Digests that are not there are those of the content.
    pub claims: Value,
    /// The content.
    pub content: Value,
}

impl Draft {
    /// The bundle `name` of this version from now on, with a schema and files of policies.
    pub fn new(name: &str, version: u64, schema: &str, policies: &[String]) -> Self {
        let files = policies.iter().enumerate();
        let files = files.map(|(number, text)| json!({ "name": format!("{number}.cedar"), "text": text }));
        let now = unix_time();
        Self {
            header: json!({ "typ": "watchword-bundle+jwt" }),
            claims: json!({
                "name": name,
                "version": version,
                "iat": now.as_secs(),
                "not_after": (now + TERM).as_secs(),
            }),
            content: json!({
                "schema": { "name": "shop.cedarschema", "text": schema },
                "policies": files.collect::<Vec<_>>(),
                "links": [],
                "entities": [],
            }),
        }
    }

    /// Put this into the place of a claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// Put this into the place of a parameter of the header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// Let it begin and end so many seconds after this one.
    #[must_use]
    pub fn lasts(self, from: i64, to: i64) -> Self {
        let now = unix_time().as_secs();
        let at = |seconds| now.saturating_add_signed(seconds);
        self.claim("iat", at(from)).claim("not_after", at(to))
    }

    /// The document, signed by `key`.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn sign(mut self, key: &Key) -> io::Result<String> {
        let content = self.content.to_string();
        let schema = self.content["schema"]["text"].as_str().unwrap_or_default();
        let said = [
            ("content", json!({ "sha256": sha256(content.as_bytes()), "bytes": content.len() })),
            ("schema", json!({ "sha256": sha256(schema.as_bytes()) })),
        ];
        for (claim, value) in said {
            if self.claims[claim].is_null() {
                self.claims[claim] = value;
            }
        }
        for (parameter, value) in [("alg", key.algorithm().name()), ("kid", key.id())] {
            if self.header[parameter].is_null() {
                self.header[parameter] = value.into();
            }
        }
        let input = format!("{}.{}", encode(self.header.to_string()), encode(self.claims.to_string()));
        let signature = encode(key.sign(input.as_bytes())?);
        Ok(format!("{{\"manifest\":\"{input}.{signature}\",\"content\":{content}}}"))
    }
}

fn sha256(bytes: &[u8]) -> String {
    encode(digest(&SHA256, bytes))
}

fn unix_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::issuer::Algorithm;

    #[test]
    fn says_the_digest_of_the_bytes_that_stand_in_it() {
        let key = Key::generate(Algorithm::Es256, "k1").unwrap();
        let draft =
            Draft::new("shop", 7, "entity User;", &["permit (principal, action, resource);".into()]);
        let document = draft.claim("extra", true).sign(&key).unwrap();
        let (head, content) = document.split_once(",\"content\":").unwrap();
        let content = content.strip_suffix('}').unwrap();
        let claims = head.split('.').nth(1).unwrap();
        let expected = json!({
            "sha256": sha256(content.as_bytes()), "bytes": content.len(),
        });
        let said = URL_SAFE_NO_PAD.decode(claims).unwrap();
        let said: Value = serde_json::from_slice(&said).unwrap();
        assert_eq!(said["content"], expected);
        assert_eq!((&said["version"], &said["extra"]), (&json!(7), &json!(true)));
    }
}
