//! What a section says and its role does nothing with: a mistake that somebody would rely on.

use contract::{ConfigError, Section};

use super::RawIdentity;
use super::register::refuse_registry;
use super::role::Role;
use crate::names::ClientCertificateHeaders;

/// Refuse what has no effect beside `role`.
pub(super) fn check(
    role: Option<&Role>,
    raw: &RawIdentity,
    section: &Section<'_>,
) -> Result<(), ConfigError> {
    if !role.is_some_and(Role::may_have_registry) {
        refuse_registry(raw.registry.as_ref(), section)?;
    }
    let keeps = raw.client_certificate_headers == ClientCertificateHeaders::Keep;
    for (is_wrong, field, message) in [
        (
            raw.native.is_some() && !role.is_none_or(Role::may_have_native),
            "native",
            "can stand beside `mint` or alone",
        ),
        (
            raw.filter_state && !role.is_none_or(Role::may_know_somebody),
            "filter_state",
            "nobody is verified here who could be told of",
        ),
        (
            raw.headers.selects() && !role.is_some_and(Role::tells_claims),
            "headers.select",
            "only `verify` tells applications of claims",
        ),
        (
            keeps && role.is_some_and(Role::is_forwarded),
            "client_certificate_headers",
            "`keep` would pass on, with `forwarded_by`, what workloads say of themselves",
        ),
    ] {
        if is_wrong {
            return Err(section.error(field, message));
        }
    }
    Ok(())
}
