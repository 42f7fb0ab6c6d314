//! How fast something grows: the median of the slopes between all pairs of samples (Theil and Sen), which a few stray
//! samples do not move, and the upper end of its 95 % interval by Sen's rule.

/// Of the standard normal distribution: 2.5 % lie above it.
const Z: f64 = 1.959_964;

/// A slope, in units of the samples per unit of their time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The most likely one.
    pub median: f64,
    /// With a probability of 2.5 % it is above this.
    pub upper: f64,
}

/// The slope of samples, each of which is a time and a value.
///
/// # Errors
/// When there are too few for an interval, or two of one time.
pub fn of(samples: &[(f64, f64)]) -> Result<Slope, String> {
    let mut slopes = Vec::new();
    for (number, (later, high)) in samples.iter().enumerate() {
        for (sooner, low) in &samples[..number] {
            slopes.push((high - low) / (later - sooner));
        }
    }
    if slopes.iter().any(|slope| !slope.is_finite()) {
        return Err("two samples of one time".to_owned());
    }
    slopes.sort_by(f64::total_cmp);
    let upper = slopes.get(upper_rank(samples.len(), slopes.len())).copied();
    let median = slopes.get(slopes.len() / 2).copied();
    median
        .zip(upper)
        .map(|(median, upper)| Slope { median, upper })
        .ok_or_else(|| "too few samples".to_owned())
}

/// Sen 1968: half of the slopes, and half of what the sign of their sum (Kendall's S) varies by.
fn upper_rank(samples: usize, slopes: usize) -> usize {
    let n = samples as f64;
    let deviation = (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    ((slopes as f64 + Z * deviation) / 2.0).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values about a line, at distances that look like chance and are the same in every run.
    fn samples(slope: f64, noise: f64) -> Vec<(f64, f64)> {
        (0..60).map(|at| (f64::from(at), slope * f64::from(at) + noise * stray(at))).collect()
    }

    fn stray(at: u32) -> f64 {
        f64::from(at * 7_919 % 101) / 50.0 - 1.0
    }

    #[test]
    fn finds_the_slope_of_a_line_and_of_one_with_noise_and_strays() {
        let exact = of(&samples(2.0, 0.0)).unwrap();
        assert!((exact.median - 2.0).abs() < 1e-9 && (exact.upper - 2.0).abs() < 1e-9, "{exact:?}");
        let mut noisy = samples(2.0, 1.0);
        (noisy[10].1, noisy[50].1) = (500.0, -500.0);
        let noisy = of(&noisy).unwrap();
        assert!((noisy.median - 2.0).abs() < 0.1, "{noisy:?}");
        assert!(noisy.upper > noisy.median && noisy.upper < 2.2, "{noisy:?}");
    }

    #[test]
    fn what_grows_is_told_from_what_does_not() {
        assert!(of(&samples(0.0, 1.0)).unwrap().upper < 0.1);
        assert!(of(&samples(0.5, 1.0)).unwrap().upper > 0.4);
    }

    #[test]
    fn few_samples_and_samples_of_one_time_are_no_slope() {
        assert!(of(&[]).is_err());
        assert!(of(&[(0.0, 1.0), (1.0, 1.0)]).is_err());
        assert!(of(&[(0.0, 1.0), (0.0, 2.0), (1.0, 1.0)]).is_err());
    }
}
