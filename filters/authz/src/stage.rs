//! The stage: one question per request, and a verdict that says which policies it rests on.

use std::rc::Rc;

use contract::{
    Authorize, Compile, ConfigError, Edits, Env, Forward, HeaderName, HeaderValue, Phase, Refusal, Request,
    Route, Section, Stage, StageKind, StageName, Verdict,
};

use crate::compile;
use crate::config::Mode;
use crate::judged::Judged;
use crate::modes::Modes;
use crate::reason::Denial;
use crate::ruleset::Ruleset;

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
    pub(crate) ruleset: Rc<Ruleset>,
    pub(crate) public_reason_header: Option<HeaderName>,
}

impl Stage for Guard {
    fn name(&self) -> StageName {
        StageName::Authz
    }

    fn phase(&self) -> Phase {
        Phase::Authorize
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let Judged { permission, remarks, public } = Judged::by(&self.ruleset, request, env);
        let headers = self.headers(&public);
        match (permission, self.modes.of(request.route.id)) {
            (Ok(evidence), _) => forward(evidence, remarks, headers),
            (Err(denial), Mode::Enforce) => {
                let refusal = Refusal::from(denial).because(remarks);
                Verdict::Refuse(Refusal { headers, ..refusal })
            }
            (Err(denial), Mode::Shadow) => forward(denied_in(SHADOW_ROUTE, &denial), remarks, Edits::new()),
        }
    }
}

/// What precedes the evidence of a refusal that is not carried out: its route is in shadow …
const SHADOW_ROUTE: &str = "shadow";

/// What enforcement would have done: the reason, and what it rests on.
pub(crate) fn denied_in(shadow: &str, denial: &Denial) -> Vec<String> {
    let (policies, reason) = (denial.evidence.join(","), denial.reason.reason());
    vec![format!("{shadow}:deny:{policies}"), format!("{shadow}:reason:{reason}")]
}

impl Guard {
    /// What the client may know, in the field that the configuration names. A client cannot be shown a text
    /// that no header field can carry; the record has it.
    fn headers(&self, public: &[String]) -> Edits {
        let mut edits = Edits::new();
        if let Some(name) = &self.public_reason_header
            && !public.is_empty()
            && let Ok(value) = HeaderValue::new(public.join("; "))
        {
            edits.set(name.clone(), value);
        }
        edits
    }
}

fn forward(evidence: Vec<String>, remarks: Vec<String>, response: Edits) -> Verdict {
    let evidence = [evidence, remarks].concat();
    Verdict::Forward(Forward { evidence, response, ..Forward::default() })
}
