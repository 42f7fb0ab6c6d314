//! What an accepted token must say: a second reading of the rules, which shares no code with the first.

use serde_json::Value;

use super::{AUDIENCE, ISSUER, LEEWAY_SECONDS};

/// The rules for one kind of token at one time.
pub struct Expected<'a> {
    /// `access_token` or `generic`.
    pub kind: &'a str,
    /// `typ`, as it was signed.
    pub typ: &'a str,
    /// Seconds since the epoch.
    pub now: u64,
}

impl Expected<'_> {
    /// The rule that `claims` break, if any. Rules of form alone, such as the length of a text, are left to
    /// the unit tests: this judges whether somebody who must not pass has passed.
    pub fn broken(&self, claims: &Value) -> Option<&'static str> {
        let rules = [
            (self.is_typ(), "typ"),
            (claims["iss"] == ISSUER, "iss"),
            (is_for_us(&claims["aud"]), "aud"),
            (is_name(&claims["sub"]), "sub"),
            (claims["exp"].as_f64().is_some_and(|exp| self.earliest() < exp), "exp"),
            (self.has_begun(&claims["nbf"]), "nbf"),
            (self.has_begun(&claims["iat"]), "iat"),
            (claims.get("cnf").is_none(), "cnf"),
            (claims.get("scope").is_none_or(Value::is_string), "scope"),
            (self.kind != "access_token" || is_access_token(claims), "RFC 9068"),
        ];
        rules.into_iter().find(|(kept, _)| !kept).map(|(_, rule)| rule)
    }

    fn is_typ(&self) -> bool {
        let short = self.typ.to_ascii_lowercase();
        let short = short.strip_prefix("application/").unwrap_or(&short);
        short == if self.kind == "access_token" { "at+jwt" } else { "jwt" }
    }

    /// The time as the slowest clock within the leeway has it.
    fn earliest(&self) -> f64 {
        self.now as f64 - LEEWAY_SECONDS as f64
    }

    fn has_begun(&self, time: &Value) -> bool {
        let latest = self.now as f64 + LEEWAY_SECONDS as f64;
        time.is_null() || time.as_f64().is_some_and(|time| (0.0..=latest).contains(&time))
    }
}

fn is_for_us(audience: &Value) -> bool {
    match audience {
        Value::Array(several) => several.iter().any(|one| one == AUDIENCE),
        one => one == AUDIENCE,
    }
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// RFC 9068 §2.2, beyond what is asked of every token.
fn is_access_token(claims: &Value) -> bool {
    is_name(&claims["client_id"]) && is_name(&claims["jti"]) && claims["iat"].is_number()
}
