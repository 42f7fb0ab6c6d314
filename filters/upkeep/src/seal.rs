//! Values in a memory that others can write to, under a MAC (RFC 2104) whose key they do not have.

use std::fmt;

use contract::Secrets;
use ring::hmac;
use serde::Deserialize;

/// Bytes of the text of a sharing secret: as many as the output of the hash, as RFC 2104 §3 advises.
pub const MIN_SHARING_SECRET_BYTES: usize = 32;

/// Bytes that a seal adds to a value.
pub(crate) const SEAL_BYTES: usize = 32;

/// What these MACs are for: nothing that was sealed elsewhere under the same secret is taken here.
const DOMAIN: &[u8] = b"watchword.keys.v1";

/// What keys are derived for that something else uses.
const DERIVED: &[u8] = b"watchword.derived.v1";

/// The leave to share documents between the workers of one proxy: the key of the MACs.
#[derive(Clone)]
pub struct Sharing(hmac::Key);

/// The leave for the workers of a proxy to share documents, or a registry, through the proxy's shared memory, which
/// other plugins can write to: what lies there is sealed under a secret.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Sharing"))]
#[serde(deny_unknown_fields)]
pub struct RawSharing {
    /// The name of a variable in the VM's environment that holds the secret, of 32 bytes or more; never the secret
    /// itself.
    pub secret: String,
}

/// Why a secret is not taken. It is never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharingError {
    /// There is none of this name.
    NoSecret(String),
    /// It has fewer than [`MIN_SHARING_SECRET_BYTES`].
    TooShort,
}

/// Seals the values of one entry of the shared memory.
#[derive(Debug)]
pub(crate) struct Seal(hmac::Key);

/// What a value of an entry is known by: its MAC, which no other value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark(pub(crate) [u8; SEAL_BYTES]);

impl RawSharing {
    /// The key that the secret makes.
    ///
    /// # Errors
    /// When there is no such secret, or it is too short.
    pub fn resolve(&self, secrets: &dyn Secrets) -> Result<Sharing, SharingError> {
        let Self { secret: name } = self;
        let text = secrets.secret(name).ok_or_else(|| SharingError::NoSecret(name.clone()))?;
        Sharing::from_secret(&text)
    }
}

impl Sharing {
    /// The key that the text of a secret makes.
    ///
    /// # Errors
    /// [`SharingError::TooShort`].
    pub fn from_secret(text: &str) -> Result<Self, SharingError> {
        if text.len() < MIN_SHARING_SECRET_BYTES {
            return Err(SharingError::TooShort);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
    }

    /// A key for `purpose`, which nothing here is sealed under and no other purpose is given. It is for
    /// memory of another kind, which has no need of a second secret.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(DERIVED);
        context.update(&[0]);
        context.update(purpose.as_bytes());
        // The output of SHA-256 has these 32 bytes, so there is no default to fall back to.
        context.sign().as_ref().try_into().unwrap_or_default()
    }

    /// The seal of the entry `name`. It has a key of its own, so that no value is taken under another name.
    pub(crate) fn seal_for(&self, name: &str) -> Seal {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(DOMAIN);
        context.update(&[0]);
        context.update(name.as_bytes());
        Seal(hmac::Key::new(hmac::HMAC_SHA256, context.sign().as_ref()))
    }
}

impl Seal {
    /// The bytes of `parts`, one after another, under a MAC.
    pub(crate) fn close(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        parts.iter().for_each(|part| context.update(part));
        let tag = context.sign();
        [&[tag.as_ref()], parts].concat().concat()
    }

    /// What [`Self::close`] was given.
    pub(crate) fn open<'a>(&self, sealed: &'a [u8]) -> Option<&'a [u8]> {
        let (tag, payload) = sealed.split_at_checked(SEAL_BYTES)?;
        hmac::verify(&self.0, payload, tag).is_ok().then_some(payload)
    }
}

impl Mark {
    /// The mark of a value that [`Seal::close`] has made.
    pub(crate) fn of(sealed: &[u8]) -> Option<Self> {
        sealed.first_chunk().copied().map(Self)
    }
}

impl fmt::Debug for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharing").finish_non_exhaustive()
    }
}

impl fmt::Display for SharingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret(name) => write!(f, "there is no secret `{name}`"),
            Self::TooShort => write!(f, "the secret has fewer than {MIN_SHARING_SECRET_BYTES} bytes"),
        }
    }
}

impl std::error::Error for SharingError {}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of the tests, long enough";

    fn seal(secret: &str, name: &str) -> Seal {
        Sharing::from_secret(secret).unwrap().seal_for(name)
    }

    #[test]
    fn opens_what_it_closed_and_nothing_else() {
        let ours = seal(SECRET, "a");
        for payload in [b"".as_slice(), b"payload"] {
            let closed = ours.close(&[payload]);
            assert_eq!(
                ours.close(&[b"", &payload[..payload.len() / 2], &payload[payload.len() / 2..]]),
                closed
            );
            assert_eq!(Mark::of(&closed).unwrap().0, closed[..SEAL_BYTES]);
            assert_eq!(closed.len(), payload.len() + SEAL_BYTES);
            assert_eq!(ours.open(&closed), Some(payload));
            assert_eq!(seal(SECRET, "b").open(&closed), None, "of another entry");
            assert_eq!(seal(&SECRET.to_uppercase(), "a").open(&closed), None, "of another secret");
            for at in 0..closed.len() {
                let mut other = closed.clone();
                other[at] ^= 1;
                assert_eq!(ours.open(&other), None, "byte {at}");
                assert_eq!(ours.open(&closed[..at]), None, "cut at {at}");
            }
            assert_eq!(ours.open(&[closed.as_slice(), b"x"].concat()), None, "longer");
        }
        assert_eq!(ours.open(hmac::sign(&Sharing::from_secret(SECRET).unwrap().0, b"").as_ref()), None);
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let derived = |secret: &str, purpose| Sharing::from_secret(secret).unwrap().derive(purpose);
        assert_eq!(derived(SECRET, "a"), derived(SECRET, "a"));
        assert_ne!(derived(SECRET, "a"), derived(SECRET, "b"));
        assert_ne!(derived(SECRET, "a"), derived(&SECRET.to_uppercase(), "a"));
        assert_ne!(derived(SECRET, "a"), [0; 32]);
    }

    #[test]
    fn takes_secrets_that_are_long_enough_and_shows_none() {
        assert_eq!(Sharing::from_secret(&"x".repeat(31)).unwrap_err(), SharingError::TooShort);
        let sharing = Sharing::from_secret(&"x".repeat(32)).unwrap();
        assert_eq!(format!("{sharing:?}"), "Sharing { .. }");
        let raw = RawSharing { secret: "NAME".into() };
        assert_eq!(raw.resolve(&contract::Nowhere).unwrap_err().to_string(), "there is no secret `NAME`");
    }
}
