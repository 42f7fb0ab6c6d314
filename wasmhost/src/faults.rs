//! Hostcalls that answer what a test wants, and a count of those that were made.

use std::collections::BTreeMap;

use crate::Status;

/// Per hostcall, the status that it answers without doing anything else.
#[derive(Debug, Default, Clone)]
pub struct Faults {
    faults: BTreeMap<String, Fault>,
    calls: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, Copy)]
struct Fault {
    status: Status,
    spared: usize,
}

impl Faults {
    /// Let the hostcall called `name` answer `status`, always.
    pub fn set(&mut self, name: &str, status: Status) {
        self.set_after(0, name, status);
    }

    /// Let the hostcall called `name` answer `status`, after it has done its work for `spared` calls.
    pub fn set_after(&mut self, spared: usize, name: &str, status: Status) {
        let spared = spared + self.calls.get(name).copied().unwrap_or_default();
        self.faults.insert(name.to_owned(), Fault { status, spared });
    }

    /// Let every hostcall do its work again, and count from nothing.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How often each hostcall was made since the last [`Self::clear`], by name.
    pub const fn calls(&self) -> &BTreeMap<String, usize> {
        &self.calls
    }

    pub(crate) fn answer(&mut self, name: &str) -> Option<Status> {
        let made = match self.calls.get_mut(name) {
            Some(made) => made,
            None => self.calls.entry(name.to_owned()).or_default(),
        };
        *made += 1;
        let fault = self.faults.get(name)?;
        (*made > fault.spared).then_some(fault.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spares_as_many_calls_as_it_was_told() {
        let mut faults = Faults::default();
        assert_eq!(faults.answer("a"), None);
        faults.set_after(1, "a", Status::EMPTY);
        let answers = ["a", "b", "a", "a"].map(|name| faults.answer(name));
        assert_eq!(answers, [None, None, Some(Status::EMPTY), Some(Status::EMPTY)]);
        assert_eq!(faults.calls()["a"], 4);
    }
}
