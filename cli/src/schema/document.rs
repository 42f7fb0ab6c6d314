//! The schema of one module, with everything that it refers to.

use clap::ValueEnum;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::tidy::tidy;
use crate::modules::Module;

/// The dialect, by which editors choose a validator.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of what `module` takes. It refers to nothing outside of itself.
pub(crate) fn document(module: Module) -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut generator = settings.with_transform(RecursiveTransform(tidy)).into_generator();
    let mut schema = pipeline::schema(module.kinds(), module.chain(), &mut generator);
    RecursiveTransform(tidy).transform(&mut schema);
    let name = module.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    schema.insert("$schema".into(), DIALECT.into());
    schema.insert("title".into(), format!("Configuration of {name}.wasm").into());
    schema.insert("description".into(), "Unknown fields are refused.".into());
    schema.insert("$defs".into(), generator.take_definitions(true).into());
    schema.to_value()
}
