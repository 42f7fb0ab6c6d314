//! What a proxy is found able to do, and what is asked of it then.

#![cfg(test)]

mod support;

use std::cell::{Cell, RefCell};

use contract::{Digest, Meter, NoProxyCrypto, ProxyCrypto, ProxyCryptoError};
use jose::{Abilities, Algorithm, Compact, JoseError, KeySet, KeyUse, secret_key_set};
use serde_json::{Value, json};

use support::base64url;
use support::proxy::AbleProxy;

/// RFC 7515 appendix A.2.1: the key, and the token.
const RSA: &str = r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;
const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// What a proxy may have a form for.
const OFFERED: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
];

/// A proxy of a certain character that keeps count.
struct Proxy<F: Fn(&Question<'_>) -> Answer> {
    answers: F,
    asked: Cell<usize>,
}

type Answer = Result<bool, ProxyCryptoError>;

struct Question<'a> {
    digest: Digest,
    /// The right answer.
    right: Answer,
    signature: &'a [u8],
}

impl<F: Fn(&Question<'_>) -> Answer> Proxy<F> {
    const fn new(answers: F) -> Self {
        Self { answers, asked: Cell::new(0) }
    }
}

impl<F: Fn(&Question<'_>) -> Answer> ProxyCrypto for Proxy<F> {
    fn verify(&self, digest: Digest, public_key: &[u8], signature: &[u8], message: &[u8]) -> Answer {
        self.asked.update(|asked| asked.saturating_add(1));
        let right = AbleProxy.verify(digest, public_key, signature, message);
        (self.answers)(&Question { digest, right, signature })
    }
}

#[derive(Default)]
struct Counts(RefCell<Vec<&'static str>>);

impl Meter for Counts {
    fn count(&self, event: &'static str) {
        self.0.borrow_mut().push(event);
    }
}

/// RFC 7515 appendix A.4: the key, and the token.
fn es512() -> (Value, String) {
    let key = json!({
        "kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
    });
    (key, "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn".to_owned())
}

fn rsa() -> Value {
    serde_json::from_str(RSA).unwrap()
}

fn set(key: &Value) -> KeySet {
    KeySet::from_value(&json!({ "keys": [key] }), KeyUse::Signature).unwrap()
}

/// The verdict on `token`, and who was counted.
fn verify(
    set: &KeySet,
    token: &str,
    abilities: &Abilities,
    proxy: &dyn ProxyCrypto,
) -> (Result<(), JoseError>, Vec<&'static str>) {
    let counts = Counts::default();
    let token = Compact::parse(token.as_bytes()).unwrap();
    let by = abilities.verifier(proxy, &counts);
    (set.verify_signature(&token, &Algorithm::ALL, &by), counts.0.take())
}

#[test]
fn finds_out_what_a_proxy_can_do() {
    let able = Abilities::probe(&AbleProxy);
    let none = Abilities::probe(&NoProxyCrypto);
    assert_eq!(none, Abilities::default());
    for algorithm in Algorithm::ALL {
        assert!(able.can_verify(algorithm), "{algorithm:?}");
        assert_eq!(none.can_verify(algorithm), algorithm != Algorithm::Es512, "{algorithm:?}");
    }
}

#[test]
fn a_proxy_that_errs_once_is_not_asked_again() {
    let characters: [fn(&Question<'_>) -> Answer; 6] = [
        |_| Ok(true),
        |_| Ok(false),
        |question| question.right.map(|right| !right),
        |question| question.right.and_then(|right| right.then_some(true).ok_or(ProxyCryptoError)),
        |question| Ok(question.right == Ok(true) || question.signature.len() > 64),
        |_| Err(ProxyCryptoError),
    ];
    for answers in characters {
        assert_eq!(Abilities::probe(&Proxy::new(answers)), Abilities::default());
    }
}

#[test]
fn each_algorithm_is_found_out_for_itself() {
    let proxy = Proxy::new(|question| match question.digest {
        Digest::Sha512 => Err(ProxyCryptoError),
        Digest::Sha256 | Digest::Sha384 => question.right,
    });
    let abilities = Abilities::probe(&proxy);
    assert_eq!(
        proxy.asked.get(),
        OFFERED.len().saturating_add(4),
        "a good and a bad one, the bad one after the good one only"
    );
    assert!(!abilities.can_verify(Algorithm::Es512));
    assert_eq!(verify(&set(&rsa()), RS256, &abilities, &proxy), (Ok(()), vec!["jwt.crypto.host"]));
}

#[test]
fn asks_the_proxy_first_and_counts_who_has_answered() {
    let (key, token) = es512();
    let able = Abilities::probe(&AbleProxy);
    let none = Abilities::default();
    let (host, wasm) = (vec!["jwt.crypto.host"], vec!["jwt.crypto.wasm"]);
    assert_eq!(verify(&set(&key), &token, &able, &AbleProxy), (Ok(()), host.clone()));
    assert_eq!(verify(&set(&rsa()), RS256, &able, &AbleProxy), (Ok(()), host.clone()));
    assert_eq!(verify(&set(&rsa()), RS256, &none, &AbleProxy), (Ok(()), wasm.clone()));
    let unverifiable = (Err(JoseError::AlgorithmUnverifiable), vec![]);
    assert_eq!(verify(&set(&key), &token, &none, &AbleProxy), unverifiable);
    let secret: Vec<u8> = (0..32).collect();
    let secret = secret_key_set(&secret, &[Algorithm::Hs256]).unwrap();
    let token = format!("{}.{}.{}", base64url(r#"{"alg":"HS256"}"#), base64url("{}"), base64url([0; 32]));
    let refused = (Err(JoseError::SignatureInvalid), wasm);
    assert_eq!(verify(&secret, &token, &able, &AbleProxy), refused);
    let (signing_input, _) = RS256.rsplit_once('.').unwrap();
    let forged = format!("{signing_input}.{}", base64url([1; 256]));
    let refused = (Err(JoseError::SignatureInvalid), host);
    assert_eq!(verify(&set(&rsa()), &forged, &able, &AbleProxy), refused);
}

#[test]
fn ring_steps_in_where_the_proxy_fails_on_the_way() {
    let able = Abilities::probe(&AbleProxy);
    let failing = Proxy::new(|_| Err(ProxyCryptoError));
    assert_eq!(verify(&set(&rsa()), RS256, &able, &failing), (Ok(()), vec!["jwt.crypto.wasm"]));
    let (key, token) = es512();
    let unverifiable = (Err(JoseError::AlgorithmUnverifiable), vec![]);
    assert_eq!(verify(&set(&key), &token, &able, &failing), unverifiable);
    assert_eq!(failing.asked.get(), 2);
}

#[test]
fn what_is_no_signature_by_its_form_does_not_reach_the_proxy() {
    let able = Abilities::probe(&AbleProxy);
    let proxy = Proxy::new(|_| Ok(true));
    let (key, token) = es512();
    let (signing_input, _) = token.rsplit_once('.').unwrap();
    let one = [[0; 65].as_slice(), &[1]].concat();
    for signature in [
        vec![],
        vec![0; 132],
        [one.clone(), vec![0; 66]].concat(),
        [vec![0; 66], one.clone()].concat(),
        vec![1; 131],
        vec![1; 133],
    ] {
        let forged = format!("{signing_input}.{}", base64url(&signature));
        let (verdict, _) = verify(&set(&key), &forged, &able, &proxy);
        assert_eq!(verdict, Err(JoseError::SignatureInvalid), "{signature:?}");
    }
    assert_eq!(proxy.asked.get(), 0);
    let well_formed = format!("{signing_input}.{}", base64url([one.clone(), one].concat()));
    assert_eq!(verify(&set(&key), &well_formed, &able, &proxy).0, Ok(()), "the proxy was asked");
}
