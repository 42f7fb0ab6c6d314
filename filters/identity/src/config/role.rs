//! Which role a listener has.

use super::attach::RawAttach;
use super::mint::RawMint;
use super::peer::RawPeer;
use super::publish::RawPublish;
use super::verify::RawVerify;
use crate::hygiene::Boundary;

/// What a listener does about identity besides hygiene. Not more than one of these, because a listener is at the
/// edge, for the edge's keys, inbound or outbound.
pub(super) enum Role {
    Mint(RawMint),
    Publish(RawPublish),
    Verify(RawVerify),
    Peer(RawPeer),
    Attach(RawAttach),
}

impl Role {
    /// The one that is there, if one is.
    pub(super) fn of(
        mint: Option<RawMint>,
        publish: Option<RawPublish>,
        verify: Option<RawVerify>,
        peer: Option<RawPeer>,
        attach: Option<RawAttach>,
    ) -> Result<Option<Self>, &'static str> {
        let given = [
            mint.map(Self::Mint),
            publish.map(Self::Publish),
            verify.map(Self::Verify),
            peer.map(Self::Peer),
            attach.map(Self::Attach),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (role, None) => Ok(role),
            (_, Some(_)) => {
                Err("only one of `mint`, `publish`, `verify`, `peer` and `attach` can be given")
            }
        }
    }

    /// Whom requests come from.
    pub(super) const fn boundary(&self) -> Boundary {
        match self {
            Self::Mint(_) => Boundary::Edge,
            Self::Publish(_) | Self::Verify(_) | Self::Peer(_) | Self::Attach(_) => Boundary::Mesh,
        }
    }

    /// Whether traces are registered or looked up.
    pub(super) const fn may_have_registry(&self) -> bool {
        match self {
            Self::Verify(_) | Self::Attach(_) => true,
            Self::Mint(_) | Self::Publish(_) | Self::Peer(_) => false,
        }
    }

    /// Whether somebody may be known here whom another filter has verified.
    pub(super) const fn may_have_native(&self) -> bool {
        match self {
            Self::Mint(_) => true,
            Self::Publish(_) | Self::Verify(_) | Self::Peer(_) | Self::Attach(_) => false,
        }
    }

    /// Whether somebody may be verified here.
    pub(super) const fn may_know_somebody(&self) -> bool {
        match self {
            Self::Mint(_) | Self::Verify(_) | Self::Peer(_) => true,
            Self::Publish(_) | Self::Attach(_) => false,
        }
    }

    /// Whether the application is told what a token says.
    pub(super) const fn tells_claims(&self) -> bool {
        match self {
            Self::Verify(_) => true,
            Self::Mint(_) | Self::Publish(_) | Self::Peer(_) | Self::Attach(_) => false,
        }
    }

    /// Whether a proxy between the workloads says who calls.
    pub(super) const fn is_forwarded(&self) -> bool {
        match self {
            Self::Verify(verify) => verify.is_forwarded(),
            Self::Peer(peer) => peer.is_forwarded(),
            Self::Mint(_) | Self::Publish(_) | Self::Attach(_) => false,
        }
    }
}
