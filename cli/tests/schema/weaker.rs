//! What the compiler refuses and no schema can: rules across fields, texts in languages of their own, and what is in
//! the proxy's environment.

/// Each rule by its name and its reason, with what the compiler says of it.
pub(crate) const WEAKER: [(&str, &[&str]); 15] = [
    (
        "routes name providers, limits and services that are defined elsewhere",
        &["no provider is called `", "no limit is called `", "no service is called `"],
    ),
    ("limits and services are named by somebody", &["no route names it", "no limit asks it"]),
    (
        "what a route asks for, a section does; and with policies, each route says what it asks them",
        &["but there is no section `", "missing: name an action and a resource"],
    ),
    (
        "providers of one route take one kind of credential",
        &["take different credentials: name one kind only"],
    ),
    (
        "an answer that tells who asks is for routes that know it",
        &["who asks this is neither authenticated nor authorized"],
    ),
    (
        "readiness is answered before authentication, and when a limit counts stands with the limit",
        &["this route is answered before authentication: name only limits with `before_auth: true`"],
    ),
    (
        "users of several issuers are told apart: it depends on the providers that routes name",
        &["routes accept several providers (", "must list `iss`: there is more than one issuer"],
    ),
    (
        "a limit's numbers are bounded together: a rate, the time in which a burst comes back, and a cost by the burst",
        &[
            "more than a million requests a second",
            "takes more than 31 days to come back at this rate",
            "so it would never pass",
        ],
    ),
    (
        "keys are refreshed and given up earlier than bundles, which are fetched by the same fields",
        &["refresh_seconds: must be 10 to 86400", "max_stale_seconds: must be 300 to 604800"],
    ),
    ("a key set has a usable key, which cryptography decides", &["not a usable key set: "]),
    ("a secret is in the environment", &["there is no secret `"]),
    (
        "Cedar's schema and policies are languages of their own",
        &["error parsing schema: ", ", policy \"", "the template `"],
    ),
    ("links fill templates of the policies", &["authz.links: the link `"]),
    (
        "entities are as Cedar's schema declares them",
        &["error during entity deserialization: ", "entity does not conform to the schema: "],
    ),
    (
        "routes, principals and context have the types, actions and attributes of Cedar's schema",
        &[
            "the schema has no entity type `",
            "the schema has no action `",
            "the id is empty, and `entities` has no `",
            "the schema requires `",
            "requires the attribute `",
            "a policy asks for `",
            "the schema declares no such member",
            "the schema's context has a member `",
            "of a workload is known: `",
        ],
    ),
];

/// The name of the rule that the compiler's `message` is about.
pub(crate) fn reason(message: &str) -> Option<&'static str> {
    let is_said = |said: &&str| message.contains(*said);
    WEAKER.iter().find(|(_, said)| said.iter().any(is_said)).map(|(rule, _)| *rule)
}
