//! What a ruleset comes to for one request.

use contract::{Env, Request, RouteId};

use crate::cache::{Key, MAX_KEY_BYTES};
use crate::context::Facts;
use crate::engine::{Answer, Outcome, Question, Ruling, decide};
use crate::question::{Asked, RouteQuestion};
use crate::reason::{Denial, Reason};
use crate::ruleset::Ruleset;
use crate::stage::denied_in;

/// A permission or a denial, and what else belongs into the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) permission: Result<Vec<String>, Denial>,
    pub(crate) remarks: Vec<String>,
    /// What the client may know.
    pub(crate) public: Vec<String>,
}

/// What precedes the evidence of a refusal that is not carried out because its policy is in shadow.
const SHADOW_POLICY: &str = "shadow_policy";

impl Judged {
    /// Ask `ruleset` about `request`.
    pub(crate) fn by(ruleset: &Ruleset, request: &Request<'_>, env: &Env<'_>) -> Self {
        let judged = match ruleset.routes.get(request.route.id.0) {
            Some(Asked::Nothing) => Ok(Self::from(Ok(Vec::new()))),
            Some(Asked::Question(question)) => ask(ruleset, question, request, env).map(Self::from),
            None => Err(Reason::RouteNotCompiled.into()),
        };
        judged.unwrap_or_else(|denial| Self::from(Err(denial)))
    }

    /// Whether both let the request pass, or refuse it for the same reason. By which policies is their own
    /// affair: a candidate may say the same in other words.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        match (&self.permission, &other.permission) {
            (Ok(_), Ok(_)) => true,
            (Err(one), Err(another)) => one.reason == another.reason,
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        }
    }

    /// For a record, what it comes to where something else is in force.
    pub(crate) fn told_as(self, label: &str, version: Option<u64>) -> Vec<String> {
        let version = version.map(|version| format!("{label}:bundle:{version}"));
        let told = match &self.permission {
            Ok(policies) => vec![format!("{label}:allow:{}", policies.join(","))],
            Err(denial) => denied_in(label, denial),
        };
        told.into_iter().chain(version).collect()
    }
}

fn ask(
    ruleset: &Ruleset,
    question: &RouteQuestion,
    request: &Request<'_>,
    env: &Env<'_>,
) -> Result<Answer, Denial> {
    let identity = request.identity.map(AsRef::as_ref);
    let caller = ruleset.principals.know(identity, request.peer.map(AsRef::as_ref))?;
    if !question.takes(&caller.mapping.type_name) {
        return Err(Reason::PrincipalType.because(caller.mapping.type_name.to_string()));
    }
    let facts = Facts::new(request, env, &caller);
    let asked = asked(ruleset, question, &facts)?;
    let Some(key) = key(ruleset, question, &asked, request.route.id) else {
        return Ok(decide(&ruleset.policies, &ruleset.store, asked));
    };
    if let Some(answer) = ruleset.cache.find(&key) {
        env.meter.count("authz.cache.hit");
        return Ok(answer);
    }
    env.meter.count("authz.cache.miss");
    let answer = decide(&ruleset.policies, &ruleset.store, asked);
    ruleset.cache.keep(key, &answer);
    Ok(answer)
}

/// Bytes of most keys, so that they are written without being copied.
const USUAL_KEY_BYTES: usize = 512;

/// What the answer is remembered by, if it is; the route stands for the action.
fn key(ruleset: &Ruleset, question: &RouteQuestion, asked: &Question<'_>, route: RouteId) -> Option<Key> {
    if question.changes_with_time() {
        return None;
    }
    let mut bytes = Vec::with_capacity(USUAL_KEY_BYTES);
    bytes.extend_from_slice(&route.0.to_be_bytes());
    asked.write(&ruleset.policies, &ruleset.store, &mut bytes);
    (bytes.len() <= MAX_KEY_BYTES).then(|| ruleset.cache.key(bytes))
}

/// The question in Cedar's terms.
fn asked<'a>(
    ruleset: &Ruleset,
    question: &'a RouteQuestion,
    facts: &Facts<'a>,
) -> Result<Question<'a>, Denial> {
    let store = &ruleset.store;
    Ok(Question {
        principal: facts.caller().principal(store)?,
        action: &question.action,
        resource: question.resource(facts.request().route, store)?,
        context: question.context(facts)?,
    })
}

impl From<Result<Vec<String>, Denial>> for Judged {
    fn from(permission: Result<Vec<String>, Denial>) -> Self {
        Self { permission, remarks: Vec::new(), public: Vec::new() }
    }
}

impl From<Answer> for Judged {
    fn from(Answer { ruling, notes, public_reasons, shadow }: Answer) -> Self {
        let mut remarks = match shadow.map(permission) {
            None => Vec::new(),
            Some(Ok(policies)) => vec![format!("{SHADOW_POLICY}:allow:{}", policies.join(","))],
            Some(Err(denial)) => denied_in(SHADOW_POLICY, &denial),
        };
        remarks.extend(notes);
        Self { permission: permission(ruling), remarks, public: public_reasons }
    }
}

fn permission(Ruling { outcome, policies }: Ruling) -> Result<Vec<String>, Denial> {
    let denied = |reason, evidence| Err(Denial { reason, evidence });
    match outcome {
        Outcome::Permitted => Ok(policies),
        Outcome::Forbidden => denied(Reason::PolicyForbids, policies),
        Outcome::NotPermitted => denied(Reason::NoPolicyPermits, policies),
        Outcome::Failed => denied(Reason::PolicyError, policies),
    }
}
