//! What the code of a function says that matters here.

use std::collections::BTreeSet;

use wasmparser::{BinaryReaderError, FunctionBody, Operator};

use crate::memory::Memory;
use crate::place::Place;
use crate::trap::Flow;

/// Read from the instructions, in whatever order they run.
#[derive(Default)]
pub(crate) struct Body {
    /// The functions that it calls by their number.
    pub(crate) calls: BTreeSet<u32>,
    /// The types of what it calls by a table.
    pub(crate) indirect: BTreeSet<u32>,
    /// The places of panics that it refers to.
    pub(crate) places: BTreeSet<Place>,
    /// Traps that can be reached and that no call precedes: of no place and no message.
    pub(crate) traps: usize,
}

impl Body {
    pub(crate) fn read(body: &FunctionBody<'_>, memory: &Memory) -> Result<Self, BinaryReaderError> {
        let (mut read, mut flow) = (Self::default(), Flow::new());
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            read.note(&operator, memory);
            read.traps = read.traps.saturating_add(usize::from(flow.passes(&operator)?));
        }
        Ok(read)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "no other instruction calls, or names a place")]
    fn note(&mut self, operator: &Operator<'_>, memory: &Memory) {
        match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.calls.insert(*function_index);
            }
            Operator::CallIndirect { type_index, .. } | Operator::ReturnCallIndirect { type_index, .. } => {
                self.indirect.insert(*type_index);
            }
            Operator::I32Const { value } => self.places.extend(memory.place_at(value.cast_unsigned())),
            _ => {}
        }
    }
}
