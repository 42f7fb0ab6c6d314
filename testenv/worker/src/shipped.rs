//! The configurations that are shipped, and what is left of them in modules of one stage.

use std::collections::BTreeMap;
use std::fs;

use bundle::{BundleName, Content, Meta, Text, seal};
use contract::UnixTime;
use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde_json::{Value, json};
use testenv::{Bootstrap, Words, repository};

use crate::issuer::{self, NOW};

/// A partner's API key. Its digest is `watchword key hash` of it.
pub const PARTNER_KEY: &str = "partner1.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// The sections of the stages.
const SECTIONS: [&str; 4] = ["jwt", "identity", "authz", "ratelimit"];

/// The edge of the shop: all stages, five policies, two limits.
pub fn edge() -> Value {
    configuration("edge.yaml", "clients")
}

/// The sidecar of the orders service, for what comes in.
pub fn inbound() -> Value {
    configuration("sidecar.yaml", "inbound")
}

/// The same for what the service sends.
pub fn outbound() -> Value {
    configuration("sidecar.yaml", "outbound")
}

/// What of a configuration is for these stages: their sections, and what the routes ask of them.
pub fn only(mut configuration: Value, sections: &[&str]) -> Value {
    let members = configuration.as_object_mut().unwrap();
    for section in SECTIONS.iter().filter(|section| !sections.contains(section)) {
        members.remove(*section);
    }
    for route in members["routes"].as_array_mut().unwrap() {
        if !sections.contains(&"authz") && route["authorize"] != "none" {
            route["authorize"] = json!("none");
        }
        if !sections.contains(&"ratelimit") {
            route.as_object_mut().unwrap().remove("limits");
        }
    }
    configuration
}

/// So many policies more, each about one order that nobody asks about. Because they look at the order, the answer
/// about one is none about another.
pub fn add_policies(configuration: &mut Value, count: usize) {
    let Value::String(text) = &mut configuration["authz"]["policies"] else {
        panic!("policies are a text")
    };
    for number in 0..count {
        text.push_str(&format!(
            "@id(\"other-{number}\") permit (principal, action == Action::\"readOrder\", resource == \
             Order::\"other-{number}\") when {{ principal.level >= 2 && resource != Order::\"0\" }};\n"
        ));
    }
}

/// The same policies in a bundle that is fetched.
pub fn bundled(mut configuration: Value) -> Value {
    let authz = configuration["authz"].as_object_mut().unwrap();
    authz.remove("schema");
    authz.remove("policies");
    authz.insert(
        "bundle".to_owned(),
        json!({
            "name": "shop", "algorithms": ["EdDSA"],
            "keys": {"inline": {"keys": [issuer::bundle_key().public_jwk()]}},
            "remote": {"cluster": "policies", "authority": "policies.shop.test", "path": "/shop.json"},
        }),
    );
    configuration
}

/// What is fetched.
pub fn bundle() -> String {
    let read = |name: &str| Text { name: name.to_owned(), text: text(&format!("policies/{name}")) };
    let content = Content {
        schema: read("shop.cedarschema"),
        policies: vec![read("shop.cedar")],
        links: Vec::new(),
        entities: Vec::new(),
    };
    let at = UnixTime::from_seconds;
    let name = BundleName::parse("shop").unwrap();
    let meta = Meta { name, version: 1, issued_at: at(NOW), not_after: at(NOW + 86_400) };
    seal(&content, &meta, &issuer::bundle_key()).unwrap()
}

/// The bytes as which a proxy hands over what was written as `google.protobuf.Struct`.
pub fn as_struct(configuration: &Value) -> Vec<u8> {
    fields(configuration).encode_to_vec()
}

fn configuration(file: &str, listener: &str) -> Value {
    let mut bootstrap = Bootstrap::read(file, &words()).unwrap();
    bootstrap.configuration(listener).unwrap().clone()
}

/// Those that stand in the module's own configuration have their values, all others a number, which will do for ports.
fn words() -> Words {
    let mut words: Words = [
        "LISTEN",
        "PORT",
        "ADMIN_PORT",
        "KEYS_PORT",
        "WASM",
        "CERTIFICATES",
        "ACCESS_LOG",
        "ISSUER",
        "ISSUER_PORT",
        "ORDERS",
        "ORDERS_PORT",
        "SERVICE",
        "OUTBOUND",
        "OUTBOUND_PORT",
        "APP",
        "APP_PORT",
        "DESTINATION_ADDRESS",
        "DESTINATION_PORT",
        "EDGE_KEYS_ADDRESS",
        "EDGE_KEYS_PORT",
    ]
    .map(|word| (word, "1".to_owned()))
    .into();
    let digest = ring::digest::digest(&ring::digest::SHA256, PARTNER_KEY.as_bytes());
    let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    words.extend(BTreeMap::from([
        ("PARTNER_KEY_SHA256", digest),
        ("DESTINATION", "payments".to_owned()),
        ("CALLERS", "[spiffe://shop.test/edge]".to_owned()),
        ("EDGE_KEYS", format!("{{ inline: {{ keys: [ {} ] }} }}", issuer::edge_jwk())),
        ("ROUTES", text("routes/orders.yaml")),
        ("SCHEMA", text("policies/shop.cedarschema")),
        ("POLICIES", text("policies/shop.cedar")),
    ]));
    words
}

fn text(file: &str) -> String {
    fs::read_to_string(repository().join("envoy").join(file)).unwrap()
}

fn fields(object: &Value) -> Struct {
    let members = object.as_object().unwrap().iter();
    Struct { fields: members.map(|(name, member)| (name.clone(), value(member))).collect() }
}

fn value(json: &Value) -> prost_types::Value {
    let kind = match json {
        Value::Null => Kind::NullValue(0),
        Value::Bool(flag) => Kind::BoolValue(*flag),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(list) => Kind::ListValue(ListValue { values: list.iter().map(value).collect() }),
        Value::Object(_) => Kind::StructValue(fields(json)),
    };
    prost_types::Value { kind: Some(kind) }
}
