//! Fields that a message nominates for removal by the next proxy (RFC 9110 §7.6.1).

use contract::Head;

use crate::names::ReservedNames;

/// The fields whose values are names of fields: the one of the standard, and the one that some proxies take
/// for it. `Trailer` nominates nothing: it announces names that are stripped when they come. `TE` and
/// `Keep-Alive` hold no names of fields.
const NOMINATORS: [&str; 2] = ["connection", "proxy-connection"];

/// Whether `head` nominates one of `names`.
pub(super) fn is_any(head: &Head, names: &ReservedNames) -> bool {
    let values = NOMINATORS.iter().flat_map(|nominator| head.values(nominator));
    let mut options = values.flat_map(|value| value.split(|byte| *byte == b','));
    options.any(|option| names.contains(option.trim_ascii()))
}
