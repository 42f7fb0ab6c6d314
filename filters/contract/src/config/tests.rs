use super::*;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    providers: BTreeMap<String, Provider>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    leeway: u32,
    #[serde(default)]
    names: Vec<String>,
    keys: Option<Keys>,
    #[serde(default)]
    claims: Value,
    share: Option<f64>,
    offset: Option<i64>,
    public: Option<bool>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Keys {
    None,
    Inline(Vec<u8>),
    Remote { cluster: String },
    Between(u8, u8),
}

fn provider(value: Value) -> Result<Provider, String> {
    let document = json!({ "providers": { "corp": value } });
    let mut raw = Section::new("jwt", &document).read::<Raw>().map_err(|error| error.to_string())?;
    Ok(raw.providers.remove("corp").unwrap())
}

fn message(value: Value) -> String {
    Section::new("jwt", &value).read::<Raw>().unwrap_err().to_string()
}

fn provider_message(value: Value) -> String {
    provider(value).unwrap_err()
}

#[test]
fn reads_every_kind_of_value() {
    let claims = json!([null, true, 1, -1, 1.5, "a", { "b": [] }]);
    let read = provider(json!({
        "leeway": 1, "names": ["a", "b"], "claims": claims, "share": 0.5, "offset": -3, "public": true,
    }));
    let expected = Provider {
        leeway: 1,
        names: vec!["a".into(), "b".into()],
        keys: None,
        claims,
        share: Some(0.5),
        offset: Some(-3),
        public: Some(true),
    };
    assert_eq!(read, Ok(expected));
}

#[test]
fn reads_every_form_of_a_choice() {
    let keys = |value: Value| provider(json!({ "leeway": 1, "keys": value })).map(|provider| provider.keys);
    assert_eq!(keys(Value::Null), Ok(None));
    assert_eq!(keys(json!("none")), Ok(Some(Keys::None)));
    assert_eq!(keys(json!({ "inline": [1, 2] })), Ok(Some(Keys::Inline(vec![1, 2]))));
    assert_eq!(
        keys(json!({ "remote": { "cluster": "c" } })),
        Ok(Some(Keys::Remote { cluster: "c".into() }))
    );
    assert_eq!(keys(json!({ "between": [1, 2] })), Ok(Some(Keys::Between(1, 2))));
}

#[test]
fn names_the_path_of_the_field() {
    let wrong_type = message(json!({"providers": {"corp": {"leeway": "x"}}}));
    assert_eq!(wrong_type, "jwt.providers.corp.leeway: invalid type: string \"x\", expected u32");
    let unknown = message(json!({"providers": {"corp": {"leeway": 1, "lewway": 2}}}));
    assert!(
        unknown.starts_with("jwt.providers.corp.lewway: unknown field `lewway`, expected one of"),
        "{unknown}"
    );
    let missing = message(json!({}));
    assert_eq!(missing, "jwt: missing field `providers`");
    let absent = message(json!({"providers": {"corp": {}}}));
    assert_eq!(absent, "jwt.providers.corp: missing field `leeway`");
    let whole = message(json!(null));
    assert_eq!(whole, "jwt: invalid type: null, expected struct Raw");
}

#[test]
fn names_the_element_of_a_list() {
    let message = provider_message(json!({ "leeway": 1, "names": ["a", 2] }));
    assert_eq!(message, "jwt.providers.corp.names[1]: invalid type: integer `2`, expected a string");
}

#[test]
fn names_what_is_wrong_with_a_choice() {
    let wrong = |keys: Value| provider_message(json!({ "leeway": 1, "keys": keys }));
    for (keys, expected) in [
        (json!("other"), "keys: unknown variant `other`, expected one of"),
        (json!(1), "keys: invalid type: integer `1`, expected string or map"),
        (json!({}), "keys: invalid value: map, expected map with a single key"),
        (json!({ "none": null, "inline": [] }), "keys: invalid value: map, expected map with a single key"),
        (json!("inline"), "keys: invalid type: unit variant, expected newtype variant"),
        (json!({ "none": 1 }), "keys.none: invalid type: integer `1`, expected unit"),
        (json!({ "inline": [1, 256] }), "keys.inline[1]: invalid value: integer `256`, expected u8"),
        (json!({ "remote": {} }), "keys.remote: missing field `cluster`"),
        (
            json!({ "remote": { "cluster": null } }),
            "keys.remote.cluster: invalid type: null, expected a string",
        ),
        (json!({ "between": [1] }), "keys.between: invalid length 1"),
        (json!({ "between": [1, 2, 3] }), "keys.between: invalid length 3"),
    ] {
        let message = wrong(keys);
        assert!(message.starts_with(&format!("jwt.providers.corp.{expected}")), "{message}");
    }
}

/// A choice that is read from the members of an object, as whoever takes a word or an object does.
#[derive(Debug)]
struct Chosen;

impl<'de> Deserialize<'de> for Chosen {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> serde::de::Visitor<'de> for Chosen {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self, A::Error> {
        Keys::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|_| self)
    }
}

#[test]
fn a_choice_that_reads_one_member_does_not_pass_over_others() {
    let read = |value: Value| Section::new("keys", &value).read::<Chosen>();
    assert!(read(json!({ "inline": [1] })).is_ok());
    let error = read(json!({ "inline": [1], "remote": 1 })).unwrap_err();
    assert_eq!(error.to_string(), "keys: invalid length 2, expected fewer elements in map");
}

#[test]
fn passes_over_what_is_not_known_of_a_document_that_is_not_ours() {
    let document = json!({ "leeway": 1, "other": 2, "keys": { "remote": { "cluster": "c" } } });
    let read: Provider = read_known(&document).unwrap();
    assert_eq!((read.leeway, read.keys), (1, Some(Keys::Remote { cluster: "c".into() })));
    let within = json!({ "leeway": 1, "keys": { "remote": { "cluster": "c", "other": 2 } } });
    for refused in [within, json!({ "other": 2 }), json!({ "leeway": "1" }), json!(1)] {
        assert_eq!(read_known::<Provider>(&refused), None, "{refused}");
    }
}

#[test]
fn a_list_of_its_members_is_no_struct() {
    let message = provider_message(json!([1, [], null, null, null, null, null]));
    assert_eq!(message, "jwt.providers.corp: invalid type: sequence, expected struct Provider");
}

#[test]
fn numbers_are_told_as_json_writes_them() {
    for (value, told) in [(json!(-1), "integer `-1`"), (json!(1.0), "floating point `1.0`")] {
        let message = provider_message(json!({ "leeway": value }));
        assert!(message.contains(told), "{message}");
    }
}

#[test]
fn an_error_is_one_line_whatever_members_are_called() {
    assert_eq!(
        message(json!({ "a\nwarning: b": 1 })),
        "jwt.a\u{fffd}warning: b: unknown field `a\u{fffd}warning: b`, expected `providers`"
    );
    let error = ConfigError::at("routes\r\n\u{85}", "no Zürich");
    assert_eq!(error.to_string(), "routes\u{fffd}\u{fffd}\u{fffd}: no Zürich");
}
