//! What the proxy knows of the connection, read only when a decision asks.

use std::net::{IpAddr, SocketAddr};

use contract::{Connection, PeerFacts};
use percent_encoding::percent_decode;

use crate::abi;

/// The connection of the request that is being decided on.
pub(crate) struct RequestConnection;

impl Connection for RequestConnection {
    fn source_address(&self) -> Option<IpAddr> {
        let text = property_text(&["source", "address"])?;
        text.parse::<SocketAddr>().ok().map(|address| address.ip())
    }

    /// A proxy that does not say whether it has validated the certificate has not (before Envoy 1.39).
    fn peer(&self) -> Option<PeerFacts> {
        let encoded = abi::property(&["connection", "peer_certificate"])?;
        let certificate_pem = percent_decode(&encoded).decode_utf8().ok()?.into_owned();
        let validated = abi::property(&["connection", "peer_certificate_valid"]);
        let validated = validated.is_some_and(|flag| flag.first() == Some(&1));
        (!certificate_pem.is_empty()).then_some(PeerFacts { validated, certificate_pem })
    }

    fn upstream_cluster(&self) -> Option<String> {
        property_text(&["xds", "cluster_name"])
    }

    fn metadata(&self, path: &[&str]) -> Option<Vec<u8>> {
        let path = [&["metadata", "filter_metadata"], path].concat();
        abi::property_or_failure(&path).map(Result::unwrap_or_default)
    }
}

fn property_text(path: &[&str]) -> Option<String> {
    String::from_utf8(abi::property(path)?).ok()
}
