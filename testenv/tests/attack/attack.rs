//! One attack: what is sent, and what must come of it.

use testenv::client::Request;

/// The route that every attack is sent to; it takes the tokens of both issuers.
const PATH: &str = "/orders";

/// The stage that judges credentials.
const JWT: &str = "jwt";

/// Attacks of one kind.
pub struct Family {
    /// In a word or two, for the page.
    pub name: &'static str,
    /// Its attacks, or positive controls: requests that look odd and are right.
    pub attacks: Vec<Attack>,
}

/// A request with a credential that is wrong in one way, or right.
pub struct Attack {
    /// Which one of its family.
    pub name: String,
    /// What is done, for the page.
    pub what: String,
    credential: Credential,
    /// What must come of it.
    pub expected: Expected,
    /// Where Envoy's own filter answers otherwise: why that is so, or what it means.
    pub differs: Option<&'static str>,
}

/// Where and how the credential is sent.
enum Credential {
    Fields(Vec<(&'static str, Vec<u8>)>),
    Query(String),
}

/// What must come of an attack.
pub enum Expected {
    /// The service answers.
    Forwarded,
    /// A stage of Watchword refuses.
    Refused(Refused),
    /// Envoy refuses before any filter sees the request.
    RefusedByEnvoy(u16),
}

/// A refusal, by the stage `jwt` unless said otherwise.
pub struct Refused {
    /// The stage that refuses.
    pub stage: &'static str,
    /// The status.
    pub status: u16,
    /// What `WWW-Authenticate` says after the realm.
    pub error: Option<&'static str>,
    /// The reason in the access log.
    pub reason: &'static str,
}

impl Attack {
    /// A bearer token that is refused as `reason`.
    pub fn token(name: impl Into<String>, what: &str, token: &str, reason: &'static str) -> Self {
        Self::fields(name, what, vec![("authorization", bearer(token))], refused(reason))
    }

    /// A bearer token that is good.
    pub fn control(name: impl Into<String>, what: &str, token: &str) -> Self {
        Self::fields(name, what, vec![("authorization", bearer(token))], Expected::Forwarded)
    }

    /// These header fields.
    pub fn fields(
        name: impl Into<String>,
        what: &str,
        fields: Vec<(&'static str, Vec<u8>)>,
        expected: Expected,
    ) -> Self {
        Self {
            name: name.into(),
            what: what.to_owned(),
            credential: Credential::Fields(fields),
            expected,
            differs: None,
        }
    }

    /// This in the query.
    pub fn query(name: impl Into<String>, what: &str, query: String, expected: Expected) -> Self {
        let credential = Credential::Query(query);
        Self { name: name.into(), what: what.to_owned(), credential, expected, differs: None }
    }

    /// Refused by another stage.
    pub fn by_stage(mut self, stage: &'static str) -> Self {
        if let Expected::Refused(refused) = &mut self.expected {
            refused.stage = stage;
        }
        self
    }

    /// Envoy's own filter answers otherwise.
    pub fn differs(mut self, why: &'static str) -> Self {
        self.differs = Some(why);
        self
    }

    /// The request, which says in its query which one it is.
    pub fn request(&self, id: &str) -> Request {
        match &self.credential {
            Credential::Fields(fields) => {
                let request = Request::get(path(id));
                fields.iter().fold(request, |request, (name, value)| request.header(name, value))
            }
            Credential::Query(query) => Request::get(format!("{}&{query}", path(id))),
        }
    }

    /// Whether it is a control, and so no attack.
    pub const fn is_control(&self) -> bool {
        matches!(self.expected, Expected::Forwarded)
    }
}

/// The attacks, those of which the name begins so with the reason why Envoy's own filter answers otherwise.
pub fn explained(attacks: Vec<Attack>, reasons: &[(&str, &'static str)]) -> Vec<Attack> {
    let explain = |attack: Attack| match reasons.iter().find(|(name, _)| attack.name.starts_with(name)) {
        Some((_, why)) => attack.differs(why),
        None => attack,
    };
    attacks.into_iter().map(explain).collect()
}

/// The path by which a service recognises an attack.
pub fn path(id: &str) -> String {
    format!("{PATH}?attack={id}")
}

/// The value of `Authorization` for `token`.
pub fn bearer(token: &str) -> Vec<u8> {
    format!("Bearer {token}").into_bytes()
}

/// 401 `invalid_token`, for `reason`.
pub fn refused(reason: &'static str) -> Expected {
    Expected::Refused(Refused { stage: JWT, status: 401, error: Some("invalid_token"), reason })
}

/// 400 `invalid_request`: more than one credential (RFC 6750 §3.1).
pub fn ambiguous() -> Expected {
    let reason = "credential_duplicated";
    Expected::Refused(Refused { stage: JWT, status: 400, error: Some("invalid_request"), reason })
}

/// 401 without an error: no credential (RFC 6750 §3.1).
pub fn missing() -> Expected {
    unshown("credential_missing")
}

/// 401 without an error: another scheme, which shows no token either (RFC 6750 §3.1).
pub fn other_scheme() -> Expected {
    unshown("scheme_not_bearer")
}

fn unshown(reason: &'static str) -> Expected {
    Expected::Refused(Refused { stage: JWT, status: 401, error: None, reason })
}
