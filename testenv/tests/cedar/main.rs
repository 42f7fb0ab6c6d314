//! Cedar's own corpus, put to real proxies: every set of policies is the configuration of a plugin, every request
//! of it is sent with a token, and what the proxy decides, by which policies, or which of them failed, must be
//! what the corpus says.
//!
//! That the engine agrees with the corpus is proven natively, on all of it. Here schema, policies and entities come
//! as an operator writes them, principal and context as claims, action and resource by the route: so what lies
//! around the engine is proven, from the intake of a configuration to the record of a decision. A set of which that
//! cannot say at least half of the requests is left out. Why is read off the corpus with Cedar, neither from what
//! we refuse nor from any answer: a configuration that we refuse beyond that is a fault.

mod ask;
mod configuration;
mod corpus;
mod declared;
mod natural;
mod outcome;
mod plan;
mod proxy;
mod reason;
mod report;
mod token;

use std::thread;

use outcome::Kind;
use plan::Plan;
use testenv::gate;
use testenv::issuer::{Algorithm, Key};

const GATE: &str = "authz.cedar_envoy";

/// Half of the sets in the corpus. That many are asked at least, or too much has become impossible to say.
const LEAST: usize = 1_000;

/// Requests of each kind of outcome: a proxy that always says the same would be right about the others. Policies
/// that Cedar's validator takes can fail by overflow alone, which is rare.
const LEAST_OF_KIND: [(Kind, usize); 4] =
    [(Kind::Permitted, 5_000), (Kind::Forbidden, 400), (Kind::NotPermitted, 1_000), (Kind::Failed, 20)];

/// Most of the start of a proxy with many plugins is one thread's work, and the tests are told to run on two cores.
const PROXIES_AT_A_TIME: usize = 2;

/// A plugin takes 40 milliseconds of that start, and the module itself three seconds: with this many it is a tenth
/// of the time that a start may take, and other work on the machine does not fail the test.
const SETS_OF_PROXY: usize = 150;

#[test]
fn proxies_decide_as_the_corpus_of_cedar_says() {
    let sets = match corpus::read() {
        Ok(sets) => sets,
        Err(reason) => return println!("\ngate {GATE} - {LEAST}/{LEAST} absent: {reason}"),
    };
    let key = Key::generate(Algorithm::Es256, "corpus").unwrap();
    let plans: Vec<_> = sets.iter().map(|set| Plan::new(set, &key)).collect();
    report::left_out(&plans);

    let plans: Vec<_> = plans.iter().filter(|plan| plan.left_out().is_none()).collect();
    report::asked(&plans, &LEAST_OF_KIND);
    let (refused, taken): (Vec<&Plan>, Vec<&Plan>) = plans.iter().partition(|plan| plan.refusal.is_some());
    refused.iter().for_each(|plan| println!("{}: {:?}", plan.name, plan.refusal));
    let faults = faults(&taken, &key);
    let wrong: Vec<_> = faults.iter().filter(|faults| !faults.is_empty()).collect();
    wrong.iter().for_each(|faults| println!("{faults:#?}"));
    let right = taken.len() - wrong.len();
    assert!(gate::count(GATE, right, plans.len(), LEAST), "see above");
}

/// What is wrong with the answers to each of these plans.
fn faults(plans: &[&Plan], key: &Key) -> Vec<Vec<String>> {
    thread::scope(|scope| {
        let shares = plans.chunks(plans.len().div_ceil(PROXIES_AT_A_TIME));
        let asking: Vec<_> = shares.map(|share| scope.spawn(|| faults_of_share(share, key))).collect();
        asking.into_iter().flat_map(|asking| asking.join().expect("it says what is wrong itself")).collect()
    })
}

/// The same, one proxy after the other.
fn faults_of_share(plans: &[&Plan], key: &Key) -> Vec<Vec<String>> {
    plans.chunks(SETS_OF_PROXY).flat_map(|part| ask::faults(part, key)).collect()
}
