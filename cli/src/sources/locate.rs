//! The path of a configuration error to the node that it means.

use super::node::{Entry, Node};

/// As far as a path leads into a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot<'a> {
    /// The member that was gone through last, when the node is the value of one.
    pub(crate) entry: Option<&'a Entry>,
    /// The node.
    pub(crate) node: &'a Node,
}

/// The node at `path`, such as `jwt.providers.corp` or `routes[3].match`; where the path leads to what is not
/// there, the last node on the way.
///
/// Names may have dots in them, so the longest that fits is taken.
pub(crate) fn locate<'a>(root: &'a Node, path: &str) -> Spot<'a> {
    let mut spot = Spot { entry: None, node: root };
    let mut rest = path;
    while let Some((next, behind)) = step(spot.node, rest) {
        (spot, rest) = (next, behind);
    }
    spot
}

fn step<'a, 'p>(node: &'a Node, path: &'p str) -> Option<(Spot<'a>, &'p str)> {
    let path = path.strip_prefix('.').unwrap_or(path);
    if let Some((index, behind)) = path.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let node = node.items().get(index.parse::<usize>().ok()?)?;
        return Some((Spot { entry: None, node }, behind));
    }
    let fitting = node.entries().iter().filter_map(|entry| Some((entry, behind(path, entry.name())?)));
    let (entry, behind) = fitting.max_by_key(|(entry, _)| entry.name().len())?;
    Some((Spot { entry: Some(entry), node: &entry.value }, behind))
}

/// What stands in `path` behind `name`, when that is where a name ends.
fn behind<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(name).filter(|_| !name.is_empty())?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}
