//! The pipeline with stages that exist for these tests only.

#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test stops where it fails")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use contract::{
    Answer, Ask, Call, CallError, Called, Cause, Compile, ConfigError, CredentialKind, Duration, Env, Fact,
    FactName, Forward, Head, HeaderName, HeaderValue, Identity, IdentityFacts, MemoryStore, NoMeter,
    NoProxyCrypto, Nowhere, Phase, Refusal, Request, Route, RouteId, RouteMatch, Section, Stage, StageKind,
    StageName, UnixTime, Verdict, Wait, WaitReason,
};
use pipeline::{Chain, Handoff, Judged, Pipeline, Step, Surroundings, Unwatched, Watch, compile};
use serde_json::{Value, json};

/// A stage that says what its section tells it to, and counts how often it was asked.
struct Scripted {
    name: StageName,
    phase: Phase,
    says: String,
    asked: Rc<Cell<u32>>,
}

struct ScriptedKind {
    name: StageName,
    phase: Phase,
    asked: Rc<Cell<u32>>,
}

impl StageKind for ScriptedKind {
    fn name(&self) -> StageName {
        self.name
    }

    fn asked_for_by(&self, route: &Route) -> Option<&'static str> {
        (self.name == StageName::Ratelimit && !route.limits.is_empty()).then_some("limits")
    }

    fn compile(&self, section: &Section<'_>, _: &Compile<'_>) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
        let says: String = section.read()?;
        Ok(vec![Box::new(Scripted { name: self.name, phase: self.phase, says, asked: self.asked.clone() })])
    }
}

impl Stage for Scripted {
    fn name(&self) -> StageName {
        self.name
    }

    /// Where its kind stands; `answer_last` stands where stages do that answer.
    fn phase(&self) -> Phase {
        if self.says == "answer_last" { Phase::Finish } else { self.phase }
    }

    fn providers(&self) -> Vec<String> {
        if self.name == StageName::Jwt { vec!["corp".into()] } else { vec![] }
    }

    fn obeys_credential_use(&self) -> bool {
        self.says != "native"
    }

    fn awaits(&self, now: UnixTime) -> Option<&'static str> {
        (self.says == "cold" && now < UnixTime::from_seconds(2)).then_some("nothing_loaded")
    }

    fn counts(&self, _: RouteId) -> bool {
        self.says == "counts"
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        vec![HeaderName::from_static("x-scripted-key")]
    }

    fn decide(&self, _: &Request<'_>, env: &Env<'_>) -> Verdict {
        self.asked.set(self.asked.get() + 1);
        let refusal = Refusal::new(self.name, Cause::PolicyDenied, "scripted");
        match self.says.as_str() {
            "pass" | "cold" => Verdict::pass(),
            "identity" => Verdict::Forward(Forward {
                identity: Some(Rc::new(identity("corp"))),
                ..Forward::default()
            }),
            "answer" | "answer_last" => Verdict::Answer(Answer {
                status: 200,
                grpc_status: 12,
                details: "watchword_scripted".into(),
                headers: vec![],
                body: "here".into(),
            }),
            "response" => {
                let mut forward = Forward::default();
                forward.response.set(HeaderName::from_static("x-limit"), HeaderValue::from_static("1"));
                Verdict::Forward(forward)
            }
            "ask" => Verdict::Ask(Box::new(Ask { call: call(), then: Box::new(scripted) })),
            "wait" if env.now < UnixTime::from_seconds(2) => {
                let at_most = Duration::from_secs(1);
                Verdict::Wait(Wait { reason: WaitReason::ColdKeys, at_most, otherwise: refusal })
            }
            "wait" => Verdict::Forward(Forward {
                identity: Some(Rc::new(identity("corp"))),
                ..Forward::default()
            }),
            "tell" => Verdict::Forward(Forward {
                facts: [subject(self.name)].into_iter().collect(),
                ..Forward::default()
            }),
            _ => refusal.into(),
        }
    }
}

fn call() -> Call {
    Call {
        cluster: "oracle".into(),
        service: "test.Oracle",
        method: "Ask",
        message: vec![],
        timeout: Duration::from_millis(20),
        max_bytes: 64,
    }
}

/// `again` has another question; anything else is what the oracle says.
fn scripted(called: Called<'_>, _: &Request<'_>, _: &Env<'_>) -> Verdict {
    match called {
        Ok(b"again") => Verdict::Ask(Box::new(Ask { call: call(), then: Box::new(scripted) })),
        Ok(b"yes") => Verdict::pass(),
        Ok(_) => Refusal::new(StageName::Ratelimit, Cause::PolicyDenied, "told_no").into(),
        Err(_) => Refusal::new(StageName::Ratelimit, Cause::PolicyDenied, "told_nothing").into(),
    }
}

fn subject(who: StageName) -> Fact {
    Fact { name: FactName::Subject, value: HeaderValue::from_static(who.as_str()) }
}

#[expect(clippy::disallowed_methods, reason = "a caller for tests")]
fn identity(provider: &str) -> Identity {
    Identity::from_verified(IdentityFacts {
        provider: provider.into(),
        kind: CredentialKind::AccessToken,
        issuer: "https://issuer.test".into(),
        subject: "alice".into(),
        audience: vec![],
        scopes: vec![],
        expires: 4_000_000_000,
        transaction: None,
        claims: serde_json::from_value(json!({"tenant": "acme", "roles": ["buyer"], "level": 3})).unwrap(),
    })
}

struct World {
    kinds: Vec<ScriptedKind>,
    store: MemoryStore,
}

impl World {
    fn new() -> Self {
        let kind = |name, phase| ScriptedKind { name, phase, asked: Rc::default() };
        let kinds = vec![
            kind(StageName::Ratelimit, Phase::EarlyLimit),
            kind(StageName::Authz, Phase::Authorize),
            kind(StageName::Jwt, Phase::Authenticate),
        ];
        Self { kinds, store: MemoryStore::default() }
    }

    fn compile(&self, document: &Value, chain: Chain) -> Result<Pipeline, ConfigError> {
        let kinds: Vec<&dyn StageKind> = self.kinds.iter().map(|kind| kind as &dyn StageKind).collect();
        let with = Surroundings {
            secrets: &Nowhere,
            store: &self.store,
            entropy: &Nowhere,
            crypto: &NoProxyCrypto,
        };
        compile(document.to_string().as_bytes(), &kinds, chain, &with)
    }

    fn asked(&self) -> Vec<u32> {
        self.kinds.iter().map(|kind| kind.asked.get()).collect()
    }

    fn env(&self, seconds: u64) -> Env<'_> {
        Env {
            now: UnixTime::from_seconds(seconds),
            entropy: &Nowhere,
            connection: &Nowhere,
            store: &self.store,
            crypto: &NoProxyCrypto,
            meter: &NoMeter,
        }
    }
}

fn document(members: Value) -> Value {
    let mut document = json!({"routes": [
        {"name": "read", "match": {"methods": ["GET"], "path": "/orders/{id}"}, "authenticate": {"any_of": ["corp"]}},
        {"name": "health", "match": {"path": "/health"}, "authenticate": "none"},
    ]});
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    document
}

fn head(path: &str) -> Head {
    let pairs = [(":method", "GET"), (":authority", "shop.test"), (":path", path)];
    Head::from_pairs(pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))).unwrap()
}

fn outcome(step: Step) -> String {
    match step {
        Step::Allow(allowed) => {
            format!("allow {}", allowed.handoff.identity.map_or("-".into(), |who| who.subject().to_owned()))
        }
        Step::Wait(waiting) => format!("wait {}", waiting.until.seconds()),
        Step::Ask(asking) => format!("ask {}", asking.call.cluster),
        Step::Answer(answered) => {
            let set = answered.response.iter().count();
            format!("answer {} {} {set}", answered.stage, answered.answer.status)
        }
        Step::Refuse(refused) => format!("{} {}", refused.refusal.stage, refused.refusal.reason),
    }
}

#[test]
fn a_stage_that_answers_ends_the_request_with_what_others_add_to_responses() {
    let world = World::new();
    let says = json!({"ratelimit": "response", "jwt": "pass", "authz": "answer_last"});
    let pipeline = world.compile(&document(says), Chain::Whole).unwrap();
    let step = pipeline.begin(&head("/health"), Handoff::default(), &world.env(1), &Unwatched);
    let Step::Answer(answered) = step else { panic!("{}", outcome(step)) };
    assert_eq!(answered.answer.body, "here");
    let record: Value = serde_json::from_str(&answered.record.line()).unwrap();
    for (member, expected) in [("decision", "answer"), ("stage", "authz"), ("route", "health")] {
        assert_eq!(record[member], expected);
    }
    assert_eq!(outcome(Step::Answer(answered)), "answer authz 200 1");
}

#[test]
fn nobody_is_answered_who_would_not_be_let_pass() {
    for (says, early) in [
        (json!({"ratelimit": "answer", "jwt": "pass", "authz": "pass"}), Some("ratelimit answered_early")),
        (json!({"ratelimit": "pass", "jwt": "answer", "authz": "pass"}), Some("jwt answered_early")),
        (json!({"ratelimit": "pass", "jwt": "pass", "authz": "answer_last"}), None),
    ] {
        let world = World::new();
        let pipeline = world.compile(&document(says), Chain::Whole).unwrap();
        for (path, refused) in
            [("/orders/1", "route identity_missing"), ("/unknown", "route route_unknown")]
        {
            let outcome =
                outcome(pipeline.begin(&head(path), Handoff::default(), &world.env(1), &Unwatched));
            assert!(outcome == refused || early == Some(outcome.as_str()), "{outcome}");
        }
    }
}

#[test]
fn what_stages_tell_the_proxy_is_told_in_their_order_and_only_of_a_request_that_passes() {
    let world = World::new();
    let told = |members: Value| {
        let pipeline = world.compile(&document(members), Chain::Whole).unwrap();
        match pipeline.begin(&head("/health"), Handoff::default(), &world.env(1), &Unwatched) {
            Step::Allow(allowed) => Some(allowed.facts.into_iter().collect::<Vec<_>>()),
            Step::Wait(_) | Step::Ask(_) | Step::Refuse(_) | Step::Answer(_) => None,
        }
    };
    let both = vec![subject(StageName::Ratelimit), subject(StageName::Authz)];
    assert_eq!(told(json!({"ratelimit": "tell", "jwt": "pass", "authz": "tell"})), Some(both));
    assert_eq!(told(json!({"ratelimit": "tell", "jwt": "pass", "authz": "refuse"})), None);
}

#[test]
fn a_stage_that_asks_somebody_else_goes_on_from_the_answer_and_is_not_asked_again() {
    let world = World::new();
    let says = json!({"ratelimit": "ask", "jwt": "identity", "authz": "pass"});
    let pipeline = world.compile(&document(says), Chain::Whole).unwrap();
    let tell = |answers: &[Called<'_>]| {
        let mut step = pipeline.begin(&head("/orders/1"), Handoff::default(), &world.env(1), &Unwatched);
        for called in answers {
            let Step::Ask(asking) = step else { panic!("{}", outcome(step)) };
            step = pipeline.told(asking.asked, *called, &head("/orders/1"), &world.env(1), &Unwatched);
        }
        outcome(step)
    };
    assert_eq!(tell(&[]), "ask oracle");
    assert_eq!(tell(&[Ok(b"yes")]), "allow alice");
    assert_eq!(tell(&[Ok(b"again"), Ok(b"yes")]), "allow alice");
    assert_eq!(tell(&[Ok(b"no")]), "ratelimit told_no");
    assert_eq!(tell(&[Err(CallError::Late)]), "ratelimit told_nothing");
    let asked = world.kinds.first().unwrap().asked.get();
    assert_eq!(asked, 5, "once for each request");
}

#[test]
fn asks_the_stages_in_the_fixed_order_whatever_the_module_says() {
    for (members, path, expected, asked) in [
        (
            json!({"ratelimit": "pass", "jwt": "identity", "authz": "pass"}),
            "/orders/1",
            "allow alice",
            [1, 1, 1],
        ),
        (
            json!({"ratelimit": "refuse", "jwt": "identity", "authz": "pass"}),
            "/orders/1",
            "ratelimit scripted",
            [1, 0, 0],
        ),
        (
            json!({"ratelimit": "pass", "jwt": "refuse", "authz": "pass"}),
            "/orders/1",
            "jwt scripted",
            [1, 0, 1],
        ),
        (
            json!({"ratelimit": "pass", "jwt": "identity", "authz": "refuse"}),
            "/orders/1",
            "authz scripted",
            [1, 1, 1],
        ),
        (json!({"ratelimit": "pass", "jwt": "pass", "authz": "pass"}), "/health", "allow -", [1, 1, 1]),
        (
            json!({"ratelimit": "pass", "jwt": "pass", "authz": "pass"}),
            "/nothing",
            "route route_unknown",
            [1, 0, 0],
        ),
        (
            json!({"ratelimit": "pass", "jwt": "pass", "authz": "pass"}),
            "/a//b",
            "route path_dot_or_empty_segment",
            [0, 0, 0],
        ),
    ] {
        let world = World::new();
        let pipeline = world.compile(&document(members.clone()), Chain::Whole).unwrap();
        let step = pipeline.begin(&head(path), Handoff::default(), &world.env(1), &Unwatched);
        assert_eq!(outcome(step), expected, "{members} {path}");
        assert_eq!(world.asked(), asked, "{members} {path}");
    }
}

#[test]
fn a_route_that_requires_a_caller_is_never_passed_without_one() {
    let world = World::new();
    let pipeline = world.compile(&document(json!({"jwt": "pass", "authz": "pass"})), Chain::Whole).unwrap();
    let step = pipeline.begin(&head("/orders/1"), Handoff::default(), &world.env(1), &Unwatched);
    assert_eq!(outcome(step), "route identity_missing");
    assert_eq!(world.asked(), [0, 0, 1], "no policy is asked about nobody");
}

#[test]
fn a_link_takes_over_only_an_identity_that_the_route_accepts() {
    for (provider, expected) in [
        (Some("corp"), "allow alice"),
        (Some("other"), "route identity_missing"),
        (None, "route identity_missing"),
    ] {
        let world = World::new();
        let pipeline = world.compile(&document(json!({"authz": "pass"})), Chain::Link).unwrap();
        let handoff = Handoff { identity: provider.map(|name| Rc::new(identity(name))), peer: None };
        let bytes = handoff.write();
        let step = pipeline.begin(&head("/orders/1"), Handoff::read(&bytes), &world.env(1), &Unwatched);
        assert_eq!(outcome(step), expected, "{provider:?}");
    }
}

#[test]
fn a_request_goes_on_at_the_stage_where_it_waited() {
    let world = World::new();
    let members = json!({"ratelimit": "pass", "jwt": "wait", "authz": "pass"});
    let pipeline = world.compile(&document(members), Chain::Whole).unwrap();
    let head = head("/orders/1");
    let Step::Wait(waiting) = pipeline.begin(&head, Handoff::default(), &world.env(1), &Unwatched) else {
        panic!("waits")
    };
    assert_eq!(waiting.until, UnixTime::from_seconds(2));
    let step = pipeline.resume(waiting.progress, &head, &world.env(3), &Unwatched);
    assert_eq!(outcome(step), "allow alice");
    assert_eq!(world.asked(), [1, 1, 2], "the limiter counts it once");
}

#[test]
fn waiting_again_does_not_move_the_deadline() {
    let world = World::new();
    let pipeline = world.compile(&document(json!({"jwt": "wait"})), Chain::Whole).unwrap();
    let head = head("/orders/1");
    let env = |millis: u64| Env { now: UnixTime::from_nanos(millis * 1_000_000), ..world.env(0) };
    let Step::Wait(waiting) = pipeline.begin(&head, Handoff::default(), &env(100), &Unwatched) else {
        panic!("waits")
    };
    let Step::Wait(waiting) = pipeline.resume(waiting.progress, &head, &env(900), &Unwatched) else {
        panic!("waits")
    };
    assert_eq!(waiting.until, UnixTime::from_nanos(1_100_000_000));
    assert_eq!(outcome(pipeline.give_up(waiting.progress, &head, waiting.otherwise)), "jwt scripted");
}

#[test]
fn a_path_leaves_in_the_spelling_that_was_decided_on() {
    let world = World::new();
    let pipeline = world.compile(&document(json!({"jwt": "identity"})), Chain::Whole).unwrap();
    let step = pipeline.begin(&head("/%6frders/1?q=%41"), Handoff::default(), &world.env(1), &Unwatched);
    let Step::Allow(allowed) = step else { panic!("is allowed") };
    assert!(format!("{:?}", allowed.request).contains("/orders/1?q=%41"), "{:?}", allowed.request);
}

#[test]
fn a_configuration_error_names_the_field() {
    for (members, expected) in [
        (json!({"jwt": "pass", "realms": "x"}), "unknown field `realms`"),
        (json!({"jwt": "pass", "identity": {}}), "this module's stages are `ratelimit`, `authz`, `jwt`"),
        (json!({"jwt": 7}), "jwt: invalid type: integer `7`"),
        (json!({"jwt": "pass", "realm": 7}), "realm: invalid type: integer `7`"),
        (json!({"authz": "pass"}), "routes[0].authenticate: no provider is called `corp`"),
        (json!({}), "no stage is configured"),
        (json!({"jwt": "pass", "verified_elsewhere": ["x"]}), "verified_elsewhere: "),
        (json!({"jwt": "pass", "unknown_route": "maybe"}), "unknown_route: unknown variant `maybe`"),
        (
            json!({"jwt": "pass", "routes": [{"name": "a", "match": {"path": "/a"}, "authenticate": "none", "limits": ["x"]}]}),
            "routes[0].limits: asks for the stage `ratelimit`",
        ),
        (
            json!({"jwt": "pass", "routes": [{
                "name": "a", "match": {"path": "/a"}, "authenticate": {"any_of": ["corp"]}, "authorize": "none",
                "answer": "ready",
            }]}),
            "routes[0].answer: who asks this is neither",
        ),
        (
            json!({"jwt": "pass", "routes": [{
                "name": "a", "match": {"path": "/a"}, "authenticate": "none", "authorize": "none",
                "answer": "ready", "cors_preflight": "pass",
            }]}),
            "routes[0].cors_preflight: a preflight that passes",
        ),
        (
            json!({"jwt": "pass", "routes": [{"name": "a", "match": {"path": "/a"}}]}),
            "routes[0]: missing field `authenticate`",
        ),
        (
            json!({"jwt": "pass", "routes": [{"name": "a", "match": {"path": "/a", "x": 1}, "authenticate": "none"}]}),
            "routes[0].match",
        ),
    ] {
        let message =
            World::new().compile(&document(members.clone()), Chain::Whole).err().unwrap().to_string();
        assert!(message.contains(expected), "{members}: {message}");
    }
}

#[test]
fn a_provider_of_another_module_must_be_named() {
    let routes = json!([{"name": "a", "match": {"path": "/a"}, "authenticate": {"any_of": ["internal"]}}]);
    let without = json!({"jwt": "pass", "routes": routes});
    assert!(World::new().compile(&document(without), Chain::Link).is_err());
    let with = json!({"jwt": "pass", "routes": routes, "verified_elsewhere": ["internal"]});
    let world = World::new();
    let pipeline = world.compile(&document(with), Chain::Link).unwrap();
    let step = pipeline.begin(&head("/a"), Handoff::default(), &world.env(1), &Unwatched);
    assert_eq!(outcome(step), "allow -", "the next module answers for it");
}

/// A request for a route that bounds what it brings.
fn bounded(world: &World, accepts: Value, path: &str, fields: &[(&str, &str)], has_body: bool) -> Step {
    let routes = json!([{
        "name": "write", "match": {"path": "/orders"}, "authenticate": {"any_of": ["corp"]},
        "accepts": accepts,
    }]);
    let members = json!({"ratelimit": "pass", "jwt": "identity", "authz": "pass", "routes": routes});
    let pipeline = world.compile(&document(members), Chain::Whole).unwrap();
    let fields = [&[(":method", "POST"), (":authority", "shop.test"), (":path", path)], fields].concat();
    let fields = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let head = Head::from_pairs(fields).unwrap().followed_by_body(has_body);
    pipeline.begin(&head, Handoff::default(), &world.env(1), &Unwatched)
}

#[test]
fn what_a_request_brings_is_judged_after_the_first_limits_and_before_its_credential() {
    let json = json!({"content_types": ["application/json"], "body_bytes": 10, "query": ["expand"]});
    for (path, fields, expected) in [
        ("/orders", &[("content-type", "application/json")][..], "allow alice"),
        ("/orders?expand=1", &[("content-type", "application/json; charset=utf-8")], "allow alice"),
        ("/orders", &[], "route content_type_not_accepted"),
        ("/orders", &[("content-type", "text/xml")], "route content_type_not_accepted"),
        (
            "/orders",
            &[("content-type", "application/json"), ("content-length", "11")],
            "route content_too_large",
        ),
        ("/orders?admin=1", &[("content-type", "application/json")], "route query_parameter_unknown"),
        ("/orders?expand=1&expand=2", &[], "route query_parameter_duplicated"),
        ("/orders?expand=%zz", &[], "route query_malformed"),
        ("/nothing?admin=1", &[], "route route_unknown"),
    ] {
        let world = World::new();
        assert_eq!(
            outcome(bounded(&world, json.clone(), path, fields, true)),
            expected,
            "{path} {fields:?}"
        );
        let asked = if expected == "allow alice" { [1, 1, 1] } else { [1, 0, 0] };
        assert_eq!(world.asked(), asked, "{path} {fields:?}");
    }
    let world = World::new();
    assert_eq!(outcome(bounded(&world, json, "/orders", &[], false)), "allow alice", "there is no body");
}

#[test]
fn a_body_without_a_length_is_bounded_while_it_passes() {
    let world = World::new();
    let bound = |has_body| match bounded(&world, json!({"body_bytes": 10}), "/orders", &[], has_body) {
        Step::Allow(allowed) => allowed.body,
        Step::Wait(_) | Step::Ask(_) | Step::Refuse(_) | Step::Answer(_) => panic!("is allowed"),
    };
    assert!(bound(false).is_none());
    let mut body = bound(true).unwrap();
    for (bytes, expected) in [(4, None), (6, None), (0, None), (1, Some("content_too_large")), (1, None)] {
        let refused = body.pass(bytes).err();
        assert_eq!(refused.as_ref().map(|refused| refused.refusal.reason), expected, "{bytes}");
        if let Some(refused) = refused {
            let record: Value = serde_json::from_str(&refused.record.line()).unwrap();
            assert_eq!((&record["decision"], &record["route"]), (&json!("refuse"), &json!("write")));
            assert_eq!(refused.refusal.cause, Cause::ContentTooLarge);
        }
    }
}

#[test]
fn a_route_that_takes_no_credential_can_keep_none() {
    for (authenticate, credential, error) in [
        (json!({"any_of": ["corp"]}), json!("keep"), None),
        (json!({"optional": ["corp"]}), json!("remove"), None),
        (json!("none"), json!("keep"), Some("routes[0].credential: ")),
        (json!({"any_of": ["corp"]}), json!("forward"), Some("routes[0].credential: unknown variant")),
        (json!({"any_of": ["corp"]}), Value::Null, Some("routes[0].credential")),
    ] {
        let routes = json!([{
            "name": "a", "match": {"path": "/a"}, "authenticate": authenticate, "credential": credential,
        }]);
        let compiled =
            World::new().compile(&document(json!({"jwt": "pass", "routes": routes})), Chain::Whole);
        let message = compiled.err().map(|error| error.to_string());
        let matches = match (&message, error) {
            (Some(message), Some(error)) => message.contains(error),
            (message, error) => message.is_none() && error.is_none(),
        };
        assert!(matches, "{authenticate} {credential}: {message:?}");
    }
}

#[test]
fn a_route_keeps_no_credential_that_nobody_here_reads() {
    let route = |credential: Value| {
        json!([{
            "name": "a", "match": {"path": "/a"}, "authenticate": {"any_of": ["corp"]}, "credential": credential,
        }])
    };
    for credential in ["keep", "remove"] {
        for (jwt, refused) in [("pass", false), ("native", true)] {
            let members = json!({"jwt": jwt, "routes": route(json!(credential))});
            let error = World::new().compile(&document(members), Chain::Whole).err();
            let path = error.map(|error| error.path().to_owned());
            assert_eq!(path, refused.then(|| "routes[0].credential".to_owned()), "{jwt} {credential}");
        }
    }
}

/// Writes down who has judged, for which route, and how.
#[derive(Default)]
struct Diary(RefCell<Vec<String>>);

impl Watch for Diary {
    fn judged(&self, judged: Judged<'_>, route: Option<&RouteMatch<'_>>) {
        let route = route.map_or("-", |route| &route.route.name);
        let (who, said) = match judged {
            Judged::Gate { gate, refusal } => {
                (format!("{gate:?}"), refusal.map_or("pass", |refusal| refusal.reason))
            }
            Judged::Stage { name, verdict, .. } => (name.to_string(), said(verdict)),
        };
        self.0.borrow_mut().push(format!("{route} {who} {said}"));
    }
}

const fn said(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Forward(_) => "pass",
        Verdict::Wait(_) => "wait",
        Verdict::Ask(_) => "ask",
        Verdict::Answer(_) => "answer",
        Verdict::Refuse(refusal) => refusal.reason,
    }
}

fn watched(members: &Value, path: &str) -> String {
    let (world, diary) = (World::new(), Diary::default());
    let pipeline = world.compile(&document(members.clone()), Chain::Whole).unwrap();
    let mut step = pipeline.begin(&head(path), Handoff::default(), &world.env(1), &diary);
    loop {
        step = match step {
            Step::Ask(asking) => {
                pipeline.told(asking.asked, Ok(b"yes"), &head(path), &world.env(1), &diary)
            }
            Step::Wait(waiting) => pipeline.resume(waiting.progress, &head(path), &world.env(3), &diary),
            Step::Allow(_) | Step::Answer(_) | Step::Refuse(_) => return diary.0.take().join(", "),
        };
    }
}

#[test]
fn who_looks_on_hears_every_judge_once_and_in_order() {
    let passes = json!({"ratelimit": "pass", "jwt": "identity", "authz": "pass"});
    for (members, path, heard) in [
        (
            &passes,
            "/orders/1",
            "- Path pass, read ratelimit pass, read Known pass, read Accepted pass, read jwt pass, \
             read Admitted pass, read authz pass",
        ),
        (&passes, "/a//b", "- Path path_dot_or_empty_segment"),
        (&passes, "/nothing", "- Path pass, unknown ratelimit pass, unknown Known route_unknown"),
        (
            &json!({"ratelimit": "ask", "jwt": "wait", "authz": "refuse"}),
            "/orders/1",
            "- Path pass, read ratelimit ask, read ratelimit pass, read Known pass, read Accepted pass, \
             read jwt wait, read jwt pass, read Admitted pass, read authz scripted",
        ),
        (
            &json!({"jwt": "pass"}),
            "/orders/1",
            "- Path pass, read Known pass, read Accepted pass, read jwt pass, \
             read Admitted identity_missing",
        ),
    ] {
        assert_eq!(watched(members, path), heard, "{members} {path}");
    }
}

#[test]
fn a_route_tells_whether_every_stage_has_what_it_decides_with() {
    let world = World::new();
    let routes = json!([
        {
            "name": "ready", "match": {"methods": ["GET"], "path": "/readyz"},
            "authenticate": "none", "authorize": "none", "answer": "ready",
        },
    ]);
    let compile = |jwt: &str, authz: &str, ratelimit: &str| {
        let members = json!({"jwt": jwt, "authz": authz, "ratelimit": ratelimit, "routes": routes});
        world.compile(&document(members), Chain::Whole).unwrap()
    };
    let ask = |pipeline: &Pipeline, path: &str, seconds: u64| {
        pipeline.begin(&head(path), Handoff::default(), &world.env(seconds), &Unwatched)
    };
    let cold = compile("pass", "cold", "pass");
    let Step::Refuse(refused) = ask(&cold, "/readyz", 1) else { panic!("nothing has come yet") };
    assert_eq!((refused.refusal.stage, refused.refusal.reason), (StageName::Authz, "nothing_loaded"));
    assert!(matches!(refused.refusal.cause, Cause::Unavailable { .. }));
    assert_eq!(outcome(ask(&cold, "/readyz", 2)), "answer route 200 0");
    let refusing = compile("refuse", "refuse", "pass");
    assert_eq!(outcome(ask(&refusing, "/readyz", 1)), "answer route 200 0", "nobody is asked who calls");
    assert_eq!(outcome(ask(&compile("pass", "pass", "refuse"), "/readyz", 1)), "ratelimit scripted");
    let late = json!({"jwt": "pass", "authz": "counts", "routes": routes});
    let error = world.compile(&document(late), Chain::Whole).err().unwrap().to_string();
    assert!(error.starts_with("routes[0].limits: this route is answered before"), "{error}");
    compile("pass", "pass", "counts");
    let unknown = outcome(ask(&refusing, "/other", 1));
    assert_eq!(unknown, "route route_unknown");
}

/// The record of a request of a caller with claims, under this section.
fn recorded(observe: Value, fields: &[(&str, &str)]) -> Result<Value, String> {
    let world = World::new();
    let members = json!({"jwt": "identity", "observe": observe});
    let pipeline = world.compile(&document(members), Chain::Whole).map_err(|error| error.to_string())?;
    let fields =
        [&[(":method", "GET"), (":authority", "shop.test"), (":path", "/orders/1?q=1")], fields].concat();
    let fields = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let head = Head::from_pairs(fields).unwrap();
    match pipeline.begin(&head, Handoff::default(), &world.env(1), &Unwatched) {
        Step::Allow(allowed) => Ok(serde_json::from_str(&allowed.record.line()).unwrap()),
        other @ (Step::Answer(_) | Step::Ask(_) | Step::Refuse(_) | Step::Wait(_)) => Err(outcome(other)),
    }
}

#[test]
fn a_record_repeats_claims_and_fields_only_where_they_are_listed() {
    let fields = [("user-agent", "browser"), ("authorization", "Bearer x"), ("x-two", "1"), ("x-two", "2")];
    let plain = recorded(json!({}), &fields).unwrap();
    assert_eq!(
        plain,
        json!({
            "decision": "allow", "method": "GET", "route": "read", "path": "/orders/1", "provider": "corp",
        })
    );
    let listed =
        json!({"claims": ["tenant", "roles", "absent"], "headers": ["User-Agent", "x-two", "x-absent"]});
    let told = recorded(listed, &fields).unwrap();
    assert_eq!(told["claims"], json!({"tenant": "acme", "roles": "[\"buyer\"]"}));
    assert_eq!(told["headers"], json!({"user-agent": "browser", "x-two": null}));
    for (name, says) in [
        ("authorization", "`authorization` holds credentials"),
        ("X_Scripted_Key", "`X_Scripted_Key` holds credentials"),
    ] {
        let message = recorded(json!({"headers": [name]}), &[]).unwrap_err();
        assert!(message.contains("observe.headers[0]") && message.contains(says), "{message}");
    }
}
