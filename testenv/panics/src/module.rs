//! A built module as a graph of its functions.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use wasmparser::{
    BinaryReaderError, CustomSectionReader, Element, ElementItems, ExternalKind, FunctionBody, KnownCustom,
    Name, Parser, Payload, RecGroup, TypeRef, Validator,
};

use crate::body::Body;
use crate::function::Function;
use crate::memory::Memory;

/// All that is asked of it.
pub(crate) struct Module {
    /// By their number; imported ones come first.
    pub(crate) functions: Vec<Function>,
    /// Those that can be called by the table.
    pub(crate) table: BTreeSet<u32>,
    /// Exported functions, by their names.
    pub(crate) exports: BTreeMap<String, u32>,
}

/// What is in its sections, until the last of them is read.
#[derive(Default)]
struct Sections<'a> {
    types: Vec<RecGroup>,
    kinds: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    names: BTreeMap<u32, String>,
    memory: Memory,
    table: BTreeSet<u32>,
    exports: BTreeMap<String, u32>,
}

impl Module {
    /// # Errors
    /// When it is not valid, has no names, or has a type twice: then numbers of types would not tell what may be called.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        Validator::new().validate_all(bytes).map_err(|error| error.to_string())?;
        let sections = Sections::read(bytes).map_err(|error| error.to_string())?;
        if sections.names.is_empty() {
            return Err("no names: take the module NAME.named.wasm".to_owned());
        }
        let distinct: HashSet<_> =
            sections.types.iter().map(|group| group.types().collect::<Vec<_>>()).collect();
        match distinct.len() == sections.types.len() {
            true => sections.module().map_err(|error| error.to_string()),
            false => Err("two types are alike".to_owned()),
        }
    }
}

impl<'a> Sections<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut sections = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            sections.take(payload?)?;
        }
        Ok(sections)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others say nothing about functions")]
    fn take(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(types) => {
                for group in types {
                    self.types.push(group?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports {
                    self.kinds.extend(match import?.ty {
                        TypeRef::Func(kind) => Some(kind),
                        _ => None,
                    });
                }
            }
            Payload::FunctionSection(kinds) => {
                for kind in kinds {
                    self.kinds.push(kind?);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.insert(export.name.to_owned(), export.index);
                    }
                }
            }
            Payload::ElementSection(elements) => {
                for element in elements {
                    self.fill(&element?)?;
                }
            }
            Payload::DataSection(data) => {
                for segment in data {
                    self.memory.add(&segment?)?;
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => self.name(&section)?,
            _ => {}
        }
        Ok(())
    }

    fn fill(&mut self, element: &Element<'a>) -> Result<(), BinaryReaderError> {
        if let ElementItems::Functions(functions) = &element.items {
            for function in functions.clone() {
                self.table.insert(function?);
            }
        }
        Ok(())
    }

    fn name(&mut self, section: &CustomSectionReader<'a>) -> Result<(), BinaryReaderError> {
        let KnownCustom::Name(names) = section.as_known() else { return Ok(()) };
        for subsection in names {
            if let Name::Function(functions) = subsection? {
                for function in functions {
                    let function = function?;
                    self.names
                        .insert(function.index, format!("{:#}", rustc_demangle::demangle(function.name)));
                }
            }
        }
        Ok(())
    }

    fn module(self) -> Result<Module, BinaryReaderError> {
        let Self { kinds, bodies, mut names, memory, table, exports, types: _ } = self;
        let imported = kinds.len().saturating_sub(bodies.len());
        let mut bodies = bodies.into_iter();
        let mut functions = Vec::with_capacity(kinds.len());
        for (number, kind) in (0_u32..).zip(kinds) {
            let is_imported = functions.len() < imported;
            let body = if is_imported { None } else { bodies.next() };
            let body = body.map(|body| Body::read(&body, &memory)).transpose()?;
            functions.push(Function { name: names.remove(&number).unwrap_or_default(), kind, body });
        }
        Ok(Module { functions, table, exports })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_panic_is_seen_where_it_is_and_by_the_place_that_it_names() {
        let module = Module::read(&sample::module()).unwrap();
        let names: Vec<_> = module.functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["core::panicking::panic", "host::stream::count", "host::root::tick"]);
        let places: Vec<_> = module.functions.iter().map(|function| function.places().count()).collect();
        assert_eq!(places, [0, 1, 0]);
        assert_eq!(
            module.functions[1].places().next().unwrap().to_string(),
            "filters/host/src/stream.rs:7:9"
        );
    }

    #[test]
    fn without_names_nothing_could_be_said() {
        assert_eq!(
            Module::read(b"\0asm\x01\0\0\0").err().unwrap(),
            "no names: take the module NAME.named.wasm"
        );
        assert!(Module::read(b"\0asm").is_err());
    }
}
