//! What a schema takes, in words.

use serde_json::Value;

use super::reach::{Homes, definition, referred};

/// The page on which something is said, and where everything else is.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) document: &'a Value,
    pub(crate) page: &'a str,
    pub(crate) homes: &'a Homes,
}

impl<'a> Place<'a> {
    /// What is said of what `schema` takes: by itself, or by the definition that it refers to.
    pub(crate) fn description(self, schema: &'a Value) -> &'a str {
        let said = |schema: &'a Value| schema.get("description").and_then(Value::as_str);
        let definition = || definition(self.document, referred(schema)?).and_then(said);
        said(schema).or_else(definition).unwrap_or_default()
    }

    /// The type of what `schema` takes; `null`, which stands for what is not there, is left out.
    pub(crate) fn kind(self, schema: &Value) -> String {
        if let Some(name) = referred(schema) {
            return self.link(name);
        }
        if let Some(constant) = schema.get("const") {
            return format!("`{}`", text(constant));
        }
        if let Some(names) = schema.get("enum").and_then(Value::as_array) {
            let names: Vec<_> = names.iter().map(|name| format!("`{}`", text(name))).collect();
            return names.join(", ");
        }
        for several in ["anyOf", "oneOf"] {
            if let Some(forms) = forms(schema, several) {
                let forms: Vec<_> = forms.map(|form| self.kind(form)).collect();
                return forms.join(" or ");
            }
        }
        self.plain(schema)
    }

    fn plain(self, schema: &Value) -> String {
        let within = |field: &str| schema.get(field).filter(|inner| inner.is_object());
        match types(schema).as_slice() {
            ["array"] => match within("items") {
                Some(items) => format!("list of {}", self.kind(items)),
                None => "list".into(),
            },
            ["object"] => match within("additionalProperties") {
                Some(values) => format!("map of names to {}", self.kind(values)),
                None => "object".into(),
            },
            [] => "anything".into(),
            types => types.iter().map(|name| word(name)).collect::<Vec<_>>().join(" or "),
        }
    }

    /// A link to the definition `name`.
    pub(crate) fn link(self, name: &str) -> String {
        let page = self.homes.get(name).filter(|home| *home != self.page);
        let page = page.map(|home| format!("{home}.md")).unwrap_or_default();
        format!("[{name}]({page}#{})", name.to_lowercase())
    }
}

/// The forms that `schema` may have, without `null`; nothing where these are rules about fields.
pub(crate) fn forms<'a>(schema: &'a Value, several: &str) -> Option<impl Iterator<Item = &'a Value>> {
    let forms = schema.get(several)?.as_array()?;
    let is_rule = |form: &Value| form.get("type").is_none() && form.get("required").is_some();
    let are_forms = !forms.iter().any(is_rule);
    are_forms.then(|| forms.iter().filter(|form| form.get("type") != Some(&Value::from("null"))))
}

/// The types that `schema` names, without `null`.
fn types(schema: &Value) -> Vec<&str> {
    let named = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    named.into_iter().filter(|name| *name != "null").collect()
}

fn word(name: &str) -> &str {
    match name {
        "integer" => "whole number",
        "string" => "text",
        "boolean" => "`true` or `false`",
        other => other,
    }
}

/// A value as one writes it in YAML: a text without its quotes, where it is a word.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.to_string(),
    }
}
