//! Five proxies in a row, each of which decides anew.

use crate::comparison::{Comparison, Form, Want};
use crate::filters::{Filters, Ours, Stage};
use crate::samples::Measure;
use crate::scenario::Scenario;

pub(super) const COMPARISONS: [Comparison; 1] = [Comparison {
    gate: "perf.five_hops_us",
    measure: Measure::CpuUs,
    form: Form::Plain("all"),
    want: Want::AtMost(1_000.0),
}];

const HOPS: u32 = 5;

pub(super) fn scenarios() -> Vec<Scenario> {
    let all = Filters::Ours(Ours { forwards: true, ..Ours::fused(&Stage::ALL) });
    vec![
        Scenario::new("none", "five proxies without a filter", Filters::None).proxies(HOPS),
        Scenario::new("all", "**five proxies, all stages on each**", all).proxies(HOPS),
        Scenario::new("mesh", "a mesh as it is shipped: edge and five sidecars", Filters::None).mesh(),
    ]
}
