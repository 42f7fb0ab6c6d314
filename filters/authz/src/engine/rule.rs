//! A policy, and what its annotations say of it.

use cedar_policy_core::ast::{Annotation, AnyId, EntityUID, Policy};

use super::fault::Fault;
use super::sight::Sight;

/// Annotations that are repeated in the record of a decision that rests on their policy.
const NOTES: [&str; 2] = ["reason", "doc"];

/// The annotation whose text a client may read.
const PUBLIC: &str = "public_reason";

/// A policy as it is asked.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) policy: Policy,
    pub(super) part: Part,
    /// The entities that its conditions name.
    pub(super) literals: Vec<EntityUID>,
    /// Name and text of each of its [`NOTES`].
    notes: Vec<(&'static str, String)>,
    /// The text of `@public_reason`.
    public_reason: Option<String>,
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
    /// Read `policy`, and let `sight` know what it names.
    ///
    /// # Errors
    /// When `@shadow` says neither `true` nor `false`: a slip must not put a policy into force.
    pub(super) fn new(policy: Policy, sight: &mut Sight) -> Result<Self, Fault> {
        let written = |name| annotation(policy.annotations(), name);
        let part = match written("shadow") {
            None | Some("false") => Part::Decision,
            Some("true") => Part::Record,
            Some(_) => {
                let message = "`@shadow` takes \"true\" or \"false\"";
                return Err(Fault::located(policy.loc(), message.into()));
            }
        };
        let note = |name| written(name).map(|text| (name, text.to_owned()));
        let notes = NOTES.into_iter().filter_map(note).collect();
        let public_reason = written(PUBLIC).map(str::to_owned);
        let literals = sight.take_in(&policy);
        Ok(Self { policy, part, literals, notes, public_reason })
    }

    /// What a client may know of it.
    pub(super) fn public_reason(&self) -> Option<&str> {
        self.public_reason.as_deref()
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
pub(super) fn annotation<'a>(
    mut annotations: impl Iterator<Item = (&'a AnyId, &'a Annotation)>,
    name: &str,
) -> Option<&'a str> {
    let found = annotations.find(|(key, _)| AsRef::<str>::as_ref(*key) == name);
    found.map(|(_, annotation)| annotation.val.as_str())
}
