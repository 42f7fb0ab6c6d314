//! Identity that another filter of the same proxy has verified: Envoy's `jwt_authn`, which is also what
//! Istio's `RequestAuthentication` becomes.
//!
//! That filter leaves the payload of a token in the dynamic metadata of the request. Clients cannot write
//! there, but every earlier filter of the proxy can; this stage takes the word of whoever wrote under the
//! configured name. The proxy tells values without their types, so the configuration says them.

mod bytes;
mod error;
mod payload;

use std::collections::BTreeMap;
use std::rc::Rc;

use contract::{
    CredentialKind, Env, Forward, Identity, IdentityFacts, Phase, Request, Stage, StageName, Verdict,
};
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use error::NativeError;
use payload::Payload;

/// Takes over the identity that lies in dynamic metadata.
#[derive(Debug)]
pub(crate) struct Native {
    /// What routes call who vouches for it.
    pub(crate) provider: String,
    /// The filter that has written the payload.
    pub(crate) filter: String,
    /// Under which key: `payload_in_metadata` of `jwt_authn`.
    pub(crate) key: String,
    /// Whose tokens are taken.
    pub(crate) issuers: Vec<String>,
    /// Claims that are read beside the registered ones.
    pub(crate) claims: BTreeMap<String, ClaimType>,
}

/// The type of a claim, which its bytes do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClaimType"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClaimType {
    /// Text without control characters.
    String,
    /// A whole number between -2⁵³ and 2⁵³.
    Long,
    /// `true` or `false`.
    Bool,
    /// A list of texts.
    Strings,
}

impl Native {
    /// Who was verified; nothing where the other filter has left nothing.
    fn identity(&self, env: &Env<'_>) -> Result<Option<Identity>, NativeError> {
        let payload = Payload { connection: env.connection, filter: &self.filter, key: &self.key };
        if !payload.is_there() {
            return Ok(None);
        }
        let issuer = self.issuer(&payload)?;
        let subject = payload.text("sub")?.ok_or(NativeError::SubjectMissing)?;
        let expires = payload.time("exp")?.ok_or(NativeError::ExpiryMissing)?;
        // No leeway: what follows, the internal token for one, must not outlive the credential.
        if env.now >= expires {
            return Err(NativeError::Expired);
        }
        let facts = IdentityFacts {
            provider: self.provider.clone(),
            kind: CredentialKind::Generic,
            claims: self.claims(&payload, &issuer, &subject, expires.seconds())?,
            issuer,
            subject,
            audience: payload.text_or_texts("aud")?,
            scopes: payload.scopes()?,
            expires: expires.seconds(),
            transaction: None,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the configured filter of this proxy has verified it; the lines above judge the rest"
        )]
        let identity = Identity::from_verified(facts);
        Ok(Some(identity))
    }

    fn issuer(&self, payload: &Payload<'_>) -> Result<String, NativeError> {
        let issuer = payload.text("iss").ok().flatten();
        issuer.filter(|issuer| self.issuers.contains(issuer)).ok_or(NativeError::IssuerUnknown)
    }

    fn claims(
        &self,
        payload: &Payload<'_>,
        issuer: &str,
        subject: &str,
        expires: u64,
    ) -> Result<Map<String, Value>, NativeError> {
        let registered = [("iss", Value::from(issuer)), ("sub", subject.into()), ("exp", expires.into())];
        let mut claims = Map::new();
        claims.extend(registered.map(|(name, value)| (name.to_owned(), value)));
        for (name, kind) in &self.claims {
            if let Some(value) = payload.claim(name, *kind)? {
                claims.insert(name.clone(), value);
            }
        }
        Ok(claims)
    }
}

impl Stage for Native {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Authenticate
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        // As everywhere, a credential is looked at where a route asks for it.
        if !request.route.route.authenticate.accepts(&self.provider) {
            return Verdict::pass();
        }
        match (self.identity(env), request.identity) {
            (Ok(Some(_)), Some(_)) => Verdict::Refuse(NativeError::BesideAnother.into()),
            (Ok(identity), _) => {
                Verdict::Forward(Forward { identity: identity.map(Rc::new), ..Forward::default() })
            }
            (Err(error), _) => Verdict::Refuse(error.into()),
        }
    }

    fn providers(&self) -> Vec<String> {
        vec![self.provider.clone()]
    }
}
