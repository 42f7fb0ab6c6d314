//! A shop with ten policies, and a buyer who reads an order: what a request of a proxy looks like.

use std::rc::Rc;

use bundle::{Content, Text};
use contract::{
    Accepts, Authenticate, Authorize, CredentialKind, Demands, Head, Identity, IdentityFacts, Peer,
    ResourceTemplate, Route, SettledPath, SpiffeId,
};
use serde_json::{Value as Json, json};

use crate::config::RawPrincipal;
use crate::terms::Terms;

pub(super) const SCHEMA: &str = r#"
    entity Group;
    entity User in [Group] = {
        tenant: String, level: Long, active: Bool, roles: Set<String>, region: String, plan: String,
    };
    entity Order = { tenant: String };
    entity Account;
    action readOrder, listOrders, createOrder, cancelOrder appliesTo {
        principal: User, resource: Order,
        context: { method: String, caller?: String, parameters: { tenant: String, order_id: String } },
    };
    action readPayment appliesTo { principal: User, resource: Account, context: { caller: String } };
"#;

/// Of these, five are in scope of the request and must be evaluated.
pub(super) const POLICIES: &str = r#"
    @id("tenants") forbid (principal, action, resource is Order)
        unless { principal.tenant == resource.tenant };
    @id("suspended") forbid (principal, action, resource) unless { principal.active };
    @id("readers") permit (principal, action in [Action::"readOrder", Action::"listOrders"], resource)
        when { principal.roles.contains("reader") };
    @id("support") permit (principal in Group::"support", action == Action::"readOrder", resource);
    @id("owners") permit (principal, action == Action::"readOrder", resource)
        when { principal.level > 1 && context.method == "GET" && context.parameters.order_id like "4*" };
    @id("buyers") permit (principal, action == Action::"createOrder", resource)
        when { principal.roles.contains("buyer") && principal.level >= 2 };
    @id("cancel") permit (principal, action == Action::"cancelOrder", resource)
        when { principal.roles.contains("buyer") && principal.region == "eu" };
    @id("auditors") permit (principal in Group::"audit", action, resource) when { principal.plan == "gold" };
    @id("payments") permit (principal, action == Action::"readPayment", resource)
        when { context.caller == "spiffe://shop.test/orders" };
    @id("refunds") forbid (principal, action == Action::"readPayment", resource == Account::"refunds");
"#;

pub(super) fn content(policies: String) -> Content {
    let text = |name: &str, text: String| Text { name: name.into(), text };
    Content {
        schema: text("schema", SCHEMA.into()),
        policies: vec![text("policies", policies)],
        links: Vec::new(),
        entities: Vec::new(),
    }
}

pub(super) fn terms() -> Terms {
    let principal: RawPrincipal = serde_json::from_value(json!({
        "of": "users", "type": "User",
        "attributes": {
            "tenant": { "claim": "tenant" }, "level": { "claim": "level" }, "active": { "claim": "active" },
            "roles": { "claim": "realm_access.roles" }, "region": { "claim": "region" },
            "plan": { "claim": "plan" },
        },
        "parents": [{ "type": "Group", "claim": "groups" }],
    }))
    .unwrap();
    Terms::new(vec![principal], [].into(), &[route()]).unwrap()
}

pub(super) fn route() -> Route {
    let resource = ResourceTemplate {
        type_name: "Order".into(),
        id: "{order_id}".into(),
        attributes: [("tenant".into(), "{tenant}".into())].into(),
        parents: Vec::new(),
    };
    Route {
        name: "read-order".into(),
        authenticate: Authenticate::AnyOf(vec!["corp".into()]),
        demands: Demands::default(),
        credential: None,
        accepts: Accepts::default(),
        authorize: Some(Authorize::Action { action: "readOrder".into(), resource }),
        limits: Vec::new(),
        parameters: vec!["tenant".into(), "order_id".into()],
    }
}

pub(super) fn claims() -> Json {
    json!({
        "iss": "https://issuer.test", "sub": "8f1c2b7e-zoe", "aud": ["shop-api"], "iat": 1_800_000_000,
        "exp": 1_800_003_600, "jti": "0e5f", "client_id": "web", "scope": "orders:read orders:write",
        "tenant": "north", "level": 2, "active": true, "realm_access": { "roles": ["reader", "buyer"] },
        "region": "eu", "plan": "silver", "groups": ["staff", "europe", "shop"],
    })
}

#[expect(clippy::disallowed_methods, reason = "the measurement says that it was verified")]
pub(super) fn identity() -> Rc<Identity> {
    let claims = claims();
    Rc::new(Identity::from_verified(IdentityFacts {
        provider: "corp".into(),
        kind: CredentialKind::AccessToken,
        issuer: "https://issuer.test".into(),
        subject: "8f1c2b7e-zoe".into(),
        audience: vec!["shop-api".into()],
        scopes: vec!["orders:read".into(), "orders:write".into()],
        expires: 1_800_003_600,
        transaction: None,
        claims: claims.as_object().unwrap().clone(),
    }))
}

#[expect(clippy::disallowed_methods, reason = "the measurement says that it was verified")]
pub(super) fn peer() -> Rc<Peer> {
    Rc::new(Peer::from_verified(SpiffeId::parse("spiffe://shop.test/edge").unwrap()))
}

pub(super) fn head() -> Head {
    let fields = [(":method", "GET"), (":path", "/tenants/north/orders/42"), (":authority", "shop.test")];
    Head::from_pairs(fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()))).unwrap()
}

pub(super) fn path() -> SettledPath {
    SettledPath::settle(b"/tenants/north/orders/42").unwrap()
}

pub(super) fn parameters(order: &str) -> Vec<(String, String)> {
    vec![("tenant".into(), "north".into()), ("order_id".into(), order.into())]
}
