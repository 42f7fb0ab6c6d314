//! Keys and ECDSA signatures in DER, the form in which a proxy takes them.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Encode, Sequence};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::verifying_key::{Curve, Material};

/// RFC 8017 appendix A.1.
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// RFC 5480 §2.1.1.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// RFC 5480 §2.1.1.1.
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const SECP521R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// The SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) of an RSA key or one for ECDSA.
pub(crate) fn subject_public_key_info(material: &Material) -> Option<Vec<u8>> {
    match material {
        Material::Rsa { modulus, exponent } => {
            // RFC 8017 appendix A.1: the parameters are NULL, and the key is two integers.
            info(RSA_ENCRYPTION, AnyRef::NULL, &two_integers(modulus, exponent)?)
        }
        Material::Ec { curve, point } => info(EC_PUBLIC_KEY, AnyRef::from(&oid(*curve)), point),
        Material::Ed25519 { .. } | Material::Secret(_) => None,
    }
}

/// The ECDSA-Sig-Value (RFC 3279 §2.2.3) of two numbers of fixed length (RFC 7518 §3.4). Nothing when the
/// length is not that of the curve, or one of the numbers is zero: no key makes such a signature, and
/// verifiers have been fooled by it (CVE-2022-21449).
pub(crate) fn ecdsa_signature(curve: Curve, fixed: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = fixed.split_at_checked(curve.coordinate_bytes())?;
    let sound = s.len() == curve.coordinate_bytes() && !is_zero(r) && !is_zero(s);
    sound.then(|| two_integers(r, s))?
}

/// The DER of two non-negative integers, big-endian: both RSAPublicKey and ECDSA-Sig-Value are that.
fn two_integers(first: &[u8], second: &[u8]) -> Option<Vec<u8>> {
    let first = UintRef::new(first).ok()?;
    let second = UintRef::new(second).ok()?;
    TwoIntegers { first, second }.to_der().ok()
}

#[derive(Sequence)]
struct TwoIntegers<'a> {
    first: UintRef<'a>,
    second: UintRef<'a>,
}

fn info(oid: ObjectIdentifier, parameters: AnyRef<'_>, key: &[u8]) -> Option<Vec<u8>> {
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters: Some(parameters) },
        subject_public_key: BitStringRef::from_bytes(key).ok()?,
    };
    info.to_der().ok()
}

const fn oid(curve: Curve) -> ObjectIdentifier {
    match curve {
        Curve::P256 => SECP256R1,
        Curve::P384 => SECP384R1,
        Curve::P521 => SECP521R1,
    }
}

fn is_zero(number: &[u8]) -> bool {
    number.iter().all(|byte| *byte == 0)
}
