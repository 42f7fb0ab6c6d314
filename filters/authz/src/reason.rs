//! Why a request is refused, in words from a closed list.

use contract::{Cause, Duration, Refusal, StageName};

/// When to come again while there are no policies: the shortest interval at which they are fetched.
const RETRY: Duration = Duration::from_secs(1);

/// Every reason for which this stage refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The route asks for a decision about a principal, and nobody was verified; or only a workload was, and no
    /// entry of `principals` is for those.
    PrincipalMissing,
    /// No entry of `principals` is for this kind of caller and this provider.
    PrincipalUnmapped,
    /// The schema promises attributes of the principal that only configured entities have, and it is none.
    PrincipalUnknown,
    /// The action is not for principals of this type.
    PrincipalType,
    /// A claim that the mapping requires is absent.
    AttributeMissing,
    /// A claim is there, but not of the type that the mapping names.
    AttributeType,
    /// The action's context requires a member that this request does not have.
    ContextMissing,
    /// A member of the context is there, but not of the declared type, or there more than once.
    ContextType,
    /// The id of the resource needs a path parameter that this request does not have.
    ResourceMissing,
    /// A parameter of the path does not fit the type of the attribute of the resource.
    ResourceType,
    /// The schema promises attributes of the resource that only configured entities have, and it is none.
    ResourceUnknown,
    /// No policies were ever loaded.
    PoliciesNeverLoaded,
    /// The policies have reached the end of their term, and newer ones have not come.
    PoliciesExpired,
    /// The route is none of those that were compiled.
    RouteNotCompiled,
    /// A policy failed while it was evaluated. Cedar would leave it out; had it been a `forbid`, the
    /// request would pass because of an error.
    PolicyError,
    /// A `forbid` applies.
    PolicyForbids,
    /// No `permit` applies.
    NoPolicyPermits,
}

/// A refusal in the making: why, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denial {
    pub(crate) reason: Reason,
    pub(crate) evidence: Vec<String>,
}

impl Reason {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::PrincipalMissing => "principal_missing",
            Self::PrincipalUnmapped => "principal_unmapped",
            Self::PrincipalUnknown => "principal_unknown",
            Self::PrincipalType => "principal_type",
            Self::AttributeMissing => "attribute_missing",
            Self::AttributeType => "attribute_type",
            Self::ContextMissing => "context_missing",
            Self::ContextType => "context_type",
            Self::ResourceMissing => "resource_missing",
            Self::ResourceType => "resource_type",
            Self::ResourceUnknown => "resource_unknown",
            Self::PoliciesNeverLoaded => "policies_never_loaded",
            Self::PoliciesExpired => "policies_expired",
            Self::RouteNotCompiled => "route_not_compiled",
            Self::PolicyError => "policy_error",
            Self::PolicyForbids => "policy_forbids",
            Self::NoPolicyPermits => "no_policy_permits",
        }
    }

    /// What it comes to for the client. Only a request without identity can be cured by a credential.
    const fn cause(self) -> Cause {
        match self {
            Self::PrincipalMissing => Cause::CredentialMissing,
            Self::PoliciesNeverLoaded | Self::PoliciesExpired => Cause::Unavailable { retry_after: RETRY },
            Self::PrincipalUnmapped
            | Self::PrincipalUnknown
            | Self::PrincipalType
            | Self::AttributeMissing
            | Self::AttributeType
            | Self::ContextMissing
            | Self::ContextType
            | Self::ResourceMissing
            | Self::ResourceType
            | Self::ResourceUnknown
            | Self::RouteNotCompiled
            | Self::PolicyError
            | Self::PolicyForbids
            | Self::NoPolicyPermits => Cause::PolicyDenied,
        }
    }

    /// A denial that rests on `evidence`.
    pub(crate) fn because(self, evidence: impl Into<String>) -> Denial {
        Denial { reason: self, evidence: vec![evidence.into()] }
    }
}

impl From<Reason> for Denial {
    fn from(reason: Reason) -> Self {
        Self { reason, evidence: Vec::new() }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::new(StageName::Authz, denial.reason.cause(), denial.reason.reason()).because(denial.evidence)
    }
}
