//! The JSON Schema and the reference: they are what the types say, and they agree with the compiler.

#![cfg(test)]
#![expect(clippy::arithmetic_side_effects, reason = "counts and lines of short texts")]

mod compiler;
mod corpus;
mod mutation;
#[path = "../docs/note.rs"]
mod note;
mod page;
#[path = "../docs/surroundings.rs"]
mod surroundings;
mod validator;
mod weaker;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use compiler::{MODULES, Module, compile};
use corpus::{Example, documented, shipped};
use mutation::{Mutant, mutants};
use page::root;
use serde_json::Value;
use validator::{Validator, watchword};
use weaker::{WEAKER, reason};

/// What is checked in, held against what is made now.
fn differs(path: &Path, made: &str) -> Option<String> {
    let kept = fs::read_to_string(path).unwrap_or_default();
    if kept == made {
        return None;
    }
    let mut lines = kept.lines().zip(made.lines());
    let first = lines.position(|(kept, made)| kept != made);
    let first = first.unwrap_or_else(|| kept.lines().count().min(made.lines().count()));
    let line = |text: &str| text.lines().nth(first).unwrap_or("(nothing)").to_owned();
    Some(format!(
        "{}:{}: is\n  {}\nand should be\n  {}\nrun scripts/reference",
        path.display(),
        first + 1,
        line(&kept),
        line(made)
    ))
}

#[test]
fn the_schemas_that_are_checked_in_are_those_of_the_types() {
    for (name, ..) in MODULES {
        let path = root().join("schema").join(format!("{name}.json"));
        let stale = differs(&path, &watchword(&["schema", "--module", name]));
        assert_eq!(stale, None, "{}", stale.as_deref().unwrap_or_default());
    }
    let files = fs::read_dir(root().join("schema")).unwrap().count();
    assert_eq!(files, MODULES.len(), "schema/ has files that nobody makes");
}

#[test]
fn the_reference_that_is_checked_in_is_that_of_the_types() {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reference");
    let _ = fs::remove_dir_all(&made);
    watchword(&["docs", "--out", made.to_str().unwrap()]);
    let names = |folder: &Path| -> BTreeSet<_> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    };
    let kept = root().join("docs/reference");
    assert_eq!(
        names(&kept),
        names(&made),
        "run scripts/reference, and remove pages that are no longer made"
    );
    for name in names(&made) {
        let stale = differs(&kept.join(&name), &fs::read_to_string(made.join(&name)).unwrap());
        assert_eq!(stale, None, "{}", stale.as_deref().unwrap_or_default());
    }
}

#[test]
fn every_field_has_a_meaning_and_every_section_a_schema_that_is_closed() {
    let schema: Value = serde_json::from_str(&watchword(&["schema"])).unwrap();
    let mut silent = Vec::new();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let fields = definition.get("properties").and_then(|fields| fields.as_object());
        for (field, schema) in fields.into_iter().flatten() {
            if schema.get("description").is_none() {
                silent.push(format!("{name}.{field}"));
            }
        }
        let is_closed =
            definition.get("properties").is_none() || definition["additionalProperties"] == false;
        assert!(is_closed, "{name} takes unknown fields");
        let told = definition["description"].as_str().unwrap_or_default();
        assert!(!told.is_empty() && !told.contains("[`"), "{name}: {told:?} is no text for users");
    }
    assert!(silent.is_empty(), "no comment: {}", silent.join(", "));
    for section in ["jwt", "identity", "authz", "ratelimit"] {
        assert!(schema["properties"][section]["$ref"].is_string(), "{section}");
    }
}

/// No fewer are validated, or examples have been lost.
const LEAST_VALIDATED: usize = 60;

#[test]
fn every_configuration_that_we_ship_or_show_is_good_by_the_schema() {
    let validators = validators();
    let (mut validated, mut wrong) = (0, Vec::new());
    for Example { name, document } in shipped().into_iter().chain(documented()) {
        let takers = takers(&document);
        if takers.is_empty() {
            wrong.push(format!("{name}: no module takes it: {:?}", compile(&document, &MODULES[0])));
        }
        for (module, ..) in takers {
            validated += 1;
            if let Err(message) = validators[module].check(&document) {
                wrong.push(format!("{name} for {module}: {message}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{validated} validated");
    assert!(validated >= LEAST_VALIDATED, "only {validated}: examples are missing");
}

/// No fewer are tried, or examples have been lost.
const LEAST_MUTANTS: usize = 2_000;

/// A configuration that is broken in one place is refused by the schema when, and only when, the compiler refuses
/// it; but for rules that no schema can say, each of which has a name.
#[test]
fn the_schema_refuses_what_the_compiler_refuses() {
    let (validators, mut tally) = (validators(), Tally::default());
    for example in shipped() {
        for module in takers(&example.document) {
            tally.example(&example, module, &validators[module.0]);
        }
    }
    let Tally { agreed, all, weaker, wrong, .. } = tally;
    weaker.iter().for_each(|(rule, count)| println!("only the compiler refuses: {rule}: {count}"));
    println!("only the compiler refuses, in all: {} of {all}", weaker.values().sum::<usize>());
    let word = if agreed == all && all >= LEAST_MUTANTS { "ok" } else { "short" };
    let want = all.max(LEAST_MUTANTS);
    println!("\ngate ship.schema_agrees {agreed}/{all} {want}/{want} {word}");
    assert!(wrong.is_empty(), "{} of {all}\n{}", wrong.len(), wrong.join("\n"));
    assert!(all >= LEAST_MUTANTS, "only {all} mutants");
    let idle: Vec<_> =
        WEAKER.iter().map(|(rule, _)| rule).filter(|rule| !weaker.contains_key(*rule)).collect();
    assert!(idle.is_empty(), "no longer needed: {idle:?}");
}

/// What came of the mutants.
#[derive(Default)]
struct Tally {
    /// Those where both say the same, or where a rule has a name by which only the compiler refuses.
    agreed: usize,
    all: usize,
    /// How often each rule has been needed.
    weaker: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
    /// The same in the same place is broken once, of however many configurations: module, mutation, and what was there.
    tried: BTreeSet<(&'static str, String, String)>,
}

impl Tally {
    fn example(&mut self, Example { name, document }: &Example, module: &Module, validator: &Validator) {
        for Mutant { what, before, document } in mutants(document) {
            if !self.tried.insert((module.0, what.clone(), before)) {
                continue;
            }
            self.all += 1;
            match self.judge(compile(&document, module), validator.check(&document)) {
                Ok(()) => self.agreed += 1,
                Err(fault) => self.wrong.push(format!("{name}: {what}: {fault}")),
            }
        }
    }

    fn judge(&mut self, compiled: Result<(), String>, valid: Result<(), String>) -> Result<(), String> {
        match (compiled, valid) {
            (Ok(()), Ok(())) | (Err(_), Err(_)) => Ok(()),
            (Ok(()), Err(message)) => Err(format!("only the schema: {message}")),
            (Err(message), Ok(())) => {
                let rule = reason(&message).ok_or(format!("only the compiler: {message}"))?;
                *self.weaker.entry(rule).or_default() += 1;
                Ok(())
            }
        }
    }
}

/// The modules that take `document`.
fn takers(document: &Value) -> Vec<&'static Module> {
    MODULES.iter().filter(|module| compile(document, module).is_ok()).collect()
}

fn validators() -> BTreeMap<&'static str, Validator> {
    MODULES.iter().map(|(name, ..)| (*name, Validator::of(name))).collect()
}

/// serde would read the fields of an object from a list, too, in their order: a second spelling of everything.
#[test]
fn a_list_in_the_place_of_an_object_is_refused_by_both() {
    let document = serde_json::json!({
        "routes": [{ "name": "a", "match": { "path": "/" }, "authenticate": "none" }],
        "identity": { "headers": [] },
    });
    let refused = compile(&document, &MODULES[0]).unwrap_err();
    assert!(refused.starts_with("identity.headers: invalid type: sequence"), "{refused}");
    assert!(Validator::of("watchword").check(&document).is_err());
}
