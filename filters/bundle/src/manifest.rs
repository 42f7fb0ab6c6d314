//! What is signed of a bundle.

use contract::UnixTime;
use jose::{Compact, KeySet, Verified, Verifier, numeric_date};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{BundleError, BundleName, Claim, LEEWAY, Sha256, Trust};

/// `typ` of a manifest: no other token that this key may have signed passes for one (RFC 8725 §3.11).
pub const BUNDLE_TYP: &str = "watchword-bundle+jwt";

/// A manifest that was signed by a trusted key and names the bundle that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    key_id: Option<String>,
    name: BundleName,
    version: u64,
    issued_at: UnixTime,
    not_after: UnixTime,
    content: ContentClaim,
    schema: SchemaClaim,
}

/// `content` of the claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContentClaim {
    pub(crate) sha256: Sha256,
    pub(crate) bytes: u64,
}

/// `schema` of the claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemaClaim {
    pub(crate) sha256: Sha256,
}

impl Manifest {
    /// Verify a manifest by itself: signature, `typ`, claims, and whether it is what `trust` wants and in
    /// force at `now`.
    ///
    /// # Errors
    /// The first thing that is wrong. What is wrong with the signature comes before what it says.
    pub fn verify(
        jws: &str,
        trust: &Trust,
        keys: &KeySet,
        by: &dyn Verifier,
        now: UnixTime,
    ) -> Result<Self, BundleError> {
        let manifest = Self::authenticate(jws, trust, keys, by)?;
        manifest.in_force(now)?;
        Ok(manifest)
    }

    /// The same at any time, for whoever asks [`Self::in_force`] later.
    ///
    /// # Errors
    /// As of [`Self::verify`], but for the times.
    pub fn authenticate(
        jws: &str,
        trust: &Trust,
        keys: &KeySet,
        by: &dyn Verifier,
    ) -> Result<Self, BundleError> {
        let token = Compact::parse(jws.as_bytes()).map_err(BundleError::Jose)?;
        let verified = keys.verify(&token, trust.algorithms(), by).map_err(BundleError::Jose)?;
        let manifest = Self::read(verified, token.key_id())?;
        manifest.check_wanted(trust)?;
        Ok(manifest)
    }

    /// Whether it is in force at `now`. [`Self::verify`] asks this too; whoever keeps a manifest asks again.
    ///
    /// # Errors
    /// [`BundleError::IssuedInFuture`] and [`BundleError::Expired`].
    pub fn in_force(&self, now: UnixTime) -> Result<(), BundleError> {
        if self.issued_at > now.plus(LEEWAY) {
            return Err(BundleError::IssuedInFuture);
        }
        if now >= self.not_after {
            return Err(BundleError::Expired);
        }
        Ok(())
    }

    /// `kid`: the key that has signed it, where the manifest says.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Which bundle it is of.
    pub const fn name(&self) -> &BundleName {
        &self.name
    }

    /// Its version, 1 or more.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// When it was signed.
    pub const fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// From when on it is not taken any more.
    pub const fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// The digest of the content.
    pub const fn content(&self) -> Sha256 {
        self.content.sha256
    }

    /// The length of the content.
    pub const fn content_bytes(&self) -> u64 {
        self.content.bytes
    }

    /// The digest of the schema that the policies were validated against.
    pub const fn schema(&self) -> Sha256 {
        self.schema.sha256
    }

    fn read(verified: Verified, key_id: Option<&str>) -> Result<Self, BundleError> {
        if !verified.is_typ(BUNDLE_TYP) {
            return Err(BundleError::TypWrong);
        }
        let claims = verified.into_claims();
        check_known(&claims)?;
        let (issued_at, not_after) = (time(&claims, Claim::IssuedAt)?, time(&claims, Claim::NotAfter)?);
        if not_after <= issued_at {
            return Err(BundleError::LifetimeWrong);
        }
        Ok(Self {
            key_id: key_id.map(str::to_owned),
            name: name(&claims)?,
            version: version(&claims)?,
            issued_at,
            not_after,
            content: object(&claims, Claim::Content)?,
            schema: object(&claims, Claim::Schema)?,
        })
    }

    fn check_wanted(&self, trust: &Trust) -> Result<(), BundleError> {
        if self.name != *trust.name() {
            return Err(BundleError::NameWrong { found: self.name.clone() });
        }
        if self.version < trust.min_version() {
            return Err(BundleError::TooOld { version: self.version });
        }
        Ok(())
    }
}

/// A claim that we do not know may be one that restricts: ignoring it would take more than was signed.
fn check_known(claims: &Map<String, Value>) -> Result<(), BundleError> {
    let is_known = |name: &str| Claim::ALL.into_iter().any(|claim| claim.name() == name);
    match claims.keys().find(|name| !is_known(name)) {
        Some(name) => Err(BundleError::ClaimUnknown(name.clone())),
        None => Ok(()),
    }
}

fn name(claims: &Map<String, Value>) -> Result<BundleName, BundleError> {
    let text = member(claims, Claim::Name)?.as_str();
    let name = text.and_then(|text| BundleName::parse(text).ok());
    name.ok_or(BundleError::ClaimMalformed(Claim::Name))
}

fn version(claims: &Map<String, Value>) -> Result<u64, BundleError> {
    let version = member(claims, Claim::Version)?.as_u64().filter(|version| *version > 0);
    version.ok_or(BundleError::ClaimMalformed(Claim::Version))
}

fn time(claims: &Map<String, Value>, claim: Claim) -> Result<UnixTime, BundleError> {
    numeric_date(member(claims, claim)?).map_err(|_| BundleError::ClaimMalformed(claim))
}

fn object<T: DeserializeOwned>(claims: &Map<String, Value>, claim: Claim) -> Result<T, BundleError> {
    let value = member(claims, claim)?;
    // A struct would be read from a list as well.
    let value = value.as_object().ok_or(BundleError::ClaimMalformed(claim))?;
    T::deserialize(value).map_err(|_| BundleError::ClaimMalformed(claim))
}

fn member(claims: &Map<String, Value>, claim: Claim) -> Result<&Value, BundleError> {
    claims.get(claim.name()).ok_or(BundleError::ClaimMissing(claim))
}
