//! The whole stage beside plain Cedar, for one request with ten policies.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;

use contract::{
    Env, MemoryStore, NoMeter, NoProxyCrypto, Nowhere, Request, RouteId, RouteMatch, Stage as _, UnixTime,
    Verdict,
};

use super::plain::Plain;
use super::{gate, shop, side_by_side};
use crate::config::Mode;
use crate::context::Facts;
use crate::intake::Intake;
use crate::judged::asked;
use crate::modes::Modes;
use crate::origin::Origin;
use crate::question::Asked;
use crate::rules::{Current, Rules};
use crate::stage::Guard;

/// What the stage may cost of what plain Cedar does.
const RATIO: f64 = 0.5;
const CALLS: u32 = 20;

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
    let (head, path, identity, peer) = (shop::head(), shop::path(), shop::identity(), shop::peer());
    let matched = RouteMatch { id: RouteId(0), route: &route, parameters: shop::parameters() };
    let request =
        Request { head: &head, path: &path, route: &matched, identity: Some(&identity), peer: Some(&peer) };
    let store = MemoryStore::default();
    let env = Env {
        now: UnixTime::from_seconds(1_800_000_000),
        entropy: &Nowhere,
        connection: &Nowhere,
        store: &store,
        crypto: &NoProxyCrypto,
        meter: &NoMeter,
    };
    let decide = || guard.decide(black_box(&request), &env);
    let Verdict::Forward(forward) = decide() else { panic!("refused") };
    assert_eq!(forward.evidence, ["owners", "readers"]);
    let (plain, parameters) = (Plain::new(), shop::parameters());
    let ask = || plain.decide(black_box(&identity.facts().claims), &parameters);
    assert!(ask());
    let [stage, cedar] = side_by_side(CALLS, || drop(black_box(decide())), || assert!(black_box(ask())));
    println!("the stage {stage:.2?}, plain Cedar {cedar:.2?}");
    tell_parts(&guard, &request, &env, stage);
    gate("authz.stage_ratio", stage.as_secs_f64() / cedar.as_secs_f64(), RATIO);
}

/// What a decision cache could spare at best, were every request a repetition: the evaluation, but not the
/// question, of which the key would be made, nor the key.
fn tell_parts(guard: &Guard, request: &Request<'_>, env: &Env<'_>, stage: Duration) {
    let Current::Ready(ruleset) = guard.rules.current(env.now) else { panic!("no rules") };
    let Some(Asked::Question(question)) = ruleset.routes.first() else { panic!("no question") };
    let caller = ruleset.principals.know(request.identity.map(AsRef::as_ref), None).unwrap();
    let ask = || {
        let facts = Facts::new(request, env, &caller);
        drop(black_box(asked(&ruleset, question, &facts).unwrap()));
    };
    let facts = Facts::new(request, env, &caller);
    let key = || {
        let mut key = DefaultHasher::new();
        let question = asked(&ruleset, question, &facts).unwrap();
        (question.resource.id, Rc::as_ptr(request.identity.unwrap())).hash(&mut key);
        for (name, value) in &question.context {
            (name, format_args!("{value:?}").to_string()).hash(&mut key);
        }
        black_box(key.finish());
    };
    let [asking, keyed] = side_by_side(CALLS, ask, key);
    println!(
        "of the stage, the question takes {asking:.2?}; with the key of a cache {keyed:.2?} of {stage:.2?}"
    );
}
