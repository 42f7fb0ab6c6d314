//! Sections that must not compile, each with the exact place; and the example that must.

use authz::{MAX_NESTING, MAX_OPERATORS};
use contract::Verdict;
use serde_json::{Value, json};

use crate::world::{SHOP_SCHEMA, compile, decide, shop_routes, shop_section, table};

#[test]
fn the_example_policies_compile_with_the_example_mapping() {
    let routes = table(&shop_routes());
    compile(&shop_section(), &routes).map(drop).unwrap();
}

/// The error of the shop's section in which `pointer` has been set to `value`, or removed with `null`.
fn error(pointer: &str, value: Value) -> String {
    let mut section = shop_section();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = section.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        drop(parent.remove(name).unwrap());
    } else {
        drop(parent.insert(name.into(), value));
    }
    compile(&section, &table(&shop_routes())).map(drop).unwrap_err().to_string()
}

#[test]
fn errors_of_policies_name_line_column_and_policy() {
    let permit = |condition: &str| {
        format!("@id(\"p\")\npermit (principal, action, resource)\nwhen {{ {condition} }};")
    };
    for (policies, wanted) in [
        (permit("principal.level >"), "line 3, column 26, policy \"p\": unexpected token `}`"),
        (permit("principal.levl > 1"), "line 3, column 8, policy \"p\": for policy `p`, attribute `levl`"),
        (
            permit("principal.level > \"1\""),
            "line 3, column 26, policy \"p\": for policy `p`, unexpected type",
        ),
        (
            permit("context.caller == \"a\""),
            "line 3, column 8, policy \"p\": for policy `p`, unable to guarantee",
        ),
        (
            permit("principal in Grup::\"a\""),
            "line 3, column 21, policy \"p\": for policy `p`, unrecognized entity type",
        ),
        (
            "permit (principal, action == Action::\"reedOrder\", resource);".into(),
            "line 1, column 30, policy \"policy0\": ",
        ),
        (
            format!("{}\n{}", permit("true"), permit("false")),
            "line 4, column 1, policy \"p\": the policy id `p` is used twice",
        ),
        (
            "@id(\"policy1\") permit (principal, action, resource);\nforbid (principal, action, resource);"
                .into(),
            "line 2, column 1, policy \"policy1\": the policy id `policy1` is used twice",
        ),
        (
            "@shadow(\"yes\")\npermit (principal, action, resource);".into(),
            "line 1, column 1, policy \"policy0\": `@shadow` takes \"true\" or \"false\"",
        ),
        (
            "@id\npermit (principal, action, resource);".into(),
            "line 1, column 1, policy \"policy0\": `@id` is empty",
        ),
        (
            "permit (principal == ?principal, action, resource);".into(),
            "the template `policy0` has no link: nothing would ever fill its slots",
        ),
        (permit(&"(".repeat(MAX_NESTING)), "line 3, column 71, policy \"p\": nested deeper than 64 levels"),
        (
            permit(&["true"; MAX_OPERATORS + 1].join("&&")),
            "line 3, column 3078, policy \"p\": more than 512 operators",
        ),
        (
            format!("permit (principal, action, resource){};", " when {true}".repeat(100_000)),
            "line 1, column 6182, policy \"policy0\": more than 512 operators",
        ),
        (
            "permit (principal, action, resource)".into(),
            "line 1, column 37, policy \"policy0\": unexpected end of input",
        ),
    ] {
        let error = error("/policies", json!(policies));
        let wanted = format!("authz.policies: {wanted}");
        assert!(error.starts_with(&wanted), "{policies}\n{error}\nwanted {wanted}");
    }
}

#[test]
fn errors_of_the_schema_name_line_and_column() {
    for (schema, wanted) in [
        ("entity User;\nentity Group in;", "line 2, column 16: "),
        ("entity User in [Grup];", "line 1, column 17: "),
        ("entity User = { level: Lnog };", "line 1, column 24: "),
        (
            &format!("entity User = {{ a: {} }};", "Set<".repeat(MAX_NESTING)),
            "line 1, column 275: nested deeper",
        ),
    ] {
        let error = error("/schema", json!(schema));
        let wanted = format!("authz.schema: {wanted}");
        assert!(error.starts_with(&wanted), "{schema}\n{error}\nwanted {wanted}");
    }
}

#[test]
fn a_policy_at_the_bounds_is_parsed_validated_and_evaluated() {
    let nested = format!("{}true{}", "(".repeat(MAX_NESTING - 1), ")".repeat(MAX_NESTING - 1));
    let chained = ["principal.level > 1"; MAX_OPERATORS / 2].join(" && ");
    let clauses = ["principal.level > 1"; MAX_OPERATORS / 2].join(" } when { ");
    for condition in [nested, chained, clauses] {
        let mut section = shop_section();
        section["policies"] =
            json!(format!("permit (principal, action, resource) when {{ {condition} }};"));
        let routes = table(&shop_routes());
        let stage = compile(&section, &routes).unwrap();
        let claims = json!({ "sub": "zoe", "tenant": "north", "level": 2, "roles": [], "groups": [] });
        let case =
            json!({ "description": "", "route": "list-orders", "claims": claims, "decision": "allow" });
        let verdict = decide(stage.as_ref(), &routes, &serde_json::from_value(case).unwrap());
        assert!(matches!(verdict, Verdict::Forward(_)), "{verdict:?}");
    }
}

#[test]
fn the_mapping_is_checked_against_the_schema() {
    let wide = |more: &str| json!(format!("{SHOP_SCHEMA}\n{more}"));
    let with = |from: &str, to: &str| json!(SHOP_SCHEMA.replace(from, to));
    for (pointer, value, wanted) in [
        (
            "/principals/0/type",
            json!("Usr"),
            "authz.principals[0].type: the schema has no entity type `Usr`",
        ),
        (
            "/principals/0/id",
            json!("a..b"),
            "authz.principals[0].id: a member name in the path of a claim is empty",
        ),
        ("/principals/0/id", json!({}), "authz.principals[0].id: "),
        (
            "/principals/0/attributes/tenant/claim",
            Value::Null,
            "authz.principals[0].attributes.tenant: missing field `claim`",
        ),
        (
            "/principals/0/attributes/tenant/default",
            json!(""),
            "authz.principals[0].attributes.tenant.default: unknown field `default`",
        ),
        (
            "/principals/0/attributes/tenant/split",
            json!(true),
            "authz.principals[0].attributes.tenant: only a set can be split, and the schema says String",
        ),
        (
            "/principals/0/attributes/tenant",
            Value::Null,
            "authz.principals[0].attributes: the schema requires `tenant`",
        ),
        (
            "/principals/0/attributes/level/required",
            json!(false),
            "authz.principals[0].attributes.level.required: the schema requires",
        ),
        (
            "/principals/0/attributes/mail",
            json!({"claim": "m"}),
            "authz.principals[0].attributes.mail: the schema's principal has no",
        ),
        (
            "/principals/0/parents/0/type",
            json!("Team"),
            "authz.principals[0].parents[0].type: the schema has no entity type `Team`",
        ),
        (
            "/principals/0/parents/0/type",
            json!("Order"),
            "authz.principals[0].parents[0].type: the schema does not say `entity User in [Order]`",
        ),
        (
            "/schema",
            with("entity Group;", "entity Group = { owner: String };"),
            "authz.principals[0].parents[0].type: `Group` requires the attribute `owner`",
        ),
        ("/schema", with("level: Long", "level: Set<Long>"), "authz.policies: line"),
        ("/schema", wide("entity User;"), "authz.schema: "),
        (
            "/shadow_routes",
            json!(["read-order", "lst-orders"]),
            "authz.shadow_routes[1]: there is no route `lst-orders`",
        ),
        ("/shadow_routes", json!(["health"]), "authz.shadow_routes[0]: no policy decides on `health`"),
        (
            "/shadow_routes",
            json!(["read-order", "read-order"]),
            "authz.shadow_routes[1]: `read-order` is in shadow already",
        ),
        ("/mode", json!("audit"), "authz.mode: unknown variant `audit`"),
        ("/fail_open", json!(true), "authz.fail_open: unknown field `fail_open`"),
        ("/schema", Value::Null, "authz: missing field `schema`"),
    ] {
        let error = error(pointer, value.clone());
        assert!(error.starts_with(wanted), "{pointer} {value}\n{error}\nwanted {wanted}");
    }
}
