//! What was found.

use std::fmt::Display;
use std::rc::Rc;

use super::rule::Rule;
use crate::sources::{Entry, Fault, File, Node, Place, Span, Stretch, Text};

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// By which rule.
    pub(crate) rule: Rule,
    /// Where.
    pub(crate) at: Stretch,
    /// The path of the field; empty where there is none.
    pub(crate) field: String,
    /// What is wrong.
    pub(crate) message: String,
}

/// What is found in one text.
#[derive(Debug)]
pub(crate) struct Findings {
    /// The text.
    pub(crate) text: Rc<Text>,
    /// So far.
    pub(crate) found: Vec<Finding>,
}

impl Findings {
    /// Nothing yet.
    pub(crate) const fn new(text: Rc<Text>) -> Self {
        Self { text, found: Vec::new() }
    }

    /// At a stretch.
    pub(crate) fn at(&mut self, rule: Rule, at: Stretch, field: &str, message: impl Display) {
        self.found.push(Finding { rule, at, field: field.to_owned(), message: message.to_string() });
    }

    /// At a node: all of a scalar, the beginning of anything else.
    pub(crate) fn node(&mut self, rule: Rule, node: &Node, field: &str, message: impl Display) {
        let at = self.stretch(node);
        self.at(rule, at, field, message);
    }

    /// At the name of a member.
    pub(crate) fn key(&mut self, rule: Rule, entry: &Entry, field: &str, message: impl Display) {
        self.node(rule, &entry.key, field, message);
    }

    /// What a reader has found.
    pub(crate) fn fault(&mut self, rule: Rule, fault: &Fault) {
        self.at(rule, fault.at.clone(), "", &fault.message);
    }

    fn stretch(&self, node: &Node) -> Stretch {
        let end = if node.is_scalar() { node.span.end } else { node.span.start };
        self.text.stretch(Span { start: node.span.start, end })
    }
}

impl Finding {
    /// Of a file as a whole.
    pub(crate) fn of_file(rule: Rule, file: &Rc<File>, message: impl Display) -> Self {
        let at = Stretch::at(Place::start_of(file));
        Self { rule, at, field: String::new(), message: message.to_string() }
    }

    /// What is wrong, and with which field.
    pub(crate) fn title(&self) -> String {
        match self.field.is_empty() {
            true => self.message.clone(),
            false => format!("{}: {}", self.field, self.message),
        }
    }
}
