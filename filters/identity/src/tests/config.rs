use contract::Phase;

use super::*;

fn error(section: &Value, pem: &str) -> String {
    match compile(section, pem, &World::default()) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("compiled: {section}"),
    }
}

/// `section` with another value at `pointer`.
fn changed(mut section: Value, pointer: &str, value: Value) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    section.pointer_mut(parent).unwrap()[member] = value;
    section
}

#[test]
fn a_section_makes_its_stages_and_hygiene_always() {
    let (pem, keys) = (new_key(), key_set(&new_key(), "edge-1"));
    let registering = verify_section(&keys);
    let verifying = changed(registering.clone(), "/verify/register", json!(false));
    for (section, phases) in [
        (json!({}), vec![Phase::Hygiene]),
        (mint_section(), vec![Phase::Hygiene, Phase::Finish]),
        (registering, vec![Phase::Hygiene, Phase::Authenticate, Phase::Finish]),
        (verifying, vec![Phase::Hygiene, Phase::Authenticate]),
        (json!({"attach": {"destinations": ["a"]}}), vec![Phase::Hygiene, Phase::Finish]),
    ] {
        let stages = compile(&section, &pem, &World::default()).unwrap();
        assert_eq!(stages.iter().map(|stage| stage.phase()).collect::<Vec<_>>(), phases, "{section}");
    }
}

#[test]
fn a_verifying_sidecar_tells_the_name_of_its_provider() {
    let keys = key_set(&new_key(), "edge-1");
    for (section, name) in [
        (verify_section(&keys), "internal"),
        (changed(verify_section(&keys), "/verify/provider", json!("mesh")), "mesh"),
    ] {
        let stages = compile(&section, "", &World::default()).unwrap();
        assert_eq!(stages.iter().flat_map(|stage| stage.providers()).collect::<Vec<_>>(), [name]);
    }
}

#[test]
fn a_listener_has_one_role() {
    let (mint, verify) = (mint_section(), verify_section(&key_set(&new_key(), "edge-1")));
    let attach = json!({"destinations": ["a"]});
    for section in [
        json!({"mint": mint["mint"], "verify": verify["verify"]}),
        json!({"mint": mint["mint"], "attach": attach}),
        json!({"verify": verify["verify"], "attach": attach}),
        json!({"mint": mint["mint"], "verify": verify["verify"], "attach": attach}),
    ] {
        let expected = "identity: only one of `mint`, `verify` and `attach` can be given";
        assert_eq!(error(&section, &new_key()), expected);
    }
}

#[test]
fn a_signing_key_that_cannot_be_used_refuses_the_configuration() {
    let p384 = "-----BEGIN PRIVATE KEY-----\nMIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEB\n-----END PRIVATE KEY-----";
    for (secret, pem, expected) in [
        ("OTHER", new_key().as_str(), "identity.mint.key: there is no secret `OTHER`"),
        ("SIGNING_KEY", "", "identity.mint.key: signing_key_not_pem"),
        ("SIGNING_KEY", p384, "identity.mint.key: signing_key_not_p256"),
    ] {
        let section = changed(mint_section(), "/mint/key/secret", json!(secret));
        assert_eq!(error(&section, pem), expected);
    }
}

#[test]
fn errors_name_the_field() {
    let verify = || verify_section(&key_set(&new_key(), "edge-1"));
    for (section, expected) in [
        (json!({"mints": {}}), "identity.mints: unknown field `mints`"),
        (changed(mint_section(), "/mint/key", json!("-----BEGIN")), "identity.mint.key: invalid type"),
        (changed(mint_section(), "/mint/issuer", json!("")), "identity.mint.issuer: must not be empty"),
        (
            changed(mint_section(), "/mint/trust_domain", json!("Shop")),
            "identity.mint.trust_domain: `Shop` is no trust",
        ),
        (
            changed(mint_section(), "/mint/trust_domain", json!("a/b")),
            "identity.mint.trust_domain: `a/b` is no trust",
        ),
        (
            changed(mint_section(), "/mint/workload", json!("edge")),
            "identity.mint.workload: `edge` is no SPIFFE ID",
        ),
        (
            changed(mint_section(), "/mint/workload", json!("spiffe://other.test/edge")),
            "identity.mint.workload: `spiffe://other.test/edge` is not of `shop.test`",
        ),
        (
            changed(mint_section(), "/mint/lifetime_seconds", json!(0)),
            "identity.mint.lifetime_seconds: must be 1",
        ),
        (
            changed(mint_section(), "/mint/lifetime_seconds", json!(301)),
            "identity.mint.lifetime_seconds: must be 1",
        ),
        (
            changed(verify(), "/verify/keys", json!({"inline": {"keys": []}})),
            "identity.verify.keys.inline: ",
        ),
        (
            changed(verify(), "/verify/key_sharing", json!({"secret": "OTHER"})),
            "identity.verify.key_sharing.secret: there is no secret `OTHER`",
        ),
        (changed(verify(), "/verify/callers", json!([])), "identity.verify.callers: names nobody"),
        (
            changed(verify(), "/verify/callers", json!(["*"])),
            "identity.verify.callers: `*` is no SPIFFE ID",
        ),
        (
            changed(verify(), "/verify/leeway_seconds", json!(61)),
            "identity.verify.leeway_seconds: must be 0 to 60",
        ),
        (changed(verify(), "/verify/provider", json!("")), "identity.verify.provider: must not be empty"),
        (changed(verify(), "/verify/callers", Value::Null), "identity.verify.callers: invalid type"),
        (json!({"attach": {"destinations": []}}), "identity.attach.destinations: must name"),
        (json!({"headers": {"subject": "host"}}), "identity.headers.subject: `host` is needed"),
        (
            json!({"client_certificate_headers": "drop"}),
            "identity.client_certificate_headers: unknown variant",
        ),
        (json!({"headers": {"user": "x"}}), "identity.headers.user: unknown field `user`"),
    ] {
        let error = error(&section, &new_key());
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_edge_with_more_than_one_provider_carries_their_issuers() {
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (any_of, optional) =
        (|names| route(Authenticate::AnyOf(of(names))), |names| route(Authenticate::Optional(of(names))));
    let with_iss = changed(mint_section(), "/mint/claims", json!(["iss", "tenant"]));
    let rest = || [route(Authenticate::None), route(Authenticate::Anybody)];
    for (routes, one_is_enough) in [
        (vec![], true),
        (vec![any_of(&["corp"]), optional(&["corp"])], true),
        (vec![any_of(&["corp", "partner"])], false),
        (vec![any_of(&["corp"]), optional(&["partner"])], false),
    ] {
        let routes = [routes, rest().into()].concat();
        let compile = |section| compile_for(&routes, section, &new_key(), &World::default());
        assert!(compile(&with_iss).is_ok(), "{routes:?}");
        let error = compile(&mint_section()).err().map(|error| error.path().to_owned());
        let expected = (!one_is_enough).then(|| "identity.mint.claims".to_owned());
        assert_eq!(error, expected, "{routes:?}");
    }
}
