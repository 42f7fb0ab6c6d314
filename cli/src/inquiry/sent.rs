//! One request as the filter would see it.

use std::net::IpAddr;
use std::rc::Rc;

use contract::{Connection, Head, HeadError, PeerFacts, TlsFacts, UnixTime};

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

impl Sent {
    /// All fields, as a proxy hands them to a filter: names in lower case, the host as `:authority`.
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
        own.chain(fields.filter(|(name, _)| name != b"host")).chain(self.announced_length()).collect()
    }

    /// The head.
    pub(crate) fn head(&self) -> Result<Head, HeadError> {
        let fields = self.all_fields();
        let pairs = fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice()));
        Ok(Head::from_pairs(pairs)?.followed_by_body(self.body_bytes.is_some()))
    }

    /// Request line, for people.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, String::from_utf8_lossy(&self.path))
    }

    fn host(&self) -> Option<&[u8]> {
        self.values("host").next()
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
