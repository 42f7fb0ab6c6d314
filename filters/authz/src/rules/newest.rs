//! The newest version that a proxy has seen, for as long as it lives.
//!
//! A configuration that is pushed makes all of a plugin anew, but not the shared memory; so the manifest of
//! the newest bundle is kept there. It needs no seal: it is signed. Whoever writes something else there can make
//! it forgotten, and then each worker still knows what it has seen itself; or put there what was signed under the
//! same name for another place. So a candidate that is ahead should have a name of its own, or whoever can write
//! to the memory could keep everything older out.

use contract::{Store, Update, update};
use upkeep::EntryNames;

/// Bytes of a manifest that are worth a look: a token has no more ([`jose::MAX_TOKEN_BYTES`]).
const MAX_MANIFEST_BYTES: usize = jose::MAX_TOKEN_BYTES;

/// The entry of one bundle.
#[derive(Debug)]
pub(crate) struct Newest(String);

impl Newest {
    /// The entry of the bundle that `fields` describe: where it is fetched, and its name. A candidate that is
    /// fetched elsewhere may be ahead of what is in force under the same name.
    pub(super) fn of<'a>(fields: impl IntoIterator<Item = &'a str>) -> Self {
        Self(EntryNames::new("bundle.newest", fields).document)
    }

    /// The manifest that somebody has put there.
    pub(super) fn read(&self, store: &dyn Store) -> Option<String> {
        let entry = store.read(&self.0).ok().flatten()?;
        readable(&entry.value).map(str::to_owned)
    }

    /// Put `manifest` there, unless what is there is at least as new by `is_as_new`: another worker may have
    /// put it there meanwhile.
    pub(super) fn write(&self, manifest: &str, is_as_new: impl Fn(&str) -> bool, store: &dyn Store) {
        let written: Result<(), _> =
            update(store, &self.0, |value| match value.and_then(readable).is_some_and(&is_as_new) {
                true => Update::Keep(()),
                false => Update::Write(manifest.as_bytes().to_vec(), ()),
            });
        // Without it this worker still knows what it has seen.
        written.unwrap_or_default();
    }
}

fn readable(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok().filter(|text| text.len() <= MAX_MANIFEST_BYTES)
}
