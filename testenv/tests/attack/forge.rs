//! Good tokens of the two issuers, and keys to forge others with.

use std::cell::Cell;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use testenv::Issuer;
use testenv::issuer::{Algorithm, Key};

use crate::draft::Draft;
use crate::partner::{self, Partner};

/// The issuer of access tokens, whose keys are fetched.
pub const ISSUER: &str = "https://issuer.test";

/// Whom its tokens are for.
pub const AUDIENCE: &str = "shop-api";

/// How long a good token lives, in seconds.
const LIFETIME: i64 = 600;

/// The keys with which [`ISSUER`] signs during the whole run.
pub struct OwnKeys([(Algorithm, Arc<Key>); 3]);

impl OwnKeys {
    /// As they are now: here, the issuer does not rotate them.
    pub fn of(issuer: &Issuer) -> Self {
        Self(
            [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa]
                .map(|algorithm| (algorithm, issuer.key(algorithm))),
        )
    }

    /// The one for this algorithm.
    pub fn key(&self, algorithm: Algorithm) -> &Key {
        let found = self.0.iter().find(|(of, _)| *of == algorithm);
        found.map_or_else(|| panic!("the issuer has no key for {algorithm:?}"), |(_, key)| key)
    }
}

/// What every attack is made with.
pub struct Forge<'a> {
    /// The keys of [`ISSUER`].
    pub own: &'a OwnKeys,
    /// [`partner::ISSUER`], of generic tokens, whose keys stand in the configuration.
    pub partner: &'a Partner,
    /// Seconds since 1970, when the tokens are made.
    pub now: i64,
    foreign: [Key; 3],
    trap: TcpListener,
    made: Cell<u32>,
}

impl<'a> Forge<'a> {
    /// With keys of an attacker, and a place from which nobody may fetch any.
    pub fn new(own: &'a OwnKeys, partner: &'a Partner) -> io::Result<Self> {
        let foreign = |algorithm| Key::generate(algorithm, own.key(algorithm).id());
        let foreign = [foreign(Algorithm::Rs256)?, foreign(Algorithm::Es256)?, foreign(Algorithm::EdDsa)?];
        let trap = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        trap.set_nonblocking(true)?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
        let now = since.as_secs().try_into().map_err(io::Error::other)?;
        Ok(Self { own, partner, now, foreign, trap, made: Cell::new(0) })
    }

    /// A good access token, ES256.
    pub fn good(&self) -> Draft<'a> {
        self.good_by(Algorithm::Es256)
    }

    /// A good access token, by this algorithm.
    pub fn good_by(&self, algorithm: Algorithm) -> Draft<'a> {
        let key = self.own.key(algorithm);
        let header = json!({ "alg": algorithm.name(), "typ": "at+jwt", "kid": key.id() });
        Draft::new(header, self.claims(ISSUER, AUDIENCE), by(key))
    }

    /// A good generic token of the partner, ES256.
    pub fn generic(&self) -> Draft<'a> {
        self.generic_by(&self.partner.ec)
    }

    /// A good generic token of the partner, by this key of theirs.
    pub fn generic_by(&self, key: &'a Key) -> Draft<'a> {
        let header = json!({ "alg": key.public_jwk()["alg"], "typ": "JWT", "kid": key.id() });
        Draft::new(header, self.claims(partner::ISSUER, partner::AUDIENCE), by(key))
    }

    /// The attacker's key for this algorithm, which carries the id of the issuer's.
    pub fn foreign(&self, algorithm: Algorithm) -> &Key {
        let found = self.foreign.iter().find(|key| key.public_jwk()["alg"] == algorithm.name());
        found.unwrap_or_else(|| panic!("the attacker has no key for {algorithm:?}"))
    }

    /// From where an attacker wants keys to be fetched.
    pub fn trap(&self) -> SocketAddr {
        self.trap.local_addr().expect("it is bound")
    }

    /// Whether somebody went there.
    pub fn was_sprung(&self) -> bool {
        self.trap.accept().is_ok()
    }

    /// An access token in the profile of RFC 9068 §2; each has an id of its own.
    fn claims(&self, issuer: &str, audience: &str) -> Value {
        self.made.set(self.made.get() + 1);
        json!({
            "iss": issuer,
            "aud": audience,
            "iat": self.now,
            "exp": self.now + LIFETIME,
            "jti": format!("t-{}", self.made.get()),
            "client_id": "shop-app",
            "scope": "orders:read",
            "sub": "alice",
            "tenant": "north",
            "level": 1,
            "roles": ["reader"],
        })
    }
}

/// Signed with `key`.
pub fn by(key: &Key) -> impl Fn(&[u8]) -> Vec<u8> + '_ {
    |input| key.sign(input).expect("the system gives random numbers")
}
