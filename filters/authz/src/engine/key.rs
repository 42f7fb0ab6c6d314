//! A question as bytes, such that two questions have the same bytes exactly if they are the same.
//!
//! Every text goes with its length, every name with its end, every list with its count, every value with its type.
//! Action and rules are not among it: the caller adds what stands for the action.

use std::io::Write;

use super::decide::{Entity, Question};
use super::schema::EntityType;
use super::value::Value;

impl Question<'_> {
    /// Append the question to `out`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let Self { principal, action: _, resource, context } = self;
        entity(principal, out);
        entity(resource, out);
        members(context, out);
    }
}

fn entity(entity: &Entity<'_>, out: &mut Vec<u8>) {
    let Entity { type_name, id, attributes, parents } = entity;
    name(type_name, out);
    text(id, out);
    members(attributes, out);
    number(parents.len(), out);
    for (type_name, id) in parents {
        name(type_name, out);
        text(id, out);
    }
}

fn members(members: &[(&str, Value<'_>)], out: &mut Vec<u8>) {
    number(members.len(), out);
    for (name, member) in members {
        text(name, out);
        value(member, out);
    }
}

fn value(one: &Value<'_>, out: &mut Vec<u8>) {
    match one {
        Value::String(string) => {
            out.push(0);
            text(string, out);
        }
        Value::Long(long) => {
            out.push(1);
            out.extend_from_slice(&long.to_be_bytes());
        }
        Value::Bool(truth) => out.extend_from_slice(&[2, u8::from(*truth)]),
        Value::Set(elements) => {
            out.push(3);
            number(elements.len(), out);
            elements.iter().for_each(|element| value(element, out));
        }
        Value::Record(record) => {
            out.push(4);
            members(record, out);
        }
        Value::Entity(type_name, id) => {
            out.push(5);
            name(type_name, out);
            text(id, out);
        }
        Value::Extension(extension) => {
            out.extend_from_slice(&[6, extension.kind() as u8]);
            text(extension.text(), out);
        }
    }
}

/// Names of types are made of identifiers: none of them holds the NUL that ends it here. So it can be written where it
/// is to stand before it is known how long it is.
fn name(type_name: &EntityType, out: &mut Vec<u8>) {
    // Memory takes whatever is written to it.
    drop(write!(out, "{type_name}"));
    out.push(0);
}

fn text(text: &str, out: &mut Vec<u8>) {
    number(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn number(number: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&number.to_be_bytes());
}
