//! What one route asks of one phase, limit by limit.

use std::rc::Rc;

use contract::{Env, HeaderValue, Meter, Refusal, Request, Verdict};

use crate::account::Account;
use crate::assignment::Use;
use crate::config::{Limit, Mode, WhenContended, WhenMissing};
use crate::cost::Cost;
use crate::counter::{Counted, Counter};
use crate::events;
use crate::headers::{self, State, Styles};
use crate::reason::Reason;

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
    counter: Rc<Counter>,
    cost: Cost,
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
        counter: impl Fn(&Limit) -> Option<Rc<Counter>>,
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

    /// Whether there is nothing to count.
    pub(crate) fn is_empty(&self) -> bool {
        self.charges.is_empty()
    }

    /// Count `request` under the limits from the one at `from` on, those before it being in `account`.
    pub(crate) fn run(
        self: &Rc<Self>,
        mut account: Account,
        from: usize,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Verdict {
        for charge in self.charges.iter().skip(from) {
            let counter = &charge.counter;
            let counted = counter.count(charge.cost.of(request), request, env);
            if let Err((refusal, state)) = self.judge(&counter.limit, counted, &mut account, env.meter) {
                return account
                    .refuse(refusal, self.styles.edits(self.whole_policy.as_ref(), state.as_ref()));
            }
        }
        let response = self.styles.edits(self.policy.as_ref(), account.strictest());
        account.forward(response)
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
        let Counted { quota, forgot, retries, outcome } = counted;
        if retries > 0 {
            meter.count_of(events::RETRIES, &limit.name, u64::try_from(retries).unwrap_or(u64::MAX));
        }
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
        let (event, mark) = match (limit.mode, self.when_contended, limit.when_missing) {
            (_, WhenContended::Allow, _) if reason.is_store_failure() => (events::OPEN, OPEN),
            (_, _, WhenMissing::Skip) if reason.is_missing() => (events::SKIPPED, SKIPPED),
            (Mode::Shadow, _, _) => (events::SHADOW_LIMITED, SHADOW),
            (Mode::Enforce, _, _) => {
                if reason.is_of_limit() {
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

fn enforced(uses: &[Use]) -> impl Iterator<Item = &Limit> {
    uses.iter().map(|used| &*used.limit).filter(|limit| limit.mode == Mode::Enforce)
}
