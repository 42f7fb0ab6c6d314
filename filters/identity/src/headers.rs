//! The plain headers that tell the application who calls.

mod name;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use contract::{ConfigError, Edits, HeaderName, HeaderValue, Peer, Section, is_one_name};
use serde::Deserialize;

pub(crate) use told::{TokenHeaders, Told};

use crate::token::InternalToken;
use name::name;

/// What applications are told: names of headers to use instead of the usual ones, and what stands in them. All names
/// are different, also to a service that takes `_` for `-`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Headers"))]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawHeaders {
    /// The header with the subject.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN), extend("default" = SUBJECT)))]
    subject: Option<String>,
    /// The header with the claims, as JSON.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN), extend("default" = CLAIMS)))]
    claims: Option<String>,
    /// The header with the SPIFFE ID of the calling workload.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN), extend("default" = CALLER)))]
    caller: Option<String>,
    /// The header with the transaction (`txn`).
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN), extend("default" = TRANSACTION)))]
    transaction: Option<String>,
    /// Members of `tctx` that stand in the header of claims, with `verify`. Without the list, all.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
    select: Option<BTreeSet<String>>,
    /// Headers for one claim each: the claim by the name of the header.
    #[cfg_attr(feature = "schema", schemars(extend("propertyNames" = { "pattern": contract::schema::TOKEN })))]
    from_claims: BTreeMap<String, String>,
}

/// The usual names.
const SUBJECT: &str = "x-watchword-subject";
const CLAIMS: &str = "x-watchword-claims";
const CALLER: &str = "x-watchword-caller";
const TRANSACTION: &str = "x-watchword-txn";

impl RawHeaders {
    /// Whether claims are selected.
    pub(crate) const fn selects(&self) -> bool {
        self.select.is_some()
    }
}

/// The names of one configuration. They are different from one another, also to a service that folds them.
#[derive(Debug, Clone)]
pub(crate) struct ApplicationHeaders {
    subject: HeaderName,
    claims: HeaderName,
    caller: HeaderName,
    transaction: HeaderName,
    /// One for each of [`Told::single`].
    single: Vec<HeaderName>,
    told: Told,
}

impl ApplicationHeaders {
    /// Check and complete the names.
    pub(crate) fn compile(raw: RawHeaders, section: &Section<'_>) -> Result<Self, ConfigError> {
        let RawHeaders { subject, claims, caller, transaction, select, from_claims } = raw;
        let mut single = Vec::new();
        let mut single_claims = Vec::new();
        for (header, claim) in from_claims {
            single.push(name("from_claims", header, section)?);
            single_claims.push(claim);
        }
        let usual = |field, configured: Option<String>, usual| match configured {
            Some(configured) => name(field, configured, section),
            None => Ok(HeaderName::from_static(usual)),
        };
        let headers = Self {
            subject: usual("subject", subject, SUBJECT)?,
            claims: usual("claims", claims, CLAIMS)?,
            caller: usual("caller", caller, CALLER)?,
            transaction: usual("transaction", transaction, TRANSACTION)?,
            single,
            told: Told { select, single: single_claims },
        };
        headers.refuse_twins(section)?;
        Ok(headers)
    }

    /// All names.
    pub(crate) fn names(&self) -> Vec<HeaderName> {
        let Self { subject, claims, caller, transaction, single, told: _ } = self;
        let fixed = [subject, claims, caller, transaction];
        fixed.into_iter().chain(single).cloned().collect()
    }

    /// What stands in them.
    pub(crate) const fn told(&self) -> &Told {
        &self.told
    }

    /// Tell the application. What is not known is removed, so that nothing a client sent is left.
    pub(crate) fn write(&self, edits: &mut Edits, peer: &Peer, token: Option<&InternalToken>) {
        let values = token.map(InternalToken::headers);
        edits.set(self.caller.clone(), HeaderValue::encode(peer.spiffe_id().as_str()));
        edits.set_or_remove(self.subject.clone(), values.map(|values| values.subject.clone()));
        edits.set_or_remove(self.claims.clone(), values.map(|values| values.claims.clone()));
        edits.set_or_remove(self.transaction.clone(), values.map(|values| values.transaction.clone()));
        for (index, name) in self.single.iter().enumerate() {
            let value = values.and_then(|values| values.single.get(index)?.clone());
            edits.set_or_remove(name.clone(), value);
        }
    }

    fn refuse_twins(&self, section: &Section<'_>) -> Result<(), ConfigError> {
        let all = self.names();
        for (index, one) in all.iter().enumerate() {
            let rest = all.iter().skip(index.saturating_add(1));
            if rest.into_iter().any(|other| is_one_name(one.as_str().as_bytes(), other.as_str().as_bytes()))
            {
                return Err(section.error("headers", format!("`{one}` is used twice")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn compile(value: Value) -> Result<ApplicationHeaders, String> {
        let section = Section::new("identity", &Value::Null);
        let raw = serde_json::from_value(value).unwrap();
        ApplicationHeaders::compile(raw, &section).map_err(|error| error.to_string())
    }

    #[test]
    fn names_are_the_usual_ones_unless_configured() {
        let headers = compile(json!({"subject": "X-User", "from_claims": {"X-Tenant": "tenant"}})).unwrap();
        let names: Vec<_> = headers.names().iter().map(ToString::to_string).collect();
        let expected =
            ["x-user", "x-watchword-claims", "x-watchword-caller", "x-watchword-txn", "x-tenant"];
        assert_eq!(names, expected);
    }

    #[test]
    fn refuses_names_that_would_break_requests() {
        for (value, error) in [
            (json!({"subject": "x user"}), "identity.headers.subject: `x user` is no header name"),
            (json!({"caller": ":path"}), "identity.headers.caller: `:path` is no header name"),
            (json!({"claims": "Cookie"}), "identity.headers.claims: `Cookie` is needed for something else"),
            (
                json!({"claims": "content_type"}),
                "identity.headers.claims: `content_type` is needed for something else",
            ),
            (
                json!({"from_claims": {"host": "tenant"}}),
                "identity.headers.from_claims: `host` is needed for something else",
            ),
            (json!({"subject": "x-a", "caller": "X_A"}), "identity.headers: `x-a` is used twice"),
            (
                json!({"subject": "x-a", "from_claims": {"X_A": "tenant"}}),
                "identity.headers: `x-a` is used twice",
            ),
        ] {
            assert_eq!(compile(value).unwrap_err(), error);
        }
    }
}
