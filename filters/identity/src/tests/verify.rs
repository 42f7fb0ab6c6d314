use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::{
    Cause, Digest, FetchId, HeaderValue, NoProxyCrypto, ProxyCrypto, ProxyCryptoError, Reply, WaitReason,
};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Map;

use super::*;
use crate::testing::{removed, set};

/// A sidecar and the key that it trusts.
struct Sidecar {
    hop: Hop,
    world: World,
    key: SigningKey,
}

/// A proxy that verifies ES256.
struct Es256Proxy;

impl ProxyCrypto for Es256Proxy {
    fn verify(
        &self,
        digest: Digest,
        public_key: &[u8],
        signature: &[u8],
        message: &[u8],
    ) -> Result<bool, ProxyCryptoError> {
        if digest != Digest::Sha256 {
            return Err(ProxyCryptoError);
        }
        // The point is what a SubjectPublicKeyInfo ends with.
        let point = public_key.last_chunk::<65>().ok_or(ProxyCryptoError)?;
        Ok(UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok())
    }
}

impl Sidecar {
    fn new() -> Self {
        Self::beside(&NoProxyCrypto)
    }

    fn beside(crypto: &'static dyn ProxyCrypto) -> Self {
        let (pem, world) = (new_key(), World { crypto, ..called_by(EDGE) });
        let hop = Hop::new(&verify_section(&key_set(&pem, "edge-1")), "", &world);
        Self { hop, world, key: SigningKey::from_pkcs8_pem(&pem, "edge-1").unwrap() }
    }

    fn ask(&self, authenticate: Authenticate, token: &str) -> Result<Passed, Verdict> {
        self.hop.ask(&self.world, authenticate, None, &[("txn-token", token)])
    }
}

fn good_claims() -> Map<String, Value> {
    let (issued, expires) = (NOW.seconds(), NOW.plus(Duration::from_secs(60)).seconds());
    let claims = json!({
        "iss": "https://edge.shop.test", "aud": "shop.test", "sub": "zoë", "txn": "t-1",
        "scope": "orders:read  orders:write", "req_wl": EDGE,
        "tctx": {"tenant": "t1", "sub": "eve", "nbf": 1}, "rctx": {"req_ip": "192.0.2.7"},
        "iat": issued, "exp": expires,
    });
    claims.as_object().unwrap().clone()
}

fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = good_claims();
    claims.insert(name.into(), value);
    claims
}

fn without(name: &str) -> Map<String, Value> {
    let mut claims = good_claims();
    claims.remove(name);
    claims
}

#[test]
fn the_proxy_checks_signatures_where_it_is_able_and_once_per_token() {
    for (crypto, event) in
        [(&Es256Proxy as &dyn ProxyCrypto, "jwt.crypto.host"), (&NoProxyCrypto, "jwt.crypto.wasm")]
    {
        let sidecar = Sidecar::beside(crypto);
        let token = sidecar.key.sign("txntoken+jwt", &good_claims()).unwrap();
        for _ in 0..2 {
            assert!(sidecar.ask(any_of("internal"), &token).is_ok());
        }
        assert_eq!(sidecar.world.events.take(), [event]);
    }
}

#[test]
fn a_good_token_is_an_identity_and_headers_for_the_application() {
    let sidecar = Sidecar::new();
    let token = sidecar.key.sign("txntoken+jwt", &good_claims()).unwrap();
    let passed = sidecar.ask(any_of("internal"), &token).unwrap();

    let identity = passed.identity.unwrap();
    let facts = identity.facts();
    assert_eq!((facts.provider.as_str(), facts.kind), ("internal", CredentialKind::Internal));
    assert_eq!((facts.subject.as_str(), facts.transaction.as_deref()), ("zoë", Some("t-1")));
    assert_eq!(
        (&facts.scopes[..], facts.expires),
        (&["orders:read".into(), "orders:write".into()][..], NOW.seconds() + 60)
    );
    assert_eq!(identity.claim("tenant"), Some(&json!("t1")));
    assert_eq!(identity.claim("sub"), Some(&json!("zoë")), "no context replaces a claim");
    assert_eq!(identity.claim("nbf"), None, "no context passes for a claim");
    assert_eq!(passed.peer.unwrap().spiffe_id().as_str(), EDGE);

    assert!(removed(&passed.request).contains(&"txn-token".to_owned()));
    let header = |name| set(&passed.request, name).unwrap();
    assert_eq!(HeaderValue::decode(&header("x-watchword-subject")).as_deref(), Some("zoë"));
    assert_eq!((header("x-watchword-caller"), header("x-watchword-txn")), (EDGE.into(), "t-1".into()));
    let claims = URL_SAFE_NO_PAD.decode(header("x-watchword-claims")).unwrap();
    let told = json!({"sub": "zoë", "scope": "orders:read  orders:write", "tctx": good_claims()["tctx"]});
    assert_eq!(serde_json::from_slice::<Value>(&claims).unwrap(), told);
}

#[test]
fn what_the_edge_mints_the_sidecar_takes() {
    let (pem, world) = (new_key(), called_by(EDGE));
    let edge = Hop::new(&mint_section(), &pem, &world);
    let minted = edge.ask(&world, any_of("corp"), Some(&user("alice")), &[]).unwrap();
    let token = set(&minted.request, "txn-token").unwrap();

    let sidecar = Hop::new(&verify_section(&key_set(&pem, "edge-1")), "", &world);
    let passed = sidecar.ask(&world, Authenticate::Anybody, None, &[("txn-token", &token)]).unwrap();
    assert_eq!(passed.identity.unwrap().subject(), "alice");

    let other = Hop::new(&verify_section(&key_set(&new_key(), "edge-1")), "", &world);
    let refused = other.ask(&world, Authenticate::Anybody, None, &[("txn-token", &token)]);
    assert_eq!(reason(refused), "signature_invalid");
}

#[test]
fn refuses_every_token_that_is_not_for_here() {
    let (sidecar, now) = (Sidecar::new(), NOW.seconds());
    let mut long = with("iat", json!(now - 1));
    long.insert("exp".into(), json!(now + 300));
    let missing = ["iss", "aud", "exp", "iat", "txn", "sub", "scope", "req_wl"].map(without);
    let missing = missing.map(|claims| (claims, "txn_token_claim_malformed"));
    let wrong = [
        (with("iss", json!("https://evil.test")), "txn_token_issuer"),
        (with("iss", json!(["https://edge.shop.test"])), "txn_token_claim_malformed"),
        (with("aud", json!("other.test")), "txn_token_audience"),
        (with("aud", json!(["shop.test", "other.test"])), "txn_token_audience"),
        (with("aud", json!([])), "txn_token_audience"),
        (with("aud", json!(["other.test"])), "txn_token_audience"),
        (with("aud", json!({"shop.test": true})), "txn_token_audience"),
        (with("exp", json!(now + 301)), "txn_token_lifetime"),
        (long, "txn_token_lifetime"),
        (with("exp", json!(now)), "txn_token_lifetime"),
        (with("exp", json!((now + 60).to_string())), "txn_token_claim_malformed"),
        (with("iat", json!(now + 6)), "txn_token_issued_in_future"),
        (with("nbf", json!(now + 6)), "txn_token_not_yet_valid"),
        (with("nbf", json!("soon")), "txn_token_claim_malformed"),
        (with("nbf", Value::Null), "txn_token_claim_malformed"),
        (with("sub", json!("")), "txn_token_claim_malformed"),
        (with("txn", json!(7)), "txn_token_claim_malformed"),
        (with("tctx", json!("tenant")), "txn_token_claim_malformed"),
    ];
    for (claims, expected) in wrong.into_iter().chain(missing) {
        let token = sidecar.key.sign("txntoken+jwt", &claims).unwrap();
        let refusal = refusal(sidecar.ask(any_of("internal"), &token));
        assert_eq!((refusal.cause, refusal.reason), (Cause::CredentialInvalid, expected), "{claims:?}");
    }
}

#[test]
fn refuses_tokens_of_another_type() {
    let sidecar = Sidecar::new();
    for typ in ["JWT", "at+jwt", "txntoken", "text/txntoken+jwt", ""] {
        let token = sidecar.key.sign(typ, &good_claims()).unwrap();
        assert_eq!(reason(sidecar.ask(any_of("internal"), &token)), "txn_token_type", "{typ}");
    }
    for typ in ["TxnToken+JWT", "application/txntoken+jwt"] {
        let token = sidecar.key.sign(typ, &good_claims()).unwrap();
        assert!(sidecar.ask(any_of("internal"), &token).is_ok(), "{typ}");
    }
}

#[test]
fn takes_what_the_profile_leaves_open() {
    let sidecar = Sidecar::new();
    let later = with("nbf", json!(NOW.seconds() + 5));
    let list = with("aud", json!(["shop.test"]));
    for claims in [later, list, without("tctx"), without("rctx"), with("scope", json!(""))] {
        let token = sidecar.key.sign("txntoken+jwt", &claims).unwrap();
        assert!(sidecar.ask(any_of("internal"), &token).is_ok(), "{claims:?}");
    }
}

#[test]
fn a_token_that_was_good_once_expires_all_the_same() {
    let mut sidecar = Sidecar::new();
    let token = sidecar.key.sign("txntoken+jwt", &good_claims()).unwrap();
    for (seconds, good) in [(0, true), (64, true), (65, false)] {
        sidecar.world.now = NOW.plus(Duration::from_secs(seconds));
        let outcome = sidecar.ask(any_of("internal"), &token);
        assert_eq!(outcome.is_ok(), good, "{seconds}");
        assert!(good || reason(outcome) == "txn_token_expired");
    }
}

#[test]
fn what_a_route_asks_for_decides_what_absence_means() {
    let sidecar = Sidecar::new();
    let ask = |authenticate| {
        sidecar.hop.ask(&sidecar.world, authenticate, None, &[("x-watchword-subject", "eve")])
    };
    for authenticate in [any_of("internal"), Authenticate::Anybody] {
        let refusal = refusal(ask(authenticate));
        assert_eq!((refusal.cause, refusal.reason), (Cause::CredentialMissing, "txn_token_missing"));
    }
    for authenticate in
        [Authenticate::None, Authenticate::Optional(vec!["internal".into()]), any_of("corp")]
    {
        let passed = ask(authenticate).unwrap();
        assert_eq!(passed.identity, None);
        assert_eq!(set(&passed.request, "x-watchword-caller").as_deref(), Some(EDGE));
        for name in ["x-watchword-subject", "x-watchword-claims", "x-watchword-txn"] {
            assert_eq!(set(&passed.request, name), None);
            assert!(removed(&passed.request).contains(&name.to_owned()), "{name}");
        }
    }
}

#[test]
fn a_bad_token_is_refused_also_where_none_is_needed_and_ignored_where_none_is_looked_at() {
    let sidecar = Sidecar::new();
    assert_eq!(
        reason(sidecar.ask(Authenticate::Optional(vec!["internal".into()]), "a.b")),
        "token_not_compact"
    );
    let passed = sidecar.ask(Authenticate::None, "a.b").unwrap();
    assert!(removed(&passed.request).contains(&"txn-token".to_owned()));
}

#[test]
fn refuses_more_than_one_credential() {
    let sidecar = Sidecar::new();
    let token = sidecar.key.sign("txntoken+jwt", &good_claims()).unwrap();
    let fields = [("txn-token", token.as_str()), ("Txn-Token", token.as_str())];
    let two = sidecar.hop.ask(&sidecar.world, any_of("internal"), None, &fields);
    let beside = sidecar.hop.ask(&sidecar.world, any_of("internal"), Some(&user("alice")), &fields[..1]);
    for (outcome, expected) in [(two, "txn_token_duplicated"), (beside, "txn_token_beside_another")] {
        let refusal = refusal(outcome);
        assert_eq!((refusal.cause, refusal.reason), (Cause::CredentialAmbiguous, expected));
    }
}

#[test]
fn a_caller_that_is_not_listed_is_refused_on_every_route() {
    let mut sidecar = Sidecar::new();
    let token = sidecar.key.sign("txntoken+jwt", &good_claims()).unwrap();
    sidecar.world.peer = called_by("spiffe://shop.test/payments").peer;
    for authenticate in [any_of("internal"), Authenticate::None] {
        let refusal = refusal(sidecar.ask(authenticate, &token));
        assert_eq!((refusal.cause, refusal.reason), (Cause::CallerUntrusted, "caller_not_listed"));
    }
}

#[test]
fn requests_wait_for_the_first_keys_and_keys_that_are_gone_verify_nothing() {
    let (old, new, mut world) = (new_key(), new_key(), called_by(EDGE));
    let mut section = verify_section(&Value::Null);
    section["verify"]["keys"] =
        json!({"remote": {"cluster": "edge", "authority": "edge", "path": "/jwks"}});
    let hop = Hop::new(&section, "", &world);
    let key = SigningKey::from_pkcs8_pem(&old, "k-1").unwrap();
    let token = key.sign("txntoken+jwt", &good_claims()).unwrap();
    let ask = |world: &World| hop.ask(world, any_of("internal"), None, &[("txn-token", &token)]);

    let Err(Verdict::Wait(wait)) = ask(&world) else { panic!("does not wait") };
    assert_eq!((wait.reason, wait.otherwise.reason), (WaitReason::ColdKeys, "keys_cold"));

    let background = hop.stages.iter().find_map(|stage| stage.background()).unwrap();
    assert_eq!(background.due(&world.background_env()).fetches.len(), 1);
    let serve = |pem: &str, id: &str, world: &World| {
        let keys = key_set(pem, id).to_string();
        background.fetched(FetchId(0), Ok(Reply::untagged(keys.as_bytes())), &world.background_env())
    };
    assert_eq!(serve(&old, "k-1", &world), Ok(true));
    assert!(ask(&world).is_ok());

    assert_eq!(serve(&new, "k-2", &world), Ok(true));
    assert_eq!(reason(ask(&world)), "key_unknown", "the set has come just now");
    world.now = NOW.plus(Duration::from_secs(10));
    let Err(Verdict::Wait(wait)) = ask(&world) else { panic!("does not wait") };
    assert_eq!((wait.reason, wait.otherwise.reason), (WaitReason::UnknownKey, "key_unknown"));
    assert_eq!((wait.otherwise.cause, wait.at_most), (Cause::CredentialInvalid, Duration::from_secs(1)));
    assert_eq!(background.due(&world.background_env()).fetches.len(), 1);
    assert_eq!(serve(&old, "k-1", &world), Ok(true));
    assert!(ask(&world).is_ok(), "an unknown key makes the next fetch come early");
}

#[test]
fn workers_share_keys_where_the_configuration_says_so() {
    let (pem, world) = (new_key(), called_by(EDGE));
    let mut section = verify_section(&Value::Null);
    section["verify"]["keys"] =
        json!({"remote": {"cluster": "edge", "authority": "edge", "path": "/jwks"}});
    section["verify"]["key_sharing"] = json!({"secret": "SIGNING_KEY"});
    let hops = [(); 2].map(|()| Hop::new(&section, "a secret of the tests, long enough", &world));
    let [one, other] =
        hops.each_ref().map(|hop| hop.stages.iter().find_map(|stage| stage.background()).unwrap());
    assert_eq!(one.due(&world.background_env()).fetches.len(), 1);
    assert_eq!(other.due(&world.background_env()), contract::Due::default());
    let keys = key_set(&pem, "k-1").to_string();
    assert_eq!(
        one.fetched(FetchId(0), Ok(Reply::untagged(keys.as_bytes())), &world.background_env()),
        Ok(true)
    );
    assert!(other.due(&world.background_env()).news);
    let token =
        SigningKey::from_pkcs8_pem(&pem, "k-1").unwrap().sign("txntoken+jwt", &good_claims()).unwrap();
    for hop in &hops {
        assert!(hop.ask(&world, any_of("internal"), None, &[("txn-token", &token)]).is_ok());
    }
}
