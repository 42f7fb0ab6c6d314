//! What the workers of a proxy know together of the fetches of one document.

use contract::UnixTime;

use crate::reader::{Malformed, Reader};
use crate::refresh::{REFRESH_BYTES, Refresh};
use crate::seal::{Mark, SEAL_BYTES};

/// Bytes of a schedule that is written down.
pub(crate) const SCHEDULE_BYTES: usize = 1 + REFRESH_BYTES + SEAL_BYTES + 8 + 8 + 8;

/// The layout of the bytes below; another version of this program may write another one.
const LAYOUT: u8 = 2;

/// The schedule, with the number of the event that has led to it. Of two of them the one with the higher
/// number is the newer, so an old one that somebody writes again is known for what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) refresh: Refresh,
    /// The last good document.
    pub(crate) document: Option<Stamp>,
    turn: u64,
}

/// Which document it is, and how old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// What it is known by. Workers that do not share tell none from another.
    pub(crate) mark: Mark,
    /// When it first came.
    pub(crate) came: UnixTime,
    /// When the origin last answered with it, or that it is the newest.
    pub(crate) confirmed: UnixTime,
}

impl Schedule {
    /// Before the first event.
    pub(crate) const NEVER: Self = Self { refresh: Refresh::NEVER, document: None, turn: 0 };

    /// The next one, in which an attempt starts.
    pub(crate) const fn started(self, now: UnixTime) -> Self {
        self.next(self.refresh.started(now), self.document)
    }

    /// The next one, in which a good document has come, or the one that is there was confirmed; `jitter` is a
    /// number drawn by chance.
    pub(crate) const fn succeeded(self, now: UnixTime, jitter: u16, document: Stamp) -> Self {
        self.next(self.refresh.succeeded(now, jitter), Some(document))
    }

    /// The next one, in which an attempt has failed.
    pub(crate) const fn failed(self, now: UnixTime) -> Self {
        self.next(self.refresh.failed(now), self.document)
    }

    /// Whether this is not older than `other`.
    pub(crate) const fn is_as_new_as(self, other: Self) -> bool {
        self.turn >= other.turn
    }

    const fn next(self, refresh: Refresh, document: Option<Stamp>) -> Self {
        Self { refresh, document, turn: self.turn.saturating_add(1) }
    }

    /// The schedule as bytes.
    pub(crate) fn encode(self) -> [u8; SCHEDULE_BYTES] {
        let Stamp { mark, came, confirmed } = self.document.unwrap_or(Stamp::NONE);
        let fields = [LAYOUT].into_iter().chain(self.refresh.encode()).chain(mark.0);
        let times = [came, confirmed].into_iter().flat_map(|time| time.nanos().to_be_bytes());
        let fields = fields.chain(times).chain(self.turn.to_be_bytes());
        let mut bytes = [0; SCHEDULE_BYTES];
        bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
        bytes
    }

    /// The schedule that [`Self::encode`] has written.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        if reader.array()? != [LAYOUT] {
            return Err(Malformed);
        }
        let refresh = Refresh::decode(&mut reader)?;
        let mark = Mark(reader.array()?);
        let stamp = Stamp { mark, came: reader.time()?, confirmed: reader.time()? };
        let turn = u64::from_be_bytes(reader.array()?);
        reader.end()?;
        Ok(Self { refresh, document: Some(stamp).filter(|stamp| *stamp != Stamp::NONE), turn })
    }
}

impl Stamp {
    /// Written where there is none. No document came at the epoch.
    const NONE: Self = Self {
        mark: Mark([0; SEAL_BYTES]),
        came: UnixTime::from_nanos(0),
        confirmed: UnixTime::from_nanos(0),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    fn stamp(mark: u8, came: u64, confirmed: u64) -> Stamp {
        Stamp { mark: Mark([mark; SEAL_BYTES]), came: at(came), confirmed: at(confirmed) }
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let started = Schedule::NEVER.started(at(1));
        let succeeded = started.succeeded(at(2), 0x1234, stamp(1, 2, 2));
        let confirmed = succeeded.started(at(3)).succeeded(at(4), 0x5678, stamp(1, 2, 4));
        let failed = confirmed.started(at(5)).failed(at(6));
        for schedule in [Schedule::NEVER, started, succeeded, confirmed, failed] {
            let bytes = schedule.encode();
            assert_eq!(Schedule::decode(&bytes), Ok(schedule));
            assert_eq!(Schedule::decode(&bytes[1..]), Err(Malformed));
            assert_eq!(Schedule::decode(&[bytes.as_slice(), b"x"].concat()), Err(Malformed));
        }
        let other = |at: usize, byte: u8| {
            let mut bytes = failed.encode();
            bytes[at] = byte;
            Schedule::decode(&bytes)
        };
        assert_eq!((other(0, 1), other(1, 3)), (Err(Malformed), Err(Malformed)));
    }

    #[test]
    fn every_event_makes_a_newer_one_and_only_a_success_another_document() {
        let first = Schedule::NEVER.started(at(0)).succeeded(at(1), 0, stamp(1, 1, 1));
        let second = first.started(at(2)).failed(at(3));
        assert!(second.is_as_new_as(first) && !first.is_as_new_as(second));
        assert_eq!((first.document, second.document), (Some(stamp(1, 1, 1)), Some(stamp(1, 1, 1))));
    }
}
