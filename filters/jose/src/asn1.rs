//! Keys and ECDSA signatures in DER, the form in which a proxy takes them.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode, Encode, Sequence};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::verifying_key::{Curve, Material};

/// RFC 8017 appendix A.1.
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// RFC 5480 §2.1.1.
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// RFC 5480 §2.1.1.1.
pub(crate) const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
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

/// The numbers of an ECDSA-Sig-Value, each of the fixed length (RFC 7518 §3.4). Nothing where the bytes are
/// no such structure, or a number is zero or too long for the curve.
pub(crate) fn fixed_signature(curve: Curve, der: &[u8]) -> Option<Vec<u8>> {
    let TwoIntegers { first, second } = TwoIntegers::from_der(der).ok()?;
    let mut fixed = Vec::with_capacity(curve.coordinate_bytes().saturating_mul(2));
    for number in [first.as_bytes(), second.as_bytes()] {
        let padding = curve.coordinate_bytes().checked_sub(number.len())?;
        if is_zero(number) {
            return None;
        }
        fixed.resize(fixed.len().saturating_add(padding), 0);
        fixed.extend_from_slice(number);
    }
    Some(fixed)
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

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: Curve = Curve::P256;

    /// A signature as OpenSSL writes one: two integers with what each needs before its highest bit.
    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let integer = |bytes: &[u8]| [&[2, u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let content = [integer(r), integer(s)].concat();
        [&[0x30, u8::try_from(content.len()).unwrap()], content.as_slice()].concat()
    }

    #[test]
    fn numbers_of_a_signature_get_their_fixed_length() {
        let full = [vec![0], vec![0xff; 32]].concat();
        for (r, s) in [(vec![1], vec![2]), (full.clone(), vec![0x7f; 32]), (vec![3; 31], full)] {
            let fixed = fixed_signature(CURVE, &der(&r, &s)).unwrap();
            assert_eq!(fixed.len(), 64);
            assert_eq!(ecdsa_signature(CURVE, &fixed), Some(der(&r, &s)), "{r:?} {s:?}");
        }
        assert_eq!(fixed_signature(CURVE, &der(&[1], &[2])).unwrap()[31..33], [1, 0]);
    }

    #[test]
    fn what_is_no_signature_of_the_curve_is_not_taken() {
        let good = der(&[1], &[2]);
        let indefinite = [&[0x30, 0x80], &good[2..], &[0, 0]].concat();
        for bad in [
            vec![],
            b"signature".to_vec(),
            good[..good.len() - 1].to_vec(),
            [good.as_slice(), &[0]].concat(),
            indefinite,
            der(&[0], &[2]),
            der(&[1], &[0]),
            der(&[1], &[]),
            der(&[0xff], &[2]),
            der(&[0, 1], &[2]),
            der(&[1; 33], &[2]),
            der(&[1], &[&[0][..], &[0xff; 33]].concat()),
            [1; 64].to_vec(),
        ] {
            assert_eq!(fixed_signature(CURVE, &bad), None, "{bad:02x?}");
        }
    }
}
