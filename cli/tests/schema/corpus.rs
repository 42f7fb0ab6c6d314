//! The configurations that we ship, and those that our pages show.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

/// A configuration and where it is from.
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) document: Value,
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every configuration in `envoy/`, and those of the reference.
pub(crate) fn shipped() -> Vec<Example> {
    let mut files = Vec::new();
    collect(&root().join("envoy"), "yaml", &mut files);
    let mut examples: Vec<_> = files.iter().flat_map(|path| configurations(path)).collect();
    let reference = blocks().into_iter().filter(|example| example.name.contains("docs/reference/"));
    examples.extend(reference);
    assert!(examples.len() >= 17, "examples are missing");
    examples
}

/// Every block of YAML in a page that is an object, whether or not it is a whole configuration.
pub(crate) fn documented() -> Vec<Example> {
    let blocks = blocks();
    assert!(blocks.len() >= 12, "pages have lost their blocks");
    blocks
}

fn blocks() -> Vec<Example> {
    let mut pages = vec![root().join("README.md")];
    collect(&root().join("docs"), "md", &mut pages);
    collect(&root().join("envoy"), "md", &mut pages);
    let blocks = pages.iter().flat_map(|page| {
        let text = fs::read_to_string(page).unwrap();
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let documents = blocks.map(|block| serde_norway::from_str::<Value>(block).ok()).collect::<Vec<_>>();
        documents.into_iter().enumerate().filter_map(|(index, document)| {
            let document = document.filter(Value::is_object)?;
            Some(Example { name: format!("{}#{index}", page.display()), document })
        })
    });
    blocks.collect()
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, extension, files);
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
}

/// The configurations in one file: itself, where it is one; or those of the filters that it loads.
fn configurations(path: &Path) -> Vec<Example> {
    let text = filled(&fs::read_to_string(path).unwrap());
    let documents = serde_norway::Deserializer::from_str(&text).map(|document| {
        Value::deserialize(document).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    });
    let mut found = Vec::new();
    documents.for_each(|document| find(document, &mut found));
    let named = found.into_iter().enumerate().map(|(index, mut document)| {
        complete(&mut document, path);
        Example { name: format!("{}#{index}", path.display()), document }
    });
    named.collect()
}

/// Whatever has the section of a stage as a member.
fn find(value: Value, found: &mut Vec<Value>) {
    let is_section = |name: &str| value.get(name).is_some_and(Value::is_object);
    if value.get("routes").is_some_and(Value::is_array)
        && ["jwt", "identity", "authz", "ratelimit"].into_iter().any(is_section)
        || value.pointer("/identity/attach").is_some()
    {
        found.push(value);
        return;
    }
    match value {
        Value::Object(members) => members.into_iter().for_each(|(_, member)| find(member, found)),
        Value::Array(values) => values.into_iter().for_each(|value| find(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The examples of policies have theirs in files beside them.
fn complete(document: &mut Value, path: &Path) {
    let Some(section) = document.pointer_mut("/authz").and_then(Value::as_object_mut) else { return };
    if section.contains_key("policies") || section.contains_key("bundle") {
        return;
    }
    let folder = path.parent().unwrap();
    let name = folder.file_name().unwrap().to_string_lossy();
    for (field, file) in [("schema", format!("{name}.cedarschema")), ("policies", format!("{name}.cedar"))]
    {
        section.insert(field.into(), json!(fs::read_to_string(folder.join(file)).unwrap()));
    }
    for field in ["links", "entities"] {
        if let Ok(text) = fs::read_to_string(folder.join(format!("{field}.json"))) {
            section.insert(field.into(), serde_json::from_str(&text).unwrap());
        }
    }
}

/// A bootstrap with something for each of its words; those that are whole texts keep their column.
fn filled(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let word = line.trim();
        let column = " ".repeat(line.len() - line.trim_start().len());
        let file = match word {
            "${SCHEMA}" => Some("envoy/policies/shop.cedarschema"),
            "${POLICIES}" => Some("envoy/policies/shop.cedar"),
            "${ROUTES}" => Some("envoy/routes/orders.yaml"),
            _ => None,
        };
        match file {
            Some(file) => {
                let text = fs::read_to_string(root().join(file)).unwrap();
                text.lines().map(|line| format!("{column}{line}\n")).collect()
            }
            None if word.starts_with('#') => "\n".into(),
            None => words(line) + "\n",
        }
    });
    lines.collect()
}

fn words(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some((before, rest)) = line.split_once("${") {
        let (word, after) = rest.split_once('}').unwrap();
        let value = match word {
            "CALLERS" => "[spiffe://shop.test/edge]".into(),
            "EDGE_KEYS" => "{ remote: { cluster: edge_keys, authority: edge, path: /keys } }".into(),
            "PARTNER_KEY_SHA256" => "0123456789abcdef".repeat(4),
            other => other.to_lowercase(),
        };
        line = format!("{before}{value}{after}");
    }
    line
}
