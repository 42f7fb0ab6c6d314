//! Moduli of the broken generator of CVE-2017-15361 ("ROCA"), whose private keys can be computed.

/// Its primes were `k * M + 65537^a mod M`, where `M` is a product of the smallest primes. Modulo each of
/// these, a product of two such primes is a power of 65537 again, which hardly ever happens by chance: one
/// modulus in 2^27 of other origin. The primes are those in the `M` of the shortest keys, but for 2.
const SMALL_PRIMES: [u64; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether `modulus`, big-endian, has the fingerprint.
pub(crate) fn is_weak(modulus: &[u8]) -> bool {
    SMALL_PRIMES.into_iter().all(|prime| is_power(remainder(modulus, prime), prime))
}

/// `number`, big-endian, modulo `prime`.
fn remainder(number: &[u8], prime: u64) -> u64 {
    number.iter().fold(0, |rest, byte| modulo(rest.wrapping_mul(256).wrapping_add(u64::from(*byte)), prime))
}

/// Whether `residue` is a power of 65537 modulo `prime`.
fn is_power(residue: u64, prime: u64) -> bool {
    let powers =
        std::iter::successors(Some(1), |power: &u64| Some(modulo(power.wrapping_mul(65_537), prime)));
    // They come round to 1 after `prime - 1` steps at the latest.
    (0..prime).zip(powers).any(|(_, power)| power == residue)
}

fn modulo(number: u64, prime: u64) -> u64 {
    number.checked_rem(prime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `65537^exponent`, big-endian.
    fn power(exponent: usize) -> Vec<u8> {
        (0..exponent).fold(vec![1], |number, _| times_65537(&number))
    }

    /// By shifting the number two bytes to the left, and adding it.
    fn times_65537(number: &[u8]) -> Vec<u8> {
        let mut sum = [&[0], number, &[0, 0]].concat();
        let mut carry = 0_u16;
        for (index, byte) in sum.iter_mut().enumerate().rev() {
            let added = index.checked_sub(3).map_or(0, |index| number[index]);
            carry = carry.wrapping_add(u16::from(*byte)).wrapping_add(u16::from(added));
            *byte = u8::try_from(carry & 0xff).unwrap();
            carry >>= 8;
        }
        sum.into_iter().skip_while(|byte| *byte == 0).collect()
    }

    #[test]
    fn knows_the_fingerprint_and_nothing_else() {
        assert_eq!(power(2), [1, 0, 2, 0, 1]);
        for exponent in [1, 2, 64, 127] {
            let mut modulus = power(exponent);
            assert!(is_weak(&modulus), "65537^{exponent}");
            *modulus.last_mut().unwrap() ^= 2;
            assert!(!is_weak(&modulus), "65537^{exponent}, one bit changed");
        }
        for sound in [vec![0xff; 256], vec![3], vec![]] {
            assert!(!is_weak(&sound), "{sound:?}");
        }
    }
}
