//! What one module of a chain hands to the next, through the proxy's filter state.

use std::rc::Rc;

use contract::{Identity, Peer, SpiffeId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Who has been verified so far. Clients cannot write filter state; other filters of the proxy can, which
/// is why they are part of what an operator trusts.
#[derive(Debug, Default, Clone)]
pub struct Handoff {
    /// The verified caller.
    pub identity: Option<Rc<Identity>>,
    /// The verified workload.
    pub peer: Option<Rc<Peer>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    identity: Option<Box<RawValue>>,
    peer: Option<String>,
}

impl Handoff {
    /// Read what an earlier module has handed on. Whatever cannot be read is nobody.
    #[expect(clippy::disallowed_methods, reason = "this is where a chain hands identity on")]
    pub fn read(bytes: &[u8]) -> Self {
        let wire = std::str::from_utf8(bytes).ok().and_then(|text| serde_json::from_str::<Wire>(text).ok());
        let Some(wire) = wire else { return Self::default() };
        let identity = wire.identity.and_then(|raw| Identity::from_handoff(raw.get().as_bytes()).ok());
        let peer = wire.peer.and_then(|id| SpiffeId::parse(&id).ok()).map(Peer::from_verified);
        Self { identity: identity.map(Rc::new), peer: peer.map(Rc::new) }
    }

    /// The bytes for the next module.
    pub fn write(&self) -> Vec<u8> {
        let identity = self.identity.as_ref().and_then(|identity| {
            String::from_utf8(identity.to_handoff()).ok().and_then(|text| RawValue::from_string(text).ok())
        });
        let peer = self.peer.as_ref().map(|peer| peer.spiffe_id().to_string());
        serde_json::to_vec(&Wire { identity, peer }).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_nobody() {
        for bytes in [b"".as_slice(), b"{}", b"\xff", br#"{"identity":{"subject":"eve"},"peer":"eve"}"#] {
            let handoff = Handoff::read(bytes);
            assert!(handoff.identity.is_none() && handoff.peer.is_none(), "{bytes:?}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a peer for a test")]
    fn a_peer_comes_through() {
        let id = SpiffeId::parse("spiffe://shop.test/edge").unwrap();
        let sent = Handoff { identity: None, peer: Some(Rc::new(Peer::from_verified(id.clone()))) };
        assert_eq!(Handoff::read(&sent.write()).peer.unwrap().spiffe_id(), &id);
    }
}
