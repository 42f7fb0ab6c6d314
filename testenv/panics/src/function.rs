//! One function of a module.

use std::collections::BTreeSet;

use crate::body::Body;
use crate::place::Place;

/// Our crates, as they are called in names of functions.
const OURS: [&str; 15] = [
    "abac_authz",
    "authz",
    "bundle",
    "contract",
    "host",
    "identity",
    "identity_propagation",
    "jose",
    "jwt",
    "jwt_verify",
    "pipeline",
    "rate_limit",
    "ratelimit",
    "upkeep",
    "watchword",
];

/// Functions that panic, or end the process, by their names.
const PANICS: [&str; 11] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::cell::panic_already",
    "std::panicking::begin_panic",
    "std::process::abort",
    "std::process::exit",
];

/// Its name, and what its code says.
pub(crate) struct Function {
    /// The name as it is written in Rust, of the crate that writes it; generic functions without what they are made for.
    pub(crate) name: String,
    /// Its type, as a number that the module gives.
    pub(crate) kind: u32,
    /// Without a body it is imported.
    pub(crate) body: Option<Body>,
}

impl Function {
    /// Where it may panic.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        self.body.iter().flat_map(|body| &body.places)
    }

    /// Whether it panics by itself.
    pub(crate) fn panics(&self) -> bool {
        PANICS.iter().any(|name| self.name.starts_with(name))
    }

    /// Whether one of our crates writes it.
    pub(crate) fn is_ours(&self) -> bool {
        OURS.contains(&self.crate_name())
    }

    /// The crate that writes it: the first name in it, also where it belongs to a type or a trait.
    pub(crate) fn crate_name(&self) -> &str {
        let start = self.name.find(|letter: char| letter.is_alphabetic()).unwrap_or_default();
        let rest = self.name.get(start..).unwrap_or_default();
        let rest = ["dyn ", "mut "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
        rest.split_once("::").map_or("", |(name, _)| name)
    }

    /// The functions that it calls by their number.
    pub(crate) fn calls(&self) -> impl Iterator<Item = u32> {
        self.body.iter().flat_map(|body| body.calls.iter().copied())
    }

    /// The types of what it calls by a table.
    pub(crate) fn indirect(&self) -> Option<&BTreeSet<u32>> {
        self.body.as_ref().map(|body| &body.indirect)
    }

    /// How many traps it has that are no panic's.
    pub(crate) fn traps(&self) -> usize {
        self.body.as_ref().map_or(0, |body| body.traps)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn called(name: &str) -> Function {
        Function { name: name.to_owned(), kind: 0, body: None }
    }

    #[test]
    fn a_function_is_of_the_crate_that_writes_it() {
        let names = [
            ("host::perform::step", "host"),
            ("<jwt::stage::JwtStage as contract::stage::Stage>::decide", "jwt"),
            ("<&mut authz::Rules as core::fmt::Debug>::fmt", "authz"),
            ("<&dyn ring::Algorithm>::name", "ring"),
            ("core::ptr::drop_in_place<host::root::Root>", "core"),
            ("proxy_on_tick", ""),
        ];
        for (name, of) in names {
            assert_eq!(called(name).crate_name(), of, "{name}");
        }
        assert!(called("jwt_verify::main").is_ours());
        assert!(!called("core::ptr::drop_in_place<host::root::Root>").is_ours());
    }

    #[test]
    fn our_crates_are_those_of_the_filters() {
        let filters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../filters");
        let folders = ["", "modules"].map(|part| fs::read_dir(filters.join(part)).unwrap());
        let names =
            folders.into_iter().flatten().map(|folder| folder.unwrap().file_name().into_string().unwrap());
        // A folder of others, and crates that stand in for those of others.
        let foreign = ["modules", "lalrpop", "lalrpop-util", "regex"];
        let mut names: Vec<_> = names.filter(|name| !foreign.contains(&name.as_str())).collect();
        names.iter_mut().for_each(|name| *name = name.replace('-', "_"));
        names.sort();
        assert_eq!(names, OURS);
    }

    #[test]
    fn what_panics_is_known_by_its_name() {
        assert!(called("core::panicking::panic_bounds_check").panics());
        assert!(called("core::result::unwrap_failed").panics());
        assert!(!called("core::option::Option<T>::map").panics());
    }
}
