//! What a request comes to, as Cedar says it and as a proxy logs it.

use std::fmt;

use testenv::Entry;

/// A decision, and the policies behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub kind: Kind,
    /// Their ids, in alphabetical order.
    pub policies: Vec<String>,
}

/// The kinds of decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A permit applies, and no forbid.
    Permitted,
    /// A forbid applies.
    Forbidden,
    /// No permit applies.
    NotPermitted,
    /// A policy could not be evaluated.
    Failed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Permitted, Self::Forbidden, Self::NotPermitted, Self::Failed];

    /// What a proxy gives as the reason when it refuses.
    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Permitted => None,
            Self::Forbidden => Some("policy_forbids"),
            Self::NotPermitted => Some("no_policy_permits"),
            Self::Failed => Some("policy_error"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason().unwrap_or("allowed"))
    }
}

impl Outcome {
    /// What Cedar's answer comes to in a proxy, where an error refuses: Cedar leaves a policy out that fails,
    /// and if it forbids, lets a request pass because of an error.
    pub fn of_cedar(decision: &str, reason: Vec<String>, errors: Vec<String>) -> Self {
        let (kind, mut policies) = match (decision, reason, errors) {
            (_, _, errors) if !errors.is_empty() => (Kind::Failed, errors),
            ("allow", reason, _) => (Kind::Permitted, reason),
            ("deny", reason, _) if reason.is_empty() => (Kind::NotPermitted, reason),
            ("deny", reason, _) => (Kind::Forbidden, reason),
            (other, ..) => panic!("neither allow nor deny: {other}"),
        };
        policies.sort();
        Self { kind, policies }
    }

    /// What the access log of a proxy says. Nothing when status, details and record of the decision are not
    /// those of one decision by policies.
    pub fn of_entry(entry: &Entry) -> Option<Self> {
        let record = entry.decision();
        let kind = Kind::ALL.into_iter().find(|kind| match kind.reason() {
            None => entry.status == 200 && record["decision"] == "allow",
            Some(reason) => {
                entry.status == 403
                    && entry.refusal() == Some(("authz", reason))
                    && record["decision"] == "refuse"
                    && record["stage"] == "authz"
                    && record["reason"] == reason
            }
        })?;
        let evidence = record["evidence"].as_array().into_iter().flatten();
        let policies = evidence.map(|id| id.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        Some(Self { kind, policies })
    }
}
