//! Tokens that were seen before: the usual request.

use crate::comparison::{Comparison, Form, Want};
use crate::filters::{Filters, Native, Stage};
use crate::samples::Measure;
use crate::scenario::{Scenario, fused};

pub(super) const COMPARISONS: [Comparison; 3] = [
    Comparison {
        gate: "perf.known_token_ratio",
        measure: Measure::CpuUs,
        form: Form::AddedRatio("all", "native", "none"),
        want: Want::AtMost(4.0),
    },
    Comparison {
        gate: "perf.fused_ratio",
        measure: Measure::CpuUs,
        form: Form::AddedRatio("chained", "all", "none"),
        want: Want::AtLeast(1.8),
    },
    Comparison {
        gate: "perf.ext_authz_ratio",
        measure: Measure::P50Us,
        form: Form::AddedRatio("external", "all", "none"),
        want: Want::AtLeast(10.0),
    },
];

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("none", "no filter", Filters::None),
        Scenario::new("empty", "a filter in WebAssembly that does nothing", Filters::Empty),
        Scenario::new("jwt_authn", "`jwt_authn` without cache", Filters::Native(Native::Tokens)),
        Scenario::new("jwt_authn-cache", "`jwt_authn` with cache", Filters::Native(Native::CachedTokens)),
        Scenario::new(
            "native",
            "`jwt_authn` with cache, `rbac`, `local_ratelimit`, `header_mutation`",
            Filters::Native(Native::All),
        ),
        Scenario::new("external", "`ext_authz`: a Cedar service over gRPC", Filters::External),
        Scenario::new("identity", "ours: identity alone, which strips", fused(&[Stage::Identity])),
        Scenario::new("limit", "ours: limit alone, by address", fused(&[Stage::Ratelimit])),
        Scenario::new("jwt", "ours: jwt alone", fused(&[Stage::Jwt])),
        Scenario::new(
            "jwt-identity",
            "ours: jwt, identity that mints",
            fused(&[Stage::Jwt, Stage::Identity]),
        ),
        Scenario::new("jwt-authz", "ours: jwt, authz", fused(&[Stage::Jwt, Stage::Authz])),
        Scenario::new(
            "jwt-limit",
            "ours: jwt, limits by address and user",
            fused(&[Stage::Jwt, Stage::Ratelimit]),
        ),
        Scenario::new("all", "**ours: all stages**", fused(&Stage::ALL)),
        Scenario::new("chained", "ours: all stages, as four modules in a chain", Filters::Chained),
        Scenario::new("none-2", "no filter, two workers", Filters::None).workers(2),
        Scenario::new("all-2", "ours: all stages, two workers", fused(&Stage::ALL)).workers(2),
    ]
}
