//! The section `observe` as the user wrote it.

use contract::{ConfigError, HeaderName, is_one_name};
use serde::Deserialize;

use crate::Observe;
use crate::observe::Tag;

/// Claims, or header fields, that a record repeats: together with their names they fill a quarter of it.
const MAX_LISTED: usize = 16;

/// Bytes of the name of a claim.
const MAX_CLAIM_BYTES: usize = 64;

/// One request in sixteen shows the same distribution as all of them after a minute of any load worth looking
/// at, and the clock is read half a time per request instead of eight times.
const STAGE_TIMES_ONE_IN: u32 = 16;

/// Header fields that hold credentials wherever they come, beside those that the configuration names: what HTTP
/// itself has for them, in requests and answers.
const CREDENTIALS: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "www-authenticate",
    "dpop",
    "authentication-info",
];

/// Tokens and keys under names that gateways and clouds gave them.
const CUSTOMARY: [&str; 9] = [
    "txn-token",
    "x-api-key",
    "x-auth-token",
    "x-access-token",
    "x-amz-security-token",
    "x-csrf-token",
    "x-xsrf-token",
    "x-forwarded-authorization",
    "x-forwarded-access-token",
];

/// Certificates with what they say of people, and the field in which browsers, which cannot set others on a
/// WebSocket, send tokens.
const BORROWED: [&str; 4] =
    ["x-forwarded-client-cert", "client-cert", "client-cert-chain", "sec-websocket-protocol"];

/// Fields that hold a URL with its query, in which tokens and codes stand.
const WITH_QUERY: [&str; 7] = [
    ":path",
    "referer",
    "x-envoy-original-path",
    "x-original-url",
    "x-original-uri",
    "x-rewrite-url",
    "x-forwarded-uri",
];

/// What records and metrics tell. Of a request itself, nothing that is not listed here.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Observe"))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawObserve {
    /// Claims of verified callers that a record repeats: 16 at most, each once, by names of 1 to 64 bytes.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_LISTED), inner(length(min = 1, max = MAX_CLAIM_BYTES)), extend("uniqueItems" = true)))]
    claims: Vec<String>,
    /// Header fields of requests that a record repeats: 16 at most, each once, none that holds a credential or a URL.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_LISTED), inner(regex(pattern = contract::schema::TOKEN)), extend("uniqueItems" = true)))]
    headers: Vec<String>,
    /// Members of the record that filter state also has alone, each once.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_LISTED), extend("uniqueItems" = true)))]
    tags: Vec<RawTag>,
    /// One of how many allowed requests is recorded in the log; 0 for none. Refused ones always are.
    allows_one_in: u32,
    /// One of how many requests is timed stage by stage; 0 for none.
    #[cfg_attr(feature = "schema", schemars(extend("default" = STAGE_TIMES_ONE_IN)))]
    stage_times_one_in: Option<u32>,
    /// Whether requests are counted by route and by whether mutual TLS proves the other end.
    #[cfg_attr(feature = "schema", schemars(extend("default" = true)))]
    peers: Option<bool>,
}

/// A member of the record that is also told alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, serde::Serialize), schemars(rename = "Tag"))]
#[serde(rename_all = "snake_case")]
enum RawTag {
    /// The name of the route.
    Route,
    /// The stage that refused.
    Stage,
    /// Why it refused.
    Reason,
}

impl From<RawTag> for Tag {
    fn from(raw: RawTag) -> Self {
        match raw {
            RawTag::Route => Self::Route,
            RawTag::Stage => Self::Stage,
            RawTag::Reason => Self::Reason,
        }
    }
}

impl RawObserve {
    /// Compile the section; `credentials` are the fields in which stages look for some.
    ///
    /// # Errors
    /// When something is listed that no record may repeat, or twice, or when a list is too long.
    pub(crate) fn compile(self, credentials: &[HeaderName]) -> Result<Observe, ConfigError> {
        let Self { claims, headers, tags, allows_one_in, stage_times_one_in, peers } = self;
        check_list("observe.claims", &claims)?;
        check_list("observe.headers", &headers)?;
        check_list("observe.tags", &tags)?;
        for (index, claim) in claims.iter().enumerate() {
            check_claim(claim, &format!("observe.claims[{index}]"))?;
        }
        let headers = headers.iter().enumerate();
        let headers =
            headers.map(|(index, name)| header(name, credentials, &format!("observe.headers[{index}]")));
        Ok(Observe {
            claims,
            headers: headers.collect::<Result<_, _>>()?,
            tags: tags.into_iter().map(Into::into).collect(),
            allows_one_in,
            stage_times_one_in: stage_times_one_in.unwrap_or(STAGE_TIMES_ONE_IN),
            peers: peers.unwrap_or(true),
        })
    }
}

fn check_list<T: PartialEq>(at: &str, listed: &[T]) -> Result<(), ConfigError> {
    if listed.len() > MAX_LISTED {
        return Err(ConfigError::at(at, format!("at most {MAX_LISTED} of them")));
    }
    let is_twice = |(index, item): (usize, &T)| listed.iter().take(index).any(|earlier| earlier == item);
    match listed.iter().enumerate().any(is_twice) {
        true => Err(ConfigError::at(at, "one of them is listed twice")),
        false => Ok(()),
    }
}

fn check_claim(claim: &str, at: &str) -> Result<(), ConfigError> {
    if claim.is_empty() || claim.len() > MAX_CLAIM_BYTES {
        return Err(ConfigError::at(at, format!("the name of a claim has 1 to {MAX_CLAIM_BYTES} bytes")));
    }
    Ok(())
}

/// A field whose value may stand in a log: under no spelling one that holds a credential, or a query.
fn header(name: &str, credentials: &[HeaderName], at: &str) -> Result<HeaderName, ConfigError> {
    let is_same = |other: &str| is_one_name(name.as_bytes(), other.as_bytes());
    if WITH_QUERY.into_iter().any(is_same) {
        let message =
            format!("`{name}` holds a query, which no record repeats; it has the path without one");
        return Err(ConfigError::at(at, message));
    }
    let parsed = HeaderName::new(name).map_err(|_| ConfigError::at(at, "no name of a header field"))?;
    let mut known = [CREDENTIALS.as_slice(), &CUSTOMARY, &BORROWED].concat().into_iter();
    if known.any(is_same) || credentials.iter().any(|field| is_same(field.as_str())) {
        return Err(ConfigError::at(at, format!("`{name}` holds credentials, which no record repeats")));
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn compiled(value: Value) -> Result<Observe, String> {
        let raw: RawObserve = serde_json::from_value(value).map_err(|error| error.to_string())?;
        raw.compile(&[HeaderName::from_static("x-shop-key")]).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_of_a_request_is_told_unless_it_is_listed() {
        let Observe { claims, headers, tags, allows_one_in, stage_times_one_in, peers } =
            compiled(json!({})).unwrap();
        assert!(claims.is_empty() && headers.is_empty() && tags.is_empty());
        assert_eq!((allows_one_in, stage_times_one_in, peers), (0, STAGE_TIMES_ONE_IN, true));
        let some = compiled(json!({
            "claims": ["tenant"], "headers": ["User-Agent"], "tags": ["route"],
            "allows_one_in": 100, "stage_times_one_in": 0, "peers": false,
        }))
        .unwrap();
        assert_eq!(some.tags(), [Tag::Route]);
        assert_eq!((some.allows_one_in(), some.stage_times_one_in(), some.peers()), (100, 0, false));
    }

    #[test]
    fn no_spelling_of_a_credential_can_be_listed() {
        for name in [
            "Authorization",
            "cookie",
            "X_Shop_Key",
            "x-shop-key",
            "X_Api_Key",
            "txn_token",
            "DPoP",
            "Set-Cookie",
        ] {
            let message = compiled(json!({"headers": ["accept", name]})).unwrap_err();
            assert!(message.starts_with("observe.headers[1]: "), "{message}");
        }
    }

    #[test]
    fn no_field_with_a_query_can_be_listed() {
        for name in WITH_QUERY.into_iter().chain(["Referer", "X_Original_Url"]) {
            let message = compiled(json!({"headers": [name]})).unwrap_err();
            assert!(message.contains("holds a query"), "{message}");
        }
    }

    #[test]
    fn a_list_is_short_and_names_each_once() {
        let many: Vec<String> = (0..=MAX_LISTED).map(|number| format!("c{number}")).collect();
        for (value, at) in [
            (json!({"claims": many}), "observe.claims: at most"),
            (json!({"claims": ["a", "a"]}), "observe.claims: one of them"),
            (json!({"claims": [""]}), "observe.claims[0]: "),
            (json!({"headers": ["a b"]}), "observe.headers[0]: "),
            (json!({"tags": ["subject"]}), "unknown variant `subject`"),
            (json!({"tag": []}), "unknown field `tag`"),
        ] {
            let message = compiled(value).unwrap_err();
            assert!(message.starts_with(at), "{message}");
        }
    }
}
