//! What a request costs, in requests of the usual kind.

mod raw;

use std::num::NonZeroU32;

use contract::{HeaderName, Request};

pub(crate) use raw::{RawCost, exceeds, never_passes};

/// The cost of a request where nobody says otherwise.
pub(crate) const USUAL: NonZeroU32 = NonZeroU32::MIN;

/// How a limit finds out what a request costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cost {
    /// The operator says it.
    Fixed(NonZeroU32),
    /// The request says it, up to a bound.
    Told(Told),
}

/// A cost that a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    by: Teller,
    /// What a request costs that says more, or says what is no cost: nobody gains by nonsense.
    most: NonZeroU32,
    /// What a request costs that says nothing.
    default: NonZeroU32,
}

/// Where a request says it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Teller {
    /// In a header field, in decimal digits.
    Header(HeaderName),
    /// In an integer claim of the verified credential.
    Claim(String),
}

/// What a request says of its cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Number(u64),
    Nonsense,
}

impl Cost {
    /// What no request costs more than.
    pub(crate) const fn most(&self) -> NonZeroU32 {
        match self {
            Self::Fixed(cost) => *cost,
            Self::Told(told) => told.most,
        }
    }

    /// The cost of `request`: at least 1, and never more than the operator has written.
    pub(crate) fn of(&self, request: &Request<'_>) -> NonZeroU32 {
        match self {
            Self::Fixed(cost) => *cost,
            Self::Told(told) => told.of(request),
        }
    }
}

impl Told {
    fn of(&self, request: &Request<'_>) -> NonZeroU32 {
        match self.by.said(request) {
            Said::Nothing => self.default,
            Said::Nonsense => self.most,
            Said::Number(number) => {
                let cost =
                    u32::try_from(number).map_or(self.most, |cost| NonZeroU32::new(cost).unwrap_or(USUAL));
                cost.min(self.most)
            }
        }
    }
}

impl Teller {
    fn said(&self, request: &Request<'_>) -> Said {
        match self {
            Self::Header(name) => match request.head.single(name.as_str()) {
                Ok(Some(value)) => number(value).map_or(Said::Nonsense, Said::Number),
                Ok(None) => Said::Nothing,
                Err(_) => Said::Nonsense,
            },
            Self::Claim(name) => match request.identity.and_then(|identity| identity.claim(name)) {
                Some(claim) => claim.as_u64().map_or(Said::Nonsense, Said::Number),
                None => Said::Nothing,
            },
        }
    }
}

/// The whole number in `text`, in digits alone.
fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit).then_some(text)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_alone() {
        for (text, wanted) in [
            (b"0".as_slice(), Some(0)),
            (b"007", Some(7)),
            (b"18446744073709551615", Some(u64::MAX)),
            (b"18446744073709551616", None),
            (b"", None),
            (b"+5", None),
            (b"-5", None),
            (b" 5", None),
            (b"5.0", None),
            (b"5, 5", None),
            (b"\xff", None),
            ("٣".as_bytes(), None),
        ] {
            assert_eq!(number(text), wanted, "{text:?}");
        }
    }
}
