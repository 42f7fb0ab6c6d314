//! Bundles as documents that are fetched: which ones are taken.

use std::cell::Cell;

use bundle::{Bundle, BundleError, Manifest, Sha256, Trust};
use contract::UnixTime;
use jose::{KeySet, Ring};
use upkeep::{Answer, DocumentKind, Step};

/// Bundles by one signer under one name.
#[derive(Debug)]
pub(crate) struct Bundles {
    trust: Trust,
    keys: KeySet,
    /// The newest that was ever seen; nothing older is taken.
    newest: Cell<Option<Seen>>,
}

/// A version, and what it is. Its end belongs to it: were another one passed over, policies would end on the day
/// that their signer has put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    version: u64,
    content: Sha256,
    not_after: UnixTime,
}

/// A bundle that was verified. The same version is the same document: nobody may say two things under it.
#[derive(Debug)]
pub(crate) struct Verified(pub(super) Bundle);

impl PartialEq for Verified {
    fn eq(&self, other: &Self) -> bool {
        Seen::of(self.0.manifest()) == Seen::of(other.0.manifest())
    }
}

impl Seen {
    const fn of(manifest: &Manifest) -> Self {
        let (version, content) = (manifest.version(), manifest.content());
        Self { version, content, not_after: manifest.not_after() }
    }
}

impl Bundles {
    pub(super) const fn new(trust: Trust, keys: KeySet) -> Self {
        Self { trust, keys, newest: Cell::new(None) }
    }

    /// Somebody has seen the bundle of which this is the manifest. What does not verify says nothing.
    pub(super) fn remember(&self, manifest: &str) {
        if let Ok(manifest) = Manifest::authenticate(manifest, &self.trust, &self.keys, &Ring) {
            self.see(Seen::of(&manifest));
        }
    }

    /// Whether `manifest` is one of ours, of `version` or a newer one.
    pub(super) fn is_as_new(&self, manifest: &str, version: u64) -> bool {
        let manifest = Manifest::authenticate(manifest, &self.trust, &self.keys, &Ring);
        manifest.is_ok_and(|manifest| manifest.version() >= version)
    }

    /// Whether a newer version was seen than this.
    pub(super) fn is_superseded(&self, bundle: &Verified) -> bool {
        self.newest.get().is_some_and(|newest| bundle.0.manifest().version() < newest.version)
    }

    fn see(&self, seen: Seen) {
        if self.newest.get().is_none_or(|newest| newest.version < seen.version) {
            self.newest.set(Some(seen));
        }
    }

    /// Whether a bundle is not older than the newest one, nor another of its version.
    fn check_order(&self, bundle: Bundle) -> Result<Verified, &'static str> {
        let seen = Seen::of(bundle.manifest());
        match self.newest.get() {
            Some(newest) if seen.version < newest.version => Err("bundle_older"),
            Some(newest) if seen.version == newest.version && seen != newest => {
                Err("bundle_version_reused")
            }
            Some(_) | None => {
                self.see(seen);
                Ok(Verified(bundle))
            }
        }
    }
}

impl DocumentKind for Bundles {
    type Document = Verified;

    fn read(&self, body: &[u8], _: Step, now: UnixTime) -> Result<Answer<Verified>, &'static str> {
        let bundle = Bundle::verify(body.to_vec(), &self.trust, &self.keys, &Ring, now);
        let bundle = bundle.map_err(|error: BundleError| error.reason())?;
        self.check_order(bundle).map(Answer::Document)
    }

    fn reread(&self, document: &[u8]) -> Option<Verified> {
        let bundle = Bundle::authenticate(document.to_vec(), &self.trust, &self.keys, &Ring).ok()?;
        self.check_order(bundle).ok()
    }
}
