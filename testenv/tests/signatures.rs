//! What Envoy's own `verify_signature` makes of the signatures of Project Wycheproof, reached as the token
//! stage reaches it: through `jose`, from a module.

use std::path::PathBuf;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use testenv::client::Request;
use testenv::{Bench, gate};

/// What the gate counts.
const ES512: &[(&str, &str)] = &[("ES512", "ecdsa_secp521r1_sha512_p1363_test.json")];

/// What ring verifies as well: there every signature is judged as its label says, so a wrong answer is one
/// in which the two do not agree.
const OTHERS: &[(&str, &str)] = &[
    ("ES256", "ecdsa_secp256r1_sha256_p1363_test.json"),
    ("ES384", "ecdsa_secp384r1_sha384_p1363_test.json"),
    ("RS256", "rsa_signature_2048_sha256_test.json"),
    ("RS256", "rsa_signature_3072_sha256_test.json"),
    ("RS256", "rsa_signature_4096_sha256_test.json"),
    ("RS384", "rsa_signature_2048_sha384_test.json"),
    ("RS384", "rsa_signature_3072_sha384_test.json"),
    ("RS384", "rsa_signature_4096_sha384_test.json"),
    ("RS512", "rsa_signature_2048_sha512_test.json"),
    ("RS512", "rsa_signature_3072_sha512_test.json"),
    ("RS512", "rsa_signature_4096_sha512_test.json"),
];

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
    result: String,
}

#[test]
fn envoy_judges_es512_as_wycheproof_says() {
    check("jwt.es512_host", 318, ES512);
}

#[test]
fn envoy_agrees_with_ring() {
    check("jwt.host_agrees", 2_872, OTHERS);
}

fn check(name: &str, least: usize, files: &[(&str, &str)]) {
    let Some(folder) = wycheproof() else {
        println!(
            "\ngate {name} - {least}/{least} absent: WATCHWORD_CORPORA names no folder with wycheproof"
        );
        return;
    };
    let bench = Bench::start(&name.replace('.', "-"), &[]).unwrap_or_else(|error| panic!("{error}"));
    let (mut all, mut wrong) = (0, Vec::new());
    for (algorithm, file) in files {
        let text = fs::read(folder.join("testvectors_v1").join(file)).unwrap();
        let Vectors { number_of_tests, test_groups } = serde_json::from_slice(&text).unwrap();
        let judged = test_groups.iter().map(|group| group.tests.len());
        assert_eq!(judged.sum::<usize>(), number_of_tests, "{file}: vectors were left out");
        all += number_of_tests;
        let faults = test_groups.iter().flat_map(|group| group.faults(algorithm, &bench));
        wrong.extend(faults.map(|fault| format!("{file}, {fault}")));
    }
    assert!(gate::count(name, all - wrong.len(), all, least), "{wrong:#?}");
}

impl Group {
    fn faults(&self, algorithm: &str, bench: &Bench) -> Vec<String> {
        let jwk = self.public_key.jwk(algorithm);
        self.tests.iter().filter_map(|test| test.fault(algorithm, &jwk, bench)).collect()
    }
}

impl PublicKey {
    fn jwk(&self, algorithm: &str) -> Value {
        match self {
            Self::Ec { uncompressed } => {
                let point = hex(uncompressed);
                let (x, y) = point[1..].split_at(point.len() / 2);
                let curve = algorithm.replace("ES512", "P-521").replace("ES", "P-");
                json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)})
            }
            Self::Rsa { modulus, public_exponent } => {
                let (n, e) = (base64url(&hex(modulus)), base64url(&hex(public_exponent)));
                json!({"kty": "RSA", "alg": algorithm, "n": n, "e": e})
            }
        }
    }
}

impl Vector {
    /// What is wrong with the verdict, if anything is. Of an `acceptable` signature any verdict is right,
    /// as long as Envoy gives it.
    fn fault(&self, algorithm: &str, jwk: &Value, bench: &Bench) -> Option<String> {
        let (message, signature) = (base64url(&hex(&self.msg)), base64url(&hex(&self.sig)));
        let question =
            json!({"jwk": jwk, "algorithm": algorithm, "message": message, "signature": signature});
        let answer = bench.ask(&Request::post("/", question.to_string())).unwrap();
        let (verdict, by) = (&answer.json()["verdict"], &answer.json()["by"]);
        let right = match self.result.as_str() {
            "acceptable" => verdict.is_boolean(),
            result => *verdict == json!(result == "valid"),
        };
        let told = || format!("tcId {}: {}, {}", self.tc_id, self.result, answer.text());
        (!right || by != "jwt.crypto.host").then(told)
    }
}

fn wycheproof() -> Option<PathBuf> {
    let root = PathBuf::from(env::var_os("WATCHWORD_CORPORA").filter(|value| !value.is_empty())?);
    // A wrong path must not look like a machine without corpora.
    assert!(root.is_dir(), "WATCHWORD_CORPORA is no folder: {}", root.display());
    Some(root.join("wycheproof")).filter(|path| path.is_dir())
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}
