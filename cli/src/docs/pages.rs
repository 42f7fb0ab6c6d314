//! The pages: one for each section, one for what sections share, and the one that leads to them.

use serde_json::Value;

use super::kind::Place;
use super::page::{MADE, body, page, types};
use super::reach::{Homes, SHARED, definition, homes, reached, referred};

/// The page that leads to the others, which also describes what is no section.
const FIRST: &str = "README";

/// Complete configurations, by the page that shows them.
const EXAMPLES: [(&str, &str); 6] = [
    ("authz", include_str!("examples/authz.yaml")),
    ("identity", include_str!("examples/identity.yaml")),
    ("jwt", include_str!("examples/jwt.yaml")),
    ("observe", include_str!("examples/observe.yaml")),
    ("ratelimit", include_str!("examples/ratelimit.yaml")),
    ("routes", include_str!("examples/routes.yaml")),
];

/// What stands before the fields on the first page.
const INTRODUCTION: &str = include_str!("introduction.md");

/// Every page with the name of its file.
pub(crate) fn all(document: &Value) -> Vec<(String, String)> {
    let fields = paged(document);
    let homes = homes(document, &fields);
    let sections = fields.iter().filter(|(name, _)| name != FIRST);
    let pages = sections.map(|(name, schema)| (name.as_str(), section(document, name, schema, &homes)));
    let first = (FIRST, first(document, &fields, &homes));
    let shared = (SHARED, shared(document, &fields, &homes));
    let all = [first].into_iter().chain(pages).chain([shared]);
    all.map(|(name, text)| (format!("{name}.md"), text)).collect()
}

/// The fields of the whole, each with its page: the route table and every section have one of their own.
fn paged(document: &Value) -> Vec<(String, &Value)> {
    let fields = document.get("properties").and_then(Value::as_object).into_iter().flatten();
    let page = |(name, field): (&String, _)| {
        let own = name == "routes" || section_of(document, field).is_some();
        (if own { name.clone() } else { FIRST.to_owned() }, field)
    };
    fields.map(page).collect()
}

/// The definition of a section, when `field` is one.
fn section_of<'a>(document: &'a Value, field: &Value) -> Option<(&'a Value, String)> {
    let name = referred(field)?;
    let schema = definition(document, name)?;
    schema.get("properties").is_some().then(|| (schema, name.to_owned()))
}

fn section(document: &Value, name: &str, field: &Value, homes: &Homes) -> String {
    let place = Place { document, page: name, homes };
    let own = section_of(document, field);
    let schema = own.as_ref().map_or(field, |(schema, _)| *schema);
    let example = EXAMPLES.iter().find(|(page, _)| *page == name).map(|(_, text)| *text);
    let below = reached(document, field).into_iter().filter(|below| {
        homes.get(below).is_some_and(|home| home == name)
            && own.as_ref().is_none_or(|(_, own)| own != below)
    });
    let below: Vec<_> = below.collect();
    page(&format!("`{name}`"), schema, example, place) + &types(document, &below, place)
}

fn first(document: &Value, fields: &[(String, &Value)], homes: &Homes) -> String {
    let place = Place { document, page: FIRST, homes };
    let sections = fields.iter().map(|(name, _)| name).filter(|name| *name != FIRST);
    let links: String = sections.map(|name| format!("- [`{name}`]({name}.md)\n")).collect();
    let own: Vec<_> =
        homes.iter().filter(|(_, home)| *home == FIRST).map(|(name, _)| name.clone()).collect();
    let table = body(document, place);
    let types = types(document, &own, place);
    format!(
        "{MADE}\n{INTRODUCTION}\n{links}- [types that several sections use]({SHARED}.md)\n\n## The whole\n\n{table}{types}"
    )
}

fn shared(document: &Value, fields: &[(String, &Value)], homes: &Homes) -> String {
    let place = Place { document, page: SHARED, homes };
    let mut names: Vec<String> = Vec::new();
    for name in fields.iter().flat_map(|(_, schema)| reached(document, schema)) {
        if homes.get(&name).is_some_and(|home| home == SHARED) && !names.contains(&name) {
            names.push(name);
        }
    }
    format!("{MADE}\n# Types that several sections use\n{}", types(document, &names, place))
}
