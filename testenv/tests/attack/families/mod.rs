//! The attacks, one family per file.

mod algorithms;
mod audience;
mod base64url;
mod binding;
mod confusion;
mod controls;
mod credential;
mod critical;
mod ecdsa;
mod embedded;
mod header_json;
mod issuer;
mod key_id;
mod keys;
mod kinds;
mod none;
mod parts;
mod payload_json;
mod required;
mod rsa;
mod subject;
mod tampering;
mod times;
mod types;

use crate::attack::Family;
use crate::forge::Forge;

/// All of them; the positive controls come last.
pub fn all(forge: &Forge<'_>) -> Vec<Family> {
    let family = |name, attacks| Family { name, attacks };
    vec![
        family("no algorithm", none::attacks(forge)),
        family("other algorithm", algorithms::attacks(forge)),
        family("public key as secret", confusion::attacks(forge)),
        family("key brought along", embedded::attacks(forge)),
        family("ECDSA and Ed25519 signature", ecdsa::attacks(forge)),
        family("RSA signature", rsa::attacks(forge)),
        family("tampering", tampering::attacks(forge)),
        family("critical header", critical::attacks(forge)),
        family("type", types::attacks(forge)),
        family("unfit key", keys::attacks(forge)),
        family("key id", key_id::attacks(forge)),
        family("base64url", base64url::attacks(forge)),
        family("parts", parts::attacks(forge)),
        family("header JSON", header_json::attacks(forge)),
        family("payload JSON", payload_json::attacks(forge)),
        family("times", times::attacks(forge)),
        family("missing claim", required::attacks(forge)),
        family("subject and other texts", subject::attacks(forge)),
        family("audience", audience::attacks(forge)),
        family("issuer", issuer::attacks(forge)),
        family("sender-constrained", binding::attacks(forge)),
        family("other kind of credential", kinds::attacks(forge)),
        family("form of the credential", credential::attacks(forge)),
        family("positive control", controls::attacks(forge)),
    ]
}
