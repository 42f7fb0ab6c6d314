//! The JSON Schema of a whole configuration, for the command line tool.

use contract::StageKind;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::Chain;
use crate::raw::RawPipeline;

/// The schema of what a module takes that links `kinds`; what its parts share, `generator` knows.
pub fn schema(kinds: &[&dyn StageKind], chain: Chain, generator: &mut SchemaGenerator) -> Schema {
    let mut schema = RawPipeline::json_schema(generator);
    schema.remove("title");
    schema.insert(
        "anyOf".into(),
        kinds.iter().map(|kind| json!({ "required": [kind.name().as_str()] })).collect(),
    );
    if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        fields.extend(
            kinds.iter().map(|kind| (kind.name().as_str().to_owned(), kind.schema(generator).to_value())),
        );
        bound_elsewhere(fields, chain);
    }
    schema
}

/// Nobody verifies for a module that has all stages.
fn bound_elsewhere(fields: &mut Map<String, Value>, chain: Chain) {
    if chain == Chain::Whole
        && let Some(elsewhere) = fields.get_mut("verified_elsewhere").and_then(Value::as_object_mut)
    {
        elsewhere.insert("maxItems".into(), json!(0));
    }
}
