//! The stage: one question per request, and a verdict that says which policies it rests on.

use contract::{
    Authorize, Background, BackgroundEnv, Compile, ConfigError, Due, Duration, Edits, Env, FetchId,
    Fetched, Forward, HeaderName, HeaderValue, Notice, Phase, Refusal, Request, Route, Section, Stage,
    StageKind, StageName, UnixTime, Verdict, Wait, WaitReason,
};

use crate::compile::{self, CANDIDATE};
use crate::config::Mode;
use crate::judged::Judged;
use crate::modes::Modes;
use crate::reason::{Denial, Reason};
use crate::rules::{Current, Events, Rules, SHARING_FORGED};
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

    #[cfg(feature = "schema")]
    fn schema(&self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<crate::config::RawAuthz>()
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
    pub(crate) rules: Rules,
    pub(crate) candidate: Option<Rules>,
    pub(crate) public_reason_header: Option<HeaderName>,
}

/// How long a request waits for the first policies: for them to be fetched, and taken in by slices.
const POLICIES_WAIT: Duration = Duration::from_secs(2);

impl Stage for Guard {
    fn name(&self) -> StageName {
        StageName::Authz
    }

    fn phase(&self) -> Phase {
        Phase::Authorize
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        // Whatever the policies are, and whether there are any: nobody asks them here.
        if request.route.route.authorize == Some(Authorize::None) {
            return Verdict::pass();
        }
        let mode = self.modes.of(request.route.id);
        let ruleset = match self.rules.current(env.now) {
            Current::Ready(ruleset) => ruleset,
            Current::Cold => return wait(mode),
            Current::Expired => return without_rules(Reason::PoliciesExpired, mode),
        };
        let judged = Judged::by(&ruleset, request, env);
        let headers = self.headers(&judged.public);
        let differences = self.differences(&judged, request, env);
        let Judged { permission, mut remarks, .. } = judged;
        remarks.extend(version(&ruleset));
        remarks.extend(differences);
        match (permission, mode) {
            (Ok(evidence), _) => forward(evidence, remarks, headers),
            (Err(denial), Mode::Enforce) => {
                let refusal = Refusal::from(denial).because(remarks);
                Verdict::Refuse(Refusal { headers, ..refusal })
            }
            (Err(denial), Mode::Shadow) => forward(denied_in(SHADOW_ROUTE, &denial), remarks, Edits::new()),
        }
    }

    fn background(&self) -> Option<&dyn Background> {
        let candidate_is_fetched = self.candidate.as_ref().is_some_and(Rules::is_fetched);
        (self.rules.is_fetched() || candidate_is_fetched).then_some(self)
    }

    fn counters(&self) -> Vec<(&'static str, String)> {
        let of_bundle = [Events::ACTIVE.refused, SHARING_FORGED];
        let is_fetched = self.rules.is_fetched();
        of_bundle.into_iter().filter(|_| is_fetched).map(|event| (event, String::new())).collect()
    }

    /// A candidate decides nothing.
    fn awaits(&self, now: UnixTime) -> Option<&'static str> {
        let is_cold = matches!(self.rules.current(now), Current::Cold);
        is_cold.then(|| Reason::PoliciesNeverLoaded.reason())
    }
}

impl Background for Guard {
    fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let mut due = self.rules.due(env);
        if let Some(candidate) = &self.candidate {
            let beside = candidate.due(env);
            let notices = beside.notices.into_iter().map(of_candidate).collect();
            due.extend(Due { notices, ..beside });
        }
        due
    }

    fn fetched(
        &self,
        id: FetchId,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        match (id, &self.candidate) {
            (CANDIDATE, Some(candidate)) => candidate.fetched(outcome, env),
            _ => self.rules.fetched(outcome, env),
        }
    }
}

fn of_candidate(notice: Notice) -> Notice {
    match notice {
        Notice::Info(text) => Notice::Info(format!("candidate: {text}")),
        Notice::Warning(text) => Notice::Warning(format!("candidate: {text}")),
    }
}

/// A request in shadow waits for nothing: nothing would be refused.
fn wait(mode: Mode) -> Verdict {
    match mode {
        Mode::Enforce => Verdict::Wait(Wait {
            reason: WaitReason::ColdPolicies,
            at_most: POLICIES_WAIT,
            otherwise: Refusal::from(Denial::from(Reason::PoliciesNeverLoaded)),
        }),
        Mode::Shadow => without_rules(Reason::PoliciesNeverLoaded, mode),
    }
}

fn without_rules(reason: Reason, mode: Mode) -> Verdict {
    let denial = Denial::from(reason);
    match mode {
        Mode::Enforce => Verdict::Refuse(denial.into()),
        Mode::Shadow => forward(denied_in(SHADOW_ROUTE, &denial), Vec::new(), Edits::new()),
    }
}

/// By which version was decided.
fn version(ruleset: &Ruleset) -> Option<String> {
    ruleset.version.map(|version| format!("bundle:{version}"))
}

/// What precedes the evidence of a refusal that is not carried out because its route is in shadow.
const SHADOW_ROUTE: &str = "shadow";

/// What precedes the evidence of what a candidate would have decided.
const CANDIDATE_SAYS: &str = "candidate";

/// What enforcement would have done: the reason, and what it rests on.
pub(crate) fn denied_in(shadow: &str, denial: &Denial) -> Vec<String> {
    let (policies, reason) = (denial.evidence.join(","), denial.reason.reason());
    vec![format!("{shadow}:deny:{policies}"), format!("{shadow}:reason:{reason}")]
}

impl Guard {
    /// What the candidate says where it says something else; counted either way.
    fn differences(&self, judged: &Judged, request: &Request<'_>, env: &Env<'_>) -> Vec<String> {
        let Some(Current::Ready(ruleset)) = self.candidate.as_ref().map(|rules| rules.current(env.now))
        else {
            return Vec::new();
        };
        let other = Judged::by(&ruleset, request, env);
        if other.agrees_with(judged) {
            env.meter.count("authz.candidate.agrees");
            return Vec::new();
        }
        env.meter.count("authz.candidate.differs");
        other.told_as(CANDIDATE_SAYS, ruleset.version)
    }

    /// What the client may know, in the field that the configuration names, in which nobody else says anything. A
    /// client cannot be shown a text that no header field can carry; the record has it.
    fn headers(&self, public: &[String]) -> Edits {
        let mut edits = Edits::new();
        if let Some(name) = &self.public_reason_header {
            let value = (!public.is_empty()).then(|| HeaderValue::new(public.join("; ")).ok()).flatten();
            edits.set_or_remove(name.clone(), value);
        }
        edits
    }
}

fn forward(mut evidence: Vec<String>, remarks: Vec<String>, response: Edits) -> Verdict {
    evidence.extend(remarks);
    Verdict::Forward(Forward { evidence, response, ..Forward::default() })
}
