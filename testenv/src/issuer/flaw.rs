//! What can be wrong with a token.

use std::fmt;
use std::io;
use std::str::FromStr;

/// One thing wrong with an otherwise good token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// `alg: none`, and no signature (RFC 8725 §2.1).
    AlgNone,
    /// An unknown critical header (RFC 7515 §4.1.11).
    Crit,
    /// `sub` twice; the second is the victim's (RFC 7519 §4).
    DuplicateClaim,
    /// Signed by a foreign key that the header brings along.
    EmbeddedJwk,
    /// No signature although `alg` names one.
    EmptySignature,
    /// `exp` an hour ago.
    Expired,
    /// `exp` as text.
    ExpString,
    /// HS256 with the public key as the secret (RFC 8725 §2.1).
    HsWithPublicKey,
    /// No `exp`.
    NoExp,
    /// No `sub`.
    NoSub,
    /// `nbf` in an hour.
    NotYet,
    /// A payload that is no JSON.
    PayloadNotJson,
    /// `sub` changed after signing.
    Tampered,
    /// Two parts instead of three.
    TwoParts,
    /// A `kid` that nobody has.
    UnknownKid,
    /// For somebody else.
    WrongAudience,
    /// By somebody else.
    WrongIssuer,
    /// Signed by a foreign key under the `kid` of ours.
    WrongKey,
    /// Another kind of token (RFC 8725 §3.11).
    WrongTyp,
}

impl Flaw {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 20] = [
        (Self::None, "none"),
        (Self::AlgNone, "alg_none"),
        (Self::Crit, "crit"),
        (Self::DuplicateClaim, "duplicate_claim"),
        (Self::EmbeddedJwk, "embedded_jwk"),
        (Self::EmptySignature, "empty_signature"),
        (Self::Expired, "expired"),
        (Self::ExpString, "exp_string"),
        (Self::HsWithPublicKey, "hs_with_public_key"),
        (Self::NoExp, "no_exp"),
        (Self::NoSub, "no_sub"),
        (Self::NotYet, "not_yet"),
        (Self::PayloadNotJson, "payload_not_json"),
        (Self::Tampered, "tampered"),
        (Self::TwoParts, "two_parts"),
        (Self::UnknownKid, "unknown_kid"),
        (Self::WrongAudience, "wrong_audience"),
        (Self::WrongIssuer, "wrong_issuer"),
        (Self::WrongKey, "wrong_key"),
        (Self::WrongTyp, "wrong_typ"),
    ];
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.into_iter().find(|(flaw, _)| flaw == self);
        f.write_str(found.map_or("?", |(_, name)| name))
    }
}

impl FromStr for Flaw {
    type Err = io::Error;

    fn from_str(text: &str) -> io::Result<Self> {
        let found = Self::ALL.into_iter().find(|(_, name)| *name == text);
        found.map(|(flaw, _)| flaw).ok_or_else(|| io::Error::other(format!("no such flaw: `{text}`")))
    }
}
