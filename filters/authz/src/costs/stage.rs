//! The whole stage beside plain Cedar, for requests with ten policies of which each is about another order: the
//! stage remembers answers, and is not to be judged by those.

use std::hint::black_box;
use std::rc::Rc;

use contract::{
    Env, MemoryStore, NoMeter, NoProxyCrypto, Nowhere, Request, RouteId, RouteMatch, Stage as _, UnixTime,
    Verdict,
};

use super::plain::Plain;
use super::{gate, shop, side_by_side};
use crate::config::Mode;
use crate::intake::Intake;
use crate::modes::Modes;
use crate::origin::Origin;
use crate::rules::Rules;
use crate::stage::Guard;

/// What the stage may cost of what plain Cedar does.
const RATIO: f64 = 0.5;
const CALLS: u32 = 20;
/// More than are asked about, so that each is new.
const ORDERS: usize = 5_000;

#[test]
#[ignore = "measures time"]
fn stage() {
    let intake =
        Intake::new(shop::content(shop::POLICIES.into()), Rc::new(shop::terms()), Origin::Fields(""));
    let route = shop::route();
    let guard = Guard {
        modes: Modes::all(Mode::Enforce, 1),
        rules: Rules::Fixed(Rc::new(intake.complete().unwrap()), None),
        candidate: None,
        public_reason_header: None,
    };
    let orders: Vec<_> = (0..ORDERS).map(|order| shop::parameters(&format!("4{order}"))).collect();
    let matched = |order: usize| {
        let parameters = orders[order % ORDERS].clone();
        RouteMatch { id: RouteId(0), route: &route, parameters }
    };
    let matches: Vec<_> = (0..ORDERS).map(matched).collect();
    let (head, path, identity, peer) = (shop::head(), shop::path(), shop::identity(), shop::peer());
    let request = |order: usize| Request {
        head: &head,
        path: &path,
        route: &matches[order % ORDERS],
        identity: Some(&identity),
        peer: Some(&peer),
    };
    let store = MemoryStore::default();
    let env = Env {
        now: UnixTime::from_seconds(1_800_000_000),
        entropy: &Nowhere,
        connection: &Nowhere,
        store: &store,
        crypto: &NoProxyCrypto,
        meter: &NoMeter,
    };
    let decide = |order| guard.decide(black_box(&request(order)), &env);
    let Verdict::Forward(forward) = decide(0) else { panic!("refused") };
    assert_eq!(forward.evidence, ["owners", "readers"]);
    let plain = Plain::new();
    let ask = |order: usize| plain.decide(black_box(&identity.facts().claims), &orders[order % ORDERS]);
    assert!(ask(0));
    let (mut next, mut other) = (0.., 0..);
    let new = || drop(black_box(decide(next.next().unwrap())));
    let [stage, cedar] = side_by_side(CALLS, new, || assert!(black_box(ask(other.next().unwrap()))));
    let [again, _] = side_by_side(CALLS, || drop(black_box(decide(0))), || {});
    println!("the stage {stage:.2?}, plain Cedar {cedar:.2?}; where the answer is remembered {again:.2?}");
    gate("authz.stage_ratio", stage.as_secs_f64() / cedar.as_secs_f64(), RATIO);
}
