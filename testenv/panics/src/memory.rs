//! What a module's memory holds when it begins.

use wasmparser::{BinaryReaderError, Data, DataKind, Operator};

use crate::place::Place;

/// The longest path of a source that is believed: what is longer is no `Location`.
const MAX_PATH_BYTES: u32 = 1024;
/// The widest line that is believed.
const MAX_COLUMN: u32 = 2000;

/// The data of a module, segments put together: an optimizer leaves out zeros, even in the midst of a value.
#[derive(Default)]
pub(crate) struct Memory(Vec<u8>);

impl Memory {
    /// Lay a segment down.
    pub(crate) fn add(&mut self, data: &Data<'_>) -> Result<(), BinaryReaderError> {
        let DataKind::Active { offset_expr, .. } = &data.kind else { return Ok(()) };
        let mut operators = offset_expr.get_operators_reader();
        if let Operator::I32Const { value } = operators.read()? {
            self.lay(value.cast_unsigned(), data.data);
        }
        Ok(())
    }

    fn lay(&mut self, at: u32, bytes: &[u8]) {
        let Ok(at) = usize::try_from(at) else { return };
        let end = at.saturating_add(bytes.len());
        if self.0.len() < end {
            self.0.resize(end, 0);
        }
        if let Some(target) = self.0.get_mut(at..end) {
            target.copy_from_slice(bytes);
        }
    }

    /// The `core::panic::Location` at `address`: pointer and length of a path, line, column (Rust 1.95).
    pub(crate) fn place_at(&self, address: u32) -> Option<Place> {
        let [pointer, length, line, column] =
            [0, 4, 8, 12].map(|offset| self.word(address.checked_add(offset)?));
        let (length, line, column) = (length?, line?, column?);
        if length > MAX_PATH_BYTES || line == 0 || column == 0 || column > MAX_COLUMN {
            return None;
        }
        let path = str::from_utf8(self.slice(pointer?, length)?).ok()?;
        let path = path.strip_suffix('\0').unwrap_or(path);
        path.ends_with(".rs").then(|| Place::at(path, line, column))
    }

    fn word(&self, address: u32) -> Option<u32> {
        let bytes = self.slice(address, 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    fn slice(&self, address: u32, length: u32) -> Option<&[u8]> {
        let start = usize::try_from(address).ok()?;
        self.0.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }
}
