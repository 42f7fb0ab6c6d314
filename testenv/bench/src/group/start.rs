//! Starts, and memory: two workers, as a sidecar has.

use crate::comparison::{Comparison, Form, Want};
use crate::filters::{Filters, Ours, Stage};
use crate::samples::Measure;
use crate::scenario::{Scenario, fused};

pub(super) const COMPARISONS: [Comparison; 3] = [
    Comparison {
        gate: "perf.rss_mb",
        measure: Measure::ResidentMb,
        form: Form::Over("all", "empty"),
        want: Want::AtMost(45.0),
    },
    Comparison {
        gate: "perf.rss_jwt_mb",
        measure: Measure::ResidentMb,
        form: Form::Over("jwt-verify", "empty"),
        want: Want::AtMost(10.0),
    },
    Comparison {
        gate: "perf.start_ratio",
        measure: Measure::StartMs,
        form: Form::Ratio("all", "empty"),
        want: Want::AtMost(8.0),
    },
];

pub(super) fn scenarios() -> Vec<Scenario> {
    let alone = |module, stages| Filters::Ours(Ours::alone(module, stages));
    let all = vec![
        Scenario::new("none", "no filter", Filters::None),
        Scenario::new("empty", "a filter in WebAssembly that does nothing", Filters::Empty),
        Scenario::new("jwt-verify", "`jwt-verify.wasm`", alone("jwt-verify", &[Stage::Jwt])),
        Scenario::new("all", "**`watchword.wasm`, all stages**", fused(&Stage::ALL)),
        Scenario::new("chained", "four modules in a chain", Filters::Chained),
    ];
    all.into_iter().map(|scenario| scenario.workers(2)).collect()
}
