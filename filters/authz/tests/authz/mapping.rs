//! Who becomes which principal, and what is mapped to the context: what must not compile, each with the exact
//! place.

use serde_json::{Value, json};

use crate::world::{RawRoute, compile, table};

const SCHEMA: &str = r#"
    entity Level enum ["low", "high"];
    entity Team;
    entity Crew { lead: String };
    entity User in [Team, Level] {
        tenant?: String, roles?: Set<String>, level?: Level, levels?: Set<Level>, team?: Team, desk?: String,
        badge?: Long,
    };
    entity Key;
    entity Workload in [Team] { owner?: String };
    entity Doc;
    action read appliesTo { principal: [User, Key, Workload], resource: [Doc] };
    action edit appliesTo {
        principal: [User],
        resource: [Doc],
        context: { dry?: Bool, device?: { os: String }, path: String },
    };
"#;

/// A section that compiles.
fn section() -> Value {
    json!({
        "schema": SCHEMA,
        "policies": "permit (principal, action, resource);",
        "principals": [
            { "of": "users", "type": "User", "attributes": { "tenant": { "claim": "tenant", "required": false } } },
            { "of": "workloads", "type": "Workload" },
        ],
        "context": { "dry": { "header": "x-dry" }, "device": { "claim": "device" } },
        "entities": [{ "uid": { "type": "User", "id": "ann" }, "attrs": { "desk": "7" }, "parents": [] }],
    })
}

/// The error of a section, on two routes that ask for `read` and `edit`.
fn error(section: &Value) -> Option<String> {
    let route = |action: &str| json!({ "name": action, "authorize": { "action": action, "resource": { "type": "Doc", "id": "d" } } });
    let routes: Vec<RawRoute> = serde_json::from_value(json!([route("read"), route("edit")])).unwrap();
    compile(section, &table(&routes)).err().map(|error| error.to_string())
}

/// Whether each change of a member makes the section wrong at that place.
fn check(changes: Vec<(&str, Value, &str)>) {
    assert_eq!(error(&section()), None);
    for (pointer, value, wanted) in changes {
        let mut section = section();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = section.pointer_mut(parent).unwrap();
        match parent.as_array_mut() {
            Some(list) => list.push(value.clone()),
            None => parent[name] = value.clone(),
        }
        let error = error(&section).unwrap_or_else(|| panic!("{pointer} {value} compiles"));
        assert!(
            error.starts_with(&format!("authz.{wanted}")),
            "{pointer} {value}\n{error}\nwanted {wanted}"
        );
    }
}

#[test]
fn every_caller_is_one_principal() {
    let users = |providers: Value| json!({ "of": "users", "providers": providers, "type": "User" });
    let both = json!([users(json!(["a", "b"])), users(json!(["c", "b"]))]);
    check(vec![
        ("/principals", json!([]), "principals: nobody could ever be asked about"),
        (
            "/principals/-",
            json!({ "of": "users", "type": "Key" }),
            "principals[2]: an earlier entry is for all others already",
        ),
        ("/principals", both, "principals[1]: an earlier entry is for those of `b` already"),
        ("/principals/0/providers", json!([]), "principals[0].providers: names no provider"),
        ("/principals/0/of", json!("robots"), "principals[0].of: unknown variant `robots`"),
        ("/principals/0/name", json!("x"), "principals[0].name: unknown field `name`"),
        ("/principals/0/type", json!("Level"), "principals[0].type: `Level` is an enumeration"),
        (
            "/principals/1/type",
            json!("User"),
            "principals[1].type: a workload and whoever holds a credential must not be of one type",
        ),
        (
            "/principals/1/id",
            json!("name"),
            "principals[1].id: of a workload is known: `sub`, `trust_domain`, `path`",
        ),
        (
            "/principals/1/attributes",
            json!({ "owner": { "claim": "owner", "required": false } }),
            "principals[1].attributes.owner: of a workload is known",
        ),
        (
            "/principals/1/parents",
            json!([{ "type": "Team", "claim": "team" }]),
            "principals[1].parents[0]: of a workload is known",
        ),
        ("/principals/1/id", json!(["sub", "x"]), "principals[1].id: of a workload is known"),
    ]);
}

#[test]
fn attributes_and_parents_can_be_what_the_schema_says() {
    let claim = |name: &str| json!({ "claim": name, "required": false });
    let parent = |of: &str| json!([{ "type": of, "claim": "c" }]);
    check(vec![
        (
            "/principals/0/attributes/level",
            claim("l"),
            "principals[0].attributes.level: `Level` is an enumeration: nothing assures",
        ),
        (
            "/principals/0/attributes/levels",
            claim("l"),
            "principals[0].attributes.levels: `Level` is an enumeration",
        ),
        (
            "/principals/0/attributes/roles",
            json!({ "claim": "roles", "split": "yes" }),
            "principals[0].attributes.roles.split: invalid type",
        ),
        (
            "/principals/0/attributes/desk",
            claim("desk"),
            "principals[0].attributes.desk: an entity of type `User` in `entities` has this attribute already",
        ),
        (
            "/principals/0/parents",
            parent("Level"),
            "principals[0].parents[0].type: `Level` is an enumeration",
        ),
        ("/principals/0/parents", parent("Crew"), "principals[0].parents[0].type: the schema does not say"),
        ("/principals/1/parents", parent("Crew"), "principals[1].parents[0].type: the schema does not say"),
    ]);
}

#[test]
fn what_policies_ask_for_must_come_from_somewhere() {
    let asks = |name: &str| {
        json!(format!("permit (principal is User, action, resource) when {{ principal has {name} }};"))
    };
    let requires =
        |what: &str| json!(SCHEMA.replace("tenant?: String,", &format!("tenant?: String, {what},")));
    check(vec![
        (
            "/policies",
            asks("badge"),
            "principals[0].attributes: a policy asks for `badge`, to which neither",
        ),
        (
            "/policies",
            json!(
                "permit (principal, action, resource) when { principal is User && principal has badge };"
            ),
            "principals[0].attributes: a policy asks for `badge`",
        ),
        ("/schema", requires("mail: String"), "entities[0]: "),
    ]);
    let mut section = section();
    section["policies"] = asks("desk");
    assert_eq!(error(&section), None, "a configured entity has it");
    section["entities"] = json!([]);
    assert!(
        error(&section).unwrap().starts_with("authz.principals[0].attributes: a policy asks for `desk`")
    );
    section["policies"] = json!("");
    section["schema"] = requires("mail: String");
    let wanted = "authz.principals[0].attributes: the schema requires `mail`, to which neither a claim is mapped \
                  nor any entity in `entities` has a value";
    assert_eq!(error(&section).as_deref(), Some(wanted));
}

#[test]
fn a_member_of_the_context_has_one_source_and_one_type() {
    let declares = |what: &str| json!(SCHEMA.replace("dry?: Bool,", &format!("dry?: Bool, {what},")));
    let action = "routes[1].authorize.action: Action::\"edit\": ";
    for name in ["method", "time", "parameters", "tls", "token", "caller"] {
        let (pointer, wanted) =
            (format!("/context/{name}"), format!("context.{name}: every request has this"));
        check(vec![(&pointer, json!({ "header": "x" }), &wanted)]);
    }
    check(vec![
        (
            "/context/weather",
            json!({ "header": "x" }),
            "context.weather: the schema declares no such member",
        ),
        (
            "/context/dry",
            json!({ "header": "x dry" }),
            "context.dry.header: `x dry` is no name of a header field",
        ),
        (
            "/context/dry",
            json!({ "header": ":path" }),
            "context.dry.header: `:path` is no name of a header field",
        ),
        ("/context/dry", json!({ "header": "" }), "context.dry.header: `` is no name"),
        ("/context/dry", json!({ "cookie": "x" }), "context.dry: unknown variant `cookie`"),
        ("/context/dry", json!({ "header": "a", "query": "b" }), "context.dry: "),
        (
            "/context/dry",
            json!({ "claim": "a..b" }),
            "context.dry.claim: a member name in the path of a claim is empty",
        ),
        (
            "/public_reason_header",
            json!("x why"),
            "public_reason_header: `x why` is no name of a header field",
        ),
    ]);
    let mut mapped = section();
    mapped["context"]["dry"] = json!({ "parameter": "dry" });
    let wanted = format!("{action}`context.dry`: the path of this route has no parameter `dry`");
    assert_eq!(error(&mapped), Some(wanted));
    for (declared, mapped, wanted) in [
        ("level?: Level", Some(json!({ "header": "x" })), "`context.level`: `Level` is an enumeration"),
        ("level?: Level", Some(json!({ "claim": "x" })), "`context.level`: `Level` is an enumeration"),
        (
            "level?: { a: Long }",
            Some(json!({ "header": "x" })),
            "`context.level`: the schema says a record, and a text is neither",
        ),
        (
            "level?: Set<Set<Long>>",
            Some(json!({ "query": "x" })),
            "`context.level`: the schema says Set<Long>, and a text",
        ),
        ("level?: Long", None, "the schema's context has a member `level`; a request has"),
        ("time: Long", None, "the context's `time` is datetime, but the schema says Long"),
        (
            "client_address?: String",
            None,
            "the context's `client_address` is ipaddr, but the schema says String",
        ),
        ("tls: String", None, "the context's `tls` is a record, but the schema says String"),
        ("tls?: { cipher?: String }", None, "a request has no `tls.cipher`"),
        ("token?: { acr: Long }", None, "the context's `token.acr` is String, but the schema says Long"),
        ("token?: { jti?: String }", None, "a request has no `token.jti`"),
        (
            "parameters: { id?: Set<String> }",
            None,
            "the context's `parameters.id`: the schema says Set<String>",
        ),
    ] {
        let mut section = section();
        section["schema"] = declares(declared);
        if let Some(mapped) = mapped {
            section["context"]["level"] = mapped;
        }
        let (error, wanted) = (error(&section).unwrap(), format!("{action}{wanted}"));
        assert!(error.starts_with(&wanted), "{declared}\n{error}\nwanted {wanted}");
    }
}
