//! Texts of a path, a query or a header field as values.

use std::borrow::Cow;

use crate::engine::{Schema, Shape, Value};

/// The value that `text` writes, if it writes one of this shape: a Long in decimal digits without leading zeros,
/// `true` or `false`, an entity by its id, an extension value as Cedar writes it.
pub(crate) fn from_text<'a>(shape: &'a Shape, text: Cow<'a, str>) -> Option<Value<'a>> {
    match shape {
        Shape::String => Some(Value::String(text)),
        Shape::Long => {
            let number = text.parse::<i64>().ok()?;
            (number.to_string() == text).then_some(Value::Long(number))
        }
        Shape::Bool => match text.as_ref() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Shape::Entity(of) => Some(Value::Entity(of, text)),
        Shape::Extension(kind) => kind.parse(&text).map(Value::Extension),
        Shape::Set(_) | Shape::Record(_) | Shape::Other(_) => None,
    }
}

/// Check that a text can write values of this shape.
///
/// # Errors
/// With a message when it cannot.
pub(crate) fn check_text(shape: &Shape, schema: &Schema) -> Result<(), String> {
    match shape {
        Shape::Set(_) | Shape::Record(_) => {
            Err(format!("the schema says {shape}, and a text is neither set nor record"))
        }
        Shape::String
        | Shape::Long
        | Shape::Bool
        | Shape::Entity(_)
        | Shape::Extension(_)
        | Shape::Other(_) => check_scalar(shape, schema),
    }
}

/// What holds of texts and JSON alike.
pub(super) fn check_scalar(shape: &Shape, schema: &Schema) -> Result<(), String> {
    match shape {
        Shape::Entity(of) if schema.ids(of).is_some() => {
            Err(format!("`{of}` is an enumeration: nothing assures that a request stays within it"))
        }
        Shape::Other(name) => Err(format!("the schema says {name}, of which a request has no values")),
        Shape::String
        | Shape::Long
        | Shape::Bool
        | Shape::Set(_)
        | Shape::Record(_)
        | Shape::Entity(_)
        | Shape::Extension(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ExtensionKind;

    #[test]
    fn takes_one_spelling_of_each_value() {
        let read =
            |shape: &Shape, text: &str| from_text(shape, text.into()).map(|value| format!("{value:?}"));
        for (shape, text, wanted) in [
            (Shape::String, "", Some("String(\"\")")),
            (Shape::Long, "-7", Some("Long(-7)")),
            (Shape::Long, "+7", None),
            (Shape::Long, "07", None),
            (Shape::Long, "9223372036854775808", None),
            (Shape::Bool, "true", Some("Bool(true)")),
            (Shape::Bool, "True", None),
            (Shape::Extension(ExtensionKind::IpAddr), "10.0.0.256", None),
            (Shape::Set(Box::new(Shape::String)), "a", None),
        ] {
            assert_eq!(read(&shape, text).as_deref(), wanted, "{shape} {text}");
        }
    }
}
