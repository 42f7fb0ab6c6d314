//! Policies, from few to many, of which the same ten can apply.

use crate::comparison::{Comparison, Form, Want};
use crate::filters::{Filters, Ours, Stage};
use crate::samples::Measure;
use crate::scenario::Scenario;

pub(super) const COMPARISONS: [Comparison; 1] = [Comparison {
    gate: "perf.policies_ratio",
    measure: Measure::CpuUs,
    form: Form::AddedRatio("10000", "10", "none"),
    want: Want::AtMost(2.0),
}];

const STAGES: &[Stage] = &[Stage::Jwt, Stage::Authz];

pub(super) fn scenarios() -> Vec<Scenario> {
    let with = |key, title, policies| {
        Scenario::new(key, title, Filters::Ours(Ours { policies, ..Ours::fused(STAGES) }))
    };
    vec![
        Scenario::new("none", "no filter", Filters::None),
        with("10", "ours: jwt, authz with 10 policies", 10),
        with("100", "100 policies", 100),
        with("1000", "1,000 policies", 1_000),
        with("10000", "10,000 policies", 10_000),
    ]
}
