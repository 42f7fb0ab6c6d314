//! Choices by chance, the same in every run.

/// SplitMix64.
pub(crate) struct Draw {
    state: u64,
    turn: usize,
}

impl Draw {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed, turn: 0 }
    }

    /// Each of `choices` in its turn.
    pub(crate) fn in_turn<T: Clone>(&mut self, choices: &[T]) -> T {
        self.turn += 1;
        choices[self.turn % choices.len()].clone()
    }

    /// One of `choices`.
    pub(crate) fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        let count = u64::try_from(choices.len()).unwrap();
        choices[usize::try_from(self.next() % count).unwrap()].clone()
    }

    /// Whether something happens that happens once in `n` times.
    pub(crate) const fn once_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
