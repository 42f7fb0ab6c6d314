//! What a decision costs as policies become many, of which ten are about the request.
//!
//! Ignored by default, because it measures time: run it alone, optimized, and best in the engine of the proxy.
//!
//! ```sh
//! cargo test --target wasm32-wasip1 --config 'profile.dev.package.authz.opt-level = 3' \
//!   --package authz --lib growth -- --ignored --nocapture
//! ```

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cedar_policy_core::ast::{
    Context, Entity, EntityUID, EntityUIDEntry, PartialValue, PolicySet, Request,
};
use cedar_policy_core::authorizer::Authorizer;
use cedar_policy_core::entities::{Entities, NoEntitiesSchema, TCComputation};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::parser;

use super::judge::{Asked, judge};
use super::policies::Policies;

/// How many policies there are, and how often Cedar is asked, which takes a while.
const SIZES: [(usize, u32); 4] = [(10, 30), (100, 3), (1_000, 1), (10_000, 1)];
/// How many policies are about the request, in a set of any size.
const ABOUT_IT: usize = 10;
/// The groups that the principal is in; policies name all of them.
const GROUPS: usize = 20;
/// A cost is that of the fastest of many short batches: others share the machine.
const BATCHES: usize = 101;
const REQUESTS: u32 = 30;
/// By how much ten thousand policies may cost more than ten.
const RATIO: f64 = 2.0;

/// The gate asks for the engine of the proxy.
const GATE: &str =
    if cfg!(target_family = "wasm") { "authz.index_ratio" } else { "authz.index_ratio_native" };

/// The scope of the policy with some number.
type Scope = fn(usize) -> String;

/// The scopes of the policies that are about something else, by their number.
const SHAPES: [(&str, Scope); 5] = [
    ("an action each", |n| format!(r#"principal, action == Action::"{n}", resource"#)),
    ("a user each", |n| format!(r#"principal == User::"{n}", action, resource"#)),
    ("a group and a folder", |n| {
        let (group, folder) = (n % 100, n / 100);
        format!(r#"principal in Group::"{group}", action, resource in Folder::"{folder}""#)
    }),
    ("a type and a list of actions", |n| {
        format!(r#"principal is Robot, action in [Action::"{n}", Action::"read"], resource is Doc"#)
    }),
    ("a document for a group", |n| {
        let group = n % GROUPS;
        format!(
            r#"principal is User in Group::"{group}", action == Action::"read", resource == Doc::"{n}""#
        )
    }),
];

#[test]
#[ignore = "measures time"]
fn growth() {
    let mut worst = 0_f64;
    for (name, scope) in SHAPES {
        let costs = SIZES.map(|(size, times)| cost(size, times, scope));
        let [first, .., last] = costs.map(|(engine, _)| engine.as_secs_f64());
        worst = worst.max(last / first);
        println!("{name}");
        for ((size, _), (engine, cedar)) in SIZES.iter().zip(costs) {
            println!("{size:8} policies {engine:>12.2?} where Cedar takes {cedar:>12.2?}");
        }
    }
    let holds = if worst <= RATIO { "ok" } else { "short" };
    println!("gate {GATE} {worst:.2} <={RATIO:.1} {holds}");
    assert_eq!(holds, "ok");
}

/// What one request costs the engine, and what it costs Cedar.
fn cost(size: usize, times: u32, scope: Scope) -> (Duration, Duration) {
    let (set, request, entities) = (set(size, scope), request(), entities());
    let policies = Policies::new(set.clone()).unwrap();
    let asked = asked();
    assert_eq!(judge(&policies, &asked, &entities).decisive.permits.len(), ABOUT_IT);
    let engine = fastest(REQUESTS, || drop(black_box(judge(&policies, black_box(&asked), &entities))));
    let cedar = fastest(times, || {
        let request = black_box(&request).clone();
        drop(black_box(Authorizer::new().is_authorized(request, &set, &entities)));
    });
    (engine, cedar)
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn fastest(times: u32, mut run: impl FnMut()) -> Duration {
    let batch = || {
        let start = Instant::now();
        (0..times).for_each(|_| run());
        start.elapsed().div_f64(f64::from(times))
    };
    std::iter::repeat_with(batch).take(BATCHES).min().unwrap()
}

/// Ten policies about the request, and others.
fn set(size: usize, scope: Scope) -> PolicySet {
    let about_it = r#"permit (principal is User in Group::"1", action in Action::"view", resource)
        when { principal.tenant == "acme" && context.level > 1 };"#;
    let others = (ABOUT_IT..size).map(|n| format!("permit ({});", scope(n)));
    let text: String = std::iter::repeat_n(about_it.to_owned(), ABOUT_IT).chain(others).collect();
    parser::parse_policyset(&text).unwrap()
}

fn asked() -> Asked {
    Asked {
        principal: uid(r#"User::"alice""#),
        action: uid(r#"Action::"read""#),
        resource: uid(r#"Doc::"1""#),
        context: Context::from_json_str(r#"{ "level": 2 }"#).unwrap(),
    }
}

fn request() -> Request {
    let Asked { principal, action, resource, context } = asked();
    let known = |uid| EntityUIDEntry::Known { euid: uid, loc: None };
    Request::new_unchecked(known(principal), known(action), known(resource), Some(context))
}

/// As requests of a proxy have them: resources are in nothing.
fn entities() -> Entities {
    let groups = (0..GROUPS).map(|n| EntityUID::clone(&uid(&format!(r#"Group::"{n}""#))));
    let attributes = [("tenant".into(), PartialValue::Value("acme".into()))];
    let user = EntityUID::clone(&uid(r#"User::"alice""#));
    let view = EntityUID::clone(&uid(r#"Action::"view""#));
    let read = EntityUID::clone(&uid(r#"Action::"read""#));
    let parents = HashSet::from([view]);
    let all = [
        Entity::new_with_attr_partial_value(user, attributes, HashSet::new(), groups.collect(), []),
        Entity::new_with_attr_partial_value(read, [], HashSet::new(), parents, []),
    ];
    let closed = TCComputation::AssumeAlreadyComputed;
    Entities::from_entities(all, None::<&NoEntitiesSchema>, closed, Extensions::all_available()).unwrap()
}

fn uid(name: &str) -> Arc<EntityUID> {
    Arc::new(name.parse().unwrap())
}
