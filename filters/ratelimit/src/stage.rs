//! The stages: before and after authentication, each with the limits that its routes name.

use std::rc::Rc;

use contract::{
    Authenticate, Cause, Compile, ConfigError, Duration, Env, Forward, HeaderValue, Phase, Refusal,
    Request, Route, Section, Stage, StageName, Verdict,
};

use crate::config::{Config, Limit, Mode, WhenContended};
use crate::gcra::Decision;
use crate::headers::{self, Quota};
use crate::key::key;
use crate::reason::Reason;
use crate::table::{OpenError, Table};

/// Limits that one route may name: each costs two calls to the host under a lock of the whole proxy.
const MAX_LIMITS_PER_ROUTE: usize = 8;

/// The evidence of a limit that would have refused.
const SHADOW: &str = "shadow";

/// The evidence of a request that was forwarded uncounted, because the configuration says so.
const OPEN: &str = "limit_open";

/// The reason when a request comes with a route that was not in the table at compile time.
const ROUTE_NOT_COMPILED: &str = "route_not_compiled";

/// The limits of one phase.
struct LimitStage {
    phase: Phase,
    table: Rc<Table>,
    rows: Vec<Row>,
    when_contended: WhenContended,
}

/// What one route asks of one phase.
#[derive(Default)]
struct Row {
    limits: Vec<Rc<Limit>>,
    /// All limits of the route that clients may know of, also those of the other phase.
    policy: Option<HeaderValue>,
}

/// What has been found out about one request so far.
#[derive(Default)]
struct Account<'a> {
    quotas: Vec<(&'a str, Quota)>,
    evidence: Vec<String>,
}

/// The stages that `config` and the route table ask for: none, one or two.
pub(crate) fn compile(
    config: Config,
    section: &Section<'_>,
    with: &Compile<'_>,
) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
    let routes = with.routes.iter().enumerate();
    let named = routes.map(|(at, route)| limits_of(&config, at, route)).collect::<Result<Vec<_>, _>>()?;
    let table = Table::open(config.slots, config.horizon(), with.store, with.entropy)
        .map_err(|error| section.error("", open_message(error)))?;
    let table = Rc::new(table);
    let phases = [(Phase::EarlyLimit, true), (Phase::Limit, false)];
    let stages = phases.map(|(phase, before_auth)| LimitStage {
        phase,
        table: Rc::clone(&table),
        rows: named.iter().map(|limits| Row::new(limits, before_auth)).collect(),
        when_contended: config.when_contended,
    });
    let is_asked = |stage: &LimitStage| stage.rows.iter().any(|row| !row.limits.is_empty());
    Ok(stages.into_iter().filter(is_asked).map(|stage| Box::new(stage) as Box<dyn Stage>).collect())
}

/// The limits of the route at `at`, in the order in which it names them. Requests that no route knows count
/// under every limit that can count them: who tries paths is not let off.
fn limits_of(config: &Config, at: usize, route: &Route) -> Result<Vec<Rc<Limit>>, ConfigError> {
    if route.is_unknown() {
        return Ok(config.limits.values().filter(|limit| limit.before_auth).map(Rc::clone).collect());
    }
    let error = |message: String| ConfigError::at(format!("routes[{at}].limits"), message);
    if route.limits.len() > MAX_LIMITS_PER_ROUTE {
        return Err(error(format!("names more than {MAX_LIMITS_PER_ROUTE} limits")));
    }
    let mut limits: Vec<Rc<Limit>> = Vec::new();
    for name in &route.limits {
        let limit = config.limits.get(name).ok_or_else(|| error(format!("no limit is called `{name}`")))?;
        if limits.iter().any(|earlier| earlier.name == limit.name) {
            return Err(error(format!("names `{name}` twice")));
        }
        if limit.needs_identity() && route.authenticate == Authenticate::None {
            return Err(error(format!("`{name}` counts by credential, and this route takes none")));
        }
        limits.push(Rc::clone(limit));
    }
    Ok(limits)
}

const fn open_message(error: OpenError) -> &'static str {
    match error {
        OpenError::Store => "the host does not let its shared memory be written",
        OpenError::Entropy => "the host has no randomness for the seed of the keys",
    }
}

impl Stage for LimitStage {
    fn name(&self) -> StageName {
        StageName::Ratelimit
    }

    fn phase(&self) -> Phase {
        self.phase
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let Some(row) = self.rows.get(request.route.id.0) else {
            let refusal = Refusal::new(StageName::Ratelimit, Cause::NotConfigured, ROUTE_NOT_COMPILED);
            return refusal.into();
        };
        let mut account = Account::default();
        for limit in &row.limits {
            if let Err(refusal) = self.count(limit, &mut account, request, env) {
                return account.refuse(row, refusal).into();
            }
        }
        account.forward(row)
    }
}

impl LimitStage {
    /// Count `request` under `limit`. An error refuses it; whatever does not is told to `account`.
    fn count<'a>(
        &self,
        limit: &'a Limit,
        account: &mut Account<'a>,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<(), Refusal> {
        let (quota, outcome) = self.check(limit, request, env);
        match (limit.mode, outcome) {
            (Mode::Shadow, Ok(())) => {}
            (Mode::Shadow, Err(_)) => account.evidence.push(format!("{SHADOW}:{}", limit.name)),
            (Mode::Enforce, outcome) => {
                account.quotas.extend(quota.map(|quota| (limit.name.as_str(), quota)));
                outcome.or_else(|reason| self.refuse_or_open(limit, account, &reason))?;
            }
        }
        Ok(())
    }

    fn check(
        &self,
        limit: &Limit,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> (Option<Quota>, Result<(), Reason>) {
        let key = match key(&limit.name, &limit.key, request, env) {
            Ok(key) => key,
            Err(missing) => return (None, Err(missing.into())),
        };
        let fingerprint = self.table.fingerprint(&key);
        match self.table.decide(env.store, fingerprint, &limit.gcra, env.now.nanos()) {
            Ok(Decision::Allowed { remaining, reset_after, .. }) => {
                (Some(Quota { remaining, reset_after }), Ok(()))
            }
            Ok(Decision::Limited { retry_after }) => {
                let quota = Quota { remaining: 0, reset_after: retry_after };
                (Some(quota), Err(Reason::LimitReached { retry_after: Duration::from_nanos(retry_after) }))
            }
            Err(undecided) => (None, Err(undecided.into())),
        }
    }

    fn refuse_or_open(
        &self,
        limit: &Limit,
        account: &mut Account<'_>,
        reason: &Reason,
    ) -> Result<(), Refusal> {
        match self.when_contended {
            WhenContended::Allow if reason.is_store_failure() => {
                account.evidence.push(format!("{OPEN}:{}", limit.name));
                Ok(())
            }
            WhenContended::Allow | WhenContended::Refuse => Err(reason.refusal(&limit.name)),
        }
    }
}

impl Row {
    fn new(named: &[Rc<Limit>], before_auth: bool) -> Self {
        let enforced = named.iter().map(Rc::as_ref).filter(|limit| limit.mode == Mode::Enforce);
        let limits = named.iter().filter(|limit| limit.before_auth == before_auth);
        Self { limits: limits.map(Rc::clone).collect(), policy: headers::policy(enforced) }
    }
}

impl Account<'_> {
    fn forward(self, row: &Row) -> Verdict {
        let response = headers::edits(row.policy.as_ref(), self.quotas.into_iter());
        Verdict::Forward(Forward { response, evidence: self.evidence, ..Forward::default() })
    }

    fn refuse(self, row: &Row, refusal: Refusal) -> Refusal {
        let headers = headers::edits(row.policy.as_ref(), self.quotas.into_iter());
        Refusal { headers, ..refusal.because(self.evidence) }
    }
}
