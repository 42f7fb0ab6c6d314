//! What the proxy knows of the connection, read only when a decision asks.

use std::cell::OnceCell;
use std::net::{IpAddr, SocketAddr};

use contract::{Connection, PeerFacts, TlsFacts};
use percent_encoding::percent_decode;

use crate::abi;

/// The connection of one request. What several stages ask of it is asked of the proxy once: neither the address nor
/// the certificate of the other end changes while a request lives. Where the request goes may, so that is not kept.
#[derive(Default)]
pub(crate) struct RequestConnection {
    source_address: OnceCell<Option<IpAddr>>,
    is_validated: OnceCell<bool>,
}

impl Connection for RequestConnection {
    fn source_address(&self) -> Option<IpAddr> {
        *self.source_address.get_or_init(source_address)
    }

    fn peer(&self) -> Option<PeerFacts> {
        let encoded = abi::property(&["connection", "peer_certificate"])?;
        let certificate_pem = percent_decode(&encoded).decode_utf8().ok()?.into_owned();
        let validated = self.peer_is_validated();
        (!certificate_pem.is_empty()).then_some(PeerFacts { validated, certificate_pem })
    }

    /// Not by `connection.mtls`: a certificate that was presented is enough for that.
    fn tls(&self) -> Option<TlsFacts> {
        let version = property_text(&["connection", "tls_version"]).filter(|text| !text.is_empty())?;
        let server_name = property_text(&["connection", "requested_server_name"]);
        let server_name = server_name.filter(|text| !text.is_empty());
        Some(TlsFacts { version, server_name, mutual: self.peer_is_validated() })
    }

    fn upstream_cluster(&self) -> Option<String> {
        property_text(&["xds", "cluster_name"])
    }

    fn metadata(&self, path: &[&str]) -> Option<Vec<u8>> {
        let path = [&["metadata", "filter_metadata"], path].concat();
        abi::property_or_failure(&path).map(Result::unwrap_or_default)
    }
}

/// How the connection of a request is protected.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Protection {
    /// The peer has proven who it is.
    Mtls,
    /// The peer has not.
    Tls,
    #[default]
    Plaintext,
}

impl RequestConnection {
    /// How it is protected. The answer is the same whatever is `likely`, but for that one question to the proxy is
    /// enough, unless it is TLS without a known peer. A listener has connections of mostly one kind.
    pub(crate) fn protection(&self, likely: Protection) -> Protection {
        if likely == Protection::Plaintext && !is_encrypted() {
            return Protection::Plaintext;
        }
        if self.peer_is_validated() {
            return Protection::Mtls;
        }
        // Where it was likely to be none, that was asked already.
        match likely == Protection::Plaintext || is_encrypted() {
            true => Protection::Tls,
            false => Protection::Plaintext,
        }
    }

    /// A proxy that does not say whether it has validated the peer's certificate has not (before Envoy 1.39).
    fn peer_is_validated(&self) -> bool {
        *self.is_validated.get_or_init(|| {
            let flag = abi::property(&["connection", "peer_certificate_valid"]);
            flag.is_some_and(|flag| flag.first() == Some(&1))
        })
    }
}

fn is_encrypted() -> bool {
    abi::property(&["connection", "tls_version"]).is_some_and(|version| !version.is_empty())
}

fn source_address() -> Option<IpAddr> {
    let text = property_text(&["source", "address"])?;
    text.parse::<SocketAddr>().ok().map(|address| address.ip())
}

fn property_text(path: &[&str]) -> Option<String> {
    String::from_utf8(abi::property(path)?).ok()
}
