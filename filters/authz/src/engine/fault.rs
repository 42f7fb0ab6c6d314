//! What is wrong with a text in Cedar's languages, and where.

use cedar_policy_core::parser::Loc;
use miette::Diagnostic;

use super::lexer::{Token, tokens};

/// A fault in a schema or in policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The byte at which it lies, if that is known.
    offset: Option<usize>,
    message: String,
}

impl Fault {
    pub(super) const fn at(offset: usize, message: String) -> Self {
        Self { offset: Some(offset), message }
    }

    pub(super) const fn anywhere(message: String) -> Self {
        Self { offset: None, message }
    }

    /// At the start of `loc`, if that is known.
    pub(super) fn located(loc: Option<&Loc>, message: String) -> Self {
        Self { offset: loc.map(Loc::start), message }
    }

    /// What Cedar found, with its advice when it has some.
    pub(super) fn found(error: &dyn Diagnostic) -> Self {
        let label = error.labels().and_then(|mut labels| labels.next());
        let message = match error.help() {
            Some(help) => format!("{error} ({help})"),
            None => error.to_string(),
        };
        Self { offset: label.map(|label| label.offset()), message }
    }

    /// The same in a text of which `bytes` precede the one that it was found in.
    pub(super) fn behind(self, bytes: usize) -> Self {
        Self { offset: self.offset.map(|offset| offset.saturating_add(bytes)), ..self }
    }

    /// What is wrong, without where.
    pub(super) fn into_message(self) -> String {
        self.message
    }

    /// The order in which faults are told: from the top of the text.
    pub(super) fn place(&self) -> (usize, &str) {
        (self.offset.unwrap_or(usize::MAX), &self.message)
    }

    /// `line 3, column 12: …` in a schema.
    pub(crate) fn in_schema(&self, text: &str) -> String {
        match self.offset {
            Some(offset) => format!("{}: {}", line_and_column(text, offset), self.message),
            None => self.message.clone(),
        }
    }

    /// `line 3, column 12, policy "readers": …` in policies.
    pub(crate) fn in_policies(&self, text: &str) -> String {
        let Some(offset) = self.offset else {
            return self.message.clone();
        };
        let place = line_and_column(text, offset);
        match policy_around(text, offset) {
            Some(id) => format!("{place}, policy \"{id}\": {}", self.message),
            None => format!("{place}: {}", self.message),
        }
    }
}

/// Both counted from 1, columns in characters.
fn line_and_column(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    format!("line {line}, column {column}")
}

/// The id of the policy in which `offset` lies. It is read off the tokens, because a text that does not
/// parse has no policies yet.
fn policy_around(text: &str, offset: usize) -> Option<String> {
    let mut statements = Statements::default();
    for (at, token) in tokens(text) {
        let ends = statements.take(token);
        if ends && at >= offset {
            break;
        }
        if ends {
            statements.next();
        }
    }
    statements.id()
}

/// Follows the tokens of policies, one statement after the other.
#[derive(Default)]
struct Statements<'a> {
    index: usize,
    begun: bool,
    annotated: Option<&'a str>,
    /// How much of `@id("` has just been read.
    prefix: usize,
}

impl<'a> Statements<'a> {
    /// Whether `token` ends a statement.
    fn take(&mut self, token: Token<'a>) -> bool {
        self.begun = true;
        self.prefix = match (self.prefix, token) {
            (_, Token::Symbol('@')) => 1,
            (1, Token::Word("id")) => 2,
            (2, Token::Open) => 3,
            (3, Token::Text(id)) => {
                self.annotated = Some(id);
                0
            }
            (_, _) => 0,
        };
        token == Token::Symbol(';')
    }

    fn next(&mut self) {
        *self = Self { index: self.index.saturating_add(1), ..Self::default() };
    }

    fn id(&self) -> Option<String> {
        match self.annotated {
            Some(id) => Some(id.to_owned()),
            None => self.begun.then(|| format!("policy{}", self.index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_line_column_and_policy() {
        let text = "@id(\"first\")\npermit (é);\n// @id(\"no\")\nforbid ();\n@id(\"third\") x";
        for (needle, wanted) in [
            ("@id(\"first\")", "line 1, column 1, policy \"first\": m"),
            (");\n//", "line 2, column 10, policy \"first\": m"),
            ("forbid", "line 4, column 1, policy \"policy1\": m"),
            ("x", "line 5, column 14, policy \"third\": m"),
        ] {
            let fault = Fault::at(text.find(needle).unwrap(), "m".into());
            assert_eq!(fault.in_policies(text), wanted);
        }
        assert_eq!(Fault::at(text.len(), "m".into()).in_schema(text), "line 5, column 15: m");
        assert_eq!(Fault::at(0, "m".into()).in_policies(""), "line 1, column 1: m");
        assert_eq!(Fault::anywhere("m".into()).in_policies(text), "m");
    }
}
