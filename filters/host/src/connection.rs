//! What the proxy knows of the connection, read only when a decision asks.

use std::net::{IpAddr, SocketAddr};

use contract::{Connection, PeerFacts, TlsFacts};
use percent_encoding::percent_decode;

use crate::abi;

/// The connection of the request that is being decided on.
pub(crate) struct RequestConnection;

impl Connection for RequestConnection {
    fn source_address(&self) -> Option<IpAddr> {
        let text = property_text(&["source", "address"])?;
        text.parse::<SocketAddr>().ok().map(|address| address.ip())
    }

    fn peer(&self) -> Option<PeerFacts> {
        let encoded = abi::property(&["connection", "peer_certificate"])?;
        let certificate_pem = percent_decode(&encoded).decode_utf8().ok()?.into_owned();
        let validated = peer_is_validated();
        (!certificate_pem.is_empty()).then_some(PeerFacts { validated, certificate_pem })
    }

    /// Not by `connection.mtls`: a certificate that was presented is enough for that.
    fn tls(&self) -> Option<TlsFacts> {
        let version = property_text(&["connection", "tls_version"]).filter(|text| !text.is_empty())?;
        let server_name = property_text(&["connection", "requested_server_name"]);
        let server_name = server_name.filter(|text| !text.is_empty());
        Some(TlsFacts { version, server_name, mutual: peer_is_validated() })
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
#[derive(Clone, Copy)]
pub(crate) enum Protection {
    /// The peer has proven who it is.
    Mtls,
    /// The peer has not.
    Tls,
    Plaintext,
}

impl Protection {
    /// That of the request that is being decided on: one question to the proxy where the peer is known, two where it
    /// is not. To find an answer by the connection it belongs to would cost a question, too.
    pub(crate) fn of_request() -> Self {
        if peer_is_validated() {
            return Self::Mtls;
        }
        match abi::property(&["connection", "tls_version"]) {
            Some(version) if !version.is_empty() => Self::Tls,
            Some(_) | None => Self::Plaintext,
        }
    }
}

/// A proxy that does not say whether it has validated the peer's certificate has not (before Envoy 1.39).
fn peer_is_validated() -> bool {
    let flag = abi::property(&["connection", "peer_certificate_valid"]);
    flag.is_some_and(|flag| flag.first() == Some(&1))
}

fn property_text(path: &[&str]) -> Option<String> {
    String::from_utf8(abi::property(path)?).ok()
}
