//! What is remembered of tokens, and what never is.

use super::world::Counted;
use super::*;

/// What is counted when a signature is checked, by a proxy that leaves it to us.
const CHECKED: [&str; 2] = ["jwt.cache.miss", "jwt.crypto.wasm"];

fn events(bench: &Bench, token: &str, now: u64) -> (&'static str, Vec<&'static str>) {
    let (meter, value) = (Counted::default(), format!("Bearer {token}"));
    let asked = Asked {
        fields: &[("authorization", &value)],
        meter: &meter,
        now: UnixTime::from_seconds(now),
        ..Asked::default()
    };
    let verdict = bench.request(&asked);
    (reason(verdict), meter.take())
}

#[test]
fn a_signature_is_checked_once_and_everything_else_each_time() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let token = issuer.token("at+jwt", &claims());
    assert_eq!(events(&bench, &token, NOW), ("forwarded", CHECKED.to_vec()));
    assert_eq!(events(&bench, &token, NOW), ("forwarded", vec!["jwt.cache.hit"]));
    assert_eq!(events(&bench, &token, NOW + 360), ("expired", vec!["jwt.cache.hit"]));
    assert_eq!(events(&bench, &token, NOW), ("forwarded", vec!["jwt.cache.hit"]));
}

#[test]
fn a_wrong_signature_is_remembered_and_no_other_fault_is() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let forged = Issuer::new("k").token("at+jwt", &claims());
    assert_eq!(events(&bench, &forged, NOW), ("signature_invalid", CHECKED.to_vec()));
    for _ in ["again", "and again"] {
        assert_eq!(events(&bench, &forged, NOW), ("signature_invalid", vec!["jwt.cache.negative_hit"]));
    }
    for (token, expected, counted) in [
        (Issuer::new("new").token("at+jwt", &claims()), "key_unknown", ["jwt.cache.miss"].as_slice()),
        (issuer.token("JWT", &claims()), "type_wrong", &CHECKED),
        (issuer.token("at+jwt", &without("jti")), "token_id_missing", &CHECKED),
    ] {
        for _ in ["first", "again"] {
            assert_eq!(events(&bench, &token, NOW), (expected, counted.to_vec()));
        }
    }
}

#[test]
fn a_wrong_signature_is_forgotten_with_the_keys() {
    let (old, new) = (Issuer::new("k"), Issuer::new("k"));
    let bench = Bench::new(remote(), any_of(&["corp"]));
    let token = new.token("at+jwt", &claims());
    let now = UnixTime::from_seconds(NOW);
    assert_eq!(events(&bench, &token, NOW), ("waits", vec![]));
    bench.load(&old.jwks(), now);
    assert_eq!(events(&bench, &token, NOW), ("signature_invalid", CHECKED.to_vec()));
    assert_eq!(events(&bench, &token, NOW), ("signature_invalid", vec!["jwt.cache.negative_hit"]));
    bench.load(&new.jwks(), now);
    assert_eq!(events(&bench, &token, NOW), ("forwarded", CHECKED.to_vec()));
}
