//! The JSON Schema and the reference: they are what the types say, and they agree with the compiler.

#[cfg(test)]
mod compiler;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod validator;
#[cfg(test)]
mod weaker;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::compiler::{MODULES, compile};
    use super::corpus::{Example, documented, root, shipped};
    use super::mutation::mutations;
    use super::validator::{Validator, watchword};
    use super::weaker::{WEAKER, reason};

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
        let schema: serde_json::Value = serde_json::from_str(&watchword(&["schema"])).unwrap();
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

    #[test]
    fn every_configuration_that_we_show_is_good_by_the_schema() {
        let validators: BTreeMap<_, _> =
            MODULES.iter().map(|(name, ..)| (*name, Validator::of(name))).collect();
        let (mut validated, mut refused) = (0, Vec::new());
        for Example { name, document } in shipped().into_iter().chain(documented()) {
            for module in MODULES.iter().filter(|module| compile(&document, module).is_ok()) {
                validated += 1;
                if let Err(message) = validators[module.0].check(&document) {
                    refused.push(format!("{name} for {}: {message}", module.0));
                }
            }
        }
        assert!(refused.is_empty(), "{}", refused.join("\n"));
        assert!(validated >= 30, "only {validated}: examples are missing");
    }

    /// A configuration that is broken in one place is refused by the schema when, and only when, the compiler refuses
    /// it; but for rules that no schema can say, each of which has a name.
    #[test]
    fn the_schema_refuses_what_the_compiler_refuses() {
        let (mut agreed, mut all) = (0, 0);
        let mut weaker: BTreeMap<&str, usize> = BTreeMap::new();
        let mut wrong = Vec::new();
        for Example { name, document } in shipped() {
            let module = MODULES.iter().find(|module| compile(&document, module).is_ok());
            let module = module.unwrap_or_else(|| panic!("{name}: {:?}", compile(&document, &MODULES[0])));
            let validator = Validator::of(module.0);
            for (what, mutant) in mutations(&document) {
                all += 1;
                match (compile(&mutant, module), validator.check(&mutant)) {
                    (Ok(()), Ok(())) | (Err(_), Err(_)) => agreed += 1,
                    (Ok(()), Err(message)) => {
                        wrong.push(format!("{name}: {what}: only the schema: {message}"))
                    }
                    (Err(message), Ok(())) => match reason(&message) {
                        Some(reason) => {
                            agreed += 1;
                            *weaker.entry(reason).or_default() += 1;
                        }
                        None => wrong.push(format!("{name}: {what}: only the compiler: {message}")),
                    },
                }
            }
        }
        weaker.iter().for_each(|(reason, count)| println!("the schema cannot say: {reason}: {count}"));
        let word = if agreed == all && all >= 2_000 { "ok" } else { "short" };
        let want = all.max(2_000);
        println!("\ngate ship.schema_agrees {agreed}/{all} {want}/{want} {word}");
        let count = wrong.len();
        wrong.truncate(100);
        assert!(wrong.is_empty(), "{count} of {all}\n{}", wrong.join("\n"));
        assert!(all >= 2_000, "only {all} mutations");
        let idle: Vec<_> = WEAKER.iter().filter(|(reason, _)| !weaker.contains_key(reason)).collect();
        assert!(idle.is_empty(), "no longer needed: {idle:?}");
    }

    /// serde reads the fields of an object from a list, too, in their order. Nobody should write that, and the schema
    /// does not say it: the one thing that it refuses and the compiler takes.
    #[test]
    fn a_list_in_the_place_of_an_object_is_for_nobody() {
        let document = serde_json::json!({
            "routes": [{ "name": "a", "match": { "path": "/" }, "authenticate": "none" }],
            "identity": { "headers": [] },
        });
        assert_eq!(compile(&document, &MODULES[0]), Ok(()));
        assert!(Validator::of("watchword").check(&document).is_err());
    }
}
