//! A world to decide in, for the tests of this crate.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::IpAddr;

use contract::{
    BackgroundEnv, Connection, Edit, Edits, Entropy, EntropyError, Env, Head, MemoryStore, Meter,
    NoProxyCrypto, PeerFacts, ProxyCrypto, UnixTime,
};
use rcgen::{CertificateParams, KeyPair, SanType};

/// A time at which everything happens unless a test says otherwise.
pub(crate) const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// What a proxy would provide.
pub(crate) struct World {
    pub(crate) now: UnixTime,
    pub(crate) peer: Option<PeerFacts>,
    pub(crate) source_address: Option<IpAddr>,
    pub(crate) upstream_cluster: Option<String>,
    /// By path: filter, key, claim.
    pub(crate) metadata: BTreeMap<Vec<String>, Vec<u8>>,
    pub(crate) store: MemoryStore,
    pub(crate) entropy_fails: bool,
    pub(crate) drawn: Cell<u64>,
    pub(crate) crypto: &'static dyn ProxyCrypto,
    pub(crate) events: RefCell<Vec<&'static str>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            now: NOW,
            peer: None,
            source_address: None,
            upstream_cluster: None,
            metadata: BTreeMap::new(),
            store: MemoryStore::default(),
            entropy_fails: false,
            drawn: Cell::new(0),
            crypto: &NoProxyCrypto,
            events: RefCell::default(),
        }
    }
}

impl World {
    pub(crate) fn env(&self) -> Env<'_> {
        Env {
            now: self.now,
            entropy: self,
            connection: self,
            store: &self.store,
            crypto: self.crypto,
            meter: self,
        }
    }
}

impl World {
    pub(crate) fn background_env(&self) -> BackgroundEnv<'_> {
        BackgroundEnv { now: self.now, entropy: self, store: &self.store, meter: self }
    }
}

impl Meter for World {
    fn count(&self, event: &'static str) {
        self.events.borrow_mut().push(event);
    }
}

/// Never the same bytes twice.
impl Entropy for World {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        if self.entropy_fails {
            return Err(EntropyError);
        }
        self.drawn.update(|drawn| drawn.wrapping_add(1));
        let bytes = self.drawn.get().to_be_bytes().into_iter().rev();
        buffer.iter_mut().zip(bytes.cycle()).for_each(|(to, from)| *to = from);
        Ok(())
    }
}

impl Connection for World {
    fn source_address(&self) -> Option<IpAddr> {
        self.source_address
    }

    fn peer(&self) -> Option<PeerFacts> {
        self.peer.clone()
    }

    fn upstream_cluster(&self) -> Option<String> {
        self.upstream_cluster.clone()
    }

    fn metadata(&self, path: &[&str]) -> Option<Vec<u8>> {
        self.metadata.get(&path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>()).cloned()
    }
}

/// A request head of text.
pub(crate) fn head(pairs: &[(&str, &str)]) -> Head {
    Head::from_pairs(pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))).unwrap()
}

/// The names that `edits` remove, in order.
pub(crate) fn removed(edits: &Edits) -> Vec<String> {
    let removed = edits.iter().filter_map(|edit| match edit {
        Edit::Remove(name) => Some(String::from_utf8(name.clone()).unwrap()),
        Edit::Set(..) | Edit::Append(..) => None,
    });
    removed.collect()
}

/// The last value that `edits` set for `name`.
pub(crate) fn set(edits: &Edits, name: &str) -> Option<String> {
    let values = edits.iter().filter_map(|edit| match edit {
        Edit::Set(set, value) if set.as_str() == name => Some(value.as_str().to_owned()),
        Edit::Set(..) | Edit::Append(..) | Edit::Remove(_) => None,
    });
    values.last()
}

/// A list of texts as the proxy serialises it.
pub(crate) fn list(texts: &[&str]) -> Vec<u8> {
    let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let lengths = texts.iter().flat_map(|text| [word(text.len()), word(0)].concat());
    let contents = texts.iter().flat_map(|text| text.bytes().chain([0, 0]));
    word(texts.len()).into_iter().chain(lengths).chain(contents).collect()
}

/// A certificate in PEM with these alternative names.
pub(crate) fn certificate(names: impl IntoIterator<Item = SanType>) -> String {
    let mut params = CertificateParams::default();
    params.subject_alt_names = names.into_iter().collect();
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}
