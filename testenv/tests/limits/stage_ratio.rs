//! What a local limit costs in the engine of a real Envoy, beside the least that a shared count can cost.

use std::io;
use std::path::PathBuf;

use testenv::client::Request;
use testenv::{Bench, gate, repository};

/// The most that the stage may cost, as a multiple of a bare read and write.
const MOST: f64 = 2.0;

/// Times that the module measures, each with forty batches of both.
const ROUNDS: usize = 9;

#[test]
#[ignore = "measures time"]
fn a_local_limit_costs_little_more_than_its_read_and_write() {
    let module = module().unwrap();
    let bench = Bench::of_module("limit-stage", &[], &module).unwrap_or_else(|error| panic!("{error}"));
    let (mut stage, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let answer = bench.ask(&Request::get("/")).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let figures = |name: &str| {
            let figures = answer.json()[name].as_array().unwrap().clone();
            figures.iter().map(|nanos| nanos.as_f64().unwrap()).collect::<Vec<_>>()
        };
        let (stages, bares) = (figures("stage_nanos"), figures("bare_nanos"));
        ratios.extend(stages.iter().zip(&bares).map(|(stage, bare)| stage / bare));
        stage.extend(stages);
        bare.extend(bares);
    }
    let (stage, bare, ratio) = (median(stage), median(bare), median(ratios));
    println!("one limit {stage:.0} ns, one bare get and set {bare:.0} ns, medians of batches");
    assert!(gate::line("limit.stage_ratio", format!("{ratio:.2}"), format!("<={MOST:.1}"), ratio <= MOST));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The module of `testenv/limitbench`, which is built and shrunk like those that are shipped.
fn module() -> io::Result<PathBuf> {
    let path = repository().join("target/bench/limitbench.wasm");
    match path.is_file() {
        true => Ok(path),
        false => Err(io::Error::other(format!("{} is missing: run scripts/bench limit", path.display()))),
    }
}
