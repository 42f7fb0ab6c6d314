//! What the policies come to.

use super::judge::{Findings, Judgement};
use super::rule::Rule;

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) ruling: Ruling,
    /// What the policies behind it say of themselves, such as `reason:suspended:the account is closed`.
    pub(crate) notes: Vec<String>,
    /// What a client may know of these policies.
    pub(crate) public_reasons: Vec<String>,
    /// What it would be if the policies in shadow counted. Nothing when they change no permission.
    pub(crate) shadow: Option<Ruling>,
}

/// An outcome, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ruling {
    pub(crate) outcome: Outcome,
    /// The ids of the policies that determined it, in alphabetical order.
    pub(crate) policies: Vec<String>,
}

/// The kinds of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A permit applies, and no forbid.
    Permitted,
    /// A forbid applies.
    Forbidden,
    /// No permit applies.
    NotPermitted,
    /// A policy could not be evaluated, whatever the others say.
    Failed,
}

impl Answer {
    /// Bytes of its texts.
    pub(crate) fn bytes(&self) -> usize {
        let Self { ruling, notes, public_reasons, shadow } = self;
        let shadow = shadow.iter().flat_map(|ruling| &ruling.policies);
        ruling.policies.iter().chain(notes).chain(public_reasons).chain(shadow).map(String::len).sum()
    }

    /// The answer where nobody could be asked.
    pub(super) const fn failed() -> Self {
        let ruling = Ruling { outcome: Outcome::Failed, policies: Vec::new() };
        Self { ruling, notes: Vec::new(), public_reasons: Vec::new(), shadow: None }
    }
}

impl From<Judgement<'_>> for Answer {
    fn from(Judgement { decisive, shadowed }: Judgement<'_>) -> Self {
        let (decided, others) = (decisive.outcome(), shadowed.outcome());
        Self {
            shadow: changes(decided.0, others.0).then(|| Ruling::new(others)),
            public_reasons: public_reasons(&decided.1),
            notes: decided.1.iter().flat_map(|rule| rule.notes()).collect(),
            ruling: Ruling::new(decided),
        }
    }
}

fn public_reasons(rules: &[&Rule]) -> Vec<String> {
    rules.iter().filter_map(|rule| rule.public_reason()).map(str::to_owned).collect()
}

/// Whether a request that some policies leave at `decided` passes only without, or only with, others that
/// come to `others`.
const fn changes(decided: Outcome, others: Outcome) -> bool {
    match (decided, others) {
        (Outcome::Permitted, Outcome::Forbidden | Outcome::Failed)
        | (Outcome::NotPermitted, Outcome::Permitted) => true,
        (Outcome::Permitted, Outcome::Permitted | Outcome::NotPermitted)
        | (Outcome::NotPermitted, Outcome::Forbidden | Outcome::NotPermitted | Outcome::Failed)
        | (Outcome::Forbidden | Outcome::Failed, _) => false,
    }
}

impl<'a> Findings<'a> {
    /// With the policies behind it, in the order of their ids.
    fn outcome(self) -> (Outcome, Vec<&'a Rule>) {
        let Self { permits, forbids, failed } = self;
        let (outcome, mut rules) = if !failed.is_empty() {
            (Outcome::Failed, failed)
        } else if !forbids.is_empty() {
            (Outcome::Forbidden, forbids)
        } else if !permits.is_empty() {
            (Outcome::Permitted, permits)
        } else {
            (Outcome::NotPermitted, Vec::new())
        };
        rules.sort_unstable_by(|one, other| one.policy.id().cmp(other.policy.id()));
        (outcome, rules)
    }
}

impl Ruling {
    fn new((outcome, rules): (Outcome, Vec<&Rule>)) -> Self {
        Self { outcome, policies: rules.into_iter().map(Rule::id).collect() }
    }
}
