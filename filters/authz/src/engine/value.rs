//! The values that a request consists of.

use cedar_policy_core::ast;

/// A typed value; text is borrowed until Cedar takes it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A string.
    String(&'a str),
    /// A 64-bit integer.
    Long(i64),
    /// A boolean.
    Bool(bool),
    /// A set of strings.
    Strings(Vec<&'a str>),
    /// A record of strings.
    Record(Vec<(&'a str, &'a str)>),
}

impl From<Value<'_>> for ast::Value {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::String(text) => Self::from(text),
            Value::Long(number) => Self::from(number),
            Value::Bool(truth) => Self::from(truth),
            Value::Strings(texts) => Self::set_of_lits(texts.into_iter().map(ast::Literal::from), None),
            Value::Record(members) => Self::record(members, None),
        }
    }
}
