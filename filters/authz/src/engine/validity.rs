//! What is wrong with policies by the schema.
//!
//! These are the passes of Cedar's validator in its strict mode, but for those that only warn: of texts that could be
//! mistaken for others, and of policies that can never apply. Nobody reads the warnings here, and for the first of
//! them Cedar carries tables of Unicode.

use std::collections::HashSet;

use cedar_policy_core::ast::{Policy, PolicySet, Template};
use cedar_policy_core::validator::typecheck::Typechecker;
use cedar_policy_core::validator::validation_errors::{
    IncompleteSchema, UnrecognizedEntityType, get_suggested_entity_type,
};
use cedar_policy_core::validator::{ValidationError, ValidationMode, Validator, ValidatorSchema};

/// The errors of all templates, links and policies in `policies`, as Cedar's validator says them.
pub(super) fn errors(policies: &PolicySet, schema: &ValidatorSchema) -> Vec<ValidationError> {
    if let Err(error) = schema.check_complete() {
        let incomplete = |template: &Template| IncompleteSchema {
            source_loc: template.loc().cloned(),
            policy_id: template.id().clone(),
            err: error.clone(),
        };
        return policies.all_templates().map(|template| incomplete(template).into()).collect();
    }
    let of_templates = policies.all_templates().flat_map(|template| in_template(template, schema));
    let of_links = policies.policies().filter(|policy| !policy.is_static());
    of_templates.chain(of_links.flat_map(|link| in_link(link, schema))).collect()
}

/// Every policy that was written has a template, if one without slots.
fn in_template(template: &Template, schema: &ValidatorSchema) -> Vec<ValidationError> {
    let (mut of_types, mut warnings) = (HashSet::new(), HashSet::new());
    let types = Typechecker::new(schema, ValidationMode::Strict);
    types.typecheck_policy(template, &mut of_types, &mut warnings);
    Validator::validate_entity_types_and_literals(schema, template).chain(of_types).collect()
}

/// What fills the slots, which the template does not know.
fn in_link(link: &Policy, schema: &ValidatorSchema) -> Vec<ValidationError> {
    let types = link.env().values().map(|entity| entity.entity_type());
    let unknown = types.filter(|name| !name.is_action() && schema.get_entity_type(name).is_none());
    let errors = unknown.map(|name| UnrecognizedEntityType {
        source_loc: None,
        policy_id: link.id().clone(),
        actual_entity_type: name.to_string(),
        suggested_entity_type: get_suggested_entity_type(name, schema),
    });
    errors.map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use cedar_policy_core::ast::{PolicyID, SlotId};
    use cedar_policy_core::extensions::Extensions;
    use cedar_policy_core::parser;

    use super::*;

    const SCHEMA: &str = "entity Group; entity User in [Group] { age: Long }; entity Color enum [\"red\"];\n\
        action read appliesTo { principal: User, resource: Color };";

    fn schema(text: &str) -> ValidatorSchema {
        ValidatorSchema::from_cedarschema_str(text, Extensions::all_available()).unwrap().0
    }

    /// What Cedar's own validator says, and what is said here.
    fn both(policies: &PolicySet, schema: &ValidatorSchema) -> [HashSet<ValidationError>; 2] {
        let result = Validator::new(schema.clone()).validate(policies, ValidationMode::Strict);
        [result.validation_errors().cloned().collect(), errors(policies, schema).into_iter().collect()]
    }

    #[test]
    fn says_what_the_validator_says_of_policies() {
        let schema = schema(SCHEMA);
        for (text, faults) in [
            ("permit (principal, action == Action::\"read\", resource);", 0),
            ("permit (principal == Usr::\"a\", action, resource);", 1),
            ("permit (principal, action == Action::\"raed\", resource);", 1),
            ("permit (principal, action, resource == Color::\"blue\");", 1),
            ("permit (principal, action, resource) when { principal.aeg > 1 };", 1),
            ("permit (principal, action, resource) when { principal.age };", 1),
            ("permit (principal, action, resource) when { ip(\"1\").isIpv4() };", 1),
            ("permit (principal == ?principal, action, resource) when { principal.aeg == Usr::\"a\" };", 2),
            ("permit (principal == Color::\"red\", action, resource);", 0),
            ("permit (principal, action, resource) when { \"рay\" == \"pay\" };", 0),
        ] {
            let [wanted, found] = both(&parser::parse_policyset(text).unwrap(), &schema);
            assert_eq!((found.len(), &found), (faults, &wanted), "{text}");
        }
    }

    #[test]
    fn says_what_the_validator_says_of_links() {
        let schema = schema(SCHEMA);
        for (principal, faults) in
            [("User::\"a\"", 0), ("Usr::\"a\"", 1), ("Action::\"read\"", 0), ("Group::\"g\"", 0)]
        {
            let mut set =
                parser::parse_policyset("permit (principal in ?principal, action, resource);").unwrap();
            let slots = HashMap::from([(SlotId::principal(), principal.parse().unwrap())]);
            set.link(PolicyID::from_string("policy0"), PolicyID::from_string("link"), slots).unwrap();
            let [wanted, found] = both(&set, &schema);
            assert_eq!((found.len(), &found), (faults, &wanted), "{principal}");
        }
    }

    #[test]
    fn says_what_the_validator_says_of_schemas_with_names_from_elsewhere() {
        let schema = schema(
            "external entity User; entity Doc; action read appliesTo { principal: User, resource: Doc };",
        );
        let set = parser::parse_policyset("permit (principal, action, resource);").unwrap();
        let [wanted, found] = both(&set, &schema);
        assert_eq!((found.len(), found), (1, wanted));
    }
}
