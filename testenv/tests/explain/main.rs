//! `watchword explain` and `simulate` say of a request what becomes of it at a real edge: the same verdict, reason and
//! policies, for requests that are drawn by chance.

mod draw;
mod edge;
mod requests;
mod told;

use std::collections::BTreeSet;

use draw::Draw;
use edge::Edge;
use requests::Drawn;
use testenv::gate;
use told::Told;

/// Requests that are compared.
const REQUESTS: usize = 200;

/// Those of them that are given to the module in the interpreter, too, which is slower by two orders of magnitude.
const SIMULATED: usize = 50;

/// So many must be allowed at least, and be refused for so many different reasons: else nothing is compared.
const ALLOWED: usize = 40;
const REASONS: usize = 25;

/// Which requests are drawn.
const SEED: u64 = 7;

#[test]
fn explain_and_simulate_say_what_becomes_of_a_request_at_the_edge() {
    let edge = Edge::start().unwrap_or_else(|error| panic!("{error}"));
    let mut draw = Draw::new(SEED);
    let drawn: Vec<Drawn> = (0..REQUESTS).map(|_| requests::draw(&mut draw, &edge)).collect();
    let sent: Vec<_> = drawn.iter().map(|drawn| edge.send(drawn)).collect();
    let real: Vec<_> = sent.iter().map(|sent| edge.told(sent)).collect();
    let explained = edge.explain(&drawn, &sent);
    let agreed = agreed("explain", &drawn, &real, &explained);
    assert!(gate::count("ship.explain_agrees", agreed, real.len(), REQUESTS));
    let some = SIMULATED.min(drawn.len());
    let simulated = edge.simulate(&drawn[..some], &sent[..some]);
    let agreed = self::agreed("simulate", &drawn, &real[..some], &simulated);
    assert!(gate::count("ship.simulate_agrees", agreed, some, SIMULATED));
    assert_varied(&real);
}

/// What is always refused for one reason is easy to agree about.
fn assert_varied(real: &[Told]) {
    let allowed = real.iter().filter(|told| told.is_allowed()).count();
    let reasons: BTreeSet<_> = real.iter().filter_map(Told::reason).collect();
    assert!(allowed >= ALLOWED, "only {allowed} are allowed");
    assert!(reasons.len() >= REASONS, "only {} reasons: {reasons:?}", reasons.len());
}

/// How many are the same; the others are shown.
fn agreed(by: &str, drawn: &[Drawn], real: &[Told], said: &[Told]) -> usize {
    assert_eq!(real.len(), said.len(), "{by}: an answer for each request");
    let differ = |(at, (real, said)): &(usize, (&Told, &Told))| {
        if real != said {
            println!("{by} differs, request {at}, {}:\n  {real:?}\n  {said:?}", drawn[*at].what);
        }
        real == said
    };
    real.iter().zip(said).enumerate().filter(differ).count()
}
