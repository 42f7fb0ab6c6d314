//! What is left of a field.

/// The bytes that nobody has read yet.
pub struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    pub fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next byte, which must be this one.
    pub fn expect(&mut self, byte: u8) -> Option<()> {
        self.next().filter(|next| *next == byte).map(drop)
    }

    /// Read this byte if it is the next one.
    pub fn take(&mut self, byte: u8) -> bool {
        self.peek() == Some(byte) && self.next().is_some()
    }

    pub fn take_while(&mut self, good: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.0.iter().position(|byte| !good(*byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }
}
