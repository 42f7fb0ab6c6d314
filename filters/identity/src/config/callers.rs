//! `callers` and `forwarded_by`: the same question with a token and without one.

use std::collections::BTreeSet;

use contract::{ConfigError, Section};

use super::checks::spiffe_id;
use crate::caller::{CallerPattern, Callers};

/// A pattern of SPIFFE IDs, as [`CallerPattern::parse`] has it, but for `.` and `..`.
#[cfg(feature = "schema")]
pub(super) const CALLER: &str = r"^spiffe://[a-z0-9._-]+(/([A-Za-z0-9._-]+|\*))*(/\*\*)?$";

/// Compile the fields of the role that is called `role` in the section.
pub(super) fn compile_callers(
    callers: &BTreeSet<String>,
    forwarded_by: Option<&str>,
    role: &str,
    section: &Section<'_>,
) -> Result<Callers, ConfigError> {
    let field = format!("{role}.callers");
    if callers.is_empty() {
        return Err(section.error(&field, "names nobody who may call"));
    }
    let pattern = |caller: &String| {
        CallerPattern::parse(caller).map_err(|_| {
            let message = format!(
                "`{caller}` is no SPIFFE ID, nor one with `*` for a whole segment of its path or `**` for the \
                 last ones"
            );
            section.error(&field, message)
        })
    };
    let allowed = callers.iter().map(pattern).collect::<Result<_, _>>()?;
    let hop = forwarded_by.map(|hop| spiffe_id(hop, &format!("{role}.forwarded_by"), section));
    Ok(Callers::new(allowed, hop.transpose()?))
}
