use contract::{Answer, Cause};
use jose::{KeySet, KeyUse};

use super::*;

struct ThreeSecrets(Vec<(&'static str, String)>);

impl Secrets for ThreeSecrets {
    fn secret(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, pem)| pem.clone())
    }
}

fn secrets() -> ThreeSecrets {
    ThreeSecrets(["K1", "K2", "K3"].map(|name| (name, new_key())).to_vec())
}

fn compiled(publish: &Value, secrets: &ThreeSecrets) -> Result<Hop, String> {
    let world = World::default();
    let with = Compile { routes: &[], secrets, store: &world.store, entropy: &world, crypto: world.crypto };
    let section = json!({ "publish": publish });
    let stages = IdentityStages.compile(&Section::new("identity", &section), &with);
    stages.map(|stages| Hop { stages }).map_err(|error| error.to_string())
}

fn ask(hop: &Hop, method: &str) -> Result<Passed, Verdict> {
    hop.ask(&World::default(), Authenticate::None, None, &[(":method", method)])
}

fn answer(hop: &Hop, method: &str) -> Answer {
    match ask(hop, method).map(|passed| passed.request) {
        Err(Verdict::Answer(answer)) => answer,
        other => panic!("not answered: {other:?}"),
    }
}

/// The public half of the secret `name`, called `id`.
fn jwk(secrets: &ThreeSecrets, name: &str, id: &str) -> Value {
    SigningKey::from_pkcs8_pem(&secrets.secret(name).unwrap(), id).unwrap().public_jwk()
}

fn of(name: &str, id: &str) -> Value {
    json!({"secret": name, "id": id})
}

#[test]
fn tells_the_public_halves_of_all_keys_and_nothing_else() {
    let secrets = secrets();
    let previous = jwk(&secrets, "K1", "edge-1");
    for (section, ids) in [
        (json!({"active": of("K1", "edge-1")}), vec!["edge-1"]),
        (json!({"active": {"jwk": previous}}), vec!["edge-1"]),
        (json!({"active": of("K1", "edge-1"), "next": of("K2", "edge-2")}), vec!["edge-1", "edge-2"]),
        (
            json!({"next": of("K3", "edge-3"), "active": of("K2", "edge-2"), "previous": {"jwk": previous}}),
            vec!["edge-1", "edge-2", "edge-3"],
        ),
    ] {
        let hop = compiled(&section, &secrets).unwrap();
        let document: Value = serde_json::from_str(&answer(&hop, "GET").body).unwrap();
        let expected: Vec<_> = ids.iter().map(|id| jwk(&secrets, &id.replace("edge-", "K"), id)).collect();
        assert_eq!(document, json!({ "keys": expected }));
        assert_eq!(KeySet::from_value(&document, KeyUse::Signature).unwrap().len(), ids.len());
    }
}

#[test]
fn says_what_it_is_and_how_long_it_may_be_kept() {
    let secrets = secrets();
    let active = of("K1", "edge-1");
    for (section, max_age) in [
        (json!({"active": active}), "max-age=60"),
        (json!({"active": active, "max_age_seconds": 0}), "max-age=0"),
        (json!({"active": active, "max_age_seconds": 86_400}), "max-age=86400"),
    ] {
        let hop = compiled(&section, &secrets).unwrap();
        let got = answer(&hop, "GET");
        let headers: Vec<_> =
            got.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [("content-type", "application/jwk-set+json"), ("cache-control", max_age)];
        assert_eq!((got.status, headers), (200, expected.to_vec()));
        assert_eq!(answer(&hop, "HEAD"), got, "the proxy knows that it has no body");
    }
}

#[test]
fn nobody_writes_to_it() {
    let hop = compiled(&json!({"active": of("K1", "edge-1")}), &secrets()).unwrap();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "get", "HEADER", ""] {
        let refusal = refusal(ask(&hop, method));
        assert_eq!((refusal.cause, refusal.reason), (Cause::RouteUnknown, "keys_are_read_only"));
    }
    let none = hop.ask(&World::default(), Authenticate::None, None, &[]);
    assert_eq!(reason(none), "keys_are_read_only");
}

#[test]
fn refuses_keys_that_would_give_something_away_or_confuse() {
    let secrets = secrets();
    let (k1, k2) = (jwk(&secrets, "K1", "edge-1"), jwk(&secrets, "K2", "edge-2"));
    let with = |jwk: &Value, name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        json!({ "jwk": jwk })
    };
    let symmetric = json!({"jwk": {"kty": "oct", "k": "AAAA", "kid": "k"}});
    let no_form = "is `{ secret: NAME, id: KID }` or `{ jwk: KEY }`";
    for (active, expected) in [
        (json!({}), format!(".active: {no_form}")),
        (json!({"secret": "K1"}), format!(".active: {no_form}")),
        (json!({"secret": "K1", "id": "edge-1", "jwk": k1}), format!(".active: {no_form}")),
        (of("K9", "edge-1"), ".active.secret: there is no secret `K9`".to_owned()),
        (of("K1", ""), ".active.id: the name of the key is empty, too long or not printable".to_owned()),
    ] {
        assert_eq!(error(&json!({"active": active}), &secrets), expected);
    }
    let renamed = |key: &Value| with(key, "kid", json!("edge-9"));
    for (field, key, expected) in [
        ("next", with(&k2, "d", json!("AA")), ".next.jwk: the key has its private half"),
        ("next", symmetric, ".next.jwk: the key is symmetric: whoever reads it can sign"),
        ("next", with(&k2, "x", json!("AA")), ".next.jwk: the key is no sound public key for signatures"),
        (
            "previous",
            with(&k2, "kid", json!("")),
            ".previous.jwk: `kid` is absent, empty, too long or not printable",
        ),
        ("next", of("K2", "edge-1"), ".next: has the name `edge-1`, as `active` has"),
        ("previous", of("K2", "edge-1"), ".active: has the name `edge-1`, as `previous` has"),
        ("next", of("K1", "edge-1"), ".next: has the name `edge-1`, as `active` has"),
        ("next", of("K1", "edge-2"), ".next: is the same key as `active`"),
        ("next", renamed(&k1), ".next: is the same key as `active`"),
        ("previous", renamed(&k1), ".active: is the same key as `previous`"),
        ("max_age_seconds", json!(86_401), ".max_age_seconds: must be 0 to 86400"),
    ] {
        let section = json!({"active": of("K1", "edge-1"), field: key});
        assert_eq!(error(&section, &secrets), expected);
    }
    let three = json!({"active": of("K1", "edge-1"), "previous": of("K2", "k"), "next": of("K3", "k")});
    assert_eq!(error(&three, &secrets), ".next: has the name `k`, as `previous` has");
    assert_eq!(error(&json!({}), &secrets), ": missing field `active`");
}

/// The error of a section that is not compiled, without `identity.publish` before it.
fn error(section: &Value, secrets: &ThreeSecrets) -> String {
    let error = compiled(section, secrets).err().unwrap();
    error.strip_prefix("identity.publish").unwrap().to_owned()
}
