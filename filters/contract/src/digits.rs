//! Numbers in decimal digits. What formats a number for everybody costs as much as all else in a header's value.

/// Digits of the largest number.
pub(crate) const MOST_DIGITS: usize = 20;

/// A number in decimal digits. They lie on the stack, at the end of their place.
pub(crate) struct Digits {
    digits: [u8; MOST_DIGITS],
    first: usize,
}

impl Digits {
    /// The digits of `number`, without leading zeros.
    #[inline]
    pub(crate) fn of(number: u64) -> Self {
        let mut digits = [b'0'; MOST_DIGITS];
        let (mut rest, mut first) = (number, MOST_DIGITS);
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            first = at;
            *digit |= u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        Self { digits, first }
    }

    /// The digits as text.
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        let digits = self.digits.get(self.first..).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_what_everybody_writes() {
        let powers = (0..20).map(|digits| 10_u64.pow(digits));
        let around = powers.flat_map(|power| [power - 1, power, power + 1, power.saturating_mul(9)]);
        for number in around.chain([u64::MAX]) {
            assert_eq!(Digits::of(number).as_str(), number.to_string());
        }
    }
}
