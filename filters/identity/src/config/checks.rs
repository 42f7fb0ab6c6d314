//! What several parts of the section have to check.

use std::fmt::Display;

use contract::{ConfigError, Section, SpiffeId};

pub(super) fn not_empty(text: &str, field: &str, section: &Section<'_>) -> Result<(), ConfigError> {
    if text.is_empty() { Err(section.error(field, "must not be empty")) } else { Ok(()) }
}

pub(super) fn check_trust_domain(
    text: &str,
    field: &str,
    section: &Section<'_>,
) -> Result<(), ConfigError> {
    let id = SpiffeId::parse(&format!("spiffe://{text}"));
    if id.is_ok_and(|id| id.trust_domain() == text) {
        return Ok(());
    }
    Err(section.error(field, quoted_is_no(text, "trust domain")))
}

pub(super) fn spiffe_id(text: &str, field: &str, section: &Section<'_>) -> Result<SpiffeId, ConfigError> {
    SpiffeId::parse(text).map_err(|_| section.error(field, quoted_is_no(text, "SPIFFE ID")))
}

fn quoted_is_no(text: &str, what: &str) -> impl Display {
    format!("`{text}` is no {what}")
}
