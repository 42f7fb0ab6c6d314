//! What one route asks of one phase, limit by limit.

use std::rc::Rc;

use contract::{
    Aside, Ask, BackgroundEnv, Call, CallError, Called, Cause, Continuation, Edits, Env, HeaderValue,
    Meter, Refusal, Request, StageName, Verdict,
};

use crate::account::Account;
use crate::assignment::Use;
use crate::config::{Limit, Mode, WhenContended, WhenMissing};
use crate::cost::Cost;
use crate::counter::{Counted, Counter, FromEngine};
use crate::events;
use crate::global::{Counting, GlobalCounter, Question};
use crate::headers::{self, State, Styles};
use crate::quota::Quota;
use crate::reason::{Kind, Reason};

/// The reason when a question comes back to a limit that asks none.
const QUESTION_LOST: &str = "question_lost";

/// The evidence of a limit that would have refused.
const SHADOW: &str = "shadow";

/// The evidence of a request that was forwarded uncounted, because the configuration says so.
const OPEN: &str = "limit_open";

/// The evidence of a request that a limit does not count, because the configuration says so.
const SKIPPED: &str = "limit_skipped";

/// The evidence of a request for whose key another one was forgotten, which has a fresh burst now.
const FORGOTTEN: &str = "limit_forgotten";

/// The limits of one route in one phase.
pub(crate) struct Row {
    charges: Vec<RowCharge>,
    /// The limits of this phase that clients may know of.
    policy: Option<HeaderValue>,
    /// All limits of the route that clients may know of: whom this phase refuses, the next tells nothing.
    whole_policy: Option<HeaderValue>,
    styles: Styles,
    when_contended: WhenContended,
}

/// One limit, and what requests cost under it.
struct RowCharge {
    counter: AnyCounter,
    cost: Cost,
}

/// Whoever decides about a limit.
#[derive(Clone)]
pub(crate) enum AnyCounter {
    /// The workers of this proxy.
    Local(Rc<Counter>),
    /// An engine.
    Global(Rc<GlobalCounter>),
}

/// What is the same for all rows.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) styles: Styles,
    pub(crate) when_contended: WhenContended,
}

impl Row {
    /// The row of a route with these `uses`, of which it makes those that stand before authentication, or
    /// the others.
    pub(crate) fn new(
        uses: &[Use],
        counter: impl Fn(&Limit) -> Option<AnyCounter>,
        before_auth: bool,
        manner: Manner,
    ) -> Self {
        let of_phase = |used: &&Use| used.limit.before_auth == before_auth;
        let charges = uses
            .iter()
            .filter(of_phase)
            .filter_map(|used| Some(RowCharge { counter: counter(&used.limit)?, cost: used.cost.clone() }));
        Self {
            charges: charges.collect(),
            policy: headers::policy(enforced(uses).filter(|limit| limit.before_auth == before_auth)),
            whole_policy: headers::policy(enforced(uses)),
            styles: manner.styles,
            when_contended: manner.when_contended,
        }
    }

    /// Whether an engine is asked.
    pub(crate) fn asks(&self) -> bool {
        self.charges.iter().any(|charge| matches!(charge.counter, AnyCounter::Global(_)))
    }

    /// What is counted of its limits that an alert may ask for.
    pub(crate) fn events(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.charges.iter().flat_map(|RowCharge { counter, .. }| {
            let limit = counter.limit().name.as_str();
            counter.events().iter().map(move |event| (*event, limit))
        })
    }

    /// Whether there is nothing to count.
    pub(crate) fn is_empty(&self) -> bool {
        self.charges.is_empty()
    }

    /// Count `request` under all limits.
    pub(crate) fn run(self: &Rc<Self>, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        self.go_on(Account::default(), 0, None, request, env)
    }

    /// Count `request` under the limits from the one at `from` on, those before it being in `account`. That one may
    /// have been asked already, and come to `told`.
    fn go_on(
        self: &Rc<Self>,
        mut account: Account,
        from: usize,
        mut told: Option<Counting>,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Verdict {
        for (at, charge) in self.charges.iter().enumerate().skip(from) {
            match told.take().unwrap_or_else(|| charge.count(request, env)) {
                Counting::Asked(call, question) => return self.ask(account, at, call, question),
                Counting::Done(counted) => {
                    let limit = charge.counter.limit();
                    if let Err((refusal, state)) = self.judge(limit, counted, &mut account, env.meter) {
                        return self.refuse(&mut account, refusal, state.as_ref(), env);
                    }
                }
            }
        }
        let promised = account.promised();
        let headers = self.styles.edits(self.policy.as_ref(), promised, account.strictest());
        account.forward(headers)
    }

    /// Ask, and go on from the answer.
    fn ask(self: &Rc<Self>, account: Account, at: usize, call: Call, question: Question) -> Verdict {
        let then = Asked { row: Rc::clone(self), account, at, question };
        Verdict::Ask(Box::new(Ask { call, then: Box::new(then) }))
    }

    /// The counter at `at`, if it asks: only such a one makes questions.
    fn asker(&self, at: usize) -> Option<&Rc<GlobalCounter>> {
        match &self.charges.get(at)?.counter {
            AnyCounter::Global(counter) => Some(counter),
            AnyCounter::Local(_) => None,
        }
    }

    /// Who is refused makes nobody ask ahead for others: the next request that passes does.
    fn refuse(
        &self,
        account: &mut Account,
        refusal: Refusal,
        state: Option<&State>,
        env: &Env<'_>,
    ) -> Verdict {
        let Env { now, entropy, store, meter, .. } = *env;
        for Aside { then, .. } in account.asides() {
            then(Err(CallError::Withdrawn), &BackgroundEnv { now, entropy, store, meter });
        }
        let promised = account.promised();
        account.refuse(refusal, self.styles.edits(self.whole_policy.as_ref(), promised, state))
    }

    /// Whether the request goes on; whatever does not refuse it is told to `account`. A refusal tells of
    /// the limit that is reached and of no other: to come back when another one is whole again would be too
    /// early or too late.
    fn judge(
        &self,
        limit: &Rc<Limit>,
        counted: Counted,
        account: &mut Account,
        meter: &dyn Meter,
    ) -> Result<(), (Refusal, Option<State>)> {
        let Counted { quota, forgot, retries, from_engine, outcome } = counted;
        let quota = quota.or_else(|| hear(*from_engine?, limit, account));
        events::count_retries(meter, &limit.name, retries);
        if forgot {
            meter.count_of(events::FORGOTTEN, &limit.name, 1);
            account.mark(FORGOTTEN, limit);
        }
        if let Err(reason) = outcome {
            let state = quota.map(|quota| State { limit: Rc::clone(limit), quota });
            return self.refuse_or_mark(limit, &reason, account, meter).map_err(|refusal| (refusal, state));
        }
        meter.count_of(events::ADMITTED, &limit.name, 1);
        if let (Mode::Enforce, Some(quota)) = (limit.mode, quota) {
            account.note(limit, quota);
        }
        Ok(())
    }

    fn refuse_or_mark(
        &self,
        limit: &Limit,
        reason: &Reason,
        account: &mut Account,
        meter: &dyn Meter,
    ) -> Result<(), Refusal> {
        let (event, mark) = match (reason.kind(), limit.mode) {
            (Kind::StoreFailure, _) if self.when_contended == WhenContended::Allow => (events::OPEN, OPEN),
            (Kind::EngineFailure, _) if limit.is_open_when_down() => (events::OPEN, OPEN),
            (Kind::KeyMissing, _) if limit.when_missing == WhenMissing::Skip => (events::SKIPPED, SKIPPED),
            (_, Mode::Shadow) => (events::SHADOW_LIMITED, SHADOW),
            (kind, Mode::Enforce) => {
                if kind == Kind::OverLimit {
                    meter.count_of(events::LIMITED, &limit.name, 1);
                }
                return Err(reason.refusal(&limit.name));
            }
        };
        meter.count_of(event, &limit.name, 1);
        account.mark(mark, limit);
        Ok(())
    }
}

/// A request that waits for the answer to a question: the row, how far it has come there, and what was asked.
struct Asked {
    row: Rc<Row>,
    account: Account,
    at: usize,
    question: Question,
}

impl Continuation for Asked {
    fn go_on(self: Box<Self>, called: Called<'_>, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let Self { row, account, at, question } = *self;
        let Some(counter) = row.asker(at) else {
            return Refusal::new(StageName::Ratelimit, Cause::NotConfigured, QUESTION_LOST).into();
        };
        let told = counter.hear(question, called, env);
        row.go_on(account, at, Some(told), request, env)
    }

    fn forsaken(self: Box<Self>, called: Called<'_>, env: &BackgroundEnv<'_>) {
        if let Some(counter) = self.row.asker(self.at) {
            counter.overhear(&self.question, called, env);
        }
    }
}

impl RowCharge {
    fn count(&self, request: &Request<'_>, env: &Env<'_>) -> Counting {
        let cost = self.cost.of(request);
        match &self.counter {
            AnyCounter::Local(counter) => Counting::Done(counter.count(cost, request, env)),
            AnyCounter::Global(counter) => counter.count(cost, request, env),
        }
    }
}

impl AnyCounter {
    const fn events(&self) -> &'static [&'static str] {
        match self {
            Self::Local(_) => &[events::LIMITED, events::OPEN],
            Self::Global(_) => &events::OF_GLOBAL,
        }
    }

    fn limit(&self) -> &Rc<Limit> {
        match self {
            Self::Local(counter) => &counter.limit,
            Self::Global(counter) => &counter.limit,
        }
    }
}

/// Take in what an engine has said; what it says of a limit in shadow mode is not for clients.
fn hear(from_engine: FromEngine, limit: &Limit, account: &mut Account) -> Option<Quota> {
    let FromEngine { quota, promise, response, aside } = from_engine;
    if limit.mode == Mode::Shadow {
        account.add(Edits::new(), aside);
        return None;
    }
    account.add(response, aside);
    if let Some(member) = promise.and_then(|promise| promise.member(&limit.name)) {
        account.promise(member);
    }
    quota
}

fn enforced(uses: &[Use]) -> impl Iterator<Item = &Limit> {
    uses.iter().map(|used| &*used.limit).filter(|limit| limit.mode == Mode::Enforce)
}
