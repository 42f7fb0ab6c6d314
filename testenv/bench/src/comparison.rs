//! What is told of figures that were measured by turns: ratios and sums, each with what is wanted of it.

use std::fmt;

use testenv::gate;

use crate::samples::{Measure, Samples};
use crate::statistics::Summary;

/// How far the middle half of the rounds may be apart, as a part of the median, for a figure that is told. With nine
/// rounds the median is then good to a tenth or so.
pub(crate) const WIDEST_SPREAD: f64 = 0.25;

/// Something that must hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    /// The name of its gate.
    pub(crate) gate: &'static str,
    /// Of which measure.
    pub(crate) measure: Measure,
    /// Of which scenarios.
    pub(crate) form: Form,
    /// What is wanted.
    pub(crate) want: Want,
}

/// What is computed from scenarios, which stand here by their names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// One of them as it is.
    Plain(&'static str),
    /// What one has more than the other.
    Over(&'static str, &'static str),
    /// One divided by the other.
    Ratio(&'static str, &'static str),
    /// What the first adds to the third, divided by what the second adds to it.
    AddedRatio(&'static str, &'static str, &'static str),
}

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Want {
    /// So much or less.
    AtMost(f64),
    /// So much or more.
    AtLeast(f64),
}

impl Comparison {
    /// The scenarios that it needs.
    pub(crate) fn scenarios(&self) -> Vec<&'static str> {
        match self.form {
            Form::Plain(one) => vec![one],
            Form::Over(one, two) | Form::Ratio(one, two) => vec![one, two],
            Form::AddedRatio(one, two, base) => vec![one, two, base],
        }
    }

    /// Computed in each round by itself: what slows the machine slows all that ran in it.
    pub(crate) fn summary(&self, samples: &Samples) -> Option<Summary> {
        let of = |scenario| samples.rounds(scenario, self.measure);
        let rounds: Vec<f64> = match self.form {
            Form::Plain(one) => of(one).to_vec(),
            Form::Over(one, two) => of(one).iter().zip(of(two)).map(|(one, two)| one - two).collect(),
            Form::Ratio(one, two) => of(one).iter().zip(of(two)).map(|(one, two)| one / two).collect(),
            Form::AddedRatio(one, two, base) => {
                let pairs = of(one).iter().zip(of(two)).zip(of(base));
                pairs.map(|((one, two), base)| (one - base) / (two - base)).collect()
            }
        };
        Summary::of(&rounds)
    }

    /// Whether its rounds agree well enough for a figure.
    pub(crate) fn is_narrow(&self, samples: &Samples) -> bool {
        self.summary(samples).is_some_and(|summary| summary.spread() <= WIDEST_SPREAD)
    }

    /// Print the gate. A figure whose rounds differ too much is not told, and falls short.
    pub(crate) fn print(&self, samples: &Samples) {
        match self.summary(samples) {
            Some(summary) if summary.spread() <= WIDEST_SPREAD => {
                let got = format!("{:.2}", summary.median);
                gate::line(self.gate, got, self.want, self.want.holds(summary.median));
            }
            Some(summary) => {
                println!("{}: {:.2} to {:.2}, too wide for a figure", self.gate, summary.low, summary.high);
                gate::line(self.gate, "too-wide", self.want, false);
            }
            None => gate::absent(self.gate, self.want, "its scenarios were not measured"),
        }
    }
}

impl Want {
    /// Whether a figure is what is wanted. What is no number never is.
    pub(crate) fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }
}

impl fmt::Display for Want {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(formatter, "<={most:?}"),
            Self::AtLeast(least) => write!(formatter, ">={least:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATIO: Comparison = Comparison {
        gate: "test.ratio",
        measure: Measure::CpuUs,
        form: Form::AddedRatio("ours", "native", "none"),
        want: Want::AtMost(4.0),
    };

    fn samples(ours: &[f64]) -> Samples {
        let mut samples = Samples::default();
        for value in ours {
            samples.note("none", [(Measure::CpuUs, 30.0)]);
            samples.note("native", [(Measure::CpuUs, 40.0)]);
            samples.note("ours", [(Measure::CpuUs, *value)]);
        }
        samples
    }

    #[test]
    fn what_is_added_is_compared_round_by_round() {
        let summary = RATIO.summary(&samples(&[60.0, 50.0, 70.0])).unwrap();
        assert_eq!((summary.low, summary.median, summary.high), (2.5, 3.0, 3.5));
    }

    #[test]
    fn rounds_that_differ_too_much_give_no_figure() {
        assert!(RATIO.is_narrow(&samples(&[60.0, 61.0, 59.0])));
        assert!(!RATIO.is_narrow(&samples(&[60.0, 90.0, 35.0])));
        assert!(!RATIO.is_narrow(&Samples::default()));
    }

    #[test]
    fn no_number_is_never_what_is_wanted() {
        assert!(Want::AtMost(4.0).holds(4.0) && !Want::AtMost(4.0).holds(4.1));
        assert!(!Want::AtMost(4.0).holds(f64::NAN) && !Want::AtLeast(4.0).holds(f64::NAN));
    }
}
