//! The filter's own configuration, compiled as the filter compiles it.

use std::collections::BTreeSet;

use contract::{ConfigError, MemoryStore, NoProxyCrypto, StageKind};
use pipeline::{Surroundings, compile};
use serde_json::Value;

use super::finding::Findings;
use super::rule::Rule;
use super::secrets::StandIns;
use crate::modules::Module;
use crate::sources::{Mark, Node, Span, Spot, Stretch, Written, inner_mark, locate};
use crate::surroundings::SystemEntropy;

/// Say what is wrong with `configuration`, which is `written` there: the first fault of all, and then of each further
/// section that can be read without it. Returns the names of the secrets that it asks for.
pub(super) fn judge(
    findings: &mut Findings,
    module: Module,
    configuration: &Value,
    written: &Written,
) -> BTreeSet<String> {
    let secrets = StandIns::for_configuration(configuration);
    let mut configuration = configuration.clone();
    let mut kinds = module.kinds().to_vec();
    let mut first = true;
    while let Err(error) = attempt(module, &kinds, &configuration, &secrets) {
        let section = error.path().split(['.', '[']).next().unwrap_or_default().to_owned();
        let known = kinds.iter().position(|kind| kind.name().as_str() == section);
        // What is wrong elsewhere may come of what was left out.
        if first || known.is_some() {
            findings.at(Rule::ConfigurationRefused, place(written, &error), error.path(), error.message());
        }
        let (Some(index), Some(members)) = (known, configuration.as_object_mut()) else { break };
        members.remove(&section);
        kinds.remove(index);
        first = false;
    }
    secrets.asked()
}

fn attempt(
    module: Module,
    kinds: &[&dyn StageKind],
    configuration: &Value,
    secrets: &StandIns,
) -> Result<(), ConfigError> {
    let store = MemoryStore::default();
    let with = Surroundings { secrets, store: &store, entropy: &SystemEntropy, crypto: &NoProxyCrypto };
    compile(configuration.to_string().as_bytes(), kinds, module.chain(), &with).map(|_| ())
}

/// A list of routes by itself, without the stages that they name.
pub(super) fn judge_routes(findings: &mut Findings, written: &Written) {
    let configuration = serde_json::json!({ "routes": written.node.json() });
    let secrets = StandIns::for_configuration(&configuration);
    // That no stage is configured is said last, and of the whole.
    let outcome = attempt(Module::Watchword, &[], &configuration, &secrets);
    if let Err(error) = outcome.or_else(not_of_the_whole) {
        let within = error.path().strip_prefix("routes").unwrap_or_default();
        let relative = ConfigError::at(within, error.message());
        findings.at(Rule::ConfigurationRefused, place(written, &relative), error.path(), error.message());
    }
}

fn not_of_the_whole(error: ConfigError) -> Result<(), ConfigError> {
    if error.path().is_empty() { Ok(()) } else { Err(error) }
}

/// Where in the file an error lies.
pub(super) fn place(written: &Written, error: &ConfigError) -> Stretch {
    let Spot { entry, node } = locate(&written.node, error.path());
    let text = &written.text;
    if let Some((line, column)) = line_and_column(error.message())
        && let Some(mark) = inner_mark(text, node, line, column)
    {
        return text
            .stretch(Span { start: mark, end: Mark { column: mark.column.saturating_add(1), ..mark } });
    }
    let unknown = quoted_after(error.message(), "unknown field `").and_then(|name| node.entry(name));
    let meant: &Node = match (unknown, entry) {
        (Some(unknown), _) => &unknown.key,
        (None, Some(entry)) if !node.is_scalar() || error.message().starts_with("unknown field") => {
            &entry.key
        }
        (None, _) => node,
    };
    let end = if meant.is_scalar() { meant.span.end } else { meant.span.start };
    text.stretch(Span { start: meant.span.start, end })
}

/// `line 2, column 68`, wherever it stands in a message.
pub(super) fn line_and_column(message: &str) -> Option<(usize, usize)> {
    message.match_indices("line ").find_map(|(at, _)| {
        let (line, rest) = number(message.get(at..)?.strip_prefix("line ")?)?;
        let (column, _) = number(rest.strip_prefix(", column ")?)?;
        Some((line, column))
    })
}

fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

fn quoted_after<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    message.split_once(before)?.1.split_once('`').map(|(name, _)| name)
}
