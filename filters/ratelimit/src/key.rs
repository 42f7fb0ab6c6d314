//! Who is counted: named values, made of what is known of a request.

mod address;
mod part;
mod raw;
mod value;

use std::collections::HashSet;

use contract::{Cause, Env, Request};

pub(crate) use part::KeyPart;
pub(crate) use raw::{RawKeyPart, Wrong};
pub(crate) use value::Value;

/// What distinguishes those who are counted from each other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key {
    parts: Vec<KeyPart>,
    is_shared: bool,
}

/// A part of the key that is not known of this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The part.
    pub(crate) part: KeyPart,
    /// What a request without it comes to.
    pub(crate) cause: Cause,
}

impl Key {
    /// A key of `parts`. When it is shared, those of whom a part is not known are counted together, as one
    /// whose value there is empty.
    pub(crate) fn new(parts: Vec<KeyPart>, is_shared: bool) -> Self {
        let with_issuer = |part: KeyPart| {
            let issuer = (part == KeyPart::Subject).then_some(KeyPart::IssuerOfSubject);
            issuer.into_iter().chain([part])
        };
        Self { parts: parts.into_iter().flat_map(with_issuer).collect(), is_shared }
    }

    /// Give `each` the name and the value of every part, in their order.
    ///
    /// # Errors
    /// With the first part that is not known of `request`, unless the key is shared.
    pub(crate) fn visit(
        &self,
        request: &Request<'_>,
        env: &Env<'_>,
        mut each: impl FnMut(&str, &Value<'_>),
    ) -> Result<(), Missing> {
        for part in &self.parts {
            match part.value(request, env) {
                Some(value) => each(part.name(), &value),
                None if self.is_shared => each(part.name(), &Value::MISSING),
                None => return Err(Missing { part: part.clone(), cause: part.cause_of_absence(request) }),
            }
        }
        Ok(())
    }

    /// Append the bytes of the key of `request`. Every field is preceded by its length, so that no two
    /// lists of fields give the same.
    pub(crate) fn write_to(
        &self,
        bytes: &mut Vec<u8>,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<(), Missing> {
        self.visit(request, env, |_, value| value.push_to(bytes))
    }

    /// Bytes that stand for what is counted here, whoever it is.
    pub(crate) fn definition(&self) -> Vec<u8> {
        let mut definition = Vec::new();
        for part in &self.parts {
            push(&mut definition, part.definition().as_bytes());
        }
        if self.is_shared {
            push(&mut definition, b"shared");
        }
        definition
    }

    /// A name that two of its values have.
    pub(crate) fn repeated_name(&self) -> Option<&str> {
        let mut seen = HashSet::new();
        self.parts.iter().map(KeyPart::name).find(|name| !seen.insert(*name))
    }

    /// Whether only a verified credential gives all of it.
    pub(crate) fn needs_identity(&self) -> bool {
        self.parts.iter().any(KeyPart::needs_identity)
    }

    /// Whether nobody can choose any of it: all of it is proven, or written by the operator.
    pub(crate) fn is_verified(&self) -> bool {
        self.parts.iter().all(KeyPart::is_verified)
    }
}

/// Append `field`, preceded by its length.
pub(crate) fn push(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(field);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let join = |fields: &[&str]| {
            let mut key = Vec::new();
            fields.iter().for_each(|field| push(&mut key, field.as_bytes()));
            key
        };
        assert_ne!(join(&["ab", "c"]), join(&["a", "bc"]));
        assert_ne!(join(&["ab"]), join(&["ab", ""]));
    }

    #[test]
    fn every_part_has_a_name_and_a_subject_comes_with_its_issuer() {
        let constant = KeyPart::Constant { name: "tier".into(), value: "gold".into() };
        let header = KeyPart::Header(contract::HeaderName::from_static("x-plan"));
        let parts = [KeyPart::Method, KeyPart::Subject, KeyPart::Claim("tenant".into()), constant, header];
        let key = Key::new(parts.to_vec(), false);
        let names: Vec<_> = key.parts.iter().map(KeyPart::name).collect();
        assert_eq!(names, ["method", "issuer", "subject", "tenant", "tier", "x-plan"]);
    }

    #[test]
    fn a_key_is_verified_when_all_of_it_is() {
        let constant = || KeyPart::Constant { name: "tier".into(), value: "gold".into() };
        let verified = || vec![KeyPart::Subject, KeyPart::ApiKey, KeyPart::Route, constant()];
        assert!(Key::new(verified(), false).is_verified());
        for chosen in [KeyPart::Method, KeyPart::Header(contract::HeaderName::from_static("x-plan"))] {
            let parts = verified().into_iter().chain([chosen]).collect();
            assert!(!Key::new(parts, false).is_verified());
        }
    }
}
