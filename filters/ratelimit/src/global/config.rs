//! Services, and the limits that ask them: as they are written, and as they are checked.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{ConfigError, Duration, HeaderName, Section};
use serde::Deserialize;

use super::breaker::Breaker;
use super::lease::Terms;
use super::service::Service;
use crate::key::{Key, Wrong};

/// How long a request waits for an engine when the configuration does not say: what Envoy's own filter does.
const DEFAULT_TIMEOUT_MS: u32 = 20;

/// The longest that it may: a second later, an answer that something is up is worth more.
const MAX_TIMEOUT_MS: u32 = 1_000;

/// Failures in a row after which an engine is not asked for a while.
const DEFAULT_FAILURES: u32 = 5;

/// For how long it is not asked then.
const DEFAULT_OPEN_MS: u32 = 1_000;

/// The longest that an operator may want: a minute after it is back, an engine should be asked.
const MAX_OPEN_MS: u32 = 60_000;

/// The most of one lease when the configuration does not say: a call for every thousand requests.
const DEFAULT_MOST: u32 = 1_000;

/// The most of one lease in percent of what remains when the configuration does not say.
const DEFAULT_SHARE_PERCENT: u32 = 10;

/// The most that an operator may want: what is leased and not spent is lost to others.
const MAX_MOST: u32 = 1_000_000;

/// Header fields that an engine may add to one response, so that it cannot make a proxy send without end.
const MAX_RESPONSE_HEADERS: usize = 16;

/// A lease takes half of what remains at most, so that others get something.
const MAX_SHARE_PERCENT: u32 = 50;

/// How much longer than its timeout a question is believed to be under way.
const MARGIN: Duration = Duration::from_millis(10);

/// Fields that no engine sets in a response, whatever the configuration says: they frame it, or speak for us.
const RESERVED: [&str; 15] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "grpc-message",
    "grpc-status",
    "keep-alive",
    "proxy-connection",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// An engine that speaks Envoy's rate limit protocol, version 3, and counts for many proxies.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Service"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawService {
    /// The name of the proxy's cluster, which speaks HTTP/2.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    cluster: String,
    /// The `domain` of its rules.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    domain: String,
    /// How long a request waits for it, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_TIMEOUT_MS), extend("default" = DEFAULT_TIMEOUT_MS)))]
    timeout_ms: Option<u32>,
    /// When it is not asked for a while.
    #[serde(default)]
    breaker: RawBreaker,
    /// Names of header fields that it may set in responses: 16 at most, none that frames a response or is ours.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_RESPONSE_HEADERS), inner(regex(pattern = contract::schema::TOKEN))))]
    response_headers: Vec<String>,
}

/// When an engine is not asked for a while.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Breaker"))]
#[serde(deny_unknown_fields)]
struct RawBreaker {
    /// After how many failures in a row.
    #[cfg_attr(feature = "schema", schemars(extend("default" = DEFAULT_FAILURES)))]
    failures: Option<NonZeroU32>,
    /// For how long, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_OPEN_MS), extend("default" = DEFAULT_OPEN_MS)))]
    open_ms: Option<u32>,
}

/// A limit that an engine decides.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Global"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawGlobal {
    /// The name of one of the section's `services`.
    service: String,
    /// How it is asked.
    #[serde(default)]
    mode: RawMode,
    /// What becomes of a request about which it has decided nothing.
    #[serde(default)]
    when_down: WhenDown,
    /// How much is asked for ahead. Only with the mode `lease`.
    lease: Option<RawLease>,
}

/// How an engine is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "GlobalMode")
)]
#[serde(rename_all = "snake_case")]
enum RawMode {
    /// Every request asks.
    #[default]
    Check,
    /// Many requests are asked for ahead, and spent here. Only for keys that no client chooses.
    Lease,
}

/// How much is asked for ahead.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Lease"))]
#[serde(deny_unknown_fields)]
struct RawLease {
    /// The most requests of one lease.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_MOST), extend("default" = DEFAULT_MOST)))]
    most: Option<u32>,
    /// The most of one lease in percent of what remains.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_SHARE_PERCENT), extend("default" = DEFAULT_SHARE_PERCENT)))]
    share_percent: Option<u32>,
}

/// What becomes of a request about which the engine has decided nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "WhenDown")
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhenDown {
    /// Refused with 503.
    #[default]
    Refuse,
    /// Forwarded uncounted, with a mark in the log.
    Allow,
}

/// A limit that an engine decides.
#[derive(Debug, Clone)]
pub(crate) struct Global {
    pub(crate) service: Rc<Service>,
    /// `None`: every request asks.
    pub(crate) terms: Option<Terms>,
    pub(crate) when_down: WhenDown,
}

impl Service {
    /// All services of `raw`, by name.
    pub(crate) fn compile_all(
        raw: BTreeMap<String, RawService>,
        section: &Section<'_>,
    ) -> Result<BTreeMap<String, Rc<Self>>, ConfigError> {
        let mut services = BTreeMap::new();
        for (name, raw) in raw {
            let service = Self::compile(name.clone(), raw)
                .map_err(|(field, message)| section.error(&format!("services.{name}{field}"), message))?;
            services.insert(name, Rc::new(service));
        }
        Ok(services)
    }

    fn compile(name: String, raw: RawService) -> Result<Self, Wrong> {
        let RawService { cluster, domain, timeout_ms, breaker, response_headers } = raw;
        if !crate::config::is_name(&name) {
            return Err(("", crate::config::name_rule()));
        }
        for (field, value) in [(".cluster", &cluster), (".domain", &domain)] {
            if value.is_empty() {
                return Err((field, "must not be empty".to_owned()));
            }
        }
        let timeout = within(timeout_ms, DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS, ".timeout_ms")?;
        let open = within(breaker.open_ms, DEFAULT_OPEN_MS, MAX_OPEN_MS, ".breaker.open_ms")?;
        let failures = breaker.failures.map_or(DEFAULT_FAILURES, NonZeroU32::get);
        if response_headers.len() > MAX_RESPONSE_HEADERS {
            return Err((".response_headers", format!("names more than {MAX_RESPONSE_HEADERS}")));
        }
        let response_headers = response_headers.iter().map(|name| response_header(name));
        Ok(Self {
            name,
            cluster: cluster.into(),
            domain,
            timeout: millis(timeout),
            breaker: Breaker::new(failures, millis(open)),
            response_headers: response_headers.collect::<Result<_, _>>()?,
        })
    }
}

impl RawGlobal {
    /// The limit that this describes, whose key is `key`.
    pub(crate) fn compile(
        self,
        key: &Key,
        services: &BTreeMap<String, Rc<Service>>,
    ) -> Result<Global, Wrong> {
        let Self { service, mode, when_down, lease } = self;
        let found = services.get(&service).map(Rc::clone);
        let service =
            found.ok_or_else(|| (".global.service", format!("no service is called `{service}`")))?;
        if let Some(name) = key.repeated_name() {
            let message =
                format!("has two parts that the service would see as `{name}`, and it may read either");
            return Err((".key", message));
        }
        let terms = match (mode, lease) {
            (RawMode::Check, None) => None,
            (RawMode::Check, Some(_)) => {
                return Err((".global.lease", "has no effect unless `mode` is `lease`".to_owned()));
            }
            (RawMode::Lease, _) if !key.is_verified() => {
                let message = "must be `check`, because a client chooses parts of the key: whoever makes up new \
                               ones would take a lease for each";
                return Err((".global.mode", message.to_owned()));
            }
            (RawMode::Lease, lease) => Some(lease.unwrap_or_default().compile(service.timeout)?),
        };
        Ok(Global { service, terms, when_down })
    }
}

impl RawLease {
    fn compile(self, timeout: Duration) -> Result<Terms, Wrong> {
        let Self { most, share_percent } = self;
        let share =
            within(share_percent, DEFAULT_SHARE_PERCENT, MAX_SHARE_PERCENT, ".global.lease.share_percent")?;
        let patience = timeout.saturating_add(MARGIN).as_nanos();
        Ok(Terms {
            most: within(most, DEFAULT_MOST, MAX_MOST, ".global.lease.most")?,
            share_percent: share,
            patience: u64::try_from(patience).unwrap_or(u64::MAX),
        })
    }
}

fn within(value: Option<u32>, default: u32, most: u32, field: &'static str) -> Result<u32, Wrong> {
    let value = value.unwrap_or(default);
    match (1..=most).contains(&value) {
        true => Ok(value),
        false => Err((field, format!("must be 1 to {most}"))),
    }
}

fn response_header(name: &str) -> Result<HeaderName, Wrong> {
    let wrong = |message: &str| (".response_headers", format!("`{name}` {message}"));
    let name = HeaderName::new(name).map_err(|_| wrong("is no name of a header"))?;
    match RESERVED.contains(&name.as_str()) {
        true => Err(wrong("is not for an engine to set")),
        false => Ok(name),
    }
}

fn millis(millis: u32) -> Duration {
    Duration::from_millis(millis.into())
}
