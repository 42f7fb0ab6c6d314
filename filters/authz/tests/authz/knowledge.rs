//! Entities, templates and links that must not compile, each with the exact place.

use serde_json::{Value, json};

use crate::world::{RawRoute, compile, table};

const SCHEMA: &str = r#"
    entity Shade enum ["red", "blue"];
    entity Group in [Group];
    entity User in [Group] { level?: Long, seen?: datetime, manager?: User, shade?: Shade } tags String;
    entity Doc in [Group];
    entity Badge { number: Long };
    action read appliesTo { principal: [User], resource: [Doc] };
    action list appliesTo { principal: [User], resource: [Doc] };
"#;
const POLICIES: &str = r#"
    @id("all") permit (principal, action, resource);
    @id("view") permit (principal in ?principal, action == Action::"read", resource in ?resource);
    @id("bar") forbid (principal == ?principal, action, resource);
"#;

fn section(members: Value) -> Value {
    let mut section = json!({
        "schema": SCHEMA,
        "policies": POLICIES,
        "principals": [{ "of": "users", "type": "User" }],
        "links": [
            { "template": "view", "id": "v", "principal": "User::\"a\"", "resource": "Doc::\"b\"" },
            { "template": "bar", "id": "b", "principal": "User::\"b\"" },
        ],
    });
    section.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    section
}

fn error(members: Value) -> Option<String> {
    let route =
        json!({ "name": "r", "authorize": { "action": "read", "resource": { "type": "Doc", "id": "d" } } });
    let routes: Vec<RawRoute> = serde_json::from_value(json!([route])).unwrap();
    compile(&section(members), &table(&routes)).err().map(|error| error.to_string())
}

fn check(members: Value, wanted: &str) {
    let error = error(members.clone()).unwrap_or_else(|| panic!("{members} compiles"));
    let wanted = format!("authz.{wanted}");
    assert!(error.starts_with(&wanted), "{members}\n{error}\nwanted {wanted}");
}

#[test]
fn entities_are_what_the_schema_says() {
    let of = |of: &str, id: &str, attrs: Value, parents: Value| json!({ "uid": { "type": of, "id": id }, "attrs": attrs, "parents": parents });
    let user = |attrs: Value| of("User", "ann", attrs, json!([]));
    let group =
        |id: &str, parent: &str| of("Group", id, json!({}), json!([{ "type": "Group", "id": parent }]));
    let good = user(json!({ "level": 1, "seen": "2026-11-27", "manager": { "type": "User", "id": "b" } }));
    assert_eq!(error(json!({ "entities": [good, group("a", "b"), group("b", "c")] })), None);
    for (entity, wanted) in [
        (json!("User"), "error during entity deserialization: invalid type"),
        (
            json!({ "uid": { "type": "User" }, "attrs": {}, "parents": [] }),
            "error during entity deserialization: in uid",
        ),
        (
            json!({ "uid": { "type": "User", "id": "a" }, "attrs": {} }),
            "error during entity deserialization: missing field `parents`",
        ),
        (
            json!({ "uid": { "type": "User", "id": "a" }, "attrs": {}, "parents": [], "tag": {} }),
            "unknown field `tag`, expected one of uid, attrs, parents, tags",
        ),
        (
            of("Usr", "a", json!({}), json!([])),
            "error during entity deserialization: entity `Usr::\"a\"` has type `Usr` which is not declared",
        ),
        (
            of("Shade", "green", json!({}), json!([])),
            "entity does not conform to the schema: entity `Shade::\"green\"` is of an enumerated",
        ),
        (
            of("Badge", "1", json!({}), json!([])),
            "entity does not conform to the schema: expected entity `Badge::\"1\"` to have attribute `number`",
        ),
        (
            user(json!({ "levl": 1 })),
            "error during entity deserialization: attribute `levl` on `User::\"ann\"` should not exist",
        ),
        (
            user(json!({ "level": "1" })),
            "entity does not conform to the schema: in attribute `level` on `User::\"ann\"`, type mismatch",
        ),
        (
            user(json!({ "seen": "yesterday" })),
            "error during entity deserialization: failed to evaluate attribute `seen`",
        ),
        (
            user(json!({ "manager": "ann" })),
            "error during entity deserialization: in attribute `manager` on `User::\"ann\"`, expected a literal",
        ),
        (
            user(json!({ "shade": { "type": "Shade", "id": "green" } })),
            "entity does not conform to the schema: entity `Shade::\"green\"`",
        ),
        (
            of("User", "a", json!({}), json!([{ "type": "Doc", "id": "d" }])),
            "entity does not conform to the schema: `User::\"a\"` is not allowed",
        ),
        (
            json!({ "uid": { "type": "User", "id": "a" }, "attrs": {}, "parents": [], "tags": { "t": 1 } }),
            "entity does not conform to the schema: in tag `t` on `User::\"a\"`, type mismatch",
        ),
        (
            of("Action", "reed", json!({}), json!([])),
            "entity does not conform to the schema: found action entity",
        ),
    ] {
        check(json!({ "entities": [group("a", "b"), entity] }), &format!("entities[1]: {wanted}"));
    }
    let twice = json!([user(json!({})), user(json!({ "level": 1 }))]);
    check(json!({ "entities": twice }), "entities[1]: `User::\"ann\"` is there twice");
    check(json!({ "entities": {} }), "entities: invalid type: map, expected a sequence");
    for ring in [vec![group("a", "a")], vec![group("a", "b"), group("b", "c"), group("c", "a")]] {
        check(json!({ "entities": ring }), "entities: input graph has a cycle containing vertex `Group::");
    }
}

#[test]
fn links_fill_every_slot_of_a_template_and_nothing_else() {
    let good = section(json!({}))["links"].clone();
    assert_eq!(error(json!({})), None);
    let link = |template: &str, id: &str, principal: &str| json!({ "template": template, "id": id, "principal": principal });
    let with = |mut link: Value, field: &str| {
        link[field] = json!("Doc::\"d\"");
        link
    };
    let ann = "User::\"ann\"";
    for (link, wanted) in [
        (link("veiw", "x", ann), ": the link `x`: there is no template `veiw`"),
        (json!({ "template": "all", "id": "x" }), ": the link `x`: there is no template `all`"),
        (
            link("view", "x", ann),
            ": the link `x`: the following slots were not provided as arguments: ?resource",
        ),
        (
            with(link("bar", "x", ann), "resource"),
            ": the link `x`: the following slots were provided as arguments, but did not exist in the template",
        ),
        (
            link("bar", "x", "User::ann"),
            ": the link `x`: `User::ann` is no entity: write it as `User::\"zoe\"`",
        ),
        (link("bar", "x", "ann"), ": the link `x`: `ann` is no entity"),
        (
            link("bar", "x", "Usr::\"ann\""),
            ": the link `x`: for policy `x`, unrecognized entity type `Usr`",
        ),
        (
            link("bar", "x", "Shade::\"green\""),
            ": the link `x`: the schema limits the ids of `Shade` to red, blue",
        ),
        (link("bar", "v", ann), ": the link `v`: the policy id `v` is used twice"),
        (link("bar", "bar", ann), ": the link `bar`: the policy id `bar` is used twice"),
        (link("bar", "all", ann), ": the link `all`: the policy id `all` is used twice"),
        (link("bar", "", ann), ": the link ``: "),
        (json!({ "template": "bar", "principal": ann }), "[2]: missing field `id`"),
        (with(link("bar", "x", ann), "action"), "[2].action: unknown field `action`"),
    ] {
        let mut links = good.clone();
        links.as_array_mut().unwrap().push(link);
        check(json!({ "links": links }), &format!("links{wanted}"));
    }
}

#[test]
fn a_template_is_linked_and_named_once() {
    let good = section(json!({}))["links"].clone();
    check(
        json!({ "links": [good[0]] }),
        "policies: the template `bar` has no link: nothing would ever fill its slots",
    );
    let more = |policy: &str| json!({ "policies": format!("{POLICIES}{policy}") });
    check(
        more("@id(\"v\") permit (principal, action, resource);"),
        "links: the link `v`: the policy id `v` is used twice",
    );
    for policy in
        ["permit (principal, action, resource);", "permit (principal == ?principal, action, resource);"]
    {
        let wanted = "policies: line 5, column 1, policy \"view\": the policy id `view` is used twice";
        check(more(&format!("@id(\"view\") {policy}")), wanted);
    }
    check(
        more("permit (principal, action, resource) when { principal == ?principal };"),
        "policies: line 5, column 58, policy \"policy3\": found template slot ?principal in a `when` clause",
    );
}
