//! Requests as JSON.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;

use contract::{PeerFacts, UnixTime};
use serde::Deserialize;

use super::peer;
use super::sent::Sent;
use crate::date;
use crate::failure::Failure;

/// What the command says of all requests, where they do not say it themselves. Fields are added.
pub(super) struct Defaults {
    pub(super) authority: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body_bytes: Option<u64>,
    pub(super) peer: Option<Rc<PeerFacts>>,
    pub(super) client_address: Option<IpAddr>,
    pub(super) at: UnixTime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequest {
    #[serde(default = "get")]
    method: String,
    path: String,
    authority: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    token: Option<String>,
    body_bytes: Option<u64>,
    peer: Option<String>,
    client_address: Option<IpAddr>,
    at: Option<RawTime>,
}

/// A date, or seconds since the epoch with a fraction.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawTime {
    Seconds(f64),
    Date(String),
}

/// The requests in the lines of the file at `path`; empty lines are passed over.
pub(super) fn lines(path: &Path, defaults: &Defaults) -> Result<Vec<Sent>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::in_file(path, error))?;
    let numbered = (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let requests = numbered.map(|(number, line)| {
        one(line.as_bytes(), defaults)
            .map_err(|message| Failure::in_file(path, format_args!("line {number}: {message}")))
    });
    requests.collect()
}

/// The request in `bytes`.
pub(super) fn one(bytes: &[u8], defaults: &Defaults) -> Result<Sent, String> {
    let raw: RawRequest = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let RawRequest { method, path, authority, headers, token, body_bytes, peer, client_address, at } = raw;
    let mut sent = defaults.request(&method, path.as_bytes());
    let bearer = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
    sent.fields.extend(headers.into_iter().chain(bearer).map(bytes_of));
    if let Some(authority) = authority {
        sent.authority = authority;
    }
    if let Some(id) = peer {
        sent.peer = Some(Rc::new(peer::called(&id)?));
    }
    sent.body_bytes = body_bytes.or(sent.body_bytes);
    sent.client_address = client_address.or(sent.client_address);
    if let Some(time) = at {
        sent.at = time.read()?;
    }
    Ok(sent)
}

impl Defaults {
    /// A request of which nothing else is said.
    pub(super) fn request(&self, method: &str, path: &[u8]) -> Sent {
        Sent {
            method: method.to_owned(),
            path: path.to_vec(),
            authority: self.authority.clone(),
            fields: self.fields.iter().cloned().map(bytes_of).collect(),
            body_bytes: self.body_bytes,
            peer: self.peer.clone(),
            client_address: self.client_address,
            at: self.at,
        }
    }
}

impl RawTime {
    fn read(self) -> Result<UnixTime, String> {
        match self {
            Self::Date(text) => date::parse(&text),
            Self::Seconds(seconds) => {
                let since = contract::Duration::try_from_secs_f64(seconds);
                since.map(|since| UnixTime::default().plus(since)).map_err(|error| format!("at: {error}"))
            }
        }
    }
}

fn bytes_of((name, value): (String, String)) -> (Vec<u8>, Vec<u8>) {
    (name.into_bytes(), value.into_bytes())
}

fn get() -> String {
    "GET".to_owned()
}
