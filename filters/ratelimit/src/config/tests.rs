use super::raw::DEFAULT_SLOTS;
use super::share::MAX_SLOTS;
use super::*;
use serde_json::{Value, json};

fn read(value: &Value) -> Result<Config, ConfigError> {
    Config::read(&Section::new("ratelimit", value))
}

fn with_limit(fields: Value) -> Value {
    let mut limit = json!({"requests": 10, "per_seconds": 1, "burst": 20, "key": ["subject"]});
    let members = fields.as_object().unwrap().clone();
    limit.as_object_mut().unwrap().extend(members);
    json!({"limits": {"per-user": limit}})
}

fn slots(limit: &Limit) -> u32 {
    let (Count::Exactly(count) | Count::AtFirst(count)) = local(limit).slots;
    count.get()
}

fn local(limit: &Limit) -> &Local {
    let Kind::Local(local) = &limit.kind else { panic!("is counted here") };
    local
}

#[test]
fn reads_what_the_documentation_shows() {
    let config = read(&json!({
        "slots": 64,
        "limits": {
            "per-tenant": {"requests": 10, "per_seconds": 1, "key": [{"claim": "tenant"}, "route"]},
            "per-address": {
                "requests": 100, "per_seconds": 1, "burst": 200, "key": ["client_address"],
                "before_auth": true, "mode": "shadow",
            },
        },
        "when_contended": "allow",
    }));
    let config = config.unwrap();
    let tenant = &config.limits["per-tenant"];
    assert_eq!((local(tenant).gcra, tenant.mode), (Gcra::new(10, 1, 10).unwrap(), Mode::Enforce));
    assert!(tenant.needs_identity() && !tenant.before_auth);
    let address = &config.limits["per-address"];
    assert!(address.before_auth && !address.needs_identity() && address.mode == Mode::Shadow);
    assert_eq!((slots(tenant), slots(address)), (32, 32));
    assert_eq!(config.when_contended, WhenContended::Allow);
}

#[test]
fn is_closed_unless_the_configuration_says_otherwise() {
    let config = read(&with_limit(json!({}))).unwrap();
    assert_eq!(config.when_contended, WhenContended::Refuse);
    assert_eq!(slots(&config.limits["per-user"]), DEFAULT_SLOTS);
}

#[test]
fn says_where_a_limit_is_wrong() {
    let at = "ratelimit.limits.per-user";
    for (fields, path, part) in [
        (json!({"requests": 0}), ".requests", "at least 1"),
        (json!({"requests": 2_000_000}), ".requests", "a million"),
        (json!({"requests": -1}), ".requests", "invalid value"),
        (json!({"requests": 1.5}), ".requests", "invalid type"),
        (json!({"requests": "10"}), ".requests", "invalid type"),
        (json!({"per_seconds": 0}), ".per_seconds", "at least 1"),
        (json!({"burst": 0}), ".burst", "at least 1"),
        (json!({"burst": 1_000_000_000}), ".burst", "31 days"),
        (json!({"per_seconds": u64::MAX}), ".burst", "31 days"),
        (json!({"key": []}), ".key", "no part"),
        (json!({"key": ["subject", "subject"]}), ".key", "`subject` twice"),
        (json!({"key": [{"claim": ""}]}), ".key[0].claim", "must not be empty"),
        (json!({"key": ["user"]}), ".key[0]", "unknown variant `user`"),
        (json!({"key": [{"hedder": "x"}]}), ".key[0]", "unknown variant `hedder`"),
        (json!({"key": [{"subject": "x"}]}), ".key[0]", "unknown variant `subject`"),
        (json!({"key": [7]}), ".key[0]", "a part of a key"),
        (json!({"key": [{"claim": "a", "header": "b"}]}), ".key[0]", "fewer elements in map"),
        (json!({"key": [{"header": ":path"}]}), ".key[0].header", "no name of a header"),
        (json!({"key": [{"header": "a"}, {"header": "A"}]}), ".key", "`header:a` twice"),
        (
            json!({"key": ["route", {"client_address": {"from_right": 0}}]}),
            ".key[1].client_address.from_right",
            "must be 1 to 16",
        ),
        (
            json!({"key": [{"client_address": {"from_right": 17}}]}),
            ".key[0].client_address.from_right",
            "1 to 16",
        ),
        (
            json!({"key": [{"client_address": {"ipv6_prefix": 31}}]}),
            ".key[0].client_address.ipv6_prefix",
            "must be 32 to 128",
        ),
        (
            json!({"key": [{"client_address": {"ipv6_prefix": 129}}]}),
            ".key[0].client_address.ipv6_prefix",
            "must be 32 to 128",
        ),
        (json!({"key": [{"client_address": {"from_left": 1}}]}), ".key[0]", "unknown field `from_left`"),
        (
            json!({"key": [{"constant": {"name": "", "value": "a"}}]}),
            ".key[0].constant.name",
            "1 to 64 bytes",
        ),
        (
            json!({"key": [{"constant": {"name": "a", "value": ""}}]}),
            ".key[0].constant.value",
            "1 to 1024 bytes",
        ),
        (json!({"key": [{"constant": {"name": "a"}}]}), ".key[0]", "missing field `value`"),
        (
            json!({"key": (0..9).map(|n| json!({"claim": n.to_string()})).collect::<Vec<_>>()}),
            ".key",
            "more than",
        ),
        (json!({"before_auth": true}), ".key", "`subject` is not known"),
        (json!({"before_auth": true, "key": ["workload"]}), ".key", "`workload` is not known"),
        (json!({"slots": 0}), ".slots", "at least 1"),
        (json!({"mode": "off"}), ".mode", "unknown variant `off`"),
        (json!({"before_auth": true, "key": ["api_key"]}), ".key", "`api_key` is not known"),
        (json!({"when_missing": "allow"}), ".when_missing", "unknown variant `allow`"),
        (json!({"cost": 0}), ".cost", "invalid value"),
        (json!({"cost": -1}), ".cost", "invalid value"),
        (json!({"cost": 1.5}), ".cost", "invalid type"),
        (json!({"cost": "1"}), ".cost", "invalid type"),
        (json!({"cost": 21}), ".cost", "the burst of 20"),
        (json!({"cost": u64::MAX}), ".cost", "invalid value"),
        (json!({"cost": {"header": "x"}}), ".cost", "missing field `most`"),
        (json!({"cost": {"most": 5}}), ".cost", "either `header` or `claim`"),
        (json!({"cost": {"header": "x", "claim": "x", "most": 5}}), ".cost", "either"),
        (json!({"cost": {"header": "x y", "most": 5}}), ".cost.header", "no name of a header"),
        (json!({"cost": {"claim": "", "most": 5}}), ".cost.claim", "must not be empty"),
        (json!({"cost": {"claim": "x", "most": 21}}), ".cost.most", "the burst of 20"),
        (json!({"cost": {"claim": "x", "most": 0}}), ".cost.most", "invalid value"),
        (json!({"cost": {"claim": "x", "most": 5, "default": 6}}), ".cost.default", "more than `most`"),
        (json!({"cost": {"claim": "x", "most": 5, "default": 0}}), ".cost.default", "invalid value"),
        (
            json!({"before_auth": true, "key": ["route"], "cost": {"claim": "x", "most": 5}}),
            ".cost.claim",
            "before authentication",
        ),
        (json!({"global": {"service": "quota"}}), ".requests", "is for the service to know"),
    ] {
        let error = read(&with_limit(fields.clone())).unwrap_err();
        assert!(error.path().starts_with(&format!("{at}{path}")), "{fields}: {error}");
        assert!(error.message().contains(part), "{fields}: {error}");
    }
}

#[test]
fn says_where_the_section_is_wrong() {
    let limit = json!({"requests": 1, "per_seconds": 1, "key": ["route"]});
    let named = |name: &str| json!({"limits": {name: limit}});
    for (value, path) in [
        (json!({}), "ratelimit"),
        (json!({"limits": {}}), "ratelimit.limits"),
        (json!({"limits": {"a": limit}, "slots": 0}), "ratelimit.slots"),
        (json!({"limits": {"a": limit}, "slots": MAX_SLOTS + 1}), "ratelimit.slots"),
        (json!({"limits": {"a": limit}, "when_contended": "open"}), "ratelimit.when_contended"),
        (json!({"limits": {"a": limit}, "headers": ["standard", "standard"]}), "ratelimit.headers"),
        (json!({"limits": {"a": limit}, "headers": ["draft"]}), "ratelimit.headers[0]"),
        (json!({"limits": {"a": limit}, "services": []}), "ratelimit.services"),
        (named(""), "ratelimit.limits."),
        (named("Per-User"), "ratelimit.limits.Per-User"),
        (named("per\"user"), "ratelimit.limits.per\"user"),
    ] {
        assert_eq!(read(&value).unwrap_err().path(), path, "{value}");
    }
    assert!(read(&named(&"a".repeat(MAX_NAME_BYTES))).is_ok());
    assert!(read(&named(&"a".repeat(MAX_NAME_BYTES + 1))).is_err());
}

#[test]
fn the_slots_are_divided_and_nobody_takes_from_another() {
    let divide = |total: u32, own: [Option<u32>; 3]| {
        let limit = |slots: &Option<u32>| json!({"requests": 1, "per_seconds": 1, "key": ["route"], "slots": slots});
        let [a, b, c] = own.each_ref().map(limit);
        let config = read(&json!({"slots": total, "limits": {"a": a, "b": b, "c": c}}));
        config.map(|config| config.limits.values().map(|limit| slots(limit)).collect::<Vec<_>>())
    };
    for (total, own, slots) in [
        (3, [None, None, None], vec![1, 1, 1]),
        (16, [None, None, None], vec![5, 5, 5]),
        (16, [None, Some(10), None], vec![3, 10, 3]),
        (16, [Some(1), Some(2), Some(3)], vec![1, 2, 3]),
    ] {
        assert_eq!(divide(total, own).unwrap(), slots);
    }
    for (total, own) in [
        (2, [None, None, None]),
        (11, [None, Some(10), None]),
        (16, [Some(8), Some(8), Some(1)]),
        (16, [Some(u32::MAX), Some(u32::MAX), None]),
    ] {
        assert_eq!(divide(total, own).unwrap_err().path(), "ratelimit.slots", "{total} {own:?}");
    }
}

#[test]
fn limits_of_one_definition_share_their_counts_and_others_do_not() {
    let namespace = |fields: Value| read(&with_limit(fields)).unwrap().limits["per-user"].namespace();
    let usual = namespace(json!({}));
    let alike = [
        json!({"slots": 7}),
        json!({"mode": "shadow"}),
        json!({"requests": 20, "per_seconds": 2}),
        json!({"cost": 3}),
        json!({"when_missing": "skip"}),
        json!({"key": ["subject"]}),
    ];
    for same in alike {
        assert_eq!(namespace(same.clone()), usual, "{same}");
    }
    let others = [
        json!({"requests": 11}),
        json!({"per_seconds": 2}),
        json!({"burst": 21}),
        json!({"requests": 20, "burst": 40}),
        json!({"key": ["issuer"]}),
        json!({"key": [{"claim": "subject"}]}),
        json!({"key": ["subject", "route"]}),
        json!({"key": [{"header": "subject"}]}),
        json!({"key": ["client_address"]}),
        json!({"key": [{"client_address": {"from_right": 1}}]}),
        json!({"key": [{"client_address": {"from_right": 2}}]}),
        json!({"key": [{"client_address": {"ipv6_prefix": 56}}]}),
        json!({"key": [{"constant": {"name": "a", "value": "b"}}]}),
        json!({"key": [{"constant": {"name": "a", "value": "c"}}]}),
        json!({"when_missing": "shared"}),
    ];
    let mut seen = vec![usual];
    for other in others {
        let namespace = namespace(other.clone());
        assert!(!seen.contains(&namespace), "{other}");
        seen.push(namespace);
    }
    let named = |name: &str| {
        let limit = json!({"requests": 1, "per_seconds": 1, "key": ["route"]});
        read(&json!({"limits": {name: limit}})).unwrap().limits[name].namespace()
    };
    assert_ne!(named("a"), named("b"));
}

fn with_service(service: &Value, limit: &Value) -> Value {
    let mut limit = limit.clone();
    limit["key"].is_null().then(|| limit["key"] = json!(["subject"]));
    json!({"services": {"quota": service}, "limits": {"a": limit}})
}

#[test]
fn reads_a_limit_that_a_service_knows() {
    let service = json!({
        "cluster": "quota-svc", "domain": "shop", "timeout_ms": 50,
        "breaker": {"failures": 3, "open_ms": 500}, "response_headers": ["X-Quota-Hint"],
    });
    let lease = json!({"service": "quota", "mode": "lease", "when_down": "allow", "lease": {"most": 100}});
    let config = read(&with_service(&service, &json!({"global": lease, "cost": 40}))).unwrap();
    let Kind::Global(global) = &config.limits["a"].kind else { panic!("a service decides") };
    let terms = global.terms.unwrap();
    assert_eq!((terms.most, terms.share_percent, terms.patience), (100, 10, 60_000_000));
    assert_eq!(global.when_down, WhenDown::Allow);
    let check = json!({"global": {"service": "quota"}, "key": [{"header": "x-plan"}]});
    let config = read(&with_service(&json!({"cluster": "c", "domain": "d"}), &check)).unwrap();
    let Kind::Global(global) = &config.limits["a"].kind else { panic!("a service decides") };
    assert_eq!((global.terms, global.when_down), (None, WhenDown::Refuse));
}

#[test]
fn says_where_a_limit_that_a_service_knows_is_wrong() {
    let service = json!({"cluster": "c", "domain": "d"});
    for (limit, field) in [
        (json!({"global": {}}), ".global"),
        (json!({"global": {"service": "other"}}), ".global.service"),
        (json!({"global": {"service": "quota", "mode": "ask"}}), ".global.mode"),
        (json!({"global": {"service": "quota", "when_down": "open"}}), ".global.when_down"),
        (json!({"global": {"service": "quota", "lease": {}}}), ".global.lease"),
        (
            json!({"global": {"service": "quota", "mode": "lease", "lease": {"most": 0}}}),
            ".global.lease.most",
        ),
        (
            json!({"global": {"service": "quota", "mode": "lease", "lease": {"share_percent": 51}}}),
            ".global.lease.share_percent",
        ),
        (
            json!({"global": {"service": "quota", "mode": "lease"}, "key": ["subject", {"header": "x"}]}),
            ".global.mode",
        ),
        (
            json!({"global": {"service": "quota", "mode": "lease"}, "key": ["client_address"]}),
            ".global.mode",
        ),
        (
            json!({"global": {"service": "quota"}, "key": [{"claim": "tenant"}, {"header": "tenant"}]}),
            ".key",
        ),
        (json!({"global": {"service": "quota"}, "key": ["subject", "issuer"]}), ".key"),
        (json!({"global": {"service": "quota"}, "requests": 1}), ".requests"),
        (json!({"global": {"service": "quota"}, "burst": 1}), ".burst"),
        (json!({"global": {"service": "quota"}, "slots": 1}), ".slots"),
        (json!({"per_seconds": 1}), ".requests"),
        (json!({"requests": 1}), ".per_seconds"),
    ] {
        let error = read(&with_service(&service, &limit)).unwrap_err();
        assert_eq!(error.path(), format!("ratelimit.limits.a{field}"), "{limit}: {error}");
    }
}

#[test]
fn says_where_a_service_is_wrong() {
    let limit = json!({"global": {"service": "quota"}});
    for (service, field) in [
        (json!({"domain": "d"}), ""),
        (json!({"cluster": "", "domain": "d"}), ".cluster"),
        (json!({"cluster": "c", "domain": ""}), ".domain"),
        (json!({"cluster": "c", "domain": "d", "timeout_ms": 0}), ".timeout_ms"),
        (json!({"cluster": "c", "domain": "d", "timeout_ms": 1001}), ".timeout_ms"),
        (json!({"cluster": "c", "domain": "d", "breaker": {"failures": 0}}), ".breaker.failures"),
        (json!({"cluster": "c", "domain": "d", "breaker": {"open_ms": 60_001}}), ".breaker.open_ms"),
        (json!({"cluster": "c", "domain": "d", "response_headers": [":status"]}), ".response_headers"),
        (json!({"cluster": "c", "domain": "d", "response_headers": ["RateLimit"]}), ".response_headers"),
        (json!({"cluster": "c", "domain": "d", "response_headers": vec!["x-a"; 17]}), ".response_headers"),
    ] {
        let error = read(&with_service(&service, &limit)).unwrap_err();
        assert_eq!(error.path(), format!("ratelimit.services.quota{field}"), "{service}: {error}");
    }
    let mut idle = with_service(&json!({"cluster": "c", "domain": "d"}), &limit);
    idle["services"]["spare"] = json!({"cluster": "c", "domain": "d"});
    assert_eq!(read(&idle).unwrap_err().path(), "ratelimit.services.spare");
}
