//! Points in time as Cedar's `datetime`.

use crate::engine::{Extension, ExtensionKind};

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The last millisecond of the year 9999, behind which a `datetime` cannot be written.
const LATEST: i64 = 253_402_300_799_999;

/// The point `millis` milliseconds after 1970-01-01T00:00:00Z; nothing for one before that, or after the year
/// 9999.
pub(crate) fn datetime(millis: i64) -> Option<Extension> {
    if !(0..=LATEST).contains(&millis) {
        return None;
    }
    let (days, millis) = (millis.checked_div(MILLIS_PER_DAY)?, millis.checked_rem(MILLIS_PER_DAY)?);
    let (year, month, day) = date(days)?;
    let part = |unit: i64, of: i64| millis.checked_div(unit)?.checked_rem(of);
    let (hour, minute) = (part(3_600_000, 24)?, part(60_000, 60)?);
    let (second, milli) = (part(1_000, 60)?, part(1, 1_000)?);
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z");
    ExtensionKind::DateTime.parse(&text)
}

/// Year, month and day of the Gregorian calendar, `days` after 1970-01-01.
fn date(mut days: i64) -> Option<(i64, i64, i64)> {
    // Whole years first, then whole months. A year has at least 365 days, so the guess is never too early.
    let mut year = days.checked_div(365)?.checked_add(1970)?;
    while days_before(year)? > days {
        year = year.checked_sub(1)?;
    }
    days = days.checked_sub(days_before(year)?)?;
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days = days.checked_sub(length)?;
        month = i64::checked_add(month, 1)?;
    }
    Some((year, month, days.checked_add(1)?))
}

/// Days from 1970-01-01 to the first day of `year`.
fn days_before(year: i64) -> Option<i64> {
    let last = year.checked_sub(1)?;
    let leaps =
        last.checked_div(4)?.checked_sub(last.checked_div(100)?)?.checked_add(last.checked_div(400)?)?;
    /// Leap days from the year 1 to 1969.
    const LEAPS_UNTIL_1970: i64 = 477;
    year.checked_sub(1970)?.checked_mul(365)?.checked_add(leaps)?.checked_sub(LEAPS_UNTIL_1970)
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_calendar() {
        for (millis, wanted) in [
            (0, "1970-01-01"),
            (951_782_400_000, "2000-02-29"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01"),
            (1_735_603_200_000, "2024-12-31"),
            (1_795_759_445_678, "2026-11-27T06:04:05.678Z"),
            (4_107_542_400_000, "2100-03-01"),
            (LATEST, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(datetime(millis), ExtensionKind::DateTime.parse(wanted), "{wanted}");
        }
        assert_eq!((datetime(-1), datetime(LATEST + 1), datetime(i64::MAX)), (None, None, None));
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = date(0).unwrap();
        for days in 1..200_000 {
            let (year, month, day) = date(days).unwrap();
            let next_month =
                if before.1 == 12 { (before.0 + 1, 1, 1) } else { (before.0, before.1 + 1, 1) };
            assert!(
                [(before.0, before.1, before.2 + 1), next_month].contains(&(year, month, day)),
                "{days}"
            );
            assert!(day <= 31 && month <= 12);
            before = (year, month, day);
        }
    }
}
