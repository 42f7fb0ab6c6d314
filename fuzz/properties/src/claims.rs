//! Signed claims through the token stage: whoever passes keeps the rules, on every request.
//!
//! The input is a line `TYP NOW`, the second one in seconds since the epoch, and then the claims as they are
//! signed, which need not be JSON.
use std::sync::LazyLock;

use crate::world::{Bench, Expected, ISSUER, Issuer, LEEWAY_SECONDS};
use contract::{Identity, UnixTime};
use serde_json::{Value, json};

static THE_ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::new);

/// See above.
pub fn property(data: &[u8]) {
    let Some((typ, now, claims)) = split(data) else { return };
    let token = THE_ISSUER.token(typ, claims);
    let jwks = json!({"keys": [THE_ISSUER.jwk()]});
    for kind in ["access_token", "generic"] {
        let bench = Bench::new(kind, &jwks);
        let at = |seconds| bench.ask(&token, UnixTime::from_seconds(seconds));
        let first = at(now);
        assert_eq!(first, at(now), "a token that is known is judged in another way");
        let Some(caller) = first else { continue };
        let claims: Value = serde_json::from_slice(claims).expect("accepted, but no JSON");
        let broken = Expected { kind, typ, now }.broken(&claims);
        assert_eq!(broken, None, "accepted as {kind}: {claims}");
        assert_says_what_was_signed(&caller, &claims);
        // `exp` is rounded down here, so a second more is needed for a broken one.
        let over = caller.facts().expires.saturating_add(LEEWAY_SECONDS + 1);
        assert_eq!(at(over), None, "accepted after its end because it was known");
    }
}

fn split(data: &[u8]) -> Option<(&str, u64, &[u8])> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    let (typ, now) = std::str::from_utf8(&data[..end]).ok()?.split_once(' ')?;
    // Beyond the end of `UnixTime` no time passes any more.
    let now = now.parse().ok().filter(|now| *now < UnixTime::MAX.seconds())?;
    Some((typ, now, &data[end + 1..]))
}

fn assert_says_what_was_signed(caller: &Identity, claims: &Value) {
    let facts = caller.facts();
    assert_eq!(claims.as_object(), Some(&facts.claims));
    assert_eq!((facts.issuer.as_str(), &Value::from(facts.subject.as_str())), (ISSUER, &claims["sub"]));
    let scopes = claims["scope"].as_str().unwrap_or_default();
    assert_eq!(facts.scopes, scopes.split(' ').filter(|scope| !scope.is_empty()).collect::<Vec<_>>());
}
