//! What a module wants of the proxy, and what the proxy wants of it.

use wasmparser::{BinaryReaderError, ExternalKind, Parser, Payload, TypeRef, Validator};

use super::Fault;

/// The functions that Envoy gives, which the build is held against, too.
const GIVEN: &str = include_str!("../../../scripts/imports.txt");

/// The functions that Envoy looks for in a module, one of each line: the version of the ABI, how memory is had, how
/// it begins. Without the first two it refuses the module.
const WANTED: [&[&str]; 3] =
    [&["proxy_abi_version_0_2_1"], &["proxy_on_memory_allocate", "malloc"], &["_initialize", "_start"]];

/// How many functions `module` imports, all of which Envoy gives.
///
/// # Errors
/// When it is no valid module, is none for a proxy, or wants more than Envoy gives: it would be refused at load.
pub(crate) fn count(module: &[u8]) -> Result<usize, Fault> {
    let malformed = |error: BinaryReaderError| Fault::ModuleMalformed(in_one_line(&error.to_string()));
    Validator::new().validate_all(module).map_err(malformed)?;
    check_exports(module)?;
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

fn check_exports(module: &[u8]) -> Result<(), Fault> {
    let malformed = |error: BinaryReaderError| Fault::ModuleMalformed(in_one_line(&error.to_string()));
    let mut given = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(exports) = payload.map_err(malformed)? {
            for export in exports {
                let export = export.map_err(malformed)?;
                given.extend((export.kind == ExternalKind::Func).then_some(export.name));
            }
        }
    }
    let missing = WANTED.iter().find(|names| names.iter().all(|name| !given.contains(name)));
    missing.map_or(Ok(()), |names| Err(Fault::ExportMissing(names.join(" or "))))
}

/// Some complaints are tables.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_given(name: &str) -> bool {
    GIVEN.lines().any(|line| line == name)
}
