//! What a module wants of the proxy.

use wasmparser::{BinaryReaderError, Parser, Payload, TypeRef, Validator};

use super::Fault;

/// The functions that Envoy gives, which the build is held against, too.
const GIVEN: &str = include_str!("../../../scripts/imports.txt");

/// How many functions `module` imports, all of which Envoy gives.
///
/// # Errors
/// When it is no valid module, or wants more than Envoy gives: it would be refused at load.
pub(crate) fn count(module: &[u8]) -> Result<usize, Fault> {
    let malformed = |error: BinaryReaderError| Fault::ModuleMalformed(in_one_line(&error.to_string()));
    Validator::new().validate_all(module).map_err(malformed)?;
    let (mut count, mut foreign) = (0_usize, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(imports) = payload.map_err(malformed)? {
            for import in imports {
                let import = import.map_err(malformed)?;
                let name = format!("{}.{}", import.module, import.name);
                count = count.saturating_add(1);
                if !(matches!(import.ty, TypeRef::Func(_)) && is_given(&name)) {
                    foreign.push(name);
                }
            }
        }
    }
    if foreign.is_empty() { Ok(count) } else { Err(Fault::ImportsForeign(foreign)) }
}

/// Some complaints are tables.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_given(name: &str) -> bool {
    GIVEN.lines().any(|line| line == name)
}
