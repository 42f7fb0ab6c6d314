//! The schema of a module, as a validator that is not ours reads it.

use std::process::Command;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// Where the validator believes the schema to be.
const PLACE: &str = "schema.json";

pub(crate) struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    /// That of `module`, whose schema must itself be good by the schema of its dialect.
    pub(crate) fn of(module: &str) -> Self {
        let schema: Value = serde_json::from_str(&watchword(&["schema", "--module", module])).unwrap();
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.add_resource(PLACE, schema).unwrap();
        let index = compiler.compile(PLACE, &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// Whether `document` is good.
    pub(crate) fn check(&self, document: &Value) -> Result<(), String> {
        self.schemas.validate(document, self.index).map_err(|error| format!("{error:#}").replace('\n', " "))
    }
}

/// What the tool prints.
pub(crate) fn watchword(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_watchword")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
