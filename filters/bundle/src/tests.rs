//! Bundles that are good, and all the ways in which others are not.

mod bounds;
mod config;
mod manifests;
#[cfg(not(target_family = "wasm"))]
mod properties;
mod round_trip;
mod tampering;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contract::{Duration, UnixTime};
use jose::{Algorithm, KeySet, KeyUse, Ring, SigningKey};
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};

use super::*;

/// When everything happens unless a test says otherwise.
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// Of the bundles here, from [`NOW`] on.
const LIFETIME: Duration = Duration::from_secs(86_400);

/// RFC 8410 §7: what stands in front of the 32 bytes of a key on Ed25519.
const PKCS8_PREFIX: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// Who signs: Ed25519, so that the same bundle is the same bytes in every run.
struct Author {
    key: SigningKey,
    pair: Ed25519KeyPair,
}

impl Author {
    fn new(seed: u8, id: &str) -> Self {
        let seed = [seed; 32];
        let der = STANDARD.encode([PKCS8_PREFIX.as_slice(), &seed].concat());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        Self { key: SigningKey::from_pkcs8_pem(&pem, id).unwrap(), pair }
    }

    fn keys(&self) -> KeySet {
        key_set(json!([self.key.public_jwk()]))
    }

    /// A token with any header and any claims.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let input = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }

    /// A manifest with any claims.
    fn manifest(&self, claims: &Value) -> String {
        self.sign(&header(), claims)
    }
}

fn author() -> Author {
    Author::new(7, "policies-1")
}

fn key_set(keys: Value) -> KeySet {
    KeySet::from_value(&json!({"keys": keys}), KeyUse::Signature).unwrap()
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": BUNDLE_TYP, "kid": "policies-1"})
}

fn trust() -> Trust {
    Trust::new("shop", 1, vec![Algorithm::Es256, Algorithm::EdDsa]).unwrap()
}

fn text(name: &str, text: &str) -> Text {
    Text { name: name.to_owned(), text: text.to_owned() }
}

fn content() -> Content {
    Content {
        schema: text("shop.cedarschema", "entity User;\nentity Order;\n"),
        policies: vec![
            text("orders/read.cedar", "permit (principal, action, resource); // \"zoë\"\n"),
            text("template.cedar", "@id(\"t\") permit (principal == ?principal, action, resource);"),
        ],
        links: vec![Link {
            template: "t".to_owned(),
            id: "zoe".to_owned(),
            principal: Some("User::\"zoe\"".to_owned()),
            resource: None,
        }],
        entities: vec![json!({"uid": {"type": "User", "id": "zoe"}, "attrs": {}, "parents": []})],
    }
}

fn meta() -> Meta {
    Meta {
        name: BundleName::parse("shop").unwrap(),
        version: 7,
        issued_at: NOW,
        not_after: NOW.plus(LIFETIME),
    }
}

/// The good bundle.
fn document() -> String {
    seal(&content(), &meta(), &author().key).unwrap()
}

/// The manifest and the content of a document, as they stand in it.
fn parts(document: &str) -> (&str, &str) {
    let parsed = Document::parse(document.as_bytes()).unwrap();
    (parsed.manifest(), parsed.content())
}

/// The claims of the good bundle.
fn claims() -> Value {
    let document = document();
    let (manifest, _) = parts(&document);
    let claims = manifest.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

/// `value` with another member.
fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

/// What becomes of a document for somebody who trusts [`author`].
fn verify(document: impl Into<Vec<u8>>) -> Result<Bundle, BundleError> {
    Bundle::verify(document.into(), &trust(), &author().keys(), &Ring, NOW)
}

/// What becomes of a manifest for the same.
fn verify_manifest(jws: &str) -> Result<Manifest, BundleError> {
    Manifest::verify(jws, &trust(), &author().keys(), &Ring, NOW)
}
