//! Templates of paths as a tree of segments, and the rows that end in it.

use std::collections::BTreeMap;

use contract::SettledPath;

/// Rows by the template of their path.
///
/// For a path, the rows of the more specific template are tried first: at every segment a literal before a
/// parameter before the rest of the path. When none of them takes the request, the next template that
/// matches is tried, so that a narrow row never takes a path away from the guard of a broad one. Each node is
/// visited once at most, so a request costs no more than the table has segments.
pub(crate) struct Trie<T> {
    root: Node<T>,
}

struct Node<T> {
    /// Few as a rule, and found without hashing.
    literals: BTreeMap<String, Node<T>>,
    parameter: Option<Box<Node<T>>>,
    /// Rows that match the path up to here and whatever follows, if anything does.
    rest: Vec<T>,
    /// Rows that match the path up to here exactly.
    ends: Vec<T>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { literals: BTreeMap::new(), parameter: None, rest: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        Self { root: Node::default() }
    }
}

impl<T> Trie<T> {
    /// The rows that stand under `template`, to add one or to look for a conflict. Templates that differ only
    /// in the names of their parameters are one.
    pub(crate) fn rows_mut(&mut self, template: &str) -> &mut Vec<T> {
        let mut node = &mut self.root;
        for segment in segments(template) {
            if segment.starts_with("{*") {
                return &mut node.rest;
            }
            node = match segment.starts_with('{') {
                true => node.parameter.get_or_insert_default(),
                false => node.literals.entry(segment.to_owned()).or_default(),
            };
        }
        &mut node.ends
    }

    /// The first row that matches `path` and that `takes` accepts, with the decoded values of its parameters
    /// in their order.
    pub(crate) fn find(&self, path: &str, takes: &dyn Fn(&T) -> bool) -> Option<(&T, Vec<String>)> {
        let segments: Vec<_> = segments(path).collect();
        let mut values = Vec::new();
        let row = self.root.find(&segments, takes, &mut values)?;
        Some((row, values.iter().map(|value| SettledPath::decode(value)).collect()))
    }
}

impl<T> Node<T> {
    fn find(&self, path: &[&str], takes: &dyn Fn(&T) -> bool, values: &mut Vec<String>) -> Option<&T> {
        let Some((segment, behind)) = path.split_first() else {
            return self.ends.iter().find(|row| takes(row));
        };
        let literal = self.literals.get(*segment).and_then(|node| node.find(behind, takes, values));
        literal
            .or_else(|| self.find_parameter(segment, behind, takes, values))
            .or_else(|| self.find_rest(path, takes, values))
    }

    fn find_parameter(
        &self,
        segment: &str,
        behind: &[&str],
        takes: &dyn Fn(&T) -> bool,
        values: &mut Vec<String>,
    ) -> Option<&T> {
        let node = self.parameter.as_ref().filter(|_| !segment.is_empty())?;
        values.push(segment.to_owned());
        let found = node.find(behind, takes, values);
        if found.is_none() {
            values.pop();
        }
        found
    }

    fn find_rest(&self, path: &[&str], takes: &dyn Fn(&T) -> bool, values: &mut Vec<String>) -> Option<&T> {
        let is_empty = path.iter().all(|segment| segment.is_empty());
        let found = self.rest.iter().filter(|_| !is_empty).find(|row| takes(row))?;
        values.push(path.join("/"));
        Some(found)
    }
}

/// The segments of a path or template, behind its leading slash.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trie(templates: &[&'static str]) -> Trie<&'static str> {
        let mut trie = Trie::default();
        for template in templates {
            trie.rows_mut(template).push(*template);
        }
        trie
    }

    #[test]
    fn the_more_specific_template_wins_segment_by_segment() {
        let trie =
            trie(&["/", "/a", "/a/", "/a/b", "/a/{x}", "/{y}/b", "/a/{*rest}", "/{y}/{x}/c", "/{*all}"]);
        for (path, template, values) in [
            ("/", "/", [].as_slice()),
            ("/a", "/a", &[]),
            ("/a/", "/a/", &[]),
            ("/a/b", "/a/b", &[]),
            ("/a/c", "/a/{x}", &["c"]),
            ("/z/b", "/{y}/b", &["z"]),
            ("/a/b/c", "/a/{*rest}", &["b/c"]),
            ("/z/y/c", "/{y}/{x}/c", &["z", "y"]),
            ("/z/y/d", "/{*all}", &["z/y/d"]),
            ("/a/b/", "/a/{*rest}", &["b/"]),
            ("/a/zo%C3%AB", "/a/{x}", &["zoë"]),
        ] {
            let (found, decoded) = trie.find(path, &|_| true).unwrap();
            assert_eq!(
                (*found, decoded),
                (template, values.iter().map(ToString::to_string).collect()),
                "{path}"
            );
        }
    }

    #[test]
    fn a_template_whose_rows_do_not_take_the_request_gives_way_to_the_next() {
        let trie = trie(&["/a/b", "/a/{x}", "/{y}/b", "/{*all}"]);
        for (refused, template, values) in [
            (["/a/b"].as_slice(), "/a/{x}", ["b"].as_slice()),
            (&["/a/b", "/a/{x}"], "/{y}/b", &["a"]),
            (&["/a/b", "/a/{x}", "/{y}/b"], "/{*all}", &["a/b"]),
        ] {
            let (found, decoded) = trie.find("/a/b", &|row| !refused.contains(row)).unwrap();
            assert_eq!((*found, decoded), (template, values.iter().map(ToString::to_string).collect()));
        }
        assert!(trie.find("/a/b", &|_| false).is_none());
    }

    #[test]
    fn neither_a_parameter_nor_a_rest_is_empty() {
        let trie = trie(&["/a/{x}", "/b/{*rest}"]);
        for path in ["/a/", "/a", "/b/", "/b", "/"] {
            assert!(trie.find(path, &|_| true).is_none(), "{path}");
        }
    }
}
