//! Points on Ed25519 that are no keys: multiples of the cofactor lead from them to the identity.

/// The y coordinates, little-endian and without the sign of x, of all points whose order divides 8; the last
/// two are 0 and 1 in spellings that are not reduced. Under such a key there is a signature that verifies
/// for every message (RFC 8725 §3.4).
const SMALL_ORDER: [[u8; 32]; 7] = [
    uniform(0x00, 0x00, 0x00),
    uniform(0x01, 0x00, 0x00),
    uniform(0xec, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
        0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
        0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    uniform(0xed, 0xff, 0x7f),
    uniform(0xee, 0xff, 0x7f),
];

/// Whether the encoded point (RFC 8032 §5.1.2) is of small order.
pub(crate) fn is_small(point: &[u8]) -> bool {
    let Some((last, rest)) = point.split_last() else { return false };
    let is =
        |small: &[u8; 32]| small.split_last().is_some_and(|(top, low)| *top == last & 0x7f && low == rest);
    SMALL_ORDER.iter().any(is)
}

const fn uniform(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    let [low, .., top] = &mut bytes;
    *low = first;
    *top = last;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

    #[test]
    fn knows_each_of_them_with_either_sign() {
        for small in SMALL_ORDER {
            let mut other = small;
            other[31] |= 0x80;
            assert!(is_small(&small) && is_small(&other), "{small:02x?}");
        }
    }

    #[test]
    fn takes_real_keys_and_nothing_shorter_for_large() {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        assert!(!is_small(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap().public_key().as_ref()));
        assert!(!is_small(&[]) && !is_small(&[0; 31]) && !is_small(&[7; 32]));
    }

    /// Why it matters: nobody made this signature.
    #[test]
    fn the_identity_verifies_what_nobody_has_signed() {
        let identity = uniform(1, 0, 0);
        let signature = [identity, [0; 32]].concat();
        assert!(UnparsedPublicKey::new(&ED25519, identity).verify(b"anything", &signature).is_ok());
        assert!(is_small(&identity));
    }
}
