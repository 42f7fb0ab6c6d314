//! Times in claims (RFC 7519 §2, NumericDate).

use std::fmt;

use contract::{Duration, UnixTime};
use serde_json::Value;

/// The latest time that is taken, in seconds: the end of the year 9999, where RFC 3339 ends. What lies
/// beyond is a mistake, such as milliseconds, and would make a token that never ends.
pub const MAX_NUMERIC_DATE: u64 = 253_402_300_799;

/// A claim that is no time: a string, negative, or beyond [`MAX_NUMERIC_DATE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumericDateError;

/// The time that `value` means. Fractions are allowed (RFC 7519 §2); strings are not, however numeric.
/// Times after the year 2554 come out as [`UnixTime::MAX`].
///
/// # Errors
/// When it is no number between zero and [`MAX_NUMERIC_DATE`].
pub fn numeric_date(value: &Value) -> Result<UnixTime, NumericDateError> {
    if let Some(seconds) = value.as_u64() {
        return if seconds <= MAX_NUMERIC_DATE {
            Ok(UnixTime::from_seconds(seconds))
        } else {
            Err(NumericDateError)
        };
    }
    let seconds = value.as_f64().ok_or(NumericDateError)?;
    let fraction = Duration::try_from_secs_f64(seconds).map_err(|_| NumericDateError)?;
    if fraction.as_secs() > MAX_NUMERIC_DATE {
        return Err(NumericDateError);
    }
    Ok(UnixTime::default().plus(fraction))
}

impl fmt::Display for NumericDateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numeric_date_malformed")
    }
}

impl std::error::Error for NumericDateError {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn takes_whole_and_broken_seconds() {
        for (value, time) in [
            (json!(0), UnixTime::default()),
            (json!(-0.0), UnixTime::default()),
            (json!(2_000_000_000_u64), UnixTime::from_seconds(2_000_000_000)),
            (json!(2e9), UnixTime::from_seconds(2_000_000_000)),
            (json!(1.5), UnixTime::from_nanos(1_500_000_000)),
            (json!(4_294_967_296_u64), UnixTime::from_seconds(4_294_967_296)),
            (json!(MAX_NUMERIC_DATE), UnixTime::MAX),
            (json!(253_402_300_799.0), UnixTime::MAX),
        ] {
            assert_eq!(numeric_date(&value), Ok(time), "{value}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for value in [
            json!(-1),
            json!(-0.5),
            json!(1e30),
            json!(1e300),
            json!(u64::MAX),
            json!(MAX_NUMERIC_DATE + 1),
            json!(253_402_300_800.0),
            json!(9_007_199_254_740_992_u64),
            json!("2000000000"),
            json!(null),
            json!(true),
            json!([2_000_000_000]),
            json!({}),
        ] {
            assert_eq!(numeric_date(&value), Err(NumericDateError), "{value}");
        }
    }
}
