//! One member of a key set (RFC 7517 §4), made into a key that verifies.

use contract::read_known;
use jsonwebtoken::jwk::{
    CommonParameters, EllipticCurve, EllipticCurveKeyParameters, KeyOperations, OctetKeyPairParameters,
    RSAKeyParameters,
};
use serde_json::Value;

use crate::verifying_key::{Curve, Material, VerifyingKey};
use crate::{Algorithm, KeyUse, base64url, roca, small_order};

/// Bits of an RSA modulus: RFC 7518 §3.3 asks for 2048 at least, ring verifies up to 8192.
const RSA_MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Bytes of an RSA exponent: ring takes 33 bits, all issuers use 17.
const MAX_RSA_EXPONENT_BYTES: usize = 5;

/// Bytes of a point on Ed25519 (RFC 8032 §5.1.5).
const ED25519_POINT_BYTES: usize = 32;

/// Each of them is, or gives away, the private half of a key (RFC 7518 §6.2.2, §6.3.2, RFC 8037 §2).
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// Whether `jwk` gives away the private half of a key.
pub(crate) fn is_private(jwk: &Value) -> bool {
    PRIVATE_MEMBERS.iter().any(|name| jwk.get(name).is_some())
}

/// Whether `jwk` is a symmetric key (RFC 7518 §6.4).
pub(crate) fn is_symmetric(jwk: &Value) -> bool {
    jwk.get("kty").is_some_and(|kty| kty == "oct")
}

/// `kid`, and the key that `jwk` is. Nothing when it is not for verifying signatures with an algorithm that
/// we know, or not sound; RFC 7517 §5 asks to ignore such keys.
pub(crate) fn verifying_key(jwk: &Value, key_use: KeyUse) -> Option<(Option<String>, VerifyingKey)> {
    // A key whose private half is published proves nothing.
    if is_private(jwk) {
        return None;
    }
    // Part by part: what is derived for the whole tries each type of key on a copy of every member.
    let common: CommonParameters = read_known(jwk)?;
    let material = match jwk.get("kty")?.as_str()? {
        "RSA" => rsa(&read_known(jwk)?),
        "EC" => ec(&read_known(jwk)?),
        "OKP" => ed25519(&read_known(jwk)?),
        _ => None,
    }?;
    let key = VerifyingKey::public(material, named_algorithm(jwk)?)?;
    may_verify(&common, key_use).then_some((common.key_id, key))
}

/// `alg` (RFC 7517 §4.4), and nothing within where it is absent. Nothing at all where it is no algorithm of
/// ours. It is read from the document because jsonwebtoken does not know all of the names.
fn named_algorithm(jwk: &Value) -> Option<Option<Algorithm>> {
    match jwk.get("alg") {
        Some(alg) => alg.as_str().and_then(Algorithm::from_name).map(Some),
        None => Some(None),
    }
}

/// `use` and `key_ops` (RFC 7517 §4.2, §4.3) leave it for signatures.
fn may_verify(common: &CommonParameters, key_use: KeyUse) -> bool {
    let by_use = key_use.takes(common.public_key_use.as_ref(), common.key_id.as_deref());
    let operations = common.key_operations.as_ref();
    by_use && operations.is_none_or(|operations| operations.contains(&KeyOperations::Verify))
}

fn rsa(parameters: &RSAKeyParameters) -> Option<Material> {
    let modulus = unsigned(&parameters.n)?;
    let exponent = unsigned(&parameters.e)?;
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    let sound = RSA_MODULUS_BITS.contains(&bit_length(&modulus))
        && odd(&modulus)
        && exponent.len() <= MAX_RSA_EXPONENT_BYTES
        && odd(&exponent)
        && exponent != [1]
        && !roca::is_weak(&modulus);
    sound.then_some(Material::Rsa { modulus, exponent })
}

fn ec(parameters: &EllipticCurveKeyParameters) -> Option<Material> {
    let curve = match parameters.curve {
        EllipticCurve::P256 => Curve::P256,
        EllipticCurve::P384 => Curve::P384,
        EllipticCurve::P521 => Curve::P521,
        // The enum is open, as that of the key types is.
        EllipticCurve::Ed25519 | _ => return None,
    };
    let has_length = |bytes: &Vec<u8>| bytes.len() == curve.coordinate_bytes();
    let coordinate = |text: &str| base64url::decode(text).filter(has_length);
    let (x, y) = (coordinate(&parameters.x)?, coordinate(&parameters.y)?);
    Some(Material::Ec { curve, point: [&[4_u8], x.as_slice(), y.as_slice()].concat() })
}

fn ed25519(parameters: &OctetKeyPairParameters) -> Option<Material> {
    if parameters.curve != EllipticCurve::Ed25519 {
        return None;
    }
    let point = base64url::decode(&parameters.x).filter(|bytes| bytes.len() == ED25519_POINT_BYTES)?;
    (!small_order::is_small(&point)).then_some(Material::Ed25519 { point })
}

/// A Base64urlUInt (RFC 7518 §2). Leading zeros are dropped: they change nothing, and some issuers write the
/// sign byte of their number type.
fn unsigned(text: &str) -> Option<Vec<u8>> {
    let bytes = base64url::decode(text)?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

/// Bits of a number without leading zeros.
fn bit_length(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |byte| byte.leading_zeros());
    let unused = usize::try_from(unused).unwrap_or_default();
    number.len().saturating_mul(8).saturating_sub(unused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn modulus(bits: usize) -> String {
        let mut bytes = vec![0xff; bits / 8];
        if !bits.is_multiple_of(8) {
            bytes.insert(0, 1);
        }
        base64url::encode(bytes)
    }

    fn coordinate(length: usize) -> String {
        base64url::encode(vec![7; length])
    }

    fn ec_jwk(curve: &str, length: usize) -> Value {
        json!({"kty": "EC", "crv": curve, "x": coordinate(length), "y": coordinate(length)})
    }

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk[name] = value;
        jwk
    }

    #[test]
    fn takes_sound_keys_for_signatures() {
        use Algorithm::*;
        let leading_zero = base64url::encode([vec![0], vec![0xff; 256]].concat());
        let rsa = json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB"});
        let ed25519 = json!({"kty": "OKP", "crv": "Ed25519", "x": coordinate(32)});
        for (jwk, algorithm) in [
            (rsa.clone(), Rs512),
            (json!({"kty": "RSA", "n": modulus(8192), "e": "Aw", "alg": "RS256"}), Rs256),
            (json!({"kty": "RSA", "n": leading_zero, "e": "AQAB", "use": "sig"}), Rs512),
            (with(rsa.clone(), "alg", json!("RS384")), Rs384),
            (with(rsa, "alg", json!("PS256")), Ps256),
            (with(ec_jwk("P-256", 32), "x5c", json!(["a"])), Es256),
            (ec_jwk("P-384", 48), Es384),
            (ec_jwk("P-521", 66), Es512),
            (with(ec_jwk("P-521", 66), "alg", json!("ES512")), Es512),
            (ed25519.clone(), EdDsa),
            (with(ed25519.clone(), "alg", json!("EdDSA")), EdDsa),
            (with(with(ed25519, "alg", json!("Ed25519")), "key_ops", json!(["verify"])), EdDsa),
        ] {
            let key = verifying_key(&jwk, KeyUse::Signature).map(|(_, key)| key);
            assert!(serde_json::from_value::<jsonwebtoken::jwk::Jwk>(jwk.clone()).is_ok(), "{jwk}");
            let found = key.and_then(|key| key.algorithm_among(&[Es256, Rs512, Ps512]));
            assert_eq!(found, Some(algorithm), "{jwk}");
        }
    }

    #[test]
    fn leaves_out_keys_that_are_unsound_or_for_something_else() {
        let padded = format!("{}=", modulus(2048));
        for jwk in [
            json!(7),
            json!({}),
            json!({"kty": "RSA", "n": modulus(2040), "e": "AQAB"}),
            json!({"kty": "RSA", "n": modulus(8193), "e": "AQAB"}),
            json!({"kty": "RSA", "n": padded, "e": "AQAB"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQ"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "Ag"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": ""}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAAAAAB"}),
            json!({"kty": "RSA", "n": base64url::encode(vec![0xfe; 256]), "e": "AQAB"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "d": "AQ"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "p": "AQ"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "qi": null}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "use": "enc"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "use": "SIG"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "use": 1}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "key_ops": ["encrypt"]}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "key_ops": []}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "alg": "ES256"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "alg": "HS256"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "alg": "RSA-OAEP"}),
            json!({"kty": "RSA", "n": modulus(2048), "e": "AQAB", "alg": null}),
            json!({"kty": "EC", "crv": "P-256", "x": coordinate(31), "y": coordinate(32)}),
            json!({"kty": "EC", "crv": "P-256", "x": coordinate(32), "y": coordinate(33)}),
            ec_jwk("P-384", 32),
            ec_jwk("P-521", 65),
            ec_jwk("Ed25519", 32),
            with(ec_jwk("P-256", 32), "alg", json!("ES384")),
            with(ec_jwk("P-521", 66), "alg", json!("ES521")),
            with(ec_jwk("P-256", 32), "alg", json!("RS256")),
            json!({"kty": "EC", "crv": "secp256k1", "x": coordinate(32), "y": coordinate(32)}),
            json!({"kty": "EC", "crv": "P-256", "x": coordinate(32)}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": coordinate(31)}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode([0; 32])}),
            json!({"kty": "OKP", "crv": "Ed448", "x": coordinate(57)}),
            json!({"kty": "OKP", "crv": "X25519", "x": coordinate(32)}),
            json!({"kty": "AKP", "pub": "AA"}),
            json!({"kty": "oct", "k": coordinate(32), "alg": "HS256"}),
        ] {
            assert_eq!(verifying_key(&jwk, KeyUse::Signature), None, "{jwk}");
        }
    }
}
