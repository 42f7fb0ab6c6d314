//! Every so manieth of something.

use std::cell::Cell;

/// Takes one in a fixed number, evenly and without chance: the first one, too.
#[derive(Debug, Default)]
pub(crate) struct Sampler {
    one_in: u32,
    left: Cell<u32>,
}

impl Sampler {
    /// Take one in `one_in`; none at all of 0.
    pub(crate) fn new(one_in: u32) -> Self {
        Self { one_in, left: Cell::new(0) }
    }

    /// Whether to take this one.
    pub(crate) fn takes(&self) -> bool {
        let Some(most) = self.one_in.checked_sub(1) else { return false };
        let left = self.left.get();
        self.left.set(left.checked_sub(1).unwrap_or(most));
        left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_first_of_every_so_many() {
        let taken = |one_in| {
            let sampler = Sampler::new(one_in);
            (0..7).filter(|_| sampler.takes()).count()
        };
        assert_eq!([0, 1, 2, 3, 7, 8].map(taken), [0, 7, 4, 3, 1, 1]);
    }
}
