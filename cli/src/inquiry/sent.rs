//! One request as the filter would see it.

use std::net::IpAddr;
use std::rc::Rc;

use contract::{Connection, Head, HeadError, PeerFacts, TlsFacts, UnixTime};

use super::change::without_query_values;

/// A request, the connection it comes by, and the time at which it comes.
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: Vec<u8>,
    pub(crate) authority: String,
    /// Header fields in their order, without those that begin with a colon.
    pub(crate) fields: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) body_bytes: Option<u64>,
    pub(crate) peer: Option<Rc<PeerFacts>>,
    pub(crate) client_address: Option<IpAddr>,
    pub(crate) at: UnixTime,
}

/// How a proxy spells the version of a connection by which a workload comes.
pub(crate) const TLS_VERSION: &str = "TLSv1.3";

/// Fields of which Envoy joins repeated ones with a comma before any filter sees them, and which decide something here.
const JOINED: [&str; 2] = ["authorization", "content-type"];

/// Fields of one connection, which Envoy takes away before any filter sees them.
const HOP_BY_HOP: [&str; 3] = ["connection", "keep-alive", "proxy-connection"];

/// What Envoy tells in another way.
const HOST: &str = "host";

impl Sent {
    /// All fields, as Envoy hands them to a filter: names in lower case, the host as `:authority`, some repeated
    /// fields joined, and none that is of the connection.
    pub(crate) fn all_fields(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let scheme = if self.peer.is_some() { "https" } else { "http" };
        let authority = self.host().unwrap_or(self.authority.as_bytes());
        let own = [
            (":authority", authority),
            (":path", &self.path),
            (":method", self.method.as_bytes()),
            (":scheme", scheme.as_bytes()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.as_bytes().to_vec(), value.to_vec()));
        let fields = self.fields.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        let is_left_out = |name: &[u8]| HOP_BY_HOP.iter().chain([&HOST]).any(|out| out.as_bytes() == name);
        let fields = fields.filter(|(name, _)| !is_left_out(name)).chain(self.announced_length());
        let mut all: Vec<_> = own.collect();
        fields.for_each(|field| add(&mut all, field));
        all
    }

    /// The head.
    pub(crate) fn head(&self) -> Result<Head, HeadError> {
        let fields = self.all_fields();
        let pairs = fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice()));
        Ok(Head::from_pairs(pairs)?.followed_by_body(self.body_bytes.is_some()))
    }

    /// Whether the answer has no body, whatever it is (RFC 9110 §9.3.2).
    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// Method and path, and of the query what may be shown.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, without_query_values(&String::from_utf8_lossy(&self.path)))
    }

    fn host(&self) -> Option<&[u8]> {
        self.values(HOST).next()
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let is_called = move |field: &&(Vec<u8>, Vec<u8>)| field.0.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(is_called).map(|(_, value)| value.as_slice())
    }

    /// The length of a body about which no field says anything.
    fn announced_length(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let framing = ["content-length", "transfer-encoding"];
        let is_framed = framing.iter().any(|name| self.values(name).next().is_some());
        let length = self.body_bytes.filter(|_| !is_framed)?;
        Some((b"content-length".to_vec(), length.to_string().into_bytes()))
    }
}

/// One field more, behind the value of its name where Envoy keeps one value for that.
fn add(all: &mut Vec<(Vec<u8>, Vec<u8>)>, (name, value): (Vec<u8>, Vec<u8>)) {
    let is_joined = JOINED.iter().any(|joined| joined.as_bytes() == name);
    match all.iter_mut().find(|(other, _)| is_joined && *other == name) {
        Some((_, joined)) => joined.extend([b",", value.as_slice()].concat()),
        None => all.push((name, value)),
    }
}

impl Connection for Sent {
    fn source_address(&self) -> Option<IpAddr> {
        self.client_address
    }

    fn peer(&self) -> Option<PeerFacts> {
        self.peer.as_deref().cloned()
    }

    fn tls(&self) -> Option<TlsFacts> {
        self.peer.as_ref().map(|_| TlsFacts {
            version: TLS_VERSION.to_owned(),
            server_name: None,
            mutual: true,
        })
    }
}
