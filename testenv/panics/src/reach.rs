//! What can be reached from the callbacks of a module.

use std::collections::{BTreeMap, BTreeSet};

use crate::function::Function;
use crate::module::Module;

/// Callbacks that see a configuration and nothing of a request. All other exports count.
const CONFIGURE: [&str; 3] = ["_initialize", "proxy_on_vm_start", "proxy_on_configure"];

/// What the proxy's callbacks call by the table for a request, as the sources say: our streams in the SDK, and in them
/// our stages, what stages have going on, and who verifies and watches for them.
const FOR_REQUESTS: [&str; 7] = [
    "host::stream::Stream as proxy_wasm::traits::HttpContext>::",
    "host::stream::Stream as proxy_wasm::traits::Context>::",
    " as contract::stage::Stage>::decide",
    " as contract::stage::Cleaner>::clean",
    " as contract::call::Continuation>::go_on",
    " as jose::verifier::Verifier>::verify",
    " as pipeline::watch::Watch>::judged",
];

/// And for what is fetched: key sets and bundles, which are parsed and compiled then.
const FOR_FETCHES: [&str; 3] = [
    "host::root::Handle as proxy_wasm::traits::RootContext>::on_tick",
    " as contract::stage::Background>::due",
    " as contract::stage::Background>::fetched",
];

/// Numbers of functions.
type Functions = BTreeSet<u32>;

/// How calls by the table are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// Each may call whatever has its type: more than can be.
    ByType,
    /// They are followed to [`FOR_REQUESTS`] and [`FOR_FETCHES`], and to nothing else: less than can be.
    Named,
    /// They are followed to [`FOR_REQUESTS`] alone.
    NamedForRequests,
}

/// The functions that callbacks reach, but for those that configure.
pub(crate) fn from_callbacks(module: &Module, table: Table) -> Functions {
    let starts = module.exports.iter().filter(|(name, _)| !CONFIGURE.contains(&name.as_str()));
    let mut due: Vec<u32> = starts.map(|(_, number)| *number).collect();
    due.extend(module.table.iter().filter(|number| is_named(module, **number, table)));
    let by_type = by_type(module);
    let (mut reached, mut called) = (Functions::new(), BTreeSet::new());
    while let Some(number) = due.pop() {
        if !reached.insert(number) {
            continue;
        }
        let Some(function) = function(module, number) else { continue };
        due.extend(function.calls());
        if table == Table::ByType {
            let kinds = function.indirect().into_iter().flatten().filter(|kind| called.insert(**kind));
            due.extend(kinds.filter_map(|kind| by_type.get(kind)).flatten());
        }
    }
    reached
}

/// The names by which implementations are found: each must be in some module, or a column of the table says too little.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FOR_REQUESTS.into_iter().chain(FOR_FETCHES)
}

fn by_type(module: &Module) -> BTreeMap<u32, Vec<u32>> {
    let mut all = BTreeMap::<u32, Vec<u32>>::new();
    for number in &module.table {
        if let Some(function) = function(module, *number) {
            all.entry(function.kind).or_default().push(*number);
        }
    }
    all
}

fn is_named(module: &Module, number: u32, table: Table) -> bool {
    let within = |names: &[&str]| {
        function(module, number)
            .is_some_and(|function| names.iter().any(|name| function.name.contains(name)))
    };
    match table {
        Table::ByType => false,
        Table::Named => within(&FOR_REQUESTS) || within(&FOR_FETCHES),
        Table::NamedForRequests => within(&FOR_REQUESTS),
    }
}

fn function(module: &Module, number: u32) -> Option<&Function> {
    module.functions.get(usize::try_from(number).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_function_in_the_table_is_reached_by_its_type_only() {
        let module = Module::read(&sample::module()).unwrap();
        assert_eq!(from_callbacks(&module, Table::Named), Functions::from([2]));
        assert_eq!(from_callbacks(&module, Table::ByType), Functions::from([0, 1, 2]));
    }
}
