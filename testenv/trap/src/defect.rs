//! What a defect does to the VM in which it is.

use std::hint::black_box;

/// Bytes that are asked for at once by a defect that wants all of them.
const PORTION: usize = 16 << 20;

/// Rounds of a loop that ends: some tenths of a second in the engine of a proxy.
const ROUNDS: u64 = 2_000_000_000;

/// A defect, and when it shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// A panic before any stage has looked at the request.
    Panic,
    /// A panic when every stage has let the request pass.
    PanicLast,
    /// A panic when a request is over that was let pass.
    PanicAtEnd,
    /// Memory until there is no more.
    OutOfMemory,
    /// Work that ends, late.
    BoundedLoop,
}

impl Defect {
    /// The one that a request names; none is called otherwise.
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"panic" => Some(Self::Panic),
            b"panic-last" => Some(Self::PanicLast),
            b"panic-at-end" => Some(Self::PanicAtEnd),
            b"oom" => Some(Self::OutOfMemory),
            b"loop-bounded" => Some(Self::BoundedLoop),
            _ => None,
        }
    }

    /// Show it.
    pub(crate) fn show(self) {
        match self {
            Self::Panic | Self::PanicLast | Self::PanicAtEnd => fail(),
            Self::OutOfMemory => hoard(),
            Self::BoundedLoop => turn(),
        }
    }
}

#[expect(clippy::panic, reason = "that is what this module is for")]
fn fail() {
    panic!("a test has asked for it");
}

/// Written to, so that the pages are real ones.
fn hoard() {
    let mut kept = Vec::new();
    loop {
        kept.push(vec![1_u8; PORTION]);
        black_box(&kept);
    }
}

fn turn() {
    (0..ROUNDS).for_each(|round| {
        black_box(round);
    });
}
