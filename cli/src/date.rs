//! Times as people write and read them.

use contract::{Duration, UnixTime};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The days that `DAYSd` may count: a hundred years, beyond which it is a typing error.
const MAX_DAYS: u64 = 36_525;

const SECONDS_PER_DAY: u64 = 86_400;

/// When something ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// At this time.
    At(UnixTime),
    /// So long after now.
    After(Duration),
}

impl End {
    /// `2027-01-01`, `2027-01-01T12:00:00+02:00`, seconds since the epoch, or `90d` from now.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Some(days) = text.strip_suffix('d') else { return parse(text).map(Self::At) };
        let days = number(days).filter(|days| (1..=MAX_DAYS).contains(days));
        let seconds = days.and_then(|days| days.checked_mul(SECONDS_PER_DAY));
        let seconds =
            seconds.ok_or_else(|| format!("`DAYSd` counts 1 to {MAX_DAYS} days, such as `90d`"))?;
        Ok(Self::After(Duration::from_secs(seconds)))
    }

    /// The time, when it is `now`.
    pub(crate) fn from(self, now: UnixTime) -> UnixTime {
        match self {
            Self::At(time) => time,
            Self::After(duration) => now.plus(duration),
        }
    }
}

/// A date, which is its beginning in UTC, a date and time with its offset, or seconds since the epoch.
pub(crate) fn parse(text: &str) -> Result<UnixTime, String> {
    let seconds = match number(text) {
        Some(seconds) => Some(seconds),
        None => moment(text)?,
    };
    let known = |seconds: &u64| UnixTime::from_seconds(*seconds) < UnixTime::MAX;
    let seconds =
        seconds.filter(known).ok_or_else(|| format!("`{text}` lies before 1970 or after 2553"))?;
    Ok(UnixTime::from_seconds(seconds))
}

/// `time` in UTC, to the second. What was signed may end later than a date can be written, and is shown as
/// seconds then.
pub(crate) fn show(time: UnixTime) -> String {
    let seconds = time.seconds();
    let date =
        i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    date.and_then(|date| date.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// Seconds since the epoch; nothing for a time before it.
fn moment(text: &str) -> Result<Option<u64>, String> {
    let is_date = text.len() == "2027-01-01".len();
    let full = if is_date { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let date = OffsetDateTime::parse(&full, &Rfc3339).map_err(|_| {
        format!("`{text}` is no time: write 2027-01-01, 2027-01-01T12:00:00Z or seconds since the epoch")
    })?;
    Ok(u64::try_from(date.unix_timestamp()).ok())
}

/// Without a sign, which `parse` would take.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `date -u -d … +%s`.
    const NEW_YEAR: UnixTime = UnixTime::from_seconds(1_798_761_600);

    #[test]
    fn reads_dates_times_with_offset_and_seconds() {
        for text in [
            "2027-01-01",
            "2027-01-01T00:00:00Z",
            "2026-12-31T23:00:00-01:00",
            "2027-01-01t00:00:00z",
            "1798761600",
        ] {
            assert_eq!(parse(text), Ok(NEW_YEAR), "{text}");
            assert_eq!(End::parse(text), Ok(End::At(NEW_YEAR)), "{text}");
        }
        assert_eq!(show(NEW_YEAR), "2027-01-01T00:00:00Z");
        assert_eq!(parse(&show(NEW_YEAR)), Ok(NEW_YEAR));
        assert_eq!(show(UnixTime::MAX), "2554-07-21T23:34:33Z");
    }

    #[test]
    fn counts_days_from_now() {
        let end = End::parse("90d").unwrap();
        assert_eq!(end.from(NEW_YEAR), UnixTime::from_seconds(NEW_YEAR.seconds() + 90 * 86_400));
        assert_eq!(End::At(NEW_YEAR).from(UnixTime::MAX), NEW_YEAR);
    }

    #[test]
    fn says_what_is_no_time() {
        for (text, complaint) in [
            ("", "is no time"),
            ("tomorrow", "is no time"),
            ("2027-02-30", "is no time"),
            ("2027-1-1", "is no time"),
            ("2027-01-01T00:00:00", "is no time"),
            ("2027-01-01 00:00", "is no time"),
            ("-1", "is no time"),
            ("+1", "is no time"),
            ("1798761600000", "after 2553"),
            ("1969-12-31", "before 1970"),
            ("9999-12-31", "after 2553"),
            ("d", "1 to 36525 days"),
            ("0d", "1 to 36525 days"),
            ("-5d", "1 to 36525 days"),
            ("1.5d", "1 to 36525 days"),
            ("36526d", "1 to 36525 days"),
            ("99999999999999999999d", "1 to 36525 days"),
        ] {
            let said = End::parse(text).unwrap_err();
            assert!(said.contains(complaint), "{text:?}: {said}");
        }
    }
}
