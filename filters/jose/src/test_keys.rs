//! Issuers for tests: fresh keys, and the RSA example of the standard.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::base64url;

/// RFC 7515 appendix A.2.1: the public half of the key.
pub(crate) const RFC_7515_RS256_JWK: &str = r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;

/// RFC 7515 appendix A.2.1: the token.
pub(crate) const RFC_7515_RS256_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// RFC 7515 appendix A.1.1: the secret, in base64url.
pub(crate) const RFC_7515_HS256_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// RFC 7515 appendix A.1.1: the token.
pub(crate) const RFC_7515_HS256_TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) struct Es256Issuer {
    id: String,
    pair: EcdsaKeyPair,
}

pub(crate) struct EdDsaIssuer {
    id: String,
    pair: Ed25519KeyPair,
}

impl Es256Issuer {
    pub(crate) fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self { id: id.to_owned(), pair }
    }

    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (base64url::encode(x), base64url::encode(y));
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": self.id})
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let signing_input = signing_input(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), signing_input.as_bytes()).unwrap();
        format!("{signing_input}.{}", base64url::encode(signature))
    }
}

impl EdDsaIssuer {
    pub(crate) fn new(id: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self { id: id.to_owned(), pair: Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap() }
    }

    pub(crate) fn jwk(&self) -> Value {
        let x = base64url::encode(self.pair.public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.id})
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let signing_input = signing_input(&header.to_string(), &claims.to_string());
        let signature = self.pair.sign(signing_input.as_bytes());
        format!("{signing_input}.{}", base64url::encode(signature))
    }
}

fn signing_input(header: &str, claims: &str) -> String {
    format!("{}.{}", base64url::encode(header), base64url::encode(claims))
}

/// What a source of keys is made with where nothing of it matters.
pub(crate) fn for_tests() -> crate::KeysFor<'static> {
    crate::KeysFor {
        id: contract::FetchId(0),
        key_use: crate::KeyUse::Signature,
        issuer: None,
        algorithms: &[],
        secrets: &Nothing,
        store: &Nothing,
        sharing: None,
    }
}

/// Surroundings that offer nothing.
pub(crate) struct Nothing;

impl contract::Secrets for Nothing {
    fn secret(&self, _name: &str) -> Option<String> {
        None
    }
}

impl contract::Store for Nothing {
    fn read(&self, _key: &str) -> Result<Option<contract::Entry>, contract::StoreError> {
        Err(contract::StoreError::Failed)
    }

    fn swap(&self, _: &str, _: &[u8], _: contract::Version) -> Result<(), contract::Conflict> {
        Err(contract::Conflict::Failed)
    }
}
