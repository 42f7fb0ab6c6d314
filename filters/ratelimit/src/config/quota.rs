//! What a limit that is counted here says of itself.

use std::num::NonZeroU32;

use contract::ConfigError;

use super::{Local, Place, share};
use crate::gcra::Gcra;

/// The fields of a limit that only one has which is counted here.
pub(super) struct RawQuota {
    pub(super) requests: Option<u64>,
    pub(super) per_seconds: Option<u64>,
    pub(super) burst: Option<u64>,
    pub(super) slots: Option<u32>,
}

impl RawQuota {
    /// The limit, with as many slots as it wants or as there are for each.
    pub(super) fn compile(self, even_share: NonZeroU32, place: &Place<'_>) -> Result<Local, ConfigError> {
        let Self { requests, per_seconds, burst, slots } = self;
        let missing = |field: &str| {
            place.error(
                field,
                "is missing: a limit says how many pass in which time, or which service knows",
            )
        };
        let requests = requests.ok_or_else(|| missing(".requests"))?;
        let per_seconds = per_seconds.ok_or_else(|| missing(".per_seconds"))?;
        let gcra = Gcra::new(requests, per_seconds, burst.unwrap_or(requests))
            .map_err(|error| place.error(&format!(".{}", error.field()), error))?;
        Ok(Local { gcra, slots: share::slots_of(slots, even_share, place)? })
    }

    /// A limit that an engine knows says none of this.
    pub(super) fn refuse(self, place: &Place<'_>) -> Result<(), ConfigError> {
        let said = [
            (self.requests.is_some(), ".requests"),
            (self.per_seconds.is_some(), ".per_seconds"),
            (self.burst.is_some(), ".burst"),
            (self.slots.is_some(), ".slots"),
        ];
        match said.into_iter().find(|(is_said, _)| *is_said) {
            Some((_, field)) => Err(place.error(field, "is for the service to know, which `global` names")),
            None => Ok(()),
        }
    }
}
