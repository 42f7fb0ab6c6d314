//! A request as an input tells it: lines `NAME=VALUE`, one for each field.
//!
//! Some names stand for what no input could find. Three are a token over the claims in the value, signed: `@token` in
//! `Authorization`, `@cookie` in a cookie, `@query` in the query of the path before it. `@txn` is an internal token,
//! likewise. `@key` is the good API key; `@peer` is the certificate of the other end, `edge`, `gateway` or DER in base64;
//! `@now` is the time, in seconds.

use std::sync::LazyLock;

use contract::{Head, PeerFacts, UnixTime};

use super::{API_KEY, Issuer};

/// The time of the seeds.
const NOW: u64 = 2_000_000_000;

static ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::new);

/// A request as it is sent, and what its sender has to show.
pub struct Sent {
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    /// The users' tokens in it.
    pub tokens: Vec<Token>,
    /// The internal ones.
    pub internal: Vec<Token>,
    /// Whether it has the good API key.
    pub has_key: bool,
    /// Who sends it.
    pub peer: Option<PeerFacts>,
    /// When, in seconds since the epoch.
    pub now: u64,
}

/// A token that was signed.
pub struct Token {
    /// What it says, as it was signed.
    pub claims: Vec<u8>,
    /// The whole of it.
    pub text: String,
}

impl Sent {
    /// Read an input.
    pub fn read(input: &[u8]) -> Self {
        let mut sent = Self {
            fields: Vec::new(),
            tokens: Vec::new(),
            internal: Vec::new(),
            has_key: false,
            peer: None,
            now: NOW,
        };
        for line in input.split(|byte| *byte == b'\n') {
            let Some(equals) = line.iter().position(|byte| *byte == b'=') else { continue };
            sent.take(&line[..equals], &line[equals + 1..]);
        }
        sent
    }

    /// Its head, where that fits.
    pub fn head(&self) -> Option<Head> {
        Head::from_pairs(self.fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))).ok()
    }

    /// When it is sent.
    pub fn time(&self) -> UnixTime {
        UnixTime::from_seconds(self.now)
    }

    fn take(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"@token" => {
                let token = format!("Bearer {}", self.token(value));
                self.field("authorization", &token);
            }
            b"@cookie" => {
                let cookie = format!("theme=dark; session={}", self.token(value));
                self.field("cookie", &cookie);
            }
            b"@query" => self.put_into_query(value),
            b"@txn" => {
                let text = ISSUER.token("txntoken+jwt", value);
                self.field("txn-token", &text);
                self.internal.push(Token { claims: value.to_vec(), text });
            }
            b"@key" => {
                self.field("x-api-key", API_KEY);
                self.has_key = true;
            }
            b"@peer" => {
                self.peer = Some(PeerFacts { validated: true, certificate_pem: certificate(value) })
            }
            b"@now" => self.now = number(value).unwrap_or(NOW),
            name => self.fields.push((name.to_vec(), value.to_vec())),
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        self.fields.push((name.as_bytes().to_vec(), value.as_bytes().to_vec()));
    }

    fn token(&mut self, claims: &[u8]) -> String {
        let text = ISSUER.token("at+jwt", claims);
        self.tokens.push(Token { claims: claims.to_vec(), text: text.clone() });
        text
    }

    fn put_into_query(&mut self, claims: &[u8]) {
        let Some(at) = self.fields.iter().rposition(|(name, _)| name == b":path") else { return };
        let token = self.token(claims);
        let path = &mut self.fields[at].1;
        path.push(if path.contains(&b'?') { b'&' } else { b'?' });
        path.extend(format!("access_token={token}").bytes());
    }
}

fn certificate(value: &[u8]) -> String {
    match value {
        b"edge" => include_str!("edge.pem").to_owned(),
        b"gateway" => include_str!("gateway.pem").to_owned(),
        der => {
            // RFC 7468 §2: 64 characters in each line but the last.
            let lines: Vec<_> = der.chunks(64).map(String::from_utf8_lossy).collect();
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
        }
    }
}

/// Beyond the end of `UnixTime` no time passes any more.
fn number(text: &[u8]) -> Option<u64> {
    str::from_utf8(text).ok()?.parse().ok().filter(|now| *now < UnixTime::MAX.seconds())
}
