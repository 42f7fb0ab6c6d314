//! YAML, of which JSON is a part, to documents that know where everything stands.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, Tag};

use super::file::Stretch;
use super::node::{Content, Entry, Mark, Node, Span};
use super::scalar;
use super::text::Text;

/// How deep nodes may lie in one another: what `serde_json` and `serde_norway` take, and so the filters.
const MAX_DEPTH: usize = 120;

/// How many nodes a document may have once its aliases are followed. The largest of ours has 2000.
const MAX_NODES: usize = 500_000;

/// Something that is wrong with a file before anybody asks what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) at: Stretch,
    /// What.
    pub(crate) message: String,
    /// The word that stands for nothing, where that is it.
    pub(crate) word: Option<String>,
}

/// What could be read.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) documents: Vec<Rc<Node>>,
    pub(super) faults: Vec<Fault>,
}

impl Fault {
    /// Nothing stands for a word.
    pub(super) fn undefined(word: &str, at: Stretch) -> Self {
        let message = format!("nothing stands for ${{{word}}}");
        Self { at, message, word: Some(word.to_owned()) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at.place, self.message)
    }
}

/// Read all documents of `text`, up to the first that is no YAML.
pub(super) fn read(text: &Text) -> Read {
    let mut building = Building { text, read: Read::default(), open: Vec::new(), anchors: BTreeMap::new() };
    let mut parser = Parser::new_from_str(text.content());
    while let Some(event) = parser.next_event() {
        let taken = match event {
            Ok((event, span)) => building.take(event, span_of(&span.start, &span.end)),
            Err(error) => Err((span_of(error.marker(), error.marker()), error.info().to_owned())),
        };
        if let Err((span, message)) = taken {
            building.fault(span, message);
            break;
        }
    }
    building.read
}

/// The parser counts columns from 0.
fn span_of(start: &Marker, end: &Marker) -> Span {
    let mark = |marker: &Marker| Mark { line: marker.line(), column: marker.col().saturating_add(1) };
    Span { start: mark(start), end: mark(end) }
}

type Taken = Result<(), (Span, String)>;

struct Building<'a> {
    text: &'a Text,
    read: Read,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Rc<Node>>,
}

/// A collection that has begun.
struct Open {
    start: Mark,
    anchor: usize,
    content: OpenContent,
}

enum OpenContent {
    Sequence(Vec<Rc<Node>>),
    Mapping { entries: Vec<Entry>, key: Option<(Rc<Node>, bool)>, seen: BTreeMap<String, Mark> },
}

impl Building<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Taken {
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            Event::Alias(id) => match self.anchors.get(&id) {
                Some(node) => self.add(Rc::clone(node), span, false),
                None => Err((span, "this alias stands in what it repeats".to_owned())),
            },
            Event::Scalar(raw, style, anchor, tag) => {
                let ignored = is_ignore(tag.as_deref());
                let tag = tag.as_deref().filter(|_| !ignored);
                let value = scalar::value(&raw, style, tag).map_err(|message| (span, message))?;
                let content = Content::Scalar { value, raw: raw.into_owned(), style };
                self.node(Node { span, size: 1, depth: 0, content }, anchor, ignored)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(OpenContent::Sequence(Vec::new()), anchor, tag.as_deref(), span)
            }
            Event::MappingStart(anchor, tag) => {
                let content =
                    OpenContent::Mapping { entries: Vec::new(), key: None, seen: BTreeMap::new() };
                self.begin(content, anchor, tag.as_deref(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
        }
    }

    fn begin(&mut self, content: OpenContent, anchor: usize, tag: Option<&Tag>, span: Span) -> Taken {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            return Err((span, format!("the tag `{tag}` means nothing here: write the value without it")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err((span, format!("more than {MAX_DEPTH} levels in one another")));
        }
        self.open.push(Open { start: span.start, anchor, content });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Taken {
        let Some(Open { start, anchor, content }) = self.open.pop() else { return Ok(()) };
        let span = Span { start, end: span.end };
        let content = match content {
            OpenContent::Sequence(items) => Content::Sequence(items),
            OpenContent::Mapping { entries, .. } => Content::Mapping(entries),
        };
        let children = || {
            let (items, entries): (&[_], &[_]) = match &content {
                Content::Sequence(items) => (items, &[]),
                Content::Mapping(entries) => (&[], entries),
                Content::Scalar { .. } => (&[], &[]),
            };
            items.iter().chain(entries.iter().map(|entry| &entry.value))
        };
        let size = children().fold(1_usize, |sum, child| sum.saturating_add(child.size));
        let depth = children().map(|child| child.depth).max().unwrap_or_default().saturating_add(1);
        self.node(Node { span, size, depth, content }, anchor, false)
    }

    fn node(&mut self, node: Node, anchor: usize, ignored: bool) -> Taken {
        let (span, node) = (node.span, Rc::new(node));
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.add(node, span, ignored)
    }

    fn add(&mut self, node: Rc<Node>, span: Span, ignored: bool) -> Taken {
        if node.size > MAX_NODES || node.depth.saturating_add(self.open.len()) > MAX_DEPTH {
            return Err((span, "the aliases in it make this too large".to_owned()));
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.read.documents.push(node),
            Some(OpenContent::Sequence(items)) => items.push(node),
            Some(OpenContent::Mapping { key, .. }) => match key.take() {
                None if !node.is_scalar() => {
                    return Err((node.span, "a key is a text here, not a list or an object".to_owned()));
                }
                None => *key = Some((node, ignored)),
                // Envoy leaves out what is marked so; anchors in it stay.
                Some((_, true)) => {}
                Some((key, false)) => return self.entry(Entry { key, value: node }),
            },
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry) -> Taken {
        let (span, name) = (entry.key.span, entry.name().to_owned());
        let Some(OpenContent::Mapping { entries, seen, .. }) =
            self.open.last_mut().map(|open| &mut open.content)
        else {
            return Ok(());
        };
        entries.push(entry);
        if let Some(earlier) = seen.insert(name.clone(), span.start) {
            let line = self.text.place(earlier).line;
            self.fault(span, format!("`{name}` is here twice, for the first time on line {line}"));
        }
        Ok(())
    }

    fn fault(&mut self, span: Span, message: String) {
        self.read.faults.push(Fault { at: self.text.stretch(span), message, word: None });
    }
}

/// `!ignore`, by which Envoy's reader leaves out a member.
fn is_ignore(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| tag.handle == "!" && tag.suffix == "ignore")
}
