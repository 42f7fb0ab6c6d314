//! A policy, and what its annotations say of it.

use cedar_policy_core::ast::{AnyId, Policy};

use super::fault::Fault;

/// Annotations that are repeated in the record of a decision that rests on their policy.
const NOTES: [&str; 2] = ["reason", "doc"];

/// A policy as it is asked.
pub(super) struct Rule {
    pub(super) policy: Policy,
    pub(super) part: Part,
    /// Name and text of each of its [`NOTES`].
    notes: Vec<(&'static str, String)>,
}

/// What a policy takes part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The decision.
    Decision,
    /// The record alone: `@shadow("true")`.
    Record,
}

impl Rule {
    /// Read the annotations of `policy`.
    ///
    /// # Errors
    /// When `@shadow` says neither `true` nor `false`: a slip must not put a policy into force.
    pub(super) fn new(policy: Policy) -> Result<Self, Fault> {
        let part = match annotation(&policy, "shadow") {
            None | Some("false") => Part::Decision,
            Some("true") => Part::Record,
            Some(_) => {
                let message = "`@shadow` takes \"true\" or \"false\"";
                return Err(Fault::located(policy.loc(), message.into()));
            }
        };
        let note = |name| annotation(&policy, name).map(|text| (name, text.to_owned()));
        let notes = NOTES.into_iter().filter_map(note).collect();
        Ok(Self { policy, part, notes })
    }

    /// The id that a record names it by.
    pub(super) fn id(&self) -> String {
        self.policy.id().to_string()
    }

    /// Its notes, such as `reason:suspended:the account is closed`.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let id = self.policy.id();
        self.notes.iter().map(move |(name, text)| format!("{name}:{id}:{text}"))
    }
}

/// The text of `@name("…")`, which is empty when nothing is written.
pub(super) fn annotation<'a>(policy: &'a Policy, name: &str) -> Option<&'a str> {
    let key = name.parse::<AnyId>().ok()?;
    policy.annotation(&key).map(|annotation| annotation.val.as_str())
}
