//! The stages: before and after authentication, each with the limits that its routes name.

use std::collections::BTreeMap;
use std::rc::Rc;

use contract::{
    Cause, Compile, ConfigError, Env, Forward, HeaderValue, Phase, Refusal, Request, Section, Stage,
    StageName, Verdict,
};

use crate::assignment::assign;
use crate::config::{Config, Limit, Mode, WhenContended};
use crate::counter::{Counted, Counter};
use crate::fingerprint::Fingerprinter;
use crate::headers::{self, Quota};
use crate::reason::Reason;
use crate::table::OpenError;

/// The evidence of a limit that would have refused.
const SHADOW: &str = "shadow";

/// The evidence of a request that was forwarded uncounted, because the configuration says so.
const OPEN: &str = "limit_open";

/// The evidence of a request for whose key another one was forgotten, which has a fresh burst now.
const FORGOTTEN: &str = "limit_forgotten";

/// The reason when a request comes with a route that was not in the table at compile time.
const ROUTE_NOT_COMPILED: &str = "route_not_compiled";

/// The limits of one phase.
struct LimitStage {
    phase: Phase,
    rows: Vec<Row>,
    when_contended: WhenContended,
}

/// What one route asks of one phase.
struct Row {
    counters: Vec<Rc<Counter>>,
    /// All limits of the route that clients may know of, also those of the other phase.
    policy: Option<HeaderValue>,
}

/// The counters of all limits, by name.
type Counters = BTreeMap<String, Rc<Counter>>;

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
    let assigned = assign(&config, with.routes, section)?;
    let counters = open_counters(&config, with).map_err(|error| section.error("", open_message(error)))?;
    let phases = [(Phase::EarlyLimit, true), (Phase::Limit, false)];
    let stages = phases.map(|(phase, before_auth)| LimitStage {
        phase,
        rows: assigned.iter().map(|limits| Row::new(limits, &counters, before_auth)).collect(),
        when_contended: config.when_contended,
    });
    let is_asked = |stage: &LimitStage| stage.rows.iter().any(|row| !row.counters.is_empty());
    Ok(stages.into_iter().filter(is_asked).map(|stage| Box::new(stage) as Box<dyn Stage>).collect())
}

fn open_counters(config: &Config, with: &Compile<'_>) -> Result<Counters, OpenError> {
    let fingerprinter = Fingerprinter::open(with.store, with.entropy)?;
    let counters = config.limits.iter().map(|(name, limit)| {
        let counter = Counter::open(limit, &fingerprinter, with)?;
        Ok((name.clone(), Rc::new(counter)))
    });
    counters.collect()
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
        for counter in &row.counters {
            let counted = counter.count(request, env);
            if let Err(refusal) = self.judge(&counter.limit, counted, &mut account) {
                return account.refuse(row, refusal).into();
            }
        }
        account.forward(row)
    }
}

impl LimitStage {
    /// Whether the request goes on. An error refuses it; whatever does not is told to `account`.
    fn judge<'a>(
        &self,
        limit: &'a Limit,
        counted: Counted,
        account: &mut Account<'a>,
    ) -> Result<(), Refusal> {
        if counted.forgot {
            account.mark(FORGOTTEN, limit);
        }
        if limit.mode == Mode::Enforce {
            account.quotas.extend(counted.quota.map(|quota| (limit.name.as_str(), quota)));
        }
        counted.outcome.or_else(|reason| self.refuse_or_mark(limit, &reason, account))
    }

    fn refuse_or_mark(
        &self,
        limit: &Limit,
        reason: &Reason,
        account: &mut Account<'_>,
    ) -> Result<(), Refusal> {
        match (limit.mode, self.when_contended) {
            (_, WhenContended::Allow) if reason.is_store_failure() => account.mark(OPEN, limit),
            (Mode::Shadow, _) => account.mark(SHADOW, limit),
            (Mode::Enforce, _) => return Err(reason.refusal(&limit.name)),
        }
        Ok(())
    }
}

impl Row {
    fn new(limits: &[Rc<Limit>], counters: &Counters, before_auth: bool) -> Self {
        let enforced = limits.iter().map(Rc::as_ref).filter(|limit| limit.mode == Mode::Enforce);
        let of_phase = limits.iter().filter(|limit| limit.before_auth == before_auth);
        let counters = of_phase.filter_map(|limit| counters.get(&limit.name)).map(Rc::clone).collect();
        Self { counters, policy: headers::policy(enforced) }
    }
}

impl Account<'_> {
    fn mark(&mut self, mark: &str, limit: &Limit) {
        self.evidence.push(format!("{mark}:{}", limit.name));
    }

    fn forward(self, row: &Row) -> Verdict {
        let response = headers::edits(row.policy.as_ref(), self.quotas.into_iter());
        Verdict::Forward(Forward { response, evidence: self.evidence, ..Forward::default() })
    }

    fn refuse(self, row: &Row, refusal: Refusal) -> Refusal {
        let headers = headers::edits(row.policy.as_ref(), self.quotas.into_iter());
        Refusal { headers, ..refusal.because(self.evidence) }
    }
}
