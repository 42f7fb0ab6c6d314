//! The fields that say where rules come from.

use std::ops::RangeInclusive;
use std::rc::Rc;

use bundle::{Bundle, BundleError, Content, Link, MAX_BUNDLE_BYTES, RawTrust, Text, Trust};
use contract::{Compile, ConfigError, FetchId, Section};
use jose::{Abilities, Algorithm, KeySet, RawKeys, Ring};
use serde::Deserialize;
use serde_json::Value as Json;
use upkeep::{EntryNames, RawRemote, RawSharing, Remote, Shared, SharingEvents, TimingRanges};

use super::Rules;
use super::bundles::Bundles;
use super::events::Events;
use super::newest::Newest;
use super::shelf::Shelf;
use crate::intake::Intake;
use crate::origin::Origin;
use crate::terms::{Terms, error};

/// Rules: `schema` and `policies` in place, or a `bundle`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Rules", transform = contract::schema::either("schema policies", "bundle", "links entities")))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRules {
    /// A schema in Cedar's own syntax.
    pub(crate) schema: Option<String>,
    /// Policies in Cedar's own syntax.
    pub(crate) policies: Option<String>,
    /// Links of templates among them.
    #[serde(default)]
    pub(crate) links: Vec<Link>,
    /// Entities in Cedar's JSON format.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "entities"))]
    pub(crate) entities: Vec<Json>,
    /// A signed bundle that holds all of the above.
    pub(crate) bundle: Option<RawBundle>,
}

/// A signed bundle of policies: in place, or where it is fetched.
#[derive(Debug, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Bundle", transform = contract::schema::exactly_one_of("inline remote"))
)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBundle {
    /// The name that its manifest must say: 1 to 64 letters, digits, `-`, `_` and `.`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::NAME), length(max = bundle::MAX_NAME_BYTES)))]
    pub(crate) name: String,
    /// The keys that may sign: `{ inline: {JWKS} }`.
    pub(crate) keys: RawKeys,
    /// What they may sign with, the preferred first. No algorithm that verifies with a secret.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) algorithms: Vec<Algorithm>,
    /// The lowest version that is taken: what a replay can bring back when the proxy starts.
    #[serde(default = "first")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub(crate) min_version: u64,
    /// The document, as a text.
    pub(crate) inline: Option<String>,
    /// A cluster of the proxy that has it.
    pub(crate) remote: Option<RawRemote>,
    /// The leave for the workers of a proxy to share it, with `remote`. Without it each fetches for itself.
    pub(crate) sharing: Option<RawSharing>,
}

/// The members of an entity in Cedar's JSON format. What is in them, Cedar says.
#[cfg(feature = "schema")]
pub(crate) fn entities(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "array", "items": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "uid": { "not": { "type": "null" } },
            "attrs": { "type": "object" },
            "parents": { "type": "array", "items": { "not": { "type": "null" } } },
            "tags": { "type": "object" },
        },
        "required": ["uid", "attrs", "parents"],
    } })
}

/// Every version is taken.
const fn first() -> u64 {
    1
}

/// Every second is for tests and for the impatient; less often than daily, a policy that was taken back lives on.
const REFRESH_SECONDS: RangeInclusive<u64> = 1..=86_400;

/// A bundle is good until its signer's `not_after`; `max_stale_seconds` can only shorten that, up to a year.
const TIMING: TimingRanges = TimingRanges {
    refresh_seconds: REFRESH_SECONDS,
    default_refresh_seconds: 10,
    longest_stale_seconds: 31_536_000,
    default_stale_seconds: None,
};

/// Counted when something lies where workers share a bundle that none of them has written.
pub(crate) const SHARING_FORGED: &str = "authz.sharing.forged";

/// What is counted when workers cannot share a bundle.
const SHARING_EVENTS: SharingEvents = SharingEvents {
    forged: SHARING_FORGED,
    outdated: "authz.sharing.outdated",
    unavailable: "authz.sharing.unavailable",
};

/// What rules are made with.
#[derive(Clone, Copy)]
pub(crate) struct Made<'a> {
    pub(crate) terms: &'a Rc<Terms>,
    pub(crate) section: &'a Section<'a>,
    pub(crate) with: &'a Compile<'a>,
    /// What its fetches are called.
    pub(crate) id: FetchId,
    /// The path of the fields, such as `candidate.`.
    pub(crate) path: &'static str,
    /// The path of the field `bundle`.
    pub(crate) bundle: &'static str,
    pub(crate) events: Events,
}

impl RawRules {
    /// The rules that the fields describe.
    ///
    /// # Errors
    /// At the field that is wrong.
    pub(crate) fn make(self, made: Made<'_>) -> Result<Rules, ConfigError> {
        let Self { schema, policies, links, entities, bundle } = self;
        let at = |field: &str, message: &str| error(&format!("{}{field}", made.path), message);
        let Some(bundle) = bundle else {
            let within = made.path.trim_end_matches('.');
            let missing =
                |field: &str| error(within, format!("missing field `{field}`, or `bundle` in its place"));
            let text = |field: &str, text: Option<String>| {
                text.map(|text| Text { name: field.into(), text }).ok_or_else(|| missing(field))
            };
            let (schema, policies) = (text("schema", schema)?, vec![text("policies", policies)?]);
            let content = Content { schema, policies, links, entities };
            let intake = Intake::new(content, Rc::clone(made.terms), Origin::Fields(made.path));
            return Ok(Rules::Fixed(Rc::new(intake.complete()?), None));
        };
        let beside = [
            ("schema", schema.is_some()),
            ("policies", policies.is_some()),
            ("links", !links.is_empty()),
            ("entities", !entities.is_empty()),
        ];
        match beside.into_iter().find(|(_, is_there)| *is_there) {
            Some((field, _)) => Err(at(field, "the bundle has its own")),
            None => bundle.make(made),
        }
    }
}

impl RawBundle {
    fn make(self, made: Made<'_>) -> Result<Rules, ConfigError> {
        let Self { name, keys, algorithms, min_version, inline, remote, sharing } = self;
        let trust = RawTrust { name: name.clone(), keys, algorithms, min_version };
        // Bundles are rare, so the module verifies them itself, wherever it runs.
        let (trust, keys) = trust.compile(made.bundle, made.section, &Abilities::default())?;
        match (inline, remote) {
            (Some(_), None) if sharing.is_some() => {
                Err(made.error("sharing", "an inline bundle is not fetched"))
            }
            (Some(document), None) => made.inline(document, &trust, &keys),
            (None, Some(remote)) => {
                made.fetched(remote, sharing.as_ref(), &name, Bundles::new(trust, keys))
            }
            (Some(_), Some(_)) => Err(error(made.bundle, "`inline` and `remote` exclude each other")),
            (None, None) => Err(error(made.bundle, "missing field `inline` or `remote`")),
        }
    }
}

impl Made<'_> {
    fn error(&self, field: &str, message: impl std::fmt::Display) -> ConfigError {
        error(&format!("{}.{field}", self.bundle), message)
    }

    fn inline(self, document: String, trust: &Trust, keys: &KeySet) -> Result<Rules, ConfigError> {
        let wrong = |fault: BundleError| self.error("inline", fault);
        let bundle = Bundle::authenticate(document.into_bytes(), trust, keys, &Ring).map_err(wrong)?;
        let content = bundle.content().map_err(wrong)?;
        let intake = Intake::new(content, Rc::clone(self.terms), Origin::Bundle(self.bundle));
        let ruleset = intake.complete()?.of_version(bundle.manifest().version());
        Ok(Rules::Fixed(Rc::new(ruleset), Some(bundle.manifest().clone())))
    }

    fn fetched(
        self,
        remote: RawRemote,
        sharing: Option<&RawSharing>,
        name: &str,
        bundles: Bundles,
    ) -> Result<Rules, ConfigError> {
        let fields: Vec<String> = remote.place().into_iter().chain([name]).map(str::to_owned).collect();
        let fields = || fields.iter().map(String::as_str);
        let plan = remote
            .plan(self.id, MAX_BUNDLE_BYTES, &TIMING)
            .map_err(|fault| self.error(&format!("remote.{}", fault.field), &fault))?;
        let sharing = sharing.map(|raw| raw.resolve(self.with.secrets)).transpose();
        let sharing = sharing.map_err(|fault| self.error("sharing.secret", fault))?;
        let names = EntryNames::new("bundle", fields());
        let shared = sharing.map(|sharing| Shared::new(names, MAX_BUNDLE_BYTES, &sharing, SHARING_EVENTS));
        let newest = Newest::of(fields());
        // Before the shared document is read: an older one must not be taken from there, either.
        newest.read(self.with.store).into_iter().for_each(|manifest| bundles.remember(&manifest));
        let remote = Remote::new(bundles, plan, shared, self.with.store);
        let shelf =
            Shelf::new(remote, newest, Rc::clone(self.terms), Origin::Bundle(self.bundle), self.events);
        Ok(Rules::Fetched(Box::new(shelf)))
    }
}
