//! A document, each node of which knows where it stands.

use std::rc::Rc;

use saphyr_parser::ScalarStyle;
use serde_json::{Map, Value};

/// A line and a column of a text, both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// Which line.
    pub(crate) line: usize,
    /// Which character of it.
    pub(crate) column: usize,
}

/// From one place up to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first character.
    pub(crate) start: Mark,
    /// The one behind the last.
    pub(crate) end: Mark,
}

/// A node of a document.
#[derive(Debug)]
pub(crate) struct Node {
    /// Where it stands.
    pub(crate) span: Span,
    /// How many nodes it is, with all that stand in it. What an alias repeats counts each time.
    pub(super) size: usize,
    /// How deep the nodes in it lie.
    pub(super) depth: usize,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Scalar { value: Value, raw: String, style: ScalarStyle },
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<Entry>),
}

/// A member of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) key: Rc<Node>,
    /// What it is.
    pub(crate) value: Rc<Node>,
}

impl Entry {
    /// The name as it is written, numbers too.
    pub(crate) fn name(&self) -> &str {
        match &self.key.content {
            Content::Scalar { raw, .. } => raw,
            Content::Sequence(_) | Content::Mapping(_) => "",
        }
    }
}

impl Node {
    /// The value, without where.
    pub(crate) fn json(&self) -> Value {
        match &self.content {
            Content::Scalar { value, .. } => value.clone(),
            Content::Sequence(items) => items.iter().map(|item| item.json()).collect(),
            Content::Mapping(entries) => {
                let members = entries.iter().map(|entry| (entry.name().to_owned(), entry.value.json()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// The members of a mapping, in their order; none of anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Mapping(entries) => entries,
            Content::Scalar { .. } | Content::Sequence(_) => &[],
        }
    }

    /// The items of a sequence; none of anything else.
    pub(crate) fn items(&self) -> &[Rc<Self>] {
        match &self.content {
            Content::Sequence(items) => items,
            Content::Scalar { .. } | Content::Mapping(_) => &[],
        }
    }

    /// The member called `name`, with its key. Of several, the last counts, as for all readers.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().rfind(|entry| entry.name() == name)
    }

    /// The member called `name`.
    pub(crate) fn member(&self, name: &str) -> Option<&Rc<Self>> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// The member that is reached through each of `names` in turn.
    pub(crate) fn at<'a>(&'a self, names: &[&str]) -> Option<&'a Rc<Self>> {
        let (first, rest) = names.split_first()?;
        let found = self.member(first)?;
        if rest.is_empty() { Some(found) } else { found.at(rest) }
    }

    /// The field of a protobuf message that is called `name` there. Envoy takes both spellings of it.
    pub(crate) fn field(&self, name: &str) -> Option<&Rc<Self>> {
        self.field_entry(name).map(|entry| &entry.value)
    }

    /// The same, with its key.
    pub(crate) fn field_entry(&self, name: &str) -> Option<&Entry> {
        self.entry(name).or_else(|| self.entry(&camel_case(name)))
    }

    /// The type of a message that stands in an `Any`, without the host in front of it.
    pub(crate) fn message_type(&self) -> Option<&str> {
        let url = self.member("@type")?.text()?;
        Some(url.rsplit('/').next().unwrap_or(url))
    }

    /// A text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { value, .. } => value.as_str(),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// The value of a protobuf enumeration by its name. Envoy takes its number, too: `names` are those of 0, 1 and so
    /// on.
    pub(crate) fn choice<'a>(&'a self, names: &[&'a str]) -> Option<&'a str> {
        let Content::Scalar { value, .. } = &self.content else { return None };
        // Numbers of JSON may be written as 3.0.
        let is_it =
            |number: usize| u32::try_from(number).is_ok_and(|n| value.as_f64() == Some(f64::from(n)));
        let by_number = || (0..).zip(names).find_map(|(number, name)| is_it(number).then_some(*name));
        value.as_str().or_else(by_number)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self) -> Option<bool> {
        match &self.content {
            Content::Scalar { value, .. } => value.as_bool(),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// How a scalar is written.
    pub(crate) const fn style(&self) -> Option<ScalarStyle> {
        match &self.content {
            Content::Scalar { style, .. } => Some(*style),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// What a plain scalar says, whatever it is taken for.
    pub(crate) fn plain(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { raw, style: ScalarStyle::Plain, .. } => Some(raw),
            Content::Scalar { .. } | Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// Whether it is a mapping.
    pub(crate) const fn is_mapping(&self) -> bool {
        matches!(self.content, Content::Mapping(_))
    }

    /// Whether it is a scalar.
    pub(crate) const fn is_scalar(&self) -> bool {
        matches!(self.content, Content::Scalar { .. })
    }

    /// It and every node in it, outer ones first.
    pub(crate) fn each<'a>(self: &'a Rc<Self>, visit: &mut dyn FnMut(&'a Rc<Self>)) {
        visit(self);
        self.items().iter().for_each(|item| item.each(visit));
        for entry in self.entries() {
            entry.value.each(visit);
        }
    }
}

/// `stream_idle_timeout` as JSON has it: `streamIdleTimeout`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut rest = word.chars();
        let initial = rest.next().map(|initial| initial.to_ascii_uppercase());
        name + &initial.into_iter().chain(rest).collect::<String>()
    })
}
