//! What no fault may make of a request.

use wasmhost::{Headers, StreamId, Vm};

use crate::support::shop::FORGED;

/// What must hold of the request of a scene, whatever fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// It is not the request that the scene is about.
    None,
    /// It is forwarded with an identity of ours and nothing that the client has forged, or not at all.
    Clean,
    /// It is not forwarded.
    Held,
    /// Its response goes out without `Txn-Token`, or not at all.
    CleanResponse,
}

impl Guard {
    /// Whether it holds of a request as it stands.
    pub fn holds(self, vm: &Vm, stream: StreamId) -> bool {
        match (self, vm.outcome(stream).forwarded()) {
            (Self::CleanResponse, _) => {
                vm.passed_response(stream).iter().all(|fields| fields.first("txn-token").is_none())
            }
            (Self::None, _) | (Self::Clean | Self::Held, None) => true,
            (Self::Held, Some(_)) => false,
            (Self::Clean, Some(headers)) => is_clean(headers, vm.passed_trailers(stream).as_ref()),
        }
    }
}

fn is_clean(headers: &Headers, trailers: Option<&Headers>) -> bool {
    let mut fields = headers.iter().chain(trailers.into_iter().flat_map(Headers::iter));
    let is_forged = fields.any(|(_, value)| value == FORGED.as_bytes());
    !is_forged && headers.all("authorization").is_empty() && headers.all("txn-token").len() == 1
}
