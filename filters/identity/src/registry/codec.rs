//! The bytes of one slot in shared memory.

use contract::UnixTime;

use super::set::{Carried, Entry, Generation, Seen, TraceSet};
use crate::trace::TraceId;

/// The first byte. It also keeps a slot without entries from being an empty value, which hosts do not tell
/// from none. The names of slots hold it too, see [`super::slots::Slots::new`].
pub(super) const LAYOUT: u8 = 3;

const NOBODY: u8 = 0;
const ONE: u8 = 1;
const SEVERAL: u8 = 2;

/// The slot's bytes are not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SlotMalformed;

/// Write `set`: the next generation (8 bytes), until when nothing is given out (8), and per entry the trace id, its generation (8), how many
/// requests are open (4), when it ends (8), who was seen (1), and for a token when it ends (8), its
/// length (2) and itself. Numbers are big-endian.
pub(super) fn encode(set: &TraceSet<'_>) -> Vec<u8> {
    let mut bytes = vec![LAYOUT];
    bytes.extend_from_slice(&set.next.0.to_be_bytes());
    bytes.extend_from_slice(&set.barred_until.nanos().to_be_bytes());
    for Entry { trace, generation, seen, open, ends } in &set.entries {
        bytes.extend_from_slice(trace.bytes());
        bytes.extend_from_slice(&generation.0.to_be_bytes());
        bytes.extend_from_slice(&open.to_be_bytes());
        bytes.extend_from_slice(&ends.nanos().to_be_bytes());
        match seen {
            Seen::Nobody => bytes.push(NOBODY),
            Seen::Several => bytes.push(SEVERAL),
            Seen::One(carried) => encode_carried(&mut bytes, carried),
        }
    }
    bytes
}

fn encode_carried(bytes: &mut Vec<u8>, carried: &Carried<'_>) {
    // The registry lets no longer token in; one that came here all the same is never attached.
    let Ok(length) = u16::try_from(carried.token.len()) else {
        bytes.push(SEVERAL);
        return;
    };
    bytes.push(ONE);
    bytes.extend_from_slice(&carried.expires.nanos().to_be_bytes());
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(carried.token);
}

/// Read a slot. Other plugins can write to the same memory, so every byte is doubted.
pub(super) fn decode(bytes: &[u8]) -> Result<TraceSet<'_>, SlotMalformed> {
    let mut reader = Reader(bytes);
    if reader.array() != Ok([LAYOUT]) {
        return Err(SlotMalformed);
    }
    let mut set =
        TraceSet { next: reader.generation()?, barred_until: reader.time()?, entries: Vec::new() };
    while !reader.0.is_empty() {
        set.entries.push(reader.entry()?);
    }
    Ok(set)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn entry(&mut self) -> Result<Entry<'a>, SlotMalformed> {
        Ok(Entry {
            trace: TraceId::new(self.array()?).ok_or(SlotMalformed)?,
            generation: self.generation()?,
            open: u32::from_be_bytes(self.array()?),
            ends: self.time()?,
            seen: match self.array()? {
                [NOBODY] => Seen::Nobody,
                [ONE] => Seen::One(self.carried()?),
                [SEVERAL] => Seen::Several,
                _ => return Err(SlotMalformed),
            },
        })
    }

    fn carried(&mut self) -> Result<Carried<'a>, SlotMalformed> {
        let expires = self.time()?;
        let length = u16::from_be_bytes(self.array()?);
        Ok(Carried { expires, token: self.take(usize::from(length))? })
    }

    fn generation(&mut self) -> Result<Generation, SlotMalformed> {
        Ok(Generation(u64::from_be_bytes(self.array()?)))
    }

    fn time(&mut self) -> Result<UnixTime, SlotMalformed> {
        Ok(UnixTime::from_nanos(u64::from_be_bytes(self.array()?)))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SlotMalformed> {
        self.take(N)?.try_into().map_err(|_| SlotMalformed)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], SlotMalformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(SlotMalformed)?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> TraceSet<'static> {
        let carried = Carried { token: b"a.b.c", expires: UnixTime::from_seconds(90) };
        let entry = |id, seen, open| Entry {
            trace: TraceId::new([id; 16]).unwrap(),
            generation: Generation(u64::from(id) << 40),
            seen,
            open,
            ends: UnixTime::from_seconds(u64::from(id)),
        };
        let entries = vec![
            entry(1, Seen::Nobody, 0),
            entry(2, Seen::One(carried), 7),
            entry(3, Seen::Several, u32::MAX),
        ];
        TraceSet { next: Generation(u64::MAX), barred_until: UnixTime::from_seconds(5), entries }
    }

    #[test]
    fn reads_what_it_writes() {
        assert_eq!(decode(&encode(&set())).unwrap(), set());
        assert_eq!(decode(&encode(&TraceSet::default())).unwrap(), TraceSet::default());
        assert!(!encode(&TraceSet::default()).is_empty());
    }

    #[test]
    fn refuses_every_prefix_that_ends_inside_an_entry() {
        let bytes = encode(&set());
        let whole: Vec<usize> = (0..=3)
            .map(|count| encode(&TraceSet { entries: set().entries[..count].to_vec(), ..set() }).len())
            .collect();
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]).is_ok(), whole.contains(&length), "{length}");
        }
    }

    #[test]
    fn refuses_what_is_not_ours() {
        for bad in [&b""[..], b"\0", b"\x03", b"\x03text of another plugin", &[3; 48], &[1; 17]] {
            assert_eq!(decode(bad), Err(SlotMalformed), "{bad:?}");
        }
    }
}
