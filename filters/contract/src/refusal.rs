//! A refusal: which stage, what the client may know, and what only the operator may.

use std::fmt;

use crate::{Duration, Edits};

/// Why a request was not forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stage that refused.
    pub stage: StageName,
    /// What it comes to for the client.
    pub cause: Cause,
    /// The exact reason, for log and metric: lower case, `_` between words, from a closed list per stage.
    pub reason: &'static str,
    /// What a decision rests on, for the log: ids of policies, the name of a limit.
    pub evidence: Vec<String>,
    /// Headers that go with the answer beyond those that its cause implies.
    pub headers: Edits,
}

impl Refusal {
    /// A refusal without evidence.
    pub const fn new(stage: StageName, cause: Cause, reason: &'static str) -> Self {
        Self { stage, cause, reason, evidence: Vec::new(), headers: Edits::new() }
    }

    /// This refusal, with what it rests on.
    #[must_use]
    pub fn because(mut self, evidence: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// What a refusal comes to. Closed and exhaustive: a new cause must decide on its answer to compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// No credential where one is required.
    CredentialMissing,
    /// A credential that is malformed, expired, or not by, for or of whom it should be.
    CredentialInvalid,
    /// More than one credential, or one in a form that cannot be told apart.
    CredentialAmbiguous,
    /// A good credential without the scope that the route requires.
    ScopeInsufficient {
        /// The scopes that would do, separated by spaces.
        scope: String,
    },
    /// The connection does not come from a workload that may call here.
    CallerUntrusted,
    /// A policy refuses, or could not be evaluated.
    PolicyDenied,
    /// The request matches no route.
    RouteUnknown,
    /// The request can be read in more than one way, or exceeds a bound.
    RequestMalformed,
    /// The body has another media type than the route takes.
    ContentTypeUnsupported,
    /// The body has more bytes than the route takes.
    ContentTooLarge,
    /// A limit is reached.
    LimitReached(Box<Reached>),
    /// What the decision needs is not there: keys that never loaded, a dependency that is down.
    Unavailable {
        /// When it is worth to try again.
        retry_after: Duration,
    },
    /// The configuration was refused, so everything is.
    NotConfigured,
}

/// What a client is told of a limit that is reached. Boxed, because verdicts are returned by value all the
/// time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// How long until a request of this kind can pass again.
    pub retry_after: Duration,
    /// The names of the limits that the request would break, as `RateLimit-Policy` has them.
    pub violated: Vec<String>,
}

/// Who speaks in a verdict, in logs and in metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StageName {
    /// The policy stage.
    Authz,
    /// The host that performs verdicts.
    Host,
    /// The identity stage.
    Identity,
    /// The token stage.
    Jwt,
    /// The limiter.
    Ratelimit,
    /// Path and route table.
    Route,
}

impl StageName {
    /// The name in lower case; also the name of the stage's section in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authz => "authz",
            Self::Host => "host",
            Self::Identity => "identity",
            Self::Jwt => "jwt",
            Self::Ratelimit => "ratelimit",
            Self::Route => "route",
        }
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
