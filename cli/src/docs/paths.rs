//! Where in a configuration a type stands.

use serde_json::Value;

use super::reach::{definition, referred};

/// Steps from the whole to a type: more than any type of ours has, and an end where a type should contain itself.
const MAX_STEPS: usize = 16;

/// The paths at which the definition `name` of `document` stands, such as `jwt.providers.<name>`, each once.
pub(crate) fn paths(document: &Value, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    Search { document, name, found: &mut found }.within(document, "", MAX_STEPS);
    found
}

struct Search<'a> {
    document: &'a Value,
    name: &'a str,
    found: &'a mut Vec<String>,
}

impl Search<'_> {
    fn at(&mut self, schema: &Value, path: &str, steps: usize) {
        if referred(schema) == Some(self.name) {
            let path = format!("`{path}`");
            if !self.found.contains(&path) {
                self.found.push(path);
            }
        }
        let next = referred(schema).and_then(|name| definition(self.document, name));
        self.within(next.unwrap_or(schema), path, steps);
    }

    fn within(&mut self, schema: &Value, path: &str, steps: usize) {
        let Some(steps) = steps.checked_sub(1) else { return };
        for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            self.at(field, &below, steps);
        }
        for (inner, step) in [("additionalProperties", ".<name>"), ("items", "[]")] {
            if let Some(inner) = schema.get(inner) {
                self.at(inner, &format!("{path}{step}"), steps);
            }
        }
        for several in ["anyOf", "oneOf"] {
            for form in schema.get(several).and_then(Value::as_array).into_iter().flatten() {
                self.at(form, path, steps);
            }
        }
    }
}
