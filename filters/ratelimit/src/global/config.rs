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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawService {
    cluster: String,
    domain: String,
    timeout_ms: Option<u32>,
    #[serde(default)]
    breaker: RawBreaker,
    #[serde(default)]
    response_headers: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBreaker {
    failures: Option<NonZeroU32>,
    open_ms: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawGlobal {
    service: String,
    #[serde(default)]
    mode: RawMode,
    #[serde(default)]
    when_down: WhenDown,
    lease: Option<RawLease>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawMode {
    /// Every request asks.
    #[default]
    Check,
    /// Asks ahead and spends here.
    Lease,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLease {
    most: Option<u32>,
    share_percent: Option<u32>,
}

/// What becomes of a request about which the engine has decided nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
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
        let services = raw.into_iter().map(|(name, raw)| {
            let service = Self::compile(name.clone(), raw)
                .map_err(|(field, message)| section.error(&format!("services.{name}{field}"), message))?;
            Ok((name, Rc::new(service)))
        });
        services.collect()
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
