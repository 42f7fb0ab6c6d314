//! Who looks on while a request is judged.

use contract::{Phase, Refusal, RouteMatch, StageName, Verdict};

/// Looks on while a request is judged, and changes nothing about it.
///
/// It is called once for each judge, when that one has spoken and before the next one is asked. So what lies
/// between two calls is the work of the later judge: who has a clock can measure it. The pipeline has none.
pub trait Watch {
    /// One judge has spoken. `route` is `None` before the request's path is settled.
    fn judged(&self, judged: Judged<'_>, route: Option<&RouteMatch<'_>>);
}

/// What one judge has said of a request.
#[derive(Debug, Clone, Copy)]
pub enum Judged<'a> {
    /// The route table has, of what it judges by itself.
    Gate {
        /// What was judged.
        gate: Gate,
        /// Why the request may not pass; `None` when it may.
        refusal: Option<&'a Refusal>,
    },
    /// A stage has. One that has waited or asked speaks again when the request goes on.
    Stage {
        /// Whose stage it is. One configuration may give several stages of a name.
        name: StageName,
        /// Where it stands in the order.
        phase: Phase,
        /// What it says.
        verdict: &'a Verdict,
    },
}

/// What the route table judges by itself, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The path can be read in one way only.
    Path,
    /// The request matches a row, or unknown ones are not refused.
    Known,
    /// What it brings is what its row accepts.
    Accepted,
    /// It has a caller whom its row takes, where the row requires one.
    Admitted,
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn judged(&self, _: Judged<'_>, _: Option<&RouteMatch<'_>>) {}
}

impl Judged<'_> {
    /// Who has spoken.
    pub const fn by(&self) -> StageName {
        match self {
            Self::Gate { .. } => StageName::Route,
            Self::Stage { name, .. } => *name,
        }
    }
}

/// Tell `watch` how a gate has judged, and pass that on.
pub(crate) fn pass(
    gate: Gate,
    outcome: Result<(), Refusal>,
    route: Option<&RouteMatch<'_>>,
    watch: &dyn Watch,
) -> Result<(), Refusal> {
    watch.judged(Judged::Gate { gate, refusal: outcome.as_ref().err() }, route);
    outcome
}
