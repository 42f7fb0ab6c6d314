//! What the workers of a proxy know together of the fetches of one document.

use contract::UnixTime;

use crate::reader::{Malformed, Reader};
use crate::refresh::{REFRESH_BYTES, Refresh};

/// Bytes of a schedule that is written down.
pub(crate) const SCHEDULE_BYTES: usize = 1 + REFRESH_BYTES + 8 + 8;

/// The layout of the bytes below; another version of this program may write another one.
const LAYOUT: u8 = 1;

/// The schedule, with the number of the event that has led to it. Of two of them the one with the higher
/// number is the newer, so an old one that somebody writes again is known for what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) refresh: Refresh,
    /// When the last good document came.
    pub(crate) document_at: Option<UnixTime>,
    turn: u64,
}

impl Schedule {
    /// Before the first event.
    pub(crate) const NEVER: Self = Self { refresh: Refresh::NEVER, document_at: None, turn: 0 };

    /// The next one, in which an attempt starts.
    pub(crate) const fn started(self, now: UnixTime) -> Self {
        self.next(self.refresh.started(now), self.document_at)
    }

    /// The next one, in which a good document has come; `jitter` is a number drawn by chance.
    pub(crate) const fn succeeded(self, now: UnixTime, jitter: u16) -> Self {
        self.next(self.refresh.succeeded(now, jitter), Some(now))
    }

    /// The next one, in which an attempt has failed.
    pub(crate) const fn failed(self, now: UnixTime) -> Self {
        self.next(self.refresh.failed(now), self.document_at)
    }

    /// Whether this is not older than `other`.
    pub(crate) const fn is_as_new_as(self, other: Self) -> bool {
        self.turn >= other.turn
    }

    const fn next(self, refresh: Refresh, document_at: Option<UnixTime>) -> Self {
        Self { refresh, document_at, turn: self.turn.saturating_add(1) }
    }

    /// The schedule as bytes.
    pub(crate) fn encode(self) -> [u8; SCHEDULE_BYTES] {
        let document_at = self.document_at.unwrap_or_default();
        let fields = [LAYOUT].into_iter().chain(self.refresh.encode());
        let fields = fields.chain(document_at.nanos().to_be_bytes()).chain(self.turn.to_be_bytes());
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
        let document_at = Some(reader.time()?).filter(|at| *at != UnixTime::default());
        let turn = u64::from_be_bytes(reader.array()?);
        reader.end()?;
        Ok(Self { refresh, document_at, turn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let started = Schedule::NEVER.started(at(1));
        let succeeded = started.succeeded(at(2), 0x1234);
        let failed = succeeded.started(at(3)).failed(at(4));
        for schedule in [Schedule::NEVER, started, succeeded, failed] {
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
        assert_eq!((other(0, 2), other(1, 3)), (Err(Malformed), Err(Malformed)));
    }

    #[test]
    fn every_event_makes_a_newer_one_and_only_a_success_a_newer_document() {
        let first = Schedule::NEVER.started(at(0)).succeeded(at(1), 0);
        let second = first.started(at(2)).failed(at(3));
        assert!(second.is_as_new_as(first) && !first.is_as_new_as(second));
        assert_eq!((first.document_at, second.document_at), (Some(at(1)), Some(at(1))));
    }
}
