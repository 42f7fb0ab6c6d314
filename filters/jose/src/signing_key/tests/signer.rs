use std::cell::{Cell, RefCell};

use contract::{Digest, Meter, NoProxyCrypto, ProxyCrypto, ProxyCryptoError};
use ring::signature::ECDSA_P256_SHA256_ASN1_SIGNING;

use super::*;

const HOST: &[&str] = &["jwt.sign.host"];
const WASM: &[&str] = &["jwt.sign.wasm"];
const FALLEN_BACK: &[&str] = &["jwt.sign.host_failed", "jwt.sign.wasm"];

/// A proxy that signs, of a certain character.
struct Proxy<F: Fn(Question<'_>) -> Option<Vec<u8>>> {
    answers: F,
    asked: Cell<usize>,
}

struct Question<'a> {
    /// How many came before.
    asked: usize,
    key: &'a [u8],
    message: &'a [u8],
}

impl Question<'_> {
    /// A good signature over what was asked.
    fn right(&self) -> Vec<u8> {
        sign(self.key, self.message)
    }
}

fn sign(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, &random).unwrap();
    pair.sign(&random, message).unwrap().as_ref().to_vec()
}

impl<F: Fn(Question<'_>) -> Option<Vec<u8>>> ProxyCrypto for Proxy<F> {
    fn verify(&self, _: Digest, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, ProxyCryptoError> {
        panic!("its own word proves nothing")
    }

    fn sign(&self, digest: Digest, key: &[u8], message: &[u8]) -> Result<Vec<u8>, ProxyCryptoError> {
        assert_eq!(digest, Digest::Sha256);
        let asked = self.asked.replace(self.asked.get().saturating_add(1));
        (self.answers)(Question { asked, key, message }).ok_or(ProxyCryptoError)
    }
}

#[derive(Default)]
struct Counts(RefCell<Vec<&'static str>>);

impl Meter for Counts {
    fn count(&self, event: &'static str) {
        self.0.borrow_mut().push(event);
    }
}

/// What is counted when a token is signed with `key`; it must be a good one whoever has signed.
fn events(key: SigningKey, proxy: &dyn ProxyCrypto) -> Vec<&'static str> {
    let public = key.public_jwk();
    let (signer, counts) = (Signer::probe(key, proxy), Counts::default());
    let token = signer.sign("txntoken+jwt", &claims(), proxy, &counts).unwrap();
    assert!(is_by(&public, &token));
    counts.0.take()
}

fn asked(answers: impl Fn(Question<'_>) -> Option<Vec<u8>>) -> (Vec<&'static str>, usize) {
    let proxy = Proxy { answers, asked: Cell::new(0) };
    (events(p256(), &proxy), proxy.asked.get())
}

/// Signs rightly once, which is when it is tried, and then `otherwise`.
fn later(otherwise: impl Fn(Question<'_>) -> Option<Vec<u8>>) -> impl Fn(Question<'_>) -> Option<Vec<u8>> {
    move |question| if question.asked == 0 { Some(question.right()) } else { otherwise(question) }
}

#[test]
fn a_proxy_that_signs_rightly_is_asked() {
    assert_eq!(asked(|question| Some(question.right())), (HOST.to_vec(), 2));
}

#[test]
fn a_proxy_that_fails_when_it_is_tried_is_not_asked_again() {
    let other = p256_der();
    let once = |outcome: (Vec<&'static str>, usize)| assert_eq!(outcome, (WASM.to_vec(), 1));
    once(asked(|_| None));
    once(asked(|_| Some(vec![])));
    once(asked(|_| Some(vec![1; 64])));
    once(asked(|question| Some(sign(question.key, b"another text"))));
    once(asked(|question| Some(sign(&other, question.message))));
    once(asked(|question| Some([question.right(), vec![0]].concat())));
    assert_eq!(events(p256(), &NoProxyCrypto), WASM);
}

#[test]
fn what_is_no_signature_is_made_here() {
    let back = |outcome: (Vec<&'static str>, usize)| assert_eq!(outcome, (FALLEN_BACK.to_vec(), 2));
    back(asked(later(|_| None)));
    back(asked(later(|_| Some(vec![]))));
    back(asked(later(|_| Some(vec![1; 64]))));
    back(asked(later(|question| Some([question.right(), vec![0]].concat()))));
}

#[test]
fn a_proxy_is_not_asked_for_what_it_has_no_form_for() {
    let proxy = Proxy { answers: |_: Question<'_>| panic!("asked"), asked: Cell::new(0) };
    assert_eq!(events(ed25519(), &proxy), WASM);
}
