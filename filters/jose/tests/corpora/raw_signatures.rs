//! Project Wycheproof: bare signatures, in the forms that JOSE has.

use contract::NoMeter;
use jose::{Abilities, Algorithm, Ring, Verifier, VerifyingKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::corpus::{document, gate, gate_name};
use crate::support::base64url;
use crate::support::proxy::AbleProxy;
use crate::wycheproof::WYCHEPROOF;

/// The vectors of what `ring` verifies. Of RSASSA-PSS those whose salt is as long as the hash, which RFC
/// 7518 §3.5 asks for; of ECDSA those whose signatures are two numbers of fixed length.
const FILES: [(&str, Algorithm); 17] = [
    ("rsa_signature_2048_sha256_test.json", Algorithm::Rs256),
    ("rsa_signature_3072_sha256_test.json", Algorithm::Rs256),
    ("rsa_signature_4096_sha256_test.json", Algorithm::Rs256),
    ("rsa_signature_2048_sha384_test.json", Algorithm::Rs384),
    ("rsa_signature_3072_sha384_test.json", Algorithm::Rs384),
    ("rsa_signature_4096_sha384_test.json", Algorithm::Rs384),
    ("rsa_signature_2048_sha512_test.json", Algorithm::Rs512),
    ("rsa_signature_3072_sha512_test.json", Algorithm::Rs512),
    ("rsa_signature_4096_sha512_test.json", Algorithm::Rs512),
    ("rsa_pss_2048_sha256_mgf1_32_test.json", Algorithm::Ps256),
    ("rsa_pss_3072_sha256_mgf1_32_test.json", Algorithm::Ps256),
    ("rsa_pss_2048_sha384_mgf1_48_test.json", Algorithm::Ps384),
    ("rsa_pss_4096_sha384_mgf1_48_test.json", Algorithm::Ps384),
    ("rsa_pss_4096_sha512_mgf1_64_test.json", Algorithm::Ps512),
    ("ecdsa_secp256r1_sha256_p1363_test.json", Algorithm::Es256),
    ("ecdsa_secp384r1_sha384_p1363_test.json", Algorithm::Es384),
    ("ed25519_test.json", Algorithm::EdDsa),
];

const ES512: &str = "ecdsa_secp521r1_sha512_p1363_test.json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    public_key: PublicKey,
    tests: Vec<Vector>,
}

/// Numbers in hex.
#[derive(Deserialize)]
#[serde(untagged)]
enum PublicKey {
    Ec {
        uncompressed: String,
    },
    Ed25519 {
        pk: String,
    },
    #[serde(rename_all = "camelCase")]
    Rsa {
        modulus: String,
        public_exponent: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    tc_id: u64,
    msg: String,
    sig: String,
    result: Label,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Label {
    Valid,
    Invalid,
    /// Either answer is right; the signature was read without a panic.
    Acceptable,
}

#[test]
fn ring_judges_signatures_as_wycheproof_says() {
    check("jwt.raw_signatures", &FILES, 3_700, &Ring);
}

/// The signatures reach the proxy in DER, and are read there by code that is not ours.
#[test]
fn a_proxy_judges_es512_as_wycheproof_says() {
    let abilities = Abilities::probe(&AbleProxy);
    let by = abilities.verifier(&AbleProxy, &NoMeter);
    check("jwt.es512_by_proxy", &[(ES512, Algorithm::Es512)], 318, &by);
}

fn check(name: &str, files: &[(&str, Algorithm)], want: usize, by: &dyn Verifier) {
    let name = gate_name(name);
    let Some(folder) = WYCHEPROOF.find(&format!("gate {name} - {want}/{want}")) else { return };
    let (mut all, mut wrong) = (0_usize, Vec::new());
    for (file, algorithm) in files {
        let Vectors { number_of_tests, test_groups } = document(&folder.join("testvectors_v1").join(file));
        let tests = test_groups.iter().map(|group| group.tests.len());
        assert_eq!(tests.sum::<usize>(), number_of_tests, "{file}: vectors were left out");
        all = all.saturating_add(number_of_tests);
        let faults = test_groups.iter().flat_map(|group| group.faults(*algorithm, by));
        wrong.extend(faults.map(|fault| format!("{file}, {fault}")));
    }
    assert!(gate(&name, all.saturating_sub(wrong.len()), all, all.max(want)), "{wrong:#?}");
}

impl Group {
    fn faults(&self, algorithm: Algorithm, by: &dyn Verifier) -> Vec<String> {
        let jwk = self.public_key.jwk(algorithm);
        let key = VerifyingKey::from_jwk(&jwk).unwrap_or_else(|| panic!("not taken: {jwk}"));
        self.tests.iter().filter_map(|test| test.fault(&key, algorithm, by)).collect()
    }
}

impl Vector {
    fn fault(&self, key: &VerifyingKey, algorithm: Algorithm, by: &dyn Verifier) -> Option<String> {
        let verdict = by.verify(key, algorithm, &hex(&self.msg), &hex(&self.sig));
        let right = match self.result {
            Label::Valid => verdict == Ok(true),
            Label::Invalid => verdict == Ok(false),
            Label::Acceptable => verdict.is_ok(),
        };
        (!right).then(|| format!("tcId {}: {:?}, verdict {verdict:?}", self.tc_id, self.result))
    }
}

impl PublicKey {
    /// As a key set would have it.
    fn jwk(&self, algorithm: Algorithm) -> Value {
        match self {
            Self::Ec { uncompressed } => {
                let point = hex(uncompressed);
                let (x, y) = point[1..].split_at(point.len() / 2);
                json!({"kty": "EC", "crv": curve(algorithm), "x": base64url(x), "y": base64url(y)})
            }
            Self::Ed25519 { pk } => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(hex(pk))}),
            Self::Rsa { modulus, public_exponent } => {
                let (n, e) = (base64url(hex(modulus)), base64url(hex(public_exponent)));
                json!({"kty": "RSA", "alg": algorithm, "n": n, "e": e})
            }
        }
    }
}

fn curve(algorithm: Algorithm) -> &'static str {
    match algorithm.name() {
        "ES256" => "P-256",
        "ES384" => "P-384",
        "ES512" => "P-521",
        name => panic!("{name} has no curve"),
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}
