use super::*;

const ALLOWED: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];

fn with(mut jwk: Value, name: &str, value: Value) -> Value {
    jwk[name] = value;
    jwk
}

#[test]
fn publishes_the_public_half_and_nothing_else() {
    for key in [p256(), ed25519()] {
        let jwk = with(key.public_jwk(), "x5u", json!("https://elsewhere.test"));
        let public = PublicJwk::read(&jwk, &ALLOWED).unwrap();
        assert_eq!(public.id(), "edge-1");
        assert_eq!(Value::Object(public.members().clone()), key.public_jwk());
    }
}

#[test]
fn says_what_the_key_is_for_where_the_document_does_not() {
    let mut jwk = p256().public_jwk();
    for name in ["use", "alg"] {
        jwk.as_object_mut().unwrap().remove(name);
    }
    let public = PublicJwk::read(&jwk, &ALLOWED).unwrap();
    assert_eq!((&public.members()["use"], &public.members()["alg"]), (&json!("sig"), &json!("ES256")));
}

#[test]
fn knows_a_key_under_another_name() {
    let (key, other) = (p256().public_jwk(), p256().public_jwk());
    let read = |jwk: &Value| PublicJwk::read(jwk, &ALLOWED).unwrap();
    assert!(read(&key).is_key_of(&read(&with(key.clone(), "kid", json!("edge-2")))));
    assert!(!read(&key).is_key_of(&read(&other)));
}

#[test]
fn refuses_what_must_not_be_published() {
    use PublicJwkError::*;
    let good = p256().public_jwk();
    let rsa: Value = serde_json::from_str(crate::test_keys::RFC_7515_RS256_JWK).unwrap();
    for (jwk, error) in [
        (with(good.clone(), "d", json!("AA")), Private),
        (with(good.clone(), "d", Value::Null), Private),
        (json!({"kty": "oct", "k": "AAAA", "kid": "k"}), Symmetric),
        (with(good.clone(), "kid", json!("")), NoKeyId),
        (with(good.clone(), "kid", json!("a\nb")), NoKeyId),
        (with(rsa.clone(), "alg", json!("RS256")), NoKeyId),
        (with(with(rsa.clone(), "alg", json!("RS256")), "kid", json!("k")), AlgorithmUnfit),
        (with(rsa, "kid", json!("k")), AlgorithmUnfit),
        (with(good.clone(), "use", json!("enc")), Unsound),
        (with(good.clone(), "x", json!("AA")), Unsound),
        (with(good, "alg", json!("RS256")), Unsound),
        (json!({}), Unsound),
        (json!("text"), Unsound),
    ] {
        assert_eq!(PublicJwk::read(&jwk, &ALLOWED).unwrap_err(), error, "{jwk}");
    }
}
