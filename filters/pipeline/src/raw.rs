//! The document as the user wrote it.

mod accepts;
mod observe;
mod requirement;

use contract::{Authorize, CredentialUse, LimitUse, UnknownRoute};
use serde::{Deserialize, Deserializer};

use accepts::RawAccepts;
use observe::RawObserve;
use requirement::RawRequirement;

/// The members of the configuration that are not a stage's section.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Configuration"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPipeline {
    /// The `realm` of challenges in `WWW-Authenticate` (RFC 9110 §11.5), a text for people.
    #[serde(default = "default_realm")]
    pub(crate) realm: String,
    /// The route table: what is known of the API, one row for each thing that can be asked of it, 10,000 at most. The
    /// order of rows does not matter: a literal segment is preferred to a parameter, a row with hosts to one without,
    /// a row with methods to one without.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::routes::MAX_ROUTES)))]
    pub(crate) routes: Vec<RawRoute>,
    /// What becomes of a request that no row matches.
    #[serde(default)]
    pub(crate) unknown_route: UnknownRoute,
    /// Names of providers that another module of the chain verifies. Only for modules with one stage.
    #[serde(default)]
    pub(crate) verified_elsewhere: Vec<String>,
    /// What records and metrics tell.
    #[serde(default)]
    pub(crate) observe: RawObserve,
}

/// One row of the route table.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Route"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRoute {
    /// Its name in logs, metrics and policies, which no other row has: 1 to 64 letters, digits, `-`, `_` and `.`.
    /// `unknown` and `cors_preflight` are taken.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::NAME), length(max = crate::routes::MAX_NAME_BYTES)))]
    pub(crate) name: String,
    /// Which requests it is for.
    #[serde(rename = "match")]
    pub(crate) pattern: RawPattern,
    /// Whose credentials it takes, and what they must bring.
    pub(crate) authenticate: RawRequirement,
    /// What becomes of a good credential. Where nothing is said, its provider's `forward` decides.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schemars(with = "RawCredentialUse"))]
    pub(crate) credential: Option<RawCredentialUse>,
    /// What a request may bring. Where nothing is said, anything.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schemars(with = "RawAccepts"))]
    pub(crate) accepts: Option<RawAccepts>,
    /// What a policy decides about. Needed on every route where there is a section `authz`.
    #[serde(default)]
    pub(crate) authorize: Option<Authorize>,
    /// The limits that its requests count against, in the order in which they are checked.
    #[serde(default)]
    pub(crate) limits: Vec<LimitUse>,
    /// What becomes of CORS preflights for it.
    #[serde(default)]
    pub(crate) cors_preflight: RawPreflight,
    /// What the filter answers by itself. Where nothing is said, whoever is behind answers.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schemars(with = "RawAnswer"))]
    pub(crate) answer: Option<RawAnswer>,
}

/// What the filter answers by itself to requests that it lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Answer"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawAnswer {
    /// Whether all keys and policies have come that it decides with: 503 until then, 200 from then on.
    Ready,
}

/// What becomes of a credential that the route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CredentialUse"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawCredentialUse {
    /// The service behind sees it too.
    Keep,
    /// It ends here.
    Remove,
}

impl From<RawCredentialUse> for CredentialUse {
    fn from(raw: RawCredentialUse) -> Self {
        match raw {
            RawCredentialUse::Keep => Self::Keep,
            RawCredentialUse::Remove => Self::Remove,
        }
    }
}

/// What becomes of a CORS preflight for a route (Fetch §3.2.2). It carries no credential, so a route that
/// requires one refuses it unless the configuration makes this exception by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "Preflight")
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawPreflight {
    /// It is judged as any request.
    #[default]
    Refuse,
    /// It passes without a credential.
    Pass,
}

/// Which requests a row of the route table is for.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Pattern"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPattern {
    /// The methods, in upper case. Without the list, every method.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<String>", length(min = 1), inner(regex(pattern = r"^[A-Z-]+$")))
    )]
    pub(crate) methods: Option<Vec<String>>,
    /// The path, in which `{name}` takes one segment, and `{*name}` at the end the rest: `/orders/{order_id}`. It is
    /// compared with the path of the request as it is after it was settled: without `//`, `.`, `..` and needless escapes.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^(/(\{\*?[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z0-9._~!$&'()*+,=:@%-]*))+$"))
    )]
    pub(crate) path: String,
    /// The hosts, names or addresses without a port. Without the list, every host.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<String>", length(min = 1), inner(regex(pattern = r"^[A-Za-z0-9._:\[\]-]+$")))
    )]
    pub(crate) hosts: Option<Vec<String>>,
}

/// A value that is there. `methods:` with nothing behind it is `null` in YAML, and means no list at all less
/// than anything.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn default_realm() -> String {
    "watchword".into()
}
