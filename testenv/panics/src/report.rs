//! What is told: a table of the modules, and all that the list does not say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::function::Function;
use crate::list::List;
use crate::module::Module;
use crate::place::Place;
use crate::reach::{self, Table};
use crate::source;

/// The gate, and the least number of functions that five modules have: with fewer, something was not looked at.
const GATE: &str = "faults.panics";
const LEAST_FUNCTIONS: usize = 5000;

/// What the columns are; `scripts/panics --help` says it in sentences.
const HEAD: [&str; 7] =
    ["in all (and ours)", "functions", "panics", "callbacks <=", "callbacks >=", "requests >=", "traps"];

/// The findings in all modules.
pub(crate) struct Audit<'a> {
    list: List,
    sources: &'a Path,
    rows: Vec<Vec<String>>,
    /// By the keys of the list, the places with a function that has each.
    listed: BTreeMap<String, BTreeMap<String, String>>,
    unlisted: BTreeMap<String, String>,
    /// Names of implementations that no module has had.
    unseen: BTreeSet<&'static str>,
    functions: usize,
    clean: usize,
}

/// How many there are, and how many of them are ours.
#[derive(Default, Clone, Copy)]
struct Count {
    all: usize,
    ours: usize,
}

impl<'a> Audit<'a> {
    /// Held against `list`; our own sources lie in `sources`.
    pub(crate) fn new(list: List, sources: &'a Path) -> Self {
        let (listed, unlisted) = (BTreeMap::new(), BTreeMap::new());
        let unseen = reach::names().collect();
        Self { list, sources, rows: Vec::new(), listed, unlisted, unseen, functions: 0, clean: 0 }
    }

    /// Look at one more module.
    pub(crate) fn add(&mut self, path: &str, module: &Module) {
        for function in module.functions.iter().filter(|function| function.body.is_some()) {
            self.unseen.retain(|name| !function.name.contains(name));
            let is_clean = self.look(path, module, function);
            self.functions = self.functions.saturating_add(1);
            self.clean = self.clean.saturating_add(usize::from(is_clean));
        }
        self.rows.push(row(path, module));
    }

    /// Whether all of its panics are on the list.
    fn look(&mut self, path: &str, module: &Module, function: &Function) -> bool {
        let mut found: Vec<_> = function.places().map(|place| self.named(place)).collect();
        found.extend(without_place(module, function));
        let mut is_clean = true;
        for (name, what, is_ours) in found {
            let within = format!("in `{}` of {}", function.name, module_name(path));
            if let Some(key) = self.list.key_of(&name, is_ours).map(str::to_owned) {
                self.listed.entry(key).or_default().entry(what).or_insert(within);
            } else {
                self.unlisted.entry(format!("{name}: {what}")).or_insert(within);
                is_clean = false;
            }
        }
        is_clean
    }

    fn named(&self, place: &Place) -> (String, String, bool) {
        let is_ours = place.is_ours();
        let name = match is_ours {
            true => format!("{}:{}", place.source, source::word(self.sources, place)),
            false => place.source.clone(),
        };
        (name, place.to_string(), is_ours)
    }

    /// Say all of it: whether the list is right.
    pub(crate) fn tell(&self) -> bool {
        print!("{}", table(&self.rows));
        let faults = self.faults();
        faults.iter().for_each(|fault| eprintln!("{fault}"));
        println!("{}", self.gate());
        faults.is_empty() && self.is_clean()
    }

    /// It counts functions of which every panic is on the list.
    fn gate(&self) -> String {
        let (all, verdict) = (self.wanted(), if self.is_clean() { "ok" } else { "short" });
        format!("gate {GATE} {}/{} {all}/{all} {verdict}", self.clean, self.functions)
    }

    fn is_clean(&self) -> bool {
        self.clean == self.wanted()
    }

    fn wanted(&self) -> usize {
        self.functions.max(LEAST_FUNCTIONS)
    }

    fn faults(&self) -> Vec<String> {
        let unlisted =
            self.unlisted.iter().map(|(what, within)| format!("not on the list: {what}, {within}"));
        let wrong = self.list.entries().iter().filter_map(|entry| self.wrong(&entry.key, entry.places));
        let unseen = self.unseen.iter().map(|name| format!("no function is called `{name}`"));
        unlisted.chain(wrong).chain(unseen).collect()
    }

    fn wrong(&self, key: &str, places: usize) -> Option<String> {
        let nothing = BTreeMap::new();
        let found = self.listed.get(key).unwrap_or(&nothing);
        if found.len() == places {
            return None;
        }
        let all = found.iter().map(|(what, within)| format!("\n  {what}, {within}"));
        Some(format!("{key}: {places} on the list, {} found{}", found.len(), all.collect::<String>()))
    }
}

/// A function that panics and names no place has it of its caller, where it is seen. Ours could not be looked at.
fn without_place(module: &Module, function: &Function) -> Option<(String, String, bool)> {
    let panics = |number| called(module, number).is_some_and(Function::panics);
    if function.panics() || function.places().next().is_some() || !function.calls().any(panics) {
        return None;
    }
    let name = format!("{}/#[track_caller]", function.crate_name());
    let what = if function.is_ours() { &function.name } else { function.crate_name() };
    Some((name, what.to_owned(), function.is_ours()))
}

fn called(module: &Module, number: u32) -> Option<&Function> {
    module.functions.get(usize::try_from(number).ok()?)
}

/// A line of the table.
fn row(path: &str, module: &Module) -> Vec<String> {
    let own = module.functions.iter().filter(|function| function.body.is_some());
    let functions = count(own.map(|function| (1, function.is_ours())));
    let traps = count(module.functions.iter().map(|function| (function.traps(), function.is_ours())));
    let everywhere: BTreeSet<u32> = (0..).take(module.functions.len()).collect();
    let reached = [Table::ByType, Table::Named, Table::NamedForRequests];
    let reached = reached.map(|table| reach::from_callbacks(module, table));
    let places = std::iter::once(&everywhere).chain(&reached).map(|numbers| places(module, numbers));
    let counts = std::iter::once(functions).chain(places).chain([traps]);
    std::iter::once(module_name(path).to_owned()).chain(counts.map(cell)).collect()
}

fn places(module: &Module, numbers: &BTreeSet<u32>) -> Count {
    let functions = numbers.iter().filter_map(|number| called(module, *number));
    let places: BTreeSet<&Place> = functions.flat_map(Function::places).collect();
    count(places.into_iter().map(|place| (1, place.is_ours())))
}

fn count(parts: impl Iterator<Item = (usize, bool)>) -> Count {
    parts.fold(Count::default(), |sum, (number, is_ours)| Count {
        all: sum.all.saturating_add(number),
        ours: sum.ours.saturating_add(if is_ours { number } else { 0 }),
    })
}

fn cell(Count { all, ours }: Count) -> String {
    format!("{all} ({ours})")
}

fn table(rows: &[Vec<String>]) -> String {
    let head = HEAD.map(str::to_owned).to_vec();
    std::iter::once(&head).chain(rows).map(|cells| line(cells)).collect()
}

fn line(cells: &[String]) -> String {
    let (name, numbers) =
        cells.split_first().map_or(("", cells), |(name, numbers)| (name.as_str(), numbers));
    let numbers: String = numbers.iter().map(|number| format!("{number:>15}")).collect();
    format!("{name:<22}{numbers}\n")
}

fn module_name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".named.wasm").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    const LINE: &str = "filters/host/src/stream.rs:?";

    fn faults(list: &str) -> Vec<String> {
        let mut audit = Audit::new(List::parse(list).unwrap(), Path::new("."));
        audit.add("a/sample.named.wasm", &Module::read(&sample::module()).unwrap());
        assert_eq!(audit.functions, 3);
        assert_eq!(audit.unseen.len(), reach::names().count());
        audit.unseen.clear();
        audit.faults()
    }

    #[test]
    fn a_panic_that_is_not_on_the_list_is_told_with_its_place() {
        let [fault] = faults("").try_into().unwrap();
        let want = format!(
            "not on the list: {LINE}: filters/host/src/stream.rs:7:9, in `host::stream::count` of sample"
        );
        assert_eq!(fault, want);
    }

    #[test]
    fn one_that_is_on_it_is_not() {
        assert_eq!(faults(&format!("Because.\n  {LINE} 1")), Vec::<String>::new());
    }

    #[test]
    fn a_line_for_what_is_not_there_is_told() {
        let list = format!("Because.\n  {LINE} 2\n  ring/src 1");
        let [more, gone] = faults(&list).try_into().unwrap();
        assert!(more.starts_with(&format!("{LINE}: 2 on the list, 1 found\n")), "{more}");
        assert_eq!(gone, "ring/src: 1 on the list, 0 found");
    }

    #[test]
    fn too_few_functions_are_no_audit() {
        let audit = Audit::new(List::default(), Path::new("."));
        assert_eq!(audit.gate(), "gate faults.panics 0/0 5000/5000 short");
        assert!(!audit.is_clean());
    }
}
