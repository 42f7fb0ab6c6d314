//! Whom a proxy between the workloads calls for, as it says in `x-forwarded-client-cert`.
//!
//! The field is worth what the connection is worth over which it comes, so it is read from one proxy only,
//! which the configuration names and its certificate proves. Envoy must be told to leave it as it came
//! (`forward_client_cert_details: FORWARD_ONLY`): by default it removes the field, and with `APPEND_FORWARD` it
//! adds an element of its own about the forwarding proxy, behind which nothing is read.

use contract::{Head, SpiffeId};

use super::CallerError;
use crate::xfcc::{self, Element};

/// Where a proxy writes who its client is.
const FORWARDED_CLIENT_CERT: &str = "x-forwarded-client-cert";

/// The client for which `hop` calls, if it says so: the last element is its own, and names itself.
pub(super) fn client(head: &Head, hop: Option<&SpiffeId>) -> Result<Option<SpiffeId>, CallerError> {
    let last = xfcc::last_element(head.values(FORWARDED_CLIENT_CERT));
    match last.map_err(|_| CallerError::ForwardedMalformed)? {
        Some(element) => client_of(&element, hop).map(Some),
        None => Ok(None),
    }
}

fn client_of(element: &Element<'_>, hop: Option<&SpiffeId>) -> Result<SpiffeId, CallerError> {
    let by = element.only("by").map_err(|_| CallerError::ForwardedElsewhere)?;
    if by.is_none() || by.as_deref() != hop.map(SpiffeId::as_str) {
        return Err(CallerError::ForwardedElsewhere);
    }
    let uri = element.only("uri").map_err(|_| CallerError::SanCount)?.ok_or(CallerError::SanCount)?;
    SpiffeId::parse(&uri).map_err(|_| CallerError::NotSpiffe)
}
