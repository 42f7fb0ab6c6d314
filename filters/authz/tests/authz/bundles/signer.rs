//! Whoever signs bundles, and the sections that trust it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bundle::{BundleName, Content, Meta, Text, seal};
use contract::UnixTime;
use jose::SigningKey;
use serde_json::{Value, json};

use crate::world::{SHOP_SCHEMA, shop_principal};

/// When everything happens unless a test says otherwise, in seconds since the epoch.
pub(super) const START: u64 = 1_800_000_000;

/// Of every bundle, in seconds from [`START`] on.
pub(super) const TERM: u64 = 86_400;

/// RFC 8410 §7: what stands in front of the 32 bytes of a key on Ed25519.
const PKCS8_PREFIX: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

pub(super) struct Signer(SigningKey);

impl Signer {
    pub(super) fn new(seed: u8) -> Self {
        let der = STANDARD.encode([PKCS8_PREFIX.as_slice(), &[seed; 32]].concat());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
        Self(SigningKey::from_pkcs8_pem(&pem, "policies").unwrap())
    }

    /// The shop's bundle of this version with these policies.
    pub(super) fn bundle(&self, version: u64, policies: &str) -> String {
        self.named("shop", version, policies)
    }

    pub(super) fn named(&self, name: &str, version: u64, policies: &str) -> String {
        self.until(START + TERM, name, version, policies)
    }

    /// One that ends at this second.
    pub(super) fn until(&self, end: u64, name: &str, version: u64, policies: &str) -> String {
        let text = |name: &str, text: &str| Text { name: name.into(), text: text.into() };
        let content = Content {
            schema: text("shop.cedarschema", SHOP_SCHEMA),
            policies: vec![text("orders.cedar", policies)],
            links: Vec::new(),
            entities: Vec::new(),
        };
        let meta = Meta {
            name: BundleName::parse(name).unwrap(),
            version,
            issued_at: UnixTime::from_seconds(START),
            not_after: UnixTime::from_seconds(end),
        };
        seal(&content, &meta, &self.0).unwrap()
    }

    /// The section that fetches it.
    pub(super) fn remote(&self, min_version: u64, sharing: Option<&str>) -> Value {
        let mut bundle = self.trust(min_version);
        bundle["remote"] = json!({
            "cluster": "policies", "authority": "policies.test", "path": "/shop", "refresh_seconds": 10,
        });
        if let Some(secret) = sharing {
            bundle["sharing"] = json!({ "secret": secret });
        }
        json!({ "bundle": bundle, "principals": [shop_principal()] })
    }

    /// The section that has it in place.
    pub(super) fn inline(&self, document: &str) -> Value {
        let mut bundle = self.trust(1);
        bundle["inline"] = json!(document);
        json!({ "bundle": bundle, "principals": [shop_principal()] })
    }

    fn trust(&self, min_version: u64) -> Value {
        json!({
            "name": "shop",
            "keys": { "inline": { "keys": [self.0.public_jwk()] } },
            "algorithms": ["EdDSA"],
            "min_version": min_version,
        })
    }
}
