//! How Envoy tells a module what its own `jwt_authn` has read in a token: the facts on which the section
//! `identity.native` rests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testenv::client::Request;
use testenv::issuer::{Algorithm, Key};
use testenv::{Bench, gate};

/// What Envoy answers for a property.
#[derive(Debug, PartialEq)]
enum Told {
    Bytes(Vec<u8>),
    /// It is there, and cannot be said: `SerializationFailure` of the ABI.
    Unsayable,
    Nothing,
}

const FILTER: &str = "envoy.filters.http.jwt_authn";

/// The name under which the payload is asked for.
const KEY: &str = "payload";

/// `SerializationFailure` (proxy-wasm ABI 0.2.1).
const SERIALIZATION_FAILURE: u64 = 3;

fn claims() -> Value {
    json!({
        "iss": "https://issuer.test", "sub": "zo\u{eb}", "exp": 4_000_000_000_u64, "aud": "api",
        "audiences": ["api", "b"], "none": [], "mixed": ["a", 1, true], "half": 2.5, "minus": -3, "yes": true,
        "no": false, "empty": "", "null": null, "scope": "a b", "scp": "x y", "realm": { "roles": ["r"], "level": 1 },
    })
}

fn jwt_authn(key: &Key) -> Value {
    json!({ "name": FILTER, "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        "providers": { "corp": {
            "issuer": "https://issuer.test",
            "local_jwks": { "inline_string": json!({ "keys": [key.public_jwk()] }).to_string() },
            "payload_in_metadata": KEY,
            "normalize_payload_in_metadata": { "space_delimited_claims": ["scope"] },
        } },
        "rules": [{ "match": { "prefix": "/" }, "requires": { "requires_any": { "requirements": [
            { "provider_name": "corp" }, { "allow_missing": {} },
        ] } } }],
    } })
}

fn token(key: &Key) -> String {
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let header = json!({ "alg": "ES256", "kid": key.id() });
    let input = format!("{}.{}", encode(header.to_string()), encode(claims().to_string()));
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// What is told of `path` below the payload.
fn ask(bench: &Bench, token: Option<&str>, path: &[&str]) -> Told {
    let path = [&["metadata", "filter_metadata", FILTER, KEY], path].concat();
    let question = Request::post("/", json!({ "property": path }).to_string());
    let question = token.map_or(question.clone(), |token| question.bearer(token));
    let answer = bench.ask(&question).unwrap().json();
    match (answer["bytes"].as_str(), answer["status"].as_u64()) {
        (Some(bytes), _) => Told::Bytes(URL_SAFE_NO_PAD.decode(bytes).unwrap()),
        (None, Some(SERIALIZATION_FAILURE)) => Told::Unsayable,
        (None, None) => Told::Nothing,
        (None, status) => panic!("{path:?}: status {status:?}"),
    }
}

/// Pairs as the ABI serialises them: a count, two lengths for each, the texts with a NUL behind each.
fn pairs(pairs: &[(&[u8], &[u8])]) -> Told {
    let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes().to_vec();
    let lengths = pairs.iter().flat_map(|(one, other)| [word(one.len()), word(other.len())].concat());
    let texts = pairs.iter().flat_map(|(one, other)| [one, &[0][..], other, &[0]].concat());
    Told::Bytes(word(pairs.len()).into_iter().chain(lengths).chain(texts).collect())
}

fn text(text: &str) -> Told {
    Told::Bytes(text.as_bytes().to_vec())
}

fn number(number: f64) -> Told {
    Told::Bytes(number.to_le_bytes().to_vec())
}

/// A path below the payload, and what must be told of it.
fn facts() -> Vec<(&'static [&'static str], Told)> {
    let roles = |roles: Told| if let Told::Bytes(bytes) = roles { bytes } else { Vec::new() };
    let roles = roles(pairs(&[(b"r", b"")]));
    vec![
        (&["iss"], text("https://issuer.test")),
        (&["sub"], text("zo\u{eb}")),
        (&["exp"], number(4e9)),
        (&["aud"], text("api")),
        (&["audiences"], pairs(&[(b"api", b""), (b"b", b"")])),
        (&["none"], pairs(&[])),
        (&["mixed"], pairs(&[(b"a", b""), (&1_f64.to_le_bytes(), b""), (&[1], b"")])),
        (&["half"], number(2.5)),
        (&["minus"], number(-3.0)),
        (&["yes"], Told::Bytes(vec![1])),
        (&["no"], Told::Bytes(vec![0])),
        // The host says that it is there and has no bytes, of which the SDK makes nothing.
        (&["empty"], Told::Nothing),
        (&["null"], Told::Unsayable),
        (&["absent"], Told::Nothing),
        // `space_delimited_claims` makes a list of it.
        (&["scope"], pairs(&[(b"a", b""), (b"b", b"")])),
        (&["scp"], text("x y")),
        (&["realm", "level"], number(1.0)),
        (&["realm", "roles"], Told::Bytes(roles)),
        // One `null` makes the whole unsayable.
        (&[], Told::Unsayable),
    ]
}

#[test]
fn envoy_tells_claims_without_their_types() {
    let key = Key::generate(Algorithm::Es256, "k").unwrap();
    let bench = Bench::start("metadata", &[jwt_authn(&key)]).unwrap_or_else(|error| panic!("{error}"));
    let token = token(&key);
    let facts = facts();
    let right = facts.iter().filter(|(path, want)| {
        let got = ask(&bench, Some(&token), path);
        if got != *want {
            println!("{path:?}: {got:?}, not {want:?}");
        }
        got == *want
    });
    let right = right.count();
    assert!(gate::count("identity.native_metadata", right, facts.len(), facts.len()));
    for path in [&[][..], &["iss"]] {
        assert_eq!(ask(&bench, None, path), Told::Nothing, "without a token");
    }
}
