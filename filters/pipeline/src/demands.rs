//! What a route demands of a good credential, whichever stage has verified it.

use contract::{Cause, CredentialKind, Demands, Identity, Refusal, StageName};

/// Judge `identity` by `demands`.
///
/// # Errors
/// With the refusal of the first demand that is not met: an audience is part of whether the credential is
/// good here (401), a scope of what it may do (403, RFC 6750 §3.1).
pub(crate) fn judge(demands: &Demands, identity: &Identity) -> Result<(), Refusal> {
    let Demands { audiences, all_of, any_of } = demands;
    let facts = identity.facts();
    let refusal = |cause, reason| Err(Refusal::new(StageName::Route, cause, reason));
    // An API key is for whoever has stored its digest, and for nobody else.
    let has_audience = facts.kind != CredentialKind::ApiKey;
    if has_audience
        && !audiences.is_empty()
        && !facts.audience.iter().any(|audience| audiences.contains(audience))
    {
        return refusal(Cause::CredentialInvalid, "audience_not_of_route");
    }
    let has = |scope: &String| facts.scopes.contains(scope);
    if !all_of.iter().all(has) || !(any_of.is_empty() || any_of.iter().any(has)) {
        let scope = [all_of.as_slice(), any_of.as_slice()].concat().join(" ");
        return refusal(Cause::ScopeInsufficient { scope }, "scope_not_of_route");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::IdentityFacts;

    #[expect(clippy::disallowed_methods, reason = "an identity for a test")]
    fn identity(kind: CredentialKind) -> Identity {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Identity::from_verified(IdentityFacts {
            provider: "corp".into(),
            kind,
            issuer: String::new(),
            subject: String::new(),
            audience: texts(&["shop", "orders"]),
            scopes: texts(&["read", "write"]),
            expires: 0,
            transaction: None,
            claims: serde_json::Map::new(),
        })
    }

    #[test]
    fn every_demand_must_be_met() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for (audiences, all_of, any_of, refused) in [
            (&[][..], &[][..], &[][..], None),
            (&["orders", "x"], &["read", "write"], &["admin", "write"], None),
            (&["x"], &[], &[], Some((Cause::CredentialInvalid, "audience_not_of_route"))),
            (&[], &["read", "admin"], &[], Some(scope("read admin"))),
            (&[], &["read"], &["a", "b"], Some(scope("read a b"))),
            (&["x"], &["admin"], &[], Some((Cause::CredentialInvalid, "audience_not_of_route"))),
        ] {
            let demands =
                Demands { audiences: texts(audiences), all_of: texts(all_of), any_of: texts(any_of) };
            let judged = judge(&demands, &identity(CredentialKind::AccessToken))
                .map_err(|refusal| (refusal.cause, refusal.reason));
            assert_eq!(judged.err(), refused, "{demands:?}");
        }
    }

    #[test]
    fn an_api_key_has_scopes_and_no_audience() {
        let demands = |scope: &str| Demands {
            audiences: vec!["elsewhere".into()],
            all_of: vec![scope.into()],
            any_of: Vec::new(),
        };
        let key = identity(CredentialKind::ApiKey);
        assert_eq!(judge(&demands("read"), &key), Ok(()));
        assert!(judge(&demands("admin"), &key).is_err());
    }

    fn scope(scope: &str) -> (Cause, &'static str) {
        (Cause::ScopeInsufficient { scope: scope.to_owned() }, "scope_not_of_route")
    }
}
