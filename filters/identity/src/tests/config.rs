use contract::Phase;
use ring::signature::ECDSA_P384_SHA384_FIXED_SIGNING;

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
        (json!({"peer": {"callers": [EDGE]}}), vec![Phase::Hygiene, Phase::Authenticate]),
        (registering, vec![Phase::Hygiene, Phase::Authenticate, Phase::Finish]),
        (verifying, vec![Phase::Hygiene, Phase::Authenticate]),
        (attach_section(&keys), vec![Phase::Hygiene, Phase::Finish]),
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
    let attach = attach_section(&key_set(&new_key(), "edge-1"))["attach"].clone();
    for section in [
        json!({"mint": mint["mint"], "verify": verify["verify"]}),
        json!({"mint": mint["mint"], "attach": attach}),
        json!({"mint": mint["mint"], "publish": {"active": mint["mint"]["key"]}}),
        json!({"verify": verify["verify"], "attach": attach}),
        json!({"verify": verify["verify"], "peer": {"callers": [EDGE]}}),
        json!({"mint": mint["mint"], "verify": verify["verify"], "attach": attach}),
    ] {
        let expected =
            "identity: only one of `mint`, `publish`, `verify`, `peer` and `attach` can be given";
        assert_eq!(error(&section, &new_key()), expected);
    }
}

#[test]
fn a_signing_key_that_cannot_be_used_refuses_the_configuration() {
    let random = SystemRandom::new();
    let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
    let p384 = pem(p384.as_ref());
    for (secret, pem, expected) in [
        ("OTHER", new_key().as_str(), "there is no secret `OTHER`"),
        ("SIGNING_KEY", "", "the key is not one block `PRIVATE KEY` in PEM"),
        ("SIGNING_KEY", &p384, "the key is neither on P-256 nor on Ed25519"),
    ] {
        let section = changed(mint_section(), "/mint/key/secret", json!(secret));
        assert_eq!(error(&section, pem), format!("identity.mint.key.secret: {expected}"));
    }
    let section = changed(mint_section(), "/mint/key/id", json!(""));
    let expected = "identity.mint.key.id: the name of the key is empty, too long or not printable";
    assert_eq!(error(&section, &new_key()), expected);
}

#[test]
fn a_parameter_goes_along_only_if_a_route_has_it_and_no_claim_has_its_place() {
    let orders = Route { parameters: vec!["order_id".into(), "item".into()], ..route(Authenticate::None) };
    let routes = [route(Authenticate::None), orders];
    let compiled = |claims: Value, parameters: Value| {
        let section = changed(mint_section(), "/mint/claims", claims);
        let section = changed(section, "/mint/parameters", parameters);
        compile_for(&routes, &section, &new_key(), &World::default()).err().map(|error| error.to_string())
    };
    assert_eq!(compiled(json!(["tenant"]), json!(["order_id", "item"])), None);
    assert_eq!(compiled(json!(["parameters"]), json!([])), None);
    for (claims, parameters, expected) in [
        (json!([]), json!(["order"]), "identity.mint.parameters: no route has a parameter `order`"),
        (json!(["parameters"]), json!(["order_id"]), "identity.mint.claims: `parameters` is the name"),
    ] {
        let error = compiled(claims, parameters).unwrap();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn errors_name_the_field() {
    let verify = || verify_section(&key_set(&new_key(), "edge-1"));
    let attach = || attach_section(&key_set(&new_key(), "edge-1"));
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
            changed(mint_section(), "/mint/transaction", json!("hour")),
            "identity.mint.transaction: unknown variant `hour`",
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
            changed(verify(), "/verify/callers", json!(["spiffe://shop.test/or*"])),
            "identity.verify.callers: `spiffe://shop.test/or*` is no SPIFFE ID, nor one with `*`",
        ),
        (
            changed(verify(), "/verify/forwarded_by", json!("spiffe://shop.test/*")),
            "identity.verify.forwarded_by: `spiffe://shop.test/*` is no SPIFFE ID",
        ),
        (json!({"peer": {"callers": []}}), "identity.peer.callers: names nobody"),
        (changed(attach(), "/filter_state", json!(true)), "identity.filter_state: nobody is verified here"),
        (
            changed(mint_section(), "/headers", json!({"select": ["tenant"]})),
            "identity.headers.select: only `verify`",
        ),
        (
            json!({
                "peer": {"callers": [EDGE], "forwarded_by": EDGE}, "client_certificate_headers": "keep",
            }),
            "identity.client_certificate_headers: `keep` would pass on",
        ),
        (json!({"peer": {"callers": [EDGE], "keys": {}}}), "identity.peer.keys: unknown field"),
        (
            changed(verify(), "/verify/leeway_seconds", json!(61)),
            "identity.verify.leeway_seconds: must be 0 to 60",
        ),
        (changed(verify(), "/verify/provider", json!("")), "identity.verify.provider: must not be empty"),
        (changed(verify(), "/verify/callers", Value::Null), "identity.verify.callers: invalid type"),
        (changed(attach(), "/attach/destinations", json!([])), "identity.attach.destinations: must name"),
        (json!({"attach": {"destinations": ["a"]}}), "identity.attach: missing field `issuer`"),
        (changed(attach(), "/attach/trust_domain", json!("Shop")), "identity.attach.trust_domain: `Shop`"),
        (
            changed(attach(), "/attach/keys", json!({"inline": {"keys": []}})),
            "identity.attach.keys.inline: ",
        ),
        (
            changed(attach(), "/attach/key_sharing", json!({"secret": "OTHER"})),
            "identity.attach.key_sharing.secret: there is no secret `OTHER`",
        ),
        (
            changed(attach(), "/registry", json!({"secret": "OTHER"})),
            "identity.registry.secret: there is no",
        ),
        (
            changed(verify(), "/registry", json!({"secret": "SIGNING_KEY"})),
            "identity.registry.secret: the secret has fewer than 32 bytes",
        ),
        (changed(mint_section(), "/registry", json!({"secret": "SIGNING_KEY"})), "identity.registry: only"),
        (json!({"registry": {"secret": "SIGNING_KEY"}}), "identity.registry: only `verify` with"),
        (
            changed(
                changed(verify(), "/verify/register", json!(false)),
                "/registry",
                json!({"secret": "SIGNING_KEY"}),
            ),
            "identity.registry: only `verify` with `register`",
        ),
        (
            changed(verify(), "/verify/register", json!({"grace_ms": 10_001})),
            "identity.verify.register.grace_ms: must be 0 to 10000",
        ),
        (
            changed(verify(), "/verify/register", json!({"grace": 1})),
            "identity.verify.register: expected `true`",
        ),
        (json!({"trace": "jaeger"}), "identity.trace: unknown variant `jaeger`, expected `w3c` or `b3`"),
        (json!({"headers": {"subject": "host"}}), "identity.headers.subject: `host` is needed"),
        (
            json!({"client_certificate_headers": "drop"}),
            "identity.client_certificate_headers: unknown variant",
        ),
        (json!({"headers": {"user": "x"}}), "identity.headers.user: unknown field `user`"),
    ] {
        let pem = if expected.contains("fewer than") { "short".to_owned() } else { new_key() };
        let error = error(&section, &pem);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_edge_with_more_than_one_provider_carries_their_issuers() {
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (any_of, optional) =
        (|names| route(Authenticate::AnyOf(of(names))), |names| route(Authenticate::Optional(of(names))));
    let with_iss = changed(mint_section(), "/mint/claims", json!(["iss", "tenant"]));
    let rest = || [route(Authenticate::None)];
    for (routes, one_is_enough) in [
        (vec![], true),
        (vec![any_of(&["corp"]), optional(&["corp"])], true),
        (vec![any_of(&["corp", "partner"])], false),
        (vec![any_of(&["corp"]), optional(&["partner"])], false),
        // The row for unknown requests, which takes whoever any provider vouches for.
        (vec![any_of(&["corp"]), route(Authenticate::Anybody)], false),
    ] {
        let routes = [routes, rest().into()].concat();
        let compile = |section| compile_for(&routes, section, &new_key(), &World::default());
        assert!(compile(&with_iss).is_ok(), "{routes:?}");
        let error = compile(&mint_section()).err().map(|error| error.path().to_owned());
        let expected = (!one_is_enough).then(|| "identity.mint.claims".to_owned());
        assert_eq!(error, expected, "{routes:?}");
    }
    let mut native = mint_section();
    native["native"] = json!({"provider": "corp", "key": "payload", "issuers": ["https://a.test"]});
    let compile = |section: &Value| compile(section, &new_key(), &World::default()).map(drop);
    assert!(compile(&native).is_ok());
    native["native"]["issuers"] = json!(["https://a.test", "https://b.test"]);
    assert!(compile(&native).unwrap_err().to_string().starts_with("identity.mint.claims: must list `iss`"));
}
