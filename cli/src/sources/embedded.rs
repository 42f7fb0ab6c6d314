//! A configuration that stands in another one.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use saphyr_parser::ScalarStyle;
use serde_json::Value;

use super::file::Stretch;
use super::kind::Kind;
use super::node::{Mark, Node, Span};
use super::plugin::plugins_of;
use super::reader::{self, Fault};
use super::text::Text;
use crate::modules::Module;

/// The configuration of one of our plugins.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// What the plugin is called; empty for a configuration that stands for itself.
    pub(crate) name: String,
    /// Which module it is for, where something tells.
    pub(crate) module: Option<Module>,
    /// What the module is handed.
    pub(crate) configuration: Value,
    /// How it is written.
    pub(crate) written: Written,
}

/// A node and the text that it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// The text: the file, or one that stands in a scalar of it.
    pub(crate) text: Rc<Text>,
    /// The node.
    pub(crate) node: Rc<Node>,
}

impl Embedded {
    /// What a module is handed of what is written there.
    pub(crate) fn json(written: &Written) -> Value {
        written.node.json()
    }

    /// A configuration that stands for itself.
    pub(super) fn alone(written: Written) -> Self {
        let configuration = written.node.json();
        Self { name: String::new(), module: None, configuration, written }
    }
}

/// All that stand in a document.
///
/// # Errors
/// When one is not written as a proxy would hand it over.
pub(super) fn of_document(text: &Rc<Text>, document: &Rc<Node>) -> Result<Vec<Embedded>, Fault> {
    let whole = Written { text: Rc::clone(text), node: Rc::clone(document) };
    if Kind::of(document) == Kind::Filter {
        return Ok(vec![Embedded::alone(whole)]);
    }
    let mut found = Vec::new();
    for plugin in plugins_of(document).iter().filter(|plugin| plugin.is_ours(text)) {
        let Some(written) = plugin.configuration(text)? else { continue };
        let (name, module) = (plugin.name().unwrap_or_default().to_owned(), plugin.module());
        found.push(Embedded { name, module, ..Embedded::alone(written) });
    }
    Ok(found)
}

/// A `google.protobuf.Any`, as `configuration` of Envoy is.
pub(super) fn of_any(text: &Rc<Text>, node: &Rc<Node>) -> Result<Written, Fault> {
    let value = node.member("value");
    let of_value = |read: fn(&Rc<Text>, &Rc<Node>) -> Result<Written, Fault>| match value {
        Some(value) => read(text, value),
        None => Err(fault(text, node, "there is no `value` in it")),
    };
    match node.message_type() {
        Some("google.protobuf.Struct") => of_value(of_struct),
        Some("google.protobuf.StringValue") => of_value(of_text),
        Some("google.protobuf.BytesValue") => of_value(of_base64),
        Some(other) => {
            let message = format!(
                "`{other}` reaches a module as protobuf bytes: write it as google.protobuf.Struct, or as \
                 google.protobuf.StringValue with JSON in it"
            );
            Err(fault(text, node.member("@type").unwrap_or(node), message))
        }
        None => Err(fault(text, node, "there is no `@type` in it")),
    }
}

/// Fields as they are.
pub(super) fn of_struct(text: &Rc<Text>, node: &Rc<Node>) -> Result<Written, Fault> {
    if node.is_mapping() {
        return Ok(Written { text: Rc::clone(text), node: Rc::clone(node) });
    }
    Err(fault(text, node, "the configuration is an object"))
}

/// JSON in a text.
fn of_text(text: &Rc<Text>, node: &Rc<Node>) -> Result<Written, Fault> {
    let Some(content) = node.text() else { return Err(fault(text, node, "`value` is a text here")) };
    json_in(text, node, content.to_owned())
}

/// JSON in base64, with which JSON writes bytes.
fn of_base64(text: &Rc<Text>, node: &Rc<Node>) -> Result<Written, Fault> {
    let decoded = node.text().and_then(|content| STANDARD.decode(content.trim()).ok());
    let Some(content) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Err(fault(text, node, "`value` is base64 of a text here"));
    };
    json_in(text, node, content)
}

fn json_in(text: &Rc<Text>, node: &Rc<Node>, content: String) -> Result<Written, Fault> {
    if let Err(error) = serde_json::from_str::<Value>(&content) {
        let mark = inner_mark(text, node, error.line(), error.column());
        let at = mark.map_or_else(|| text.stretch(node.span), |mark| Stretch::at(text.place(mark)));
        return Err(Fault { at, message: format!("`value` is no JSON: {error}"), word: None });
    }
    let same = node.text() == Some(&content);
    let starts = line_starts(text, node).filter(|_| same);
    let starts = starts.unwrap_or_else(|| vec![node.span.start; content.lines().count()]);
    let inner = Rc::new(text.within(content, &starts));
    let read = reader::read(&inner);
    match (read.documents.into_iter().next(), read.faults.into_iter().next()) {
        (_, Some(fault)) => Err(fault),
        (Some(document), None) => of_struct(&inner, &document),
        (None, None) => Err(fault(text, node, "the configuration is an object")),
    }
}

/// Where line `line` and column `column` of the text in a scalar stand, where the scalar is written as it reads.
pub(crate) fn inner_mark(text: &Text, node: &Node, line: usize, column: usize) -> Option<Mark> {
    let starts = line_starts(text, node)?;
    Some(starts.get(line.checked_sub(1)?)?.right(column))
}

/// Where each line of the text in a scalar begins.
fn line_starts(text: &Text, node: &Node) -> Option<Vec<Mark>> {
    let content = node.text()?;
    match node.style()? {
        ScalarStyle::Literal => in_block(text, node.span, content),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => in_line(text, node.span, content, 1),
        ScalarStyle::Plain => in_line(text, node.span, content, 0),
        ScalarStyle::Folded => None,
    }
}

/// In a block that begins with `|`, each line is indented alike. Its span begins somewhere at its first lines.
fn in_block(text: &Text, span: Span, content: &str) -> Option<Vec<Mark>> {
    let written: Vec<&str> = text.content().lines().collect();
    let wanted: Vec<&str> = content.lines().collect();
    let blank = wanted.iter().take_while(|line| line.is_empty()).count();
    let first = span.start.line.saturating_sub(blank).saturating_sub(1);
    let behind = span.start.line.saturating_add(1);
    (first..=behind).find_map(|first| {
        let lines = written.get(first.checked_sub(1)?..)?;
        let indentation = lines.get(blank)?.strip_suffix(wanted.get(blank)?)?.chars().count();
        let fits = |(written, wanted): (&&str, &&str)| {
            written.chars().skip(indentation).eq(wanted.chars())
                || (wanted.is_empty() && written.trim().is_empty())
        };
        let all = lines.len() >= wanted.len() && lines.iter().zip(&wanted).all(fits);
        let mark = |line| Mark { line, column: indentation.saturating_add(1) };
        all.then(|| (first..).take(wanted.len()).map(mark).collect())
    })
}

/// In one line, behind `quotes`: only where nothing is escaped.
fn in_line(text: &Text, span: Span, content: &str, quotes: usize) -> Option<Vec<Mark>> {
    let column = span.start.column.saturating_add(quotes);
    let written = text.line(span.start.line).chars().skip(column.saturating_sub(1));
    let same = content.chars().eq(written.take(content.chars().count()));
    same.then_some(vec![Mark { line: span.start.line, column }])
}

impl Mark {
    /// The character `column`, from 1, of what begins here.
    const fn right(self, column: usize) -> Self {
        let column = self.column.saturating_add(column.saturating_sub(1));
        Self { line: self.line, column }
    }
}

fn fault(text: &Text, node: &Node, message: impl Into<String>) -> Fault {
    Fault { at: text.stretch(node.span), message: message.into(), word: None }
}
