//! What a manifest says, and who has signed it.

use super::*;

use jose::JoseError;
use ring::hmac;

/// What becomes of a manifest with another claim.
fn with_claim(name: &str, value: Value) -> Result<Manifest, BundleError> {
    verify_manifest(&author().manifest(&with(claims(), name, value)))
}

/// What becomes of a manifest with another header.
fn with_header(header: &Value) -> Result<Manifest, BundleError> {
    verify_manifest(&author().sign(header, &claims()))
}

#[test]
fn every_claim_is_mandatory_and_has_its_type() {
    for claim in Claim::ALL {
        let mut less = claims();
        less.as_object_mut().unwrap().remove(claim.name());
        assert_eq!(verify_manifest(&author().manifest(&less)), Err(BundleError::ClaimMissing(claim)));
        for value in [json!(null), json!(true), json!("1"), json!([]), json!({}), json!(-1), json!([1, 2])]
        {
            let found = with_claim(claim.name(), value.clone());
            match (claim, &value) {
                (Claim::Name, Value::String(_)) => {
                    let found_name = BundleName::parse("1").unwrap();
                    assert_eq!(found, Err(BundleError::NameWrong { found: found_name }));
                }
                _ => assert_eq!(found, Err(BundleError::ClaimMalformed(claim)), "{claim:?} {value}"),
            }
        }
    }
}

#[test]
fn members_of_content_and_schema_are_exact() {
    let sha256 = Sha256::of(b"").to_string();
    for (claim, value) in [
        (Claim::Content, json!({"sha256": sha256})),
        (Claim::Content, json!({"bytes": 1})),
        (Claim::Content, json!({"sha256": sha256, "bytes": 1, "sha512": "a"})),
        (Claim::Content, json!({"sha256": sha256, "bytes": 1.5})),
        (Claim::Content, json!({"sha256": format!("{sha256}="), "bytes": 1})),
        (Claim::Content, json!([sha256, 1])),
        (Claim::Schema, json!({"sha256": sha256, "bytes": 1})),
        (Claim::Schema, json!({"sha256": "AAAA"})),
        (Claim::Schema, json!([sha256])),
    ] {
        let found = with_claim(claim.name(), value.clone());
        assert_eq!(found, Err(BundleError::ClaimMalformed(claim)), "{value}");
    }
}

#[test]
fn a_claim_that_is_not_known_is_not_ignored() {
    for name in ["exp", "nbf", "aud", "min_engine", "Name"] {
        assert_eq!(with_claim(name, json!(1)), Err(BundleError::ClaimUnknown(name.to_owned())));
    }
}

#[test]
fn a_claim_that_occurs_twice_is_none() {
    let text = claims().to_string().replacen('{', r#"{"version":8,"#, 1);
    let [header, claims] = [header().to_string(), text].map(|part| URL_SAFE_NO_PAD.encode(part));
    let input = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(author().pair.sign(input.as_bytes()));
    let found = verify_manifest(&format!("{input}.{signature}"));
    assert_eq!(found, Err(BundleError::Jose(JoseError::ClaimsMalformed)));
}

#[test]
fn the_bundle_of_another_service_is_refused() {
    for other in ["Shop", "shop-2", "shop."] {
        let found = BundleName::parse(other).unwrap();
        assert_eq!(with_claim("name", json!(other)), Err(BundleError::NameWrong { found }));
    }
    for none in ["", "a b", "shop\n"] {
        assert_eq!(with_claim("name", json!(none)), Err(BundleError::ClaimMalformed(Claim::Name)));
    }
}

#[test]
fn versions_are_whole_from_one_to_the_end_and_not_below_the_lowest() {
    for bad in [json!(0), json!(7.0), json!(-7), json!("7"), json!(1e30)] {
        assert_eq!(with_claim("version", bad), Err(BundleError::ClaimMalformed(Claim::Version)));
    }
    assert_eq!(with_claim("version", json!(u64::MAX)).map(|manifest| manifest.version()), Ok(u64::MAX));
    let document = document();
    let (jws, _) = parts(&document);
    for (min_version, outcome) in [
        (1, Ok(7)),
        (7, Ok(7)),
        (8, Err(BundleError::TooOld { version: 7 })),
        (u64::MAX, Err(BundleError::TooOld { version: 7 })),
    ] {
        let trust = Trust::new("shop", min_version, vec![Algorithm::EdDsa]).unwrap();
        let manifest = Manifest::verify(jws, &trust, &author().keys(), &Ring, NOW);
        assert_eq!(manifest.map(|manifest| manifest.version()), outcome, "{min_version}");
    }
}

#[test]
fn times_are_exact_to_the_nanosecond() {
    const TICK: Duration = Duration::from_nanos(1);
    let document = document();
    let (jws, _) = parts(&document);
    let end = NOW.plus(LIFETIME);
    for (now, outcome) in [
        (UnixTime::default(), Err(BundleError::IssuedInFuture)),
        (NOW.minus(LEEWAY).minus(TICK), Err(BundleError::IssuedInFuture)),
        (NOW.minus(LEEWAY), Ok(())),
        (end.minus(TICK), Ok(())),
        (end, Err(BundleError::Expired)),
        (UnixTime::MAX, Err(BundleError::Expired)),
    ] {
        let manifest = Manifest::verify(jws, &trust(), &author().keys(), &Ring, now).map(drop);
        assert_eq!(manifest, outcome, "{now:?}");
        assert_eq!(verify_manifest(jws).unwrap().in_force(now), outcome, "asked again at {now:?}");
    }
}

#[test]
fn ends_after_it_begins() {
    let issued = NOW.seconds();
    for (not_after, outcome) in [
        (json!(issued - 1), Err(BundleError::LifetimeWrong)),
        (json!(issued), Err(BundleError::LifetimeWrong)),
        (json!(issued + 1), Ok(())),
        (json!(1_800_000_000.5), Ok(())),
        (json!(jose::MAX_NUMERIC_DATE), Ok(())),
        (json!(jose::MAX_NUMERIC_DATE + 1), Err(BundleError::ClaimMalformed(Claim::NotAfter))),
    ] {
        assert_eq!(with_claim("not_after", not_after.clone()).map(drop), outcome, "{not_after}");
    }
}

#[test]
fn another_type_of_token_is_no_manifest() {
    for typ in
        [json!("JWT"), json!("txntoken+jwt"), json!("watchword-bundle"), json!("text/watchword-bundle+jwt")]
    {
        assert_eq!(with_header(&with(header(), "typ", typ)), Err(BundleError::TypWrong));
    }
    assert_eq!(with_header(&json!({"alg": "EdDSA"})), Err(BundleError::TypWrong));
    for typ in ["Watchword-Bundle+JWT", "application/watchword-bundle+jwt"] {
        assert_eq!(with_header(&with(header(), "typ", json!(typ))).map(drop), Ok(()), "{typ}");
    }
}

#[test]
fn no_key_but_a_trusted_one_signs() {
    use JoseError::*;
    let stranger = Author::new(8, "policies-1");
    for (manifest, error) in [
        (stranger.manifest(&claims()), SignatureInvalid),
        (author().sign(&with(header(), "kid", json!("policies-2")), &claims()), UnknownKey),
        (author().sign(&with(header(), "kid", json!("")), &claims()), KeyIdMalformed),
        (author().sign(&with(header(), "alg", json!("none")), &claims()), AlgorithmUnknown),
        (author().sign(&with(header(), "alg", json!("ES256")), &claims()), KeyMismatch),
        (author().sign(&with(header(), "alg", json!("RS256")), &claims()), AlgorithmNotAllowed),
        (author().sign(&with(header(), "crit", json!(["exp"])), &claims()), ExtensionCritical),
        (author().manifest(&json!([1])), ClaimsMalformed),
        (unsigned(), AlgorithmUnknown),
        (by_public_key_as_secret(), AlgorithmNotAllowed),
        (String::new(), NotCompact),
        ("a".repeat(jose::MAX_TOKEN_BYTES + 1), TooLong),
    ] {
        assert_eq!(verify_manifest(&manifest), Err(BundleError::Jose(error)), "{manifest:.60}");
    }
}

/// RFC 7515 appendix A.5.
fn unsigned() -> String {
    let [header, claims] = [json!({"alg": "none", "typ": BUNDLE_TYP}), claims()]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{claims}.")
}

/// The attack of RFC 8725 §2.1: the public key, which everybody has, taken for a secret.
fn by_public_key_as_secret() -> String {
    let [header, claims] = [with(header(), "alg", json!("HS256")), claims()]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let input = format!("{header}.{claims}");
    let public =
        author().key.public_jwk()["x"].as_str().map(|x| URL_SAFE_NO_PAD.decode(x).unwrap()).unwrap();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

#[test]
fn a_manifest_without_kid_is_by_the_only_key() {
    let jws = author().sign(&json!({"alg": "EdDSA", "typ": BUNDLE_TYP}), &claims());
    assert_eq!(verify_manifest(&jws).unwrap().key_id(), None);
    let both = key_set(json!([author().key.public_jwk(), Author::new(8, "other").key.public_jwk()]));
    let found = Manifest::verify(&jws, &trust(), &both, &Ring, NOW);
    assert_eq!(found, Err(BundleError::Jose(JoseError::KeyAmbiguous)));
}

#[test]
fn each_key_of_a_rotation_signs() {
    let (old, new) = (author(), Author::new(8, "policies-2"));
    let both = key_set(json!([old.key.public_jwk(), new.key.public_jwk()]));
    for (author, id) in [(old, "policies-1"), (new, "policies-2")] {
        let document = seal(&content(), &meta(), &author.key).unwrap();
        let bundle = Bundle::verify(document.into(), &trust(), &both, &Ring, NOW).unwrap();
        assert_eq!(bundle.manifest().key_id(), Some(id));
    }
}
