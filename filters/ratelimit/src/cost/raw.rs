//! Costs as they are written: a number, or where a request says it.

use std::fmt;
use std::num::NonZeroU32;

use contract::HeaderName;
use serde::Deserialize;
use serde::de::{
    Deserializer, Error, IntoDeserializer, MapAccess, Unexpected, Visitor, value::MapAccessDeserializer,
};

use super::{Cost, Teller, Told, USUAL};
use crate::key::Wrong;

/// A cost, not yet checked.
#[derive(Debug)]
pub(crate) enum RawCost {
    Fixed(NonZeroU32),
    Told(RawTold),
}

/// What the request, or its caller, says that it costs.
#[derive(Debug, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ToldCost", transform = contract::schema::exactly_one_of("header claim"))
)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTold {
    /// The name of the header in which it stands: the client's own word.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN)))]
    header: Option<String>,
    /// The name of the claim in which it stands. Not with `before_auth`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    claim: Option<String>,
    /// What a request costs at most, whatever it says. Not more than the limit's burst.
    most: NonZeroU32,
    /// What a request costs that does not say; not more than `most`.
    #[cfg_attr(feature = "schema", schemars(extend("default" = USUAL)))]
    default: Option<NonZeroU32>,
}

impl Default for RawCost {
    fn default() -> Self {
        Self::Fixed(USUAL)
    }
}

impl RawCost {
    /// The cost of a limit with this burst. What costs more than the burst would never pass.
    pub(crate) fn compile(self, burst: u64, before_auth: bool) -> Result<Cost, Wrong> {
        match self {
            Self::Fixed(cost) => match exceeds(cost, burst) {
                true => Err((".cost", never_passes(burst))),
                false => Ok(Cost::Fixed(cost)),
            },
            Self::Told(told) => told.compile(burst, before_auth).map(Cost::Told),
        }
    }
}

impl RawTold {
    fn compile(self, burst: u64, before_auth: bool) -> Result<Told, Wrong> {
        let Self { header, claim, most, default } = self;
        let by = match (header, claim) {
            (Some(name), None) => Teller::Header(header_name(&name)?),
            (None, Some(name)) => Teller::Claim(claim_name(name, before_auth)?),
            (Some(_), Some(_)) | (None, None) => {
                return Err((".cost", "say either `header` or `claim`, or a number".to_owned()));
            }
        };
        let default = default.unwrap_or(USUAL);
        if exceeds(most, burst) {
            return Err((".cost.most", never_passes(burst)));
        }
        if default > most {
            return Err((".cost.default", format!("is more than `most`, which is {most}")));
        }
        Ok(Told { by, most, default })
    }
}

fn header_name(name: &str) -> Result<HeaderName, Wrong> {
    HeaderName::new(name).map_err(|_| (".cost.header", format!("`{name}` is no name of a header")))
}

fn claim_name(name: String, before_auth: bool) -> Result<String, Wrong> {
    if before_auth {
        return Err((".cost.claim", "no claim is known before authentication".to_owned()));
    }
    if name.is_empty() {
        return Err((".cost.claim", "must not be empty".to_owned()));
    }
    Ok(name)
}

/// Whether a request of this cost could never pass under this burst.
pub(crate) fn exceeds(cost: NonZeroU32, burst: u64) -> bool {
    u64::from(cost.get()) > burst
}

/// What is wrong with a cost that exceeds the burst.
pub(crate) fn never_passes(burst: u64) -> String {
    format!("costs more than the burst of {burst}, so it would never pass")
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RawCost {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cost".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "What a request costs: a number, or where a request says it.",
            "default": USUAL,
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": u32::MAX, "description": "Every request the same." },
                generator.subschema_for::<RawTold>(),
            ],
        })
    }
}

impl<'de> Deserialize<'de> for RawCost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawCostVisitor)
    }
}

struct RawCostVisitor;

impl<'de> Visitor<'de> for RawCostVisitor {
    type Value = RawCost;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a whole number of at least 1, or an object with `header` or `claim`, `most` and `default`",
        )
    }

    fn visit_u64<E: Error>(self, cost: u64) -> Result<RawCost, E> {
        NonZeroU32::deserialize(cost.into_deserializer()).map(RawCost::Fixed)
    }

    fn visit_i64<E: Error>(self, cost: i64) -> Result<RawCost, E> {
        Err(E::invalid_value(Unexpected::Signed(cost), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawCost, A::Error> {
        RawTold::deserialize(MapAccessDeserializer::new(map)).map(RawCost::Told)
    }
}
