//! Tokens that come once, and bad ones: what a signature costs.

use testenv::issuer::Algorithm::{EdDsa, Es256, Rs256};

use crate::comparison::{Comparison, Form, Want};
use crate::filters::{Filters, Native, Stage};
use crate::samples::Measure;
use crate::scenario::{Scenario, fused};

pub(super) const COMPARISONS: [Comparison; 1] = [Comparison {
    gate: "perf.fresh_token_ratio",
    measure: Measure::CpuUs,
    form: Form::AddedRatio("rs256", "jwt_authn-rs256", "none"),
    want: Want::AtMost(1.3),
}];

/// What native filters without a cache are compared with: minting is more than they do, and told beside it.
const WITHOUT_MINTING: &[Stage] = &[Stage::Jwt, Stage::Authz, Stage::Ratelimit];

pub(super) fn scenarios() -> Vec<Scenario> {
    let native = || Filters::Native(Native::Tokens);
    let ours = || fused(WITHOUT_MINTING);
    vec![
        Scenario::new("none", "no filter", Filters::None).fresh(Rs256),
        Scenario::new("jwt_authn-rs256", "RS256: `jwt_authn`", native()).fresh(Rs256),
        Scenario::new("rs256", "RS256: ours, jwt, authz, limits", ours()).fresh(Rs256),
        Scenario::new("rs256-all", "RS256: ours, all stages", fused(&Stage::ALL)).fresh(Rs256),
        Scenario::new("jwt_authn-es256", "ES256: `jwt_authn`", native()).fresh(Es256),
        Scenario::new("es256", "ES256: ours, jwt, authz, limits", ours()).fresh(Es256),
        Scenario::new("jwt_authn-eddsa", "EdDSA: `jwt_authn`", native()).fresh(EdDsa),
        Scenario::new("eddsa", "EdDSA: ours, jwt, authz, limits", ours()).fresh(EdDsa),
        Scenario::new("jwt_authn-bad", "bad, RS256: `jwt_authn`", native()).bad(),
        Scenario::new("bad", "bad, RS256: ours, all stages", fused(&Stage::ALL)).bad(),
    ]
}
