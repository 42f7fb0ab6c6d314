//! Decisions by Cedar, through its public API.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, RestrictedExpression,
};
use serde_json::Value;

/// Policies, and the names that requests need.
pub(crate) struct Policies {
    policies: PolicySet,
    authorizer: Authorizer,
    read_order: EntityUid,
    list_orders: EntityUid,
    order: EntityTypeName,
}

/// Who asks, as an entity among entities.
pub(crate) struct Caller {
    /// What the service is told.
    pub(crate) subject: String,
    uid: EntityUid,
    entities: Entities,
}

impl Policies {
    /// Of this text.
    pub(crate) fn read(text: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            policies: text.parse()?,
            authorizer: Authorizer::new(),
            read_order: EntityUid::from_str(r#"Action::"readOrder""#)?,
            list_orders: EntityUid::from_str(r#"Action::"listOrders""#)?,
            order: EntityTypeName::from_str("Order")?,
        })
    }

    /// May the caller do that? What is no route may nobody.
    pub(crate) fn permit(&self, caller: &Caller, method: &str, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        let Some(rest) = path.strip_prefix("/orders").filter(|_| method == "GET") else { return false };
        let (action, id) = match rest.strip_prefix('/') {
            Some(id) if !id.is_empty() && !id.contains('/') => (&self.read_order, id),
            None if rest.is_empty() => (&self.list_orders, "all"),
            Some(_) | None => return false,
        };
        let resource = EntityUid::from_type_name_and_id(self.order.clone(), EntityId::new(id));
        let request = Request::new(caller.uid.clone(), action.clone(), resource, Context::empty(), None);
        request.is_ok_and(|request| {
            let answer = self.authorizer.is_authorized(&request, &self.policies, &caller.entities);
            answer.decision() == Decision::Allow && answer.diagnostics().errors().next().is_none()
        })
    }
}

impl Caller {
    /// Whom these claims are about.
    pub(crate) fn of(claims: &Value) -> Option<Self> {
        let subject = claims["sub"].as_str()?.to_owned();
        let uid = uid("User", &subject)?;
        let attributes = HashMap::from([
            ("tenant".to_owned(), RestrictedExpression::new_string(claims["tenant"].as_str()?.to_owned())),
            ("level".to_owned(), RestrictedExpression::new_long(claims["level"].as_i64()?)),
            ("roles".to_owned(), RestrictedExpression::new_set(texts(&claims["roles"]))),
        ]);
        let groups = claims["groups"].as_array().into_iter().flatten();
        let groups: HashSet<EntityUid> = groups.filter_map(|group| uid_of("Group", group)).collect();
        let entity = Entity::new(uid.clone(), attributes, groups).ok()?;
        let entities = Entities::from_entities([entity], None).ok()?;
        Some(Self { subject, uid, entities })
    }
}

fn texts(list: &Value) -> Vec<RestrictedExpression> {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(|text| RestrictedExpression::new_string(text.to_owned())).collect()
}

fn uid_of(kind: &str, id: &Value) -> Option<EntityUid> {
    uid(kind, id.as_str()?)
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(EntityTypeName::from_str(kind).ok()?, EntityId::new(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const POLICIES: &str = r#"
        permit (principal in Group::"staff", action == Action::"readOrder", resource)
        when { principal.roles.contains("reader") };
        forbid (principal, action, resource == Order::"secret");
    "#;

    fn caller(groups: &[&str], roles: &[&str]) -> Caller {
        let claims =
            json!({ "sub": "ann", "tenant": "north", "level": 1, "roles": roles, "groups": groups });
        Caller::of(&claims).unwrap()
    }

    #[test]
    fn policies_decide_about_who_asks_for_what() {
        let policies = Policies::read(POLICIES).unwrap();
        let reader = caller(&["staff"], &["reader"]);
        assert!(policies.permit(&reader, "GET", "/orders/42?fields=all"));
        assert!(!policies.permit(&reader, "GET", "/orders/secret"));
        assert!(!policies.permit(&reader, "GET", "/orders"));
        assert!(!policies.permit(&caller(&[], &["reader"]), "GET", "/orders/42"));
        assert!(!policies.permit(&caller(&["staff"], &[]), "GET", "/orders/42"));
    }

    #[test]
    fn what_is_no_route_may_nobody() {
        let policies = Policies::read("permit (principal, action, resource);").unwrap();
        let anybody = caller(&[], &[]);
        assert!(policies.permit(&anybody, "GET", "/orders"));
        for (method, path) in
            [("POST", "/orders/42"), ("GET", "/orders/"), ("GET", "/orders/4/2"), ("GET", "/")]
        {
            assert!(!policies.permit(&anybody, method, path), "{method} {path}");
        }
    }
}
