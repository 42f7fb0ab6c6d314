//! How often each kind of answer was right: a generator that always gets the same one proves little.

use super::corpora::say;
use crate::engine::{Answer, Outcome};

#[derive(Debug, Default)]
pub(super) struct Kinds {
    permitted: usize,
    forbidden: usize,
    not_permitted: usize,
    failed: usize,
}

impl Kinds {
    pub(super) fn count(&mut self, answer: &Answer) {
        let kind = match answer.ruling.outcome {
            Outcome::Permitted => &mut self.permitted,
            Outcome::Forbidden => &mut self.forbidden,
            Outcome::NotPermitted => &mut self.not_permitted,
            Outcome::Failed => &mut self.failed,
        };
        *kind = kind.saturating_add(1);
    }

    /// Panics when one of them is rarer than `least`.
    pub(super) fn check(&self, least: usize) {
        say(&format!("{self:?}"));
        let Self { permitted, forbidden, not_permitted, failed } = *self;
        assert!(
            [permitted, forbidden, not_permitted, failed].iter().all(|kind| *kind >= least),
            "{self:?}"
        );
    }
}
