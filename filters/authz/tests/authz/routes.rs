//! Routes that the schema does not agree with, each with the exact place.

use serde_json::{Value, json};

use crate::world::{RawRoute, compile, table};

const ROUTE_SCHEMA: &str = r#"
    entity User in [Tenant] { owner?: String };
    entity Robot in [Tenant];
    entity Order;
    entity Owned = { owner: String };
    entity Tenant;
    entity Shade enum ["red"];
    entity File in [Tenant, Shade] { owner?: User, tags?: Set<String>, shade?: Shade, size?: Long };
    action open appliesTo { principal: [User], resource: [File, User, Robot] };
    entity Account enum ["payments"];
    action read appliesTo { principal: [User], resource: [Order, Owned, Account] };
    action run appliesTo { principal: [Robot], resource: [Order] };
    action odd appliesTo { principal: [User], resource: [Order], context: { weather?: String } };
    action typed appliesTo { principal: [User], resource: [Order], context: { path: Long } };
    action keyed appliesTo { principal: [User], resource: [Order], context: { parameters: { order_id: String } } };
    action flat appliesTo { principal: [User], resource: [Order], context: { parameters: String } };
    action group;
    namespace A { action twice appliesTo { principal: [User], resource: [Order] }; }
    namespace B { action twice appliesTo { principal: [User], resource: [Order] }; }
"#;

/// The error of a section in which only the second of two routes can be wrong.
fn route_error(authorize: Value, parameters: Value) -> Option<String> {
    let section = json!({ "schema": ROUTE_SCHEMA, "policies": "", "principals": [{ "of": "users", "type": "User" }] });
    let good = json!({ "name": "health", "authorize": "none" });
    let route = json!({ "name": "r", "parameters": parameters, "authorize": authorize });
    let routes: Vec<RawRoute> = serde_json::from_value(json!([good, route])).unwrap();
    compile(&section, &table(&routes)).err().map(|error| error.to_string())
}

#[test]
fn routes_are_checked_against_the_schema() {
    let none = json!([]);
    let asks = |action: &str, type_name: &str, id: &str| json!({ "action": action, "resource": { "type": type_name, "id": id } });
    for (authorize, parameters, wanted) in [
        (
            Value::Null,
            &none,
            ": missing: name an action and a resource, or say `none` if no policy decides",
        ),
        (asks("reed", "Order", "a"), &none, ".action: the schema has no action `reed`"),
        (
            asks("run", "Order", "a"),
            &none,
            ".action: Action::\"run\" does not apply to the principal type `User`",
        ),
        (asks("group", "Order", "a"), &none, ".action: Action::\"group\" does not apply"),
        (asks("twice", "Order", "a"), &none, ".action: several actions are called `twice`"),
        (
            asks("odd", "Order", "a"),
            &none,
            ".action: Action::\"odd\": the schema's context has a member `weather`",
        ),
        (
            asks("typed", "Order", "a"),
            &none,
            ".action: Action::\"typed\": the context's `path` is String, but the schema says Long",
        ),
        (
            asks("flat", "Order", "a"),
            &none,
            ".action: Action::\"flat\": the context's `parameters` is a record",
        ),
        (
            asks("keyed", "Order", "a"),
            &none,
            ".action: Action::\"keyed\": the schema's context requires `parameters.order_id`",
        ),
        (asks("read", "Ordr", "a"), &none, ".resource.type: the schema has no entity type `Ordr`"),
        (
            asks("read", "Robot", "a"),
            &none,
            ".resource.type: Action::\"read\" does not apply to the resource type `Robot`",
        ),
        (asks("read", "Owned", "a"), &none, ".resource.type: `Owned` requires the attribute `owner`"),
        (
            asks("read", "Account", "refunds"),
            &none,
            ".resource.id: the schema limits the ids of `Account` to payments",
        ),
        (
            asks("read", "Account", "{a}"),
            &json!(["a"]),
            ".resource.id: the schema limits the ids of `Account`",
        ),
        (
            asks("read", "Order", "{b}"),
            &json!(["a"]),
            ".resource.id: the path of this route has no parameter `b`",
        ),
        (asks("read", "Order", "{a"), &json!(["a"]), ".resource.id: braces do not match"),
        (asks("read", "Order", ""), &none, ".resource.id: the id is empty, and `entities` has no `Order`"),
        (asks("read", "Account", ""), &none, ".resource.id: the schema limits the ids of `Account`"),
    ] {
        let error = route_error(authorize.clone(), parameters.clone()).unwrap();
        let wanted = format!("routes[1].authorize{wanted}");
        assert!(error.starts_with(&wanted), "{authorize}\n{error}\nwanted {wanted}");
    }
    for (authorize, parameters) in [
        (json!("none"), &none),
        (asks("read", "Account", "payments"), &none),
        (asks("keyed", "Order", "{order_id}"), &json!(["order_id"])),
        (asks("B::Action::\"twice\"", "Order", "a"), &none),
    ] {
        assert_eq!(route_error(authorize, parameters.clone()), None);
    }
}

#[test]
fn what_a_route_says_of_its_resource_is_checked_against_the_schema() {
    let file = |field: &str, value: Value| {
        let mut resource = json!({ "type": "File", "id": "{id}" });
        resource[field] = value;
        json!({ "action": "open", "resource": resource })
    };
    let parent = |of: &str, id: &str| json!([{ "type": "Tenant", "id": "t" }, { "type": of, "id": id }]);
    for (authorize, wanted) in [
        (
            file("attributes", json!({ "ownr": "{id}" })),
            ".attributes.ownr: the schema's resource has no such attribute",
        ),
        (
            file("attributes", json!({ "owner": "{user}" })),
            ".attributes.owner: the path of this route has no parameter `user`",
        ),
        (
            file("attributes", json!({ "tags": "{id}" })),
            ".attributes.tags: the schema says Set<String>, and a text is neither",
        ),
        (file("attributes", json!({ "shade": "red" })), ".attributes.shade: `Shade` is an enumeration"),
        (
            file("parents", parent("Order", "o")),
            ".parents[1].type: the schema does not say `entity File in [Order]`",
        ),
        (
            file("parents", parent("Tennant", "o")),
            ".parents[1].type: the schema has no entity type `Tennant`",
        ),
        (
            file("parents", parent("Tenant", "{tenant}")),
            ".parents[1].id: the path of this route has no parameter `tenant`",
        ),
        (
            file("parents", parent("Shade", "{id}")),
            ".parents[1].id: the schema limits the ids of `Shade` to red",
        ),
        (
            file("parents", parent("Shade", "green")),
            ".parents[1].id: the schema limits the ids of `Shade` to red",
        ),
    ] {
        let error = route_error(authorize.clone(), json!(["id"])).unwrap();
        let wanted = format!("routes[1].authorize.resource{wanted}");
        assert!(error.starts_with(&wanted), "{authorize}\n{error}\nwanted {wanted}");
    }
    let mut robot = file("parents", json!([{ "type": "Tenant", "id": "{id}" }]));
    robot["resource"]["type"] = json!("Robot");
    let myself = json!({ "action": "open", "resource": { "type": "User", "id": "{id}" } });
    for good in [
        robot,
        myself,
        file("attributes", json!({ "owner": "{id}" })),
        file("parents", parent("Shade", "red")),
    ] {
        assert_eq!(route_error(good, json!(["id"])), None);
    }
}

#[test]
fn what_entities_say_of_a_resource_is_not_said_by_a_route_as_well() {
    let error = |authorize: Value, entities: Value| {
        let route = json!({ "name": "r", "parameters": ["id"], "authorize": authorize });
        let routes: Vec<RawRoute> = serde_json::from_value(json!([route])).unwrap();
        let section = json!({
            "schema": ROUTE_SCHEMA, "policies": "", "entities": entities,
            "principals": [{ "of": "users", "type": "User" }],
        });
        compile(&section, &table(&routes)).err().map(|error| error.to_string())
    };
    let owned = |id: &str| json!({ "action": "read", "resource": { "type": "Owned", "id": id } });
    let page =
        json!([{ "uid": { "type": "Owned", "id": "page" }, "attrs": { "owner": "zoe" }, "parents": [] }]);
    assert_eq!(error(owned("page"), page.clone()), None);
    assert_eq!(error(owned("{id}"), page.clone()), None);
    let mut both = owned("page");
    both["resource"]["attributes"] = json!({ "owner": "{id}" });
    for (authorize, entities, wanted) in [
        (
            both,
            page.clone(),
            ".attributes.owner: an entity of type `Owned` in `entities` has this attribute already",
        ),
        (
            owned("pgae"),
            page,
            ".id: `Owned` requires the attribute `owner`, and `entities` has no `Owned` called `pgae`",
        ),
        (owned("{id}"), json!([]), ".type: `Owned` requires the attribute `owner`, which neither"),
    ] {
        let error = error(authorize, entities).unwrap();
        assert!(error.starts_with(&format!("routes[0].authorize.resource{wanted}")), "{error}\n{wanted}");
    }
}

#[test]
fn an_empty_id_is_that_of_an_entity_and_an_empty_text_is_a_text() {
    let schema = r#"
        entity User;
        entity Folder;
        entity Note in [Folder] = { text?: String };
        action read appliesTo { principal: User, resource: Note };
    "#;
    let error = |entities: Value, resource: Value| {
        let principals = json!([{ "of": "users", "type": "User" }]);
        let section =
            json!({ "schema": schema, "policies": "", "principals": principals, "entities": entities });
        let route = json!([{ "name": "r", "authorize": { "action": "read", "resource": resource } }]);
        let routes: Vec<RawRoute> = serde_json::from_value(route).unwrap();
        compile(&section, &table(&routes)).err().map(|error| error.to_string())
    };
    let entity = |of: &str| json!({ "uid": { "type": of, "id": "" }, "attrs": {}, "parents": [] });
    let note = json!({ "type": "Note", "id": "" });
    let filed = json!({ "type": "Note", "id": "a", "parents": [{ "type": "Folder", "id": "" }] });
    let noted = json!({ "type": "Note", "id": "a", "attributes": { "text": "" } });
    for (entities, resource, wanted) in [
        (json!([entity("Note")]), &note, None),
        (json!([entity("Folder")]), &note, Some(".id: the id is empty, and `entities` has no `Note`")),
        (json!([entity("Folder")]), &filed, None),
        (json!([]), &filed, Some(".parents[0].id: the id is empty, and `entities` has no `Folder`")),
        (json!([]), &noted, None),
    ] {
        let error = error(entities, resource.clone());
        let wanted = wanted.map(|wanted| format!("routes[0].authorize.resource{wanted} without a name"));
        assert_eq!(error, wanted, "{resource}");
    }
}

#[test]
fn a_path_says_nothing_of_who_asks() {
    let section = json!({
        "schema": "entity Team; entity User in [Team] = { level?: Long }; entity Doc in [Team] = { level?: Long };
            action see appliesTo { principal: User, resource: [User, Doc] };",
        "policies": "",
        "principals": [{ "of": "users", "type": "User" }],
    });
    let error = |resource: Value| {
        let authorize = json!({ "action": "see", "resource": resource });
        let route = json!({ "name": "r", "parameters": ["a"], "authorize": authorize });
        let routes: Vec<RawRoute> = serde_json::from_value(json!([route])).unwrap();
        compile(&section, &table(&routes)).err().map(|error| error.to_string())
    };
    let wanted = "routes[0].authorize.resource: a `User` can be who asks";
    for (member, value) in
        [("attributes", json!({ "level": "{a}" })), ("parents", json!([{ "type": "Team", "id": "{a}" }]))]
    {
        let with = |of: &str| json!({ "type": of, "id": "{a}", member: value });
        assert!(error(with("User")).is_some_and(|error| error.starts_with(wanted)), "{member}");
        assert_eq!(error(with("Doc")), None, "{member}");
    }
    assert_eq!(error(json!({ "type": "User", "id": "{a}" })), None);
}
