//! The memory that the workers of a proxy share, in which others may write too.

use std::cell::RefCell;

use contract::{Conflict, Entry, MemoryStore, Store, StoreError, Version};

/// It can go back to how it was when the configuration was compiled, and be read as others have written it.
#[derive(Default)]
pub struct SharedMemory {
    compiled: MemoryStore,
    since: RefCell<Option<MemoryStore>>,
    others: RefCell<Vec<u8>>,
}

impl SharedMemory {
    /// Forget what was written since the configuration was compiled, or since the last time.
    pub fn forget(&self) {
        self.since.replace(Some(MemoryStore::default()));
    }

    /// From now on others write between our reads, what the bytes of `script` say: one byte for each read, and
    /// behind it what it asks for.
    pub fn let_others_write(&self, script: &[u8]) {
        self.others.replace(script.iter().rev().copied().collect());
    }

    fn honest(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let since = self.since.borrow().as_ref().map_or(Ok(None), |since| since.read(key))?;
        since.map_or_else(|| self.compiled.read(key), |entry| Ok(Some(entry)))
    }
}

impl Store for SharedMemory {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let others = &mut *self.others.borrow_mut();
        let found = self.honest(key)?;
        match others.pop() {
            Some(b'-') => Ok(None),
            Some(b'!') => Err(StoreError::Failed),
            Some(b'=') => Ok(Some(Entry { value: bytes(others), version: version(found.as_ref()) })),
            Some(b'@') => Ok(found.map(|entry| patched(entry, others))),
            Some(_) | None => Ok(found),
        }
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        match &*self.since.borrow() {
            Some(since) => since.swap(key, value, self.as_written(since, key, expected)?),
            None => self.compiled.swap(key, value, expected),
        }
    }
}

impl SharedMemory {
    /// What was not written again has the version that it had at first.
    fn as_written(&self, since: &MemoryStore, key: &str, expected: Version) -> Result<Version, Conflict> {
        let is_old = since.read(key).map_err(|_| Conflict::Failed)?.is_none();
        Ok(if is_old { Version::ABSENT } else { expected })
    }
}

fn version(found: Option<&Entry>) -> Version {
    found.map_or(Version::ABSENT, |entry| entry.version)
}

/// The value with bytes of it replaced: where, so many, and which.
fn patched(mut entry: Entry, others: &mut Vec<u8>) -> Entry {
    let at = others.pop().map_or(0, usize::from);
    for (old, new) in entry.value.iter_mut().skip(at).zip(bytes(others)) {
        *old = new;
    }
    entry
}

/// So many bytes as the first one says.
fn bytes(others: &mut Vec<u8>) -> Vec<u8> {
    let length = others.pop().map_or(0, usize::from);
    let rest = others.len().saturating_sub(length);
    others.drain(rest..).rev().collect()
}
