//! Lists of a document that do not grow with whatever it holds.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

/// The elements of a list, at most `MAX` and one more: whoever counts them sees that there are too many, and
/// the others have cost no memory.
pub(crate) fn bounded<'de, const MAX: usize, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(Bounded::<MAX, T>(PhantomData))
}

struct Bounded<const MAX: usize, T>(PhantomData<T>);

impl<'de, const MAX: usize, T: Deserialize<'de>> Visitor<'de> for Bounded<MAX, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while values.len() <= MAX {
            match elements.next_element()? {
                Some(value) => values.push(value),
                None => return Ok(values),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct List(#[serde(deserialize_with = "bounded::<2, u8, _>")] Vec<u8>);

    #[test]
    fn keeps_one_more_than_the_bound_and_no_other() {
        for (text, kept) in [("[]", 0), ("[1,2]", 2), ("[1,2,3]", 3), ("[1,2,3,4,5]", 3)] {
            assert_eq!(serde_json::from_str::<List>(text).unwrap().0.len(), kept, "{text}");
        }
        for bad in ["[1", "{}", "[1,2,3,4", r#"["1"]"#, "[1,2,3,4,}]"] {
            assert!(serde_json::from_str::<List>(bad).is_err(), "{bad}");
        }
    }
}
