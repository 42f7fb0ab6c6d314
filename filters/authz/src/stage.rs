//! The stage: one question per request, and a verdict that says which policies it rests on.

use std::rc::Rc;

use contract::{
    Authorize, Compile, ConfigError, Env, Forward, Identity, Phase, Refusal, Request, Route, Section,
    Stage, StageKind, StageName, Verdict,
};

use crate::compile;
use crate::config::Mode;
use crate::engine::{Answer, Outcome, Policies, Question, Ruling, decide};
use crate::mapping::Mapping;
use crate::modes::Modes;
use crate::question::{Asked, RouteQuestion};
use crate::reason::{Denial, Reason};

/// The policy stage; its section is `authz`.
pub struct Authz;

impl StageKind for Authz {
    fn name(&self) -> StageName {
        StageName::Authz
    }

    fn asked_for_by(&self, route: &Route) -> Option<&'static str> {
        match route.authorize {
            Some(Authorize::Action { .. }) => Some("authorize"),
            Some(Authorize::None) | None => None,
        }
    }

    fn compile(
        &self,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
        let guard = compile::guard(section, with)?;
        Ok(vec![Box::new(guard)])
    }
}

/// The compiled stage.
pub(crate) struct Guard {
    pub(crate) modes: Modes,
    pub(crate) policies: Policies,
    pub(crate) mapping: Mapping,
    /// By [`contract::RouteId`].
    pub(crate) routes: Vec<Asked>,
}

impl Stage for Guard {
    fn name(&self) -> StageName {
        StageName::Authz
    }

    fn phase(&self) -> Phase {
        Phase::Authorize
    }

    fn decide(&self, request: &Request<'_>, _: &Env<'_>) -> Verdict {
        let Judged { permission, remarks } = self.judge(request).unwrap_or_else(Judged::denied);
        match (permission, self.modes.of(request.route.id)) {
            (Ok(evidence), _) => forward(evidence, remarks),
            (Err(denial), Mode::Enforce) => Verdict::Refuse(Refusal::from(denial).because(remarks)),
            (Err(denial), Mode::Shadow) => forward(denied_in(SHADOW_ROUTE, &denial), remarks),
        }
    }
}

/// What precedes the evidence of a refusal that is not carried out: its route is in shadow …
const SHADOW_ROUTE: &str = "shadow";
/// … or the policy is.
const SHADOW_POLICY: &str = "shadow_policy";

/// A permission or a denial, and what else belongs into the record.
struct Judged {
    permission: Result<Vec<String>, Denial>,
    remarks: Vec<String>,
}

impl Guard {
    fn judge(&self, request: &Request<'_>) -> Result<Judged, Denial> {
        match self.routes.get(request.route.id.0) {
            Some(Asked::Nothing) => Ok(Judged { permission: Ok(Vec::new()), remarks: Vec::new() }),
            Some(Asked::Question(question)) => self.ask(question, request).map(Judged::from),
            None => Err(Reason::RouteNotCompiled.into()),
        }
    }

    fn ask(&self, question: &RouteQuestion, request: &Request<'_>) -> Result<Answer, Denial> {
        let identity: &Rc<Identity> = request.identity.ok_or(Reason::PrincipalMissing)?;
        let asked = Question {
            principal: self.mapping.principal(&identity.facts().claims)?,
            action: &question.action,
            resource_type: &question.resource_type,
            resource_id: &question.resource_id(request)?,
            context: question.context(request)?,
        };
        Ok(decide(&self.policies, asked))
    }
}

impl Judged {
    const fn denied(denial: Denial) -> Self {
        Self { permission: Err(denial), remarks: Vec::new() }
    }
}

impl From<Answer> for Judged {
    fn from(Answer { ruling, notes, shadow }: Answer) -> Self {
        let remarks = match shadow.map(permission) {
            None => Vec::new(),
            Some(Ok(policies)) => vec![format!("{SHADOW_POLICY}:allow:{}", policies.join(","))],
            Some(Err(denial)) => denied_in(SHADOW_POLICY, &denial),
        };
        Self { permission: permission(ruling), remarks: [remarks, notes].concat() }
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

/// What enforcement would have done: the reason, and what it rests on.
fn denied_in(shadow: &str, denial: &Denial) -> Vec<String> {
    let (policies, reason) = (denial.evidence.join(","), denial.reason.reason());
    vec![format!("{shadow}:deny:{policies}"), format!("{shadow}:reason:{reason}")]
}

fn forward(evidence: Vec<String>, remarks: Vec<String>) -> Verdict {
    Verdict::Forward(Forward { evidence: [evidence, remarks].concat(), ..Forward::default() })
}
