//! Inbound at a sidecar of a mesh that trusts mutual TLS alone: which workload calls, and nothing else.

use contract::{Env, Forward, Phase, Request, Stage, StageName, Verdict};

use crate::caller::Callers;
use crate::headers::ApplicationHeaders;

/// Verifies the caller's certificate on every route. No token is looked at, so nobody but the workload is known:
/// a workload is no user, and no route can take it for one.
#[derive(Debug)]
pub(crate) struct PeerOnly {
    pub(crate) callers: Callers,
    pub(crate) headers: ApplicationHeaders,
}

impl Stage for PeerOnly {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Authenticate
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        match self.callers.identify(env.connection, request.head) {
            Ok(peer) => {
                let mut forward = Forward::default();
                self.headers.write(&mut forward.request, &peer, None);
                forward.peer = Some(peer);
                Verdict::Forward(forward)
            }
            Err(error) => Verdict::Refuse(error.into()),
        }
    }
}
