//! Many rounds in three numbers.

use serde::{Deserialize, Serialize};

/// The middle of a measure over rounds, and the half of them around it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Half of the rounds are below.
    pub(crate) median: f64,
    /// A quarter of them is below.
    pub(crate) low: f64,
    /// A quarter of them is above.
    pub(crate) high: f64,
}

impl Summary {
    /// Of these rounds; nothing of none.
    pub(crate) fn of(rounds: &[f64]) -> Option<Self> {
        let mut sorted = rounds.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            median: quantile(&sorted, 0.5)?,
            low: quantile(&sorted, 0.25)?,
            high: quantile(&sorted, 0.75)?,
        })
    }

    /// How far the middle half of the rounds is apart, as a part of the median.
    pub(crate) fn spread(&self) -> f64 {
        (self.high - self.low) / self.median.abs()
    }
}

/// The value below which a part of them lies, between its two neighbours where it is none of them.
pub(crate) fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    let place = part * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted.get(place.floor() as usize)?, sorted.get(place.ceil() as usize)?);
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_lies_between_the_quartiles() {
        let summary = Summary::of(&[5.0, 1.0, 3.0, 2.0, 4.0]).unwrap();
        assert_eq!((summary.low, summary.median, summary.high), (2.0, 3.0, 4.0));
        assert!((summary.spread() - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn between_two_values_lies_their_mean() {
        assert_eq!(quantile(&[1.0, 2.0], 0.5), Some(1.5));
        assert_eq!(quantile(&[7.0], 0.99), Some(7.0));
    }

    #[test]
    fn of_no_rounds_there_is_nothing_to_say() {
        assert_eq!(Summary::of(&[]), None);
    }
}
