//! The stage: one question per request, and a verdict that says which policies it rests on.

use std::rc::Rc;

use contract::{
    Authorize, Compile, ConfigError, Env, Forward, Identity, Phase, Request, Route, Section, Stage,
    StageKind, StageName, Verdict,
};

use crate::compile;
use crate::config::Mode;
use crate::engine::{Answer, Outcome, Policies, Question, decide};
use crate::mapping::Mapping;
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
    pub(crate) mode: Mode,
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
        match (self.judge(request), self.mode) {
            (Ok(evidence), _) => forward(evidence),
            (Err(denial), Mode::Enforce) => Verdict::Refuse(denial.into()),
            (Err(denial), Mode::Shadow) => forward(shadow(&denial)),
        }
    }
}

impl Guard {
    /// The evidence of a permission, or a denial.
    fn judge(&self, request: &Request<'_>) -> Result<Vec<String>, Denial> {
        match self.routes.get(request.route.id.0) {
            Some(Asked::Nothing) => Ok(Vec::new()),
            Some(Asked::Question(question)) => self.ask(question, request),
            None => Err(Reason::RouteNotCompiled.into()),
        }
    }

    fn ask(&self, question: &RouteQuestion, request: &Request<'_>) -> Result<Vec<String>, Denial> {
        let identity: &Rc<Identity> = request.identity.ok_or(Reason::PrincipalMissing)?;
        let answer = decide(
            &self.policies,
            Question {
                principal: self.mapping.principal(&identity.facts().claims)?,
                action: &question.action,
                resource_type: &question.resource_type,
                resource_id: &question.resource_id(request)?,
                context: question.context(request)?,
            },
        );
        permission(answer)
    }
}

fn permission(Answer { outcome, policies }: Answer) -> Result<Vec<String>, Denial> {
    let denied = |reason, evidence| Err(Denial { reason, evidence });
    match outcome {
        Outcome::Permitted => Ok(policies),
        Outcome::Forbidden => denied(Reason::PolicyForbids, policies),
        Outcome::NotPermitted => denied(Reason::NoPolicyPermits, policies),
        Outcome::Failed => denied(Reason::PolicyError, policies),
    }
}

/// What enforcement would have done: the reason, and what it rests on.
fn shadow(denial: &Denial) -> Vec<String> {
    let reason = denial.reason.reason();
    vec![format!("shadow:deny:{}", denial.evidence.join(",")), format!("shadow:reason:{reason}")]
}

fn forward(evidence: Vec<String>) -> Verdict {
    Verdict::Forward(Forward { evidence, ..Forward::default() })
}
