//! The same question to Cedar as its documentation asks it: everything is built for the request, typed, by
//! the public interface, and all policies are looked at.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, RestrictedExpression,
};
use serde_json::{Map, Value as Json};

use super::shop;

/// What can be made before any request.
pub(super) struct Plain {
    policies: PolicySet,
    user: EntityTypeName,
    group: EntityTypeName,
    order: EntityTypeName,
    action: EntityUid,
}

impl Plain {
    pub(super) fn new() -> Self {
        Self {
            policies: shop::POLICIES.parse().unwrap(),
            user: "User".parse().unwrap(),
            group: "Group".parse().unwrap(),
            order: "Order".parse().unwrap(),
            action: r#"Action::"readOrder""#.parse().unwrap(),
        }
    }

    /// Whether the request is allowed, from claims and parameters on.
    pub(super) fn decide(&self, claims: &Map<String, Json>, parameters: &[(String, String)]) -> bool {
        let text = |name: &str| RestrictedExpression::new_string(claims[name].as_str().unwrap().into());
        let texts = |json: &Json| {
            let texts = json.as_array().unwrap().iter();
            texts.map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let attributes = HashMap::from([
            ("tenant".to_owned(), text("tenant")),
            ("level".into(), RestrictedExpression::new_long(claims["level"].as_i64().unwrap())),
            ("active".into(), RestrictedExpression::new_bool(claims["active"].as_bool().unwrap())),
            (
                "roles".into(),
                RestrictedExpression::new_set(
                    texts(&claims["realm_access"]["roles"])
                        .into_iter()
                        .map(RestrictedExpression::new_string),
                ),
            ),
            ("region".into(), text("region")),
            ("plan".into(), text("plan")),
        ]);
        let uid =
            |of: &EntityTypeName, id: &str| EntityUid::from_type_name_and_id(of.clone(), EntityId::new(id));
        let groups: HashSet<_> = texts(&claims["groups"]).iter().map(|id| uid(&self.group, id)).collect();
        let principal = uid(&self.user, claims["sub"].as_str().unwrap());
        let (tenant, order) = (&parameters[0].1, &parameters[1].1);
        let resource = uid(&self.order, order);
        let owned =
            HashMap::from([("tenant".to_owned(), RestrictedExpression::new_string(tenant.clone()))]);
        let entities = Entities::from_entities(
            [
                Entity::new(principal.clone(), attributes, groups).unwrap(),
                Entity::new(resource.clone(), owned, HashSet::new()).unwrap(),
            ],
            None,
        );
        let string = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let record = RestrictedExpression::new_record(
            parameters.iter().map(|(name, value)| (name.clone(), string(value))),
        );
        let context = Context::from_pairs([
            ("method".to_owned(), string("GET")),
            ("caller".into(), string("spiffe://shop.test/edge")),
            ("parameters".into(), record.unwrap()),
        ]);
        let request =
            Request::new(principal, self.action.clone(), resource, context.unwrap(), None).unwrap();
        let response = Authorizer::new().is_authorized(&request, &self.policies, &entities.unwrap());
        response.decision() == Decision::Allow
    }
}
