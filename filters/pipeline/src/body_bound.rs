//! The length of a body that is counted while it passes.

use crate::Refused;

/// How many bytes of a body may still pass, and what its request gets when more come.
pub struct BodyBound {
    left: u64,
    otherwise: Option<Box<Refused>>,
}

impl BodyBound {
    pub(crate) const fn new(most: u64, otherwise: Box<Refused>) -> Self {
        Self { left: most, otherwise: Some(otherwise) }
    }

    /// Let `bytes` more pass. The refusal is given once: then the request is answered.
    ///
    /// # Errors
    /// When these are too many. None of them may pass.
    pub fn pass(&mut self, bytes: usize) -> Result<(), Box<Refused>> {
        let left = u64::try_from(bytes).ok().and_then(|bytes| self.left.checked_sub(bytes));
        match (left, self.otherwise.take()) {
            (None, Some(refused)) => Err(refused),
            (left, otherwise) => {
                self.left = left.unwrap_or(0);
                self.otherwise = otherwise;
                Ok(())
            }
        }
    }
}
