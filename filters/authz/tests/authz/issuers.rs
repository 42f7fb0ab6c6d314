//! One `sub` at two issuers is two users, and a mapping that cannot say so does not compile.

use contract::{Authenticate, Authorize};
use serde_json::{Value, json};

use crate::world::{compile, shop_routes, shop_section, table};

/// The error of the shop whose first two routes accept `first` and `second`, whose principal has the id
/// `id`, and whose schema knows an optional attribute `from`, mapped to `from` if that is given.
fn error(first: Authenticate, second: Authenticate, id: Value, from: Option<Value>) -> Option<String> {
    let mut section = shop_section();
    let schema = section["schema"].as_str().unwrap();
    section["schema"] = json!(schema.replace("tenant: String,", "tenant: String, from?: String,"));
    section["principals"][0]["id"] = id;
    if let Some(claim) = from {
        section["principals"][0]["attributes"]["from"] = json!({ "claim": claim });
    }
    let mut routes = table(&shop_routes());
    routes[0].authenticate = first;
    routes[1].authenticate = second;
    // It asks for no action, so nobody is compared on it.
    assert_eq!(routes[4].authorize, Some(Authorize::None));
    routes[4].authenticate = any_of(&["partner"]);
    compile(&section, &routes).err().map(|error| error.to_string())
}

fn any_of(names: &[&str]) -> Authenticate {
    Authenticate::AnyOf(names.iter().map(ToString::to_string).collect())
}

#[test]
fn several_providers_need_the_issuer_and_one_does_not() {
    let corp = || any_of(&["corp"]);
    let internal = || Authenticate::Optional(vec!["internal".into()]);
    let both = || any_of(&["internal", "corp"]);
    let sub = || json!("sub");
    for (first, second, id, from, is_good) in [
        (corp(), corp(), sub(), None, true),
        (corp(), Authenticate::Anybody, sub(), None, true),
        (corp(), Authenticate::None, sub(), None, true),
        (corp(), internal(), sub(), None, false),
        (both(), both(), sub(), None, false),
        (both(), Authenticate::None, sub(), Some(json!("tenant")), false),
        (both(), Authenticate::None, sub(), Some(json!("act.iss")), false),
        (both(), Authenticate::None, sub(), Some(json!(["tctx.iss"])), false),
        (both(), Authenticate::None, sub(), Some(json!("iss")), true),
        (corp(), internal(), sub(), Some(json!("tctx.iss")), true),
        (corp(), internal(), json!("iss"), None, true),
    ] {
        let found = error(first.clone(), second.clone(), id, from.clone());
        let wanted =
            (!is_good).then_some("authz.principals[0]: routes accept several providers (corp, internal)");
        let place = found.as_deref().and_then(|message| message.split_once(", and"));
        assert_eq!(place.map(|(place, _)| place), wanted, "{first:?} {second:?} {from:?} {found:?}");
        assert_eq!(found.is_none(), is_good, "{found:?}");
    }
}

#[test]
fn users_of_two_providers_share_no_type_unless_the_issuer_tells_them_apart() {
    let error = |type_of_others: &str, of: &str, attributes: Value| {
        let user =
            json!({ "of": "users", "providers": ["corp"], "type": "User", "attributes": attributes });
        let others =
            json!({ "of": of, "providers": ["partner"], "type": type_of_others, "attributes": attributes });
        let section = json!({
            "schema": "entity User, Partner { from?: String }; entity Thing;
                       action look appliesTo { principal: [User, Partner], resource: [Thing] };",
            "policies": "",
            "principals": [user, others],
        });
        let route = json!([{ "name": "r", "authorize": { "action": "look", "resource": { "type": "Thing", "id": "t" } } }]);
        let mut routes = table(&serde_json::from_value::<Vec<_>>(route).unwrap());
        routes[0].authenticate = any_of(&["corp", "partner"]);
        compile(&section, &routes).err().map(|error| error.to_string())
    };
    let issuer = json!({ "from": { "claim": "iss" } });
    for of in ["users", "api_keys"] {
        assert_eq!(error("Partner", of, json!({})), None);
        assert_eq!(error("User", of, issuer.clone()), None);
        let wanted = "authz.principals[0]: routes accept several providers (corp, partner)";
        assert!(error("User", of, json!({})).unwrap().starts_with(wanted));
    }
}

#[test]
fn two_entries_of_one_type_do_not_make_one_user_of_two_issuers() {
    let mut section = shop_section();
    let mut other = section["principals"][0].clone();
    section["principals"][0]["providers"] = json!(["corp"]);
    other["providers"] = json!(["internal"]);
    section["principals"].as_array_mut().unwrap().push(other);
    let mut routes = table(&shop_routes());
    routes[0].authenticate = any_of(&["corp", "internal"]);
    assert!(compile(&section, &routes).is_err(), "`zoe` of corp and `zoe` of internal are one User");
    section["principals"][1]["of"] = json!("workloads");
    let error = compile(&section, &table(&shop_routes())).map(drop).unwrap_err().to_string();
    assert!(error.starts_with("authz.principals[1].type: a workload and whoever"), "{error}");
}

#[test]
fn aliases_of_types_do_not_evade_the_bound_of_nesting() {
    let mut section = shop_section();
    let aliases: String = (1..300).map(|n| format!("type T{n} = Set<T{}>;\n", n - 1)).collect();
    let schema = section["schema"].as_str().unwrap().to_owned();
    section["schema"] = json!(format!("type T0 = Long;\n{aliases}entity Deep = {{ a: T299 }};\n{schema}"));
    assert!(compile(&section, &table(&shop_routes())).is_err(), "300 levels, and MAX_NESTING is 64");
}
