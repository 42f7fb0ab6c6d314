//! Memory that the workers share.

use std::collections::BTreeMap;

use crate::Status;

/// Values with versions, as Envoy keeps them.
#[derive(Debug, Default)]
pub(crate) struct SharedData(BTreeMap<Vec<u8>, (Vec<u8>, u32)>);

impl SharedData {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&(Vec<u8>, u32)> {
        self.0.get(key)
    }

    /// Version 0 writes whatever is there; and so does every version where nothing is.
    pub(crate) fn set(&mut self, key: &[u8], value: &[u8], expected: u32) -> Result<(), Status> {
        let current = self.0.get(key).map_or(0, |(_, version)| *version);
        if current != 0 && expected != 0 && expected != current {
            return Err(Status::CAS_MISMATCH);
        }
        let next = current.wrapping_add(1).max(1);
        self.0.insert(key.to_vec(), (value.to_vec(), next));
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_only_over_the_version_that_was_read() {
        let mut data = SharedData::default();
        assert_eq!(data.set(b"k", b"first", 9), Ok(()), "an insert ignores the version");
        assert_eq!(data.get(b"k"), Some(&(b"first".to_vec(), 1)));
        assert_eq!(data.set(b"k", b"second", 1), Ok(()));
        assert_eq!(data.set(b"k", b"third", 1), Err(Status::CAS_MISMATCH));
        assert_eq!(data.set(b"k", b"fourth", 0), Ok(()));
        assert_eq!(data.get(b"k"), Some(&(b"fourth".to_vec(), 3)));
    }
}
