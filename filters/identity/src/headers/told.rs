//! What an application is told of an internal token.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::{HeaderValue, IdentityFacts};
use serde_json::{Map, Value};

/// What of a token is for the application.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// The members of `tctx` that it may know; all, when there is no selection.
    pub(super) select: Option<BTreeSet<String>>,
    /// Claims that have a header each.
    pub(super) single: Vec<String>,
}

/// What an internal token says, as the application gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenHeaders {
    pub(super) subject: HeaderValue,
    /// JSON in base64url without padding (RFC 4648 §5), because no header takes every string that JSON can
    /// hold.
    pub(super) claims: HeaderValue,
    pub(super) transaction: HeaderValue,
    /// In the order of [`Told::single`].
    pub(super) single: Vec<Option<HeaderValue>>,
}

impl Told {
    /// What `facts` come to, which were read from `claims`.
    pub(crate) fn headers(&self, facts: &IdentityFacts, claims: &Map<String, Value>) -> TokenHeaders {
        let told = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&self.claims(claims)).unwrap_or_default());
        // The user's own before the token's: `iss` means who vouches for the user, not the edge.
        let context = claims.get("tctx").and_then(Value::as_object);
        let claim =
            |name: &String| context.and_then(|own| own.get(name)).or_else(|| facts.claims.get(name));
        let single = self.single.iter().map(|name| claim(name).and_then(text));
        TokenHeaders {
            subject: HeaderValue::encode(&facts.subject),
            claims: HeaderValue::encode(&told),
            transaction: HeaderValue::encode(facts.transaction.as_deref().unwrap_or_default()),
            single: single.map(|value| value.map(|value| HeaderValue::encode(&value))).collect(),
        }
    }

    /// Who it is and what came along, and nothing of how the token is made.
    fn claims(&self, claims: &Map<String, Value>) -> Map<String, Value> {
        let named = ["sub", "scope", "tctx"].into_iter();
        let mut told = Map::new();
        told.extend(named.filter_map(|name| Some((name.to_owned(), claims.get(name)?.clone()))));
        if let (Some(select), Some(Value::Object(context))) = (&self.select, told.get_mut("tctx")) {
            context.retain(|name, _| select.contains(name));
        }
        told
    }
}

/// A claim as text: what a reader would write down. `null` says nothing.
fn text(claim: &Value) -> Option<String> {
    match claim {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(claim.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::CredentialKind;
    use serde_json::json;

    fn headers(told: &Told, claims: &Value) -> TokenHeaders {
        let claims = claims.as_object().unwrap();
        let mut all = claims.clone();
        all.extend(claims["tctx"].as_object().unwrap().clone());
        let facts = IdentityFacts {
            provider: "internal".into(),
            kind: CredentialKind::Internal,
            issuer: "i".into(),
            subject: claims["sub"].as_str().unwrap().into(),
            audience: Vec::new(),
            scopes: Vec::new(),
            expires: 0,
            transaction: Some("t1".into()),
            claims: all,
        };
        told.headers(&facts, claims)
    }

    fn claims() -> Value {
        json!({
            "iss": "i", "sub": "zoë", "scope": "a b", "rctx": {"req_ip": "1"},
            "tctx": {"iss": "corp", "tenant": "acme", "level": 3, "roles": ["x y"], "note": "a b", "none": null},
        })
    }

    fn decoded(headers: &TokenHeaders) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(headers.claims.as_str()).unwrap()).unwrap()
    }

    #[test]
    fn claims_are_base64url_of_what_the_application_may_know() {
        let all = headers(&Told::default(), &claims());
        assert_eq!(HeaderValue::decode(all.subject.as_str()).as_deref(), Some("zoë"));
        assert_eq!(all.transaction.as_str(), "t1");
        let mut expected = claims();
        expected.as_object_mut().unwrap().retain(|name, _| !["iss", "rctx"].contains(&name.as_str()));
        assert_eq!(decoded(&all), expected);
        let told =
            Told { select: Some(["tenant".to_owned(), "absent".to_owned()].into()), ..Told::default() };
        let expected = json!({"sub": "zoë", "scope": "a b", "tctx": {"tenant": "acme"}});
        assert_eq!(decoded(&headers(&told, &claims())), expected);
    }

    #[test]
    fn a_claim_with_a_header_of_its_own_is_text() {
        for (claim, value) in [
            ("tenant", Some("acme")),
            ("level", Some("3")),
            ("roles", Some("base64url:WyJ4IHkiXQ")),
            ("note", Some("base64url:YSBi")),
            ("none", None),
            ("absent", None),
            ("sub", Some("base64url:em_Dqw")),
            ("iss", Some("corp")),
        ] {
            let told = Told { single: vec![claim.to_owned()], ..Told::default() };
            let headers = headers(&told, &claims());
            assert_eq!(headers.single[0].as_ref().map(HeaderValue::as_str), value, "{claim}");
        }
    }
}
