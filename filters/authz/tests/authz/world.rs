//! What a decision stands in. The stage asks for no secret and no randomness, so this world has none: a case that
//! needed one would fail.

use std::rc::Rc;

use authz::Authz;
use contract::{
    Authenticate, Authorize, Compile, ConfigError, Env, Head, Identity, MemoryStore, NoMeter,
    NoProxyCrypto, Nowhere, Peer, Request, Route, RouteId, RouteMatch, Section, SettledPath, SpiffeId,
    Stage, StageKind, UnixTime, Verdict,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cases::Case;

/// The policies that the examples run with.
pub(crate) const SHOP_SCHEMA: &str = include_str!("../../../../envoy/policies/shop.cedarschema");
pub(crate) const SHOP_POLICIES: &str = include_str!("../../../../envoy/policies/shop.cedar");

/// A route as a case file writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRoute {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) parameters: Vec<String>,
    pub(crate) authorize: Option<Authorize>,
}

pub(crate) fn shop_section() -> Value {
    json!({ "schema": SHOP_SCHEMA, "policies": SHOP_POLICIES, "principals": [shop_principal()] })
}

pub(crate) fn shop_principal() -> Value {
    json!({
        "of": "users",
        "type": "User",
        "id": "sub",
        "attributes": {
            "tenant": { "claim": "tenant" },
            "level": { "claim": "level" },
            "roles": { "claim": "roles" },
        },
        "parents": [{ "type": "Group", "claim": "groups" }],
    })
}

pub(crate) fn shop_routes() -> Vec<RawRoute> {
    let route = |name: &str, parameters: Value, action: &str, resource: Value| {
        json!({
            "name": name,
            "parameters": parameters,
            "authorize": { "action": action, "resource": resource },
        })
    };
    let order = |id: &str| json!({ "type": "Order", "id": id });
    serde_json::from_value(json!([
        route("read-order", json!(["order_id"]), "readOrder", order("{order_id}")),
        route("list-orders", json!([]), "listOrders", order("all")),
        route("create-order", json!([]), "createOrder", order("new")),
        route("read-payment", json!([]), "readPayment", json!({ "type": "Account", "id": "payments" })),
        { "name": "health", "authorize": "none" },
    ]))
    .unwrap()
}

pub(crate) fn table(routes: &[RawRoute]) -> Vec<Route> {
    let row = |raw: &RawRoute| Route {
        name: raw.name.clone(),
        authenticate: Authenticate::Anybody,
        demands: contract::Demands::default(),
        credential: None,
        accepts: contract::Accepts::default(),
        authorize: raw.authorize.clone(),
        limits: Vec::new(),
        parameters: raw.parameters.clone(),
    };
    routes.iter().map(row).collect()
}

pub(crate) fn compile(section: &Value, routes: &[Route]) -> Result<Box<dyn Stage>, ConfigError> {
    let store = MemoryStore::default();
    let with =
        Compile { routes, secrets: &Nowhere, store: &store, entropy: &Nowhere, crypto: &NoProxyCrypto };
    let mut stages = Authz.compile(&Section::new("authz", section), &with)?;
    assert_eq!(stages.len(), 1);
    Ok(stages.remove(0))
}

pub(crate) fn decide(stage: &dyn Stage, routes: &[Route], case: &Case) -> Verdict {
    let store = MemoryStore::default();
    let env = Env {
        now: UnixTime::from_seconds(case.place.now),
        entropy: &Nowhere,
        connection: &case.place,
        store: &store,
        crypto: &NoProxyCrypto,
        meter: &NoMeter,
    };
    decide_with(stage, routes, case, &env)
}

pub(crate) fn decide_with(stage: &dyn Stage, routes: &[Route], case: &Case, env: &Env<'_>) -> Verdict {
    let id = routes.iter().position(|route| route.name == case.route).unwrap();
    let parameters = case.parameters.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let fields = case.headers.iter().map(|(name, value)| (name.as_bytes(), value.bytes()));
    let method = (b":method".as_slice(), case.method.as_bytes());
    let head = Head::from_pairs(std::iter::once(method).chain(fields)).unwrap();
    let identity = case.claims.as_ref().map(|claims| identity(case, claims));
    let peer = case.caller.as_ref().map(|id| peer(id));
    let request = Request {
        head: &head,
        path: &SettledPath::settle(case.path.as_bytes()).unwrap(),
        route: &RouteMatch { id: RouteId(id), route: &routes[id], parameters },
        identity: identity.as_ref(),
        peer: peer.as_ref(),
    };
    stage.decide(&request, env)
}

#[expect(clippy::disallowed_methods, reason = "the case says that it was verified")]
fn peer(id: &str) -> Rc<Peer> {
    Rc::new(Peer::from_verified(SpiffeId::parse(id).unwrap()))
}

#[expect(clippy::disallowed_methods, reason = "the case says that it was verified")]
fn identity(case: &Case, claims: &serde_json::Map<String, Value>) -> Rc<Identity> {
    Rc::new(Identity::from_verified(case.credential.with(claims)))
}
