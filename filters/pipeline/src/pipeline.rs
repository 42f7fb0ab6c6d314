//! The stages in their order, and the way of a request through them.

use contract::{
    Answer, Ask, Background, Called, Cause, Edits, Env, Facts, Head, Meter, Part, Phase, Refusal, Request,
    Route, RouteId, RouteMatch, SettledPath, Stage, StageName, Then, UnknownRoute, Verdict, Wait,
};

use crate::outcome::{allow, answer, refuse, refuse_unmatched, settling};
use crate::routes::Routes;
use crate::{
    Asked, Asking, Chain, Gate, Handoff, Judged, Observe, Progress, Step, Waiting, Watch, accepts, demands,
    ready, watch,
};

/// A compiled configuration. It never changes; what it keeps fresh in the background changes inside of the
/// stages.
pub struct Pipeline {
    pub(crate) realm: String,
    pub(crate) chain: Chain,
    pub(crate) routes: Routes,
    /// In the order of their phases.
    pub(crate) stages: Vec<Box<dyn Stage>>,
    /// Providers whose credentials a stage of this module verifies.
    pub(crate) providers: Vec<String>,
    pub(crate) observe: Observe,
}

/// A verdict that stops a request.
enum Stop {
    Wait(Wait),
    Ask(Box<Ask>),
    Answer(StageName, Answer),
    Refuse(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl Pipeline {
    /// The protection space that challenges name (RFC 9110 §11.5).
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Whether identity is taken over from, and handed on to, other modules.
    pub const fn chain(&self) -> Chain {
        self.chain
    }

    /// What is told of requests.
    pub const fn observe(&self) -> &Observe {
        &self.observe
    }

    /// The counters that are there before their first event.
    pub fn counters(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.stages.iter().flat_map(|stage| stage.counters())
    }

    /// The stages that keep something fresh, by a number that stays theirs.
    pub fn backgrounds(&self) -> impl Iterator<Item = (usize, &dyn Background)> {
        let numbered = self.stages.iter().enumerate();
        numbered.filter_map(|(index, stage)| stage.background().map(|background| (index, background)))
    }

    /// Whether a stage may ask others while it decides.
    pub fn asks(&self) -> bool {
        self.stages.iter().any(|stage| stage.asks())
    }

    /// Take a request in and ask the stages in order, while `watch` looks on.
    pub fn begin(&self, head: &Head, handoff: Handoff, env: &Env<'_>, watch: &dyn Watch) -> Step {
        let (path, request) = match settle(head) {
            Ok(settled) => settled,
            Err(refusal) => {
                watch.judged(Judged::Gate { gate: Gate::Path, refusal: Some(&refusal) }, None);
                return refuse_unmatched(head, refusal);
            }
        };
        let (route, parameters) = self.routes.find(head, &path);
        watch.judged(Judged::Gate { gate: Gate::Path, refusal: None }, None);
        let progress = Progress {
            path,
            route,
            parameters,
            next: 0,
            accepted: false,
            admitted: false,
            identity: handoff.identity,
            peer: handoff.peer,
            request,
            response: Edits::new(),
            evidence: Vec::new(),
            facts: Facts::default(),
            at_end: Vec::new(),
            asides: Vec::new(),
            waits_since: None,
        };
        self.resume(progress, head, env, watch)
    }

    /// Go on with a request where it stopped.
    pub fn resume(&self, progress: Progress, head: &Head, env: &Env<'_>, watch: &dyn Watch) -> Step {
        self.go_on(progress, None, head, env, watch)
    }

    /// Go on with a request whose question has ended like this.
    pub fn told(
        &self,
        asked: Asked,
        called: Called<'_>,
        head: &Head,
        env: &Env<'_>,
        watch: &dyn Watch,
    ) -> Step {
        let Asked { progress, then } = asked;
        self.go_on(progress, Some((then, called)), head, env, watch)
    }

    fn go_on(
        &self,
        mut progress: Progress,
        told: Option<(Then, Called<'_>)>,
        head: &Head,
        env: &Env<'_>,
        watch: &dyn Watch,
    ) -> Step {
        let parameters = std::mem::take(&mut progress.parameters);
        let Some(route) = self.routes.matched(progress.route, parameters) else {
            // The table has a row for every request, the unknown ones too.
            return refuse_unmatched(
                head,
                Refusal::new(StageName::Route, Cause::RouteUnknown, "route_lost"),
            );
        };
        let outcome = self.ask(&mut progress, told, &route, head, env, watch);
        match outcome {
            Ok(()) => allow(progress, &route, head, &self.observe),
            Err(Stop::Wait(wait)) => {
                let since = *progress.waits_since.get_or_insert(env.now);
                progress.parameters = route.parameters;
                let until = since.plus(wait.at_most);
                Step::Wait(Box::new(Waiting {
                    progress,
                    reason: wait.reason,
                    until,
                    otherwise: wait.otherwise,
                }))
            }
            Err(Stop::Ask(ask)) => {
                let Ask { call, then } = *ask;
                progress.parameters = route.parameters;
                Step::Ask(Box::new(Asking { call, asked: Asked { progress, then } }))
            }
            Err(Stop::Answer(stage, given)) => answer(progress, &route, head, stage, given, &self.observe),
            Err(Stop::Refuse(refusal)) => refuse(progress, &route, head, refusal, &self.observe),
        }
    }

    /// Whether a stage cleans fields beside those of requests' heads.
    pub fn cleans(&self) -> bool {
        self.stages.iter().any(|stage| stage.cleaner().is_some())
    }

    /// What is to be removed from `fields`, which are those of `part`.
    pub fn clean(&self, part: Part, fields: &Head, meter: &dyn Meter) -> Edits {
        let mut edits = Edits::new();
        for cleaner in self.stages.iter().filter_map(|stage| stage.cleaner()) {
            edits.extend(cleaner.clean(part, fields, meter));
        }
        edits
    }

    /// End the wait of a request with `refusal`.
    pub fn give_up(&self, mut progress: Progress, head: &Head, refusal: Refusal) -> Step {
        let parameters = std::mem::take(&mut progress.parameters);
        match self.routes.matched(progress.route, parameters) {
            Some(route) => refuse(progress, &route, head, refusal, &self.observe),
            None => refuse_unmatched(head, refusal),
        }
    }

    /// Ask the stages from where the request stands. The first of them goes on from what it is told, if it has asked.
    fn ask(
        &self,
        progress: &mut Progress,
        mut told: Option<(Then, Called<'_>)>,
        route: &RouteMatch<'_>,
        head: &Head,
        env: &Env<'_>,
        watch: &dyn Watch,
    ) -> Result<(), Stop> {
        while let Some(stage) = self.stage_at(progress.next, route.id) {
            self.pass_gates(progress, route, head, stage.phase(), watch)?;
            let request = Request {
                head,
                path: &progress.path,
                route,
                identity: progress.identity.as_ref(),
                peer: progress.peer.as_ref(),
            };
            let verdict = match told.take() {
                Some((then, called)) => then.go_on(called, &request, env),
                None => stage.decide(&request, env),
            };
            let (name, phase) = (stage.name(), stage.phase());
            watch.judged(Judged::Stage { name, phase, verdict: &verdict }, Some(route));
            match verdict {
                Verdict::Forward(forward) => progress.absorb(forward),
                Verdict::Wait(wait) => return Err(Stop::Wait(wait)),
                Verdict::Ask(ask) => return Err(Stop::Ask(ask)),
                // Nobody is answered who has not passed every stage that could refuse.
                Verdict::Answer(answer) if phase == Phase::Finish => {
                    return Err(Stop::Answer(name, answer));
                }
                Verdict::Answer(_) => {
                    return Err(Refusal::new(name, Cause::NotConfigured, "answered_early").into());
                }
                Verdict::Refuse(refusal) => return Err(Stop::Refuse(refusal)),
            }
        }
        self.pass_gates(progress, route, head, Phase::Finish, watch)?;
        match self.routes.is_readiness(route.id) {
            true => Err(Stop::Answer(StageName::Route, ready::answer(&self.stages, env.now)?)),
            false => Ok(()),
        }
    }

    /// The next stage. Where the pipeline answers by itself, nobody is asked who calls or what they may: who asks
    /// whether this proxy is ready has neither a credential nor a certificate.
    fn stage_at(&self, place: usize, route: RouteId) -> Option<&dyn Stage> {
        let stage = self.stages.get(place)?.as_ref();
        let is_in_vain = stage.phase() > Phase::EarlyLimit && self.routes.is_readiness(route);
        (!is_in_vain).then_some(stage)
    }

    /// What must hold before a stage of `phase` is asked, and in the end.
    ///
    /// What a request brings is judged as early as its route is known to be one, because that costs little
    /// and spares the cryptography, but not before limits by address have counted the request: a client
    /// that sends nonsense is counted like any other.
    fn pass_gates(
        &self,
        progress: &mut Progress,
        route: &RouteMatch<'_>,
        head: &Head,
        phase: Phase,
        watch: &dyn Watch,
    ) -> Result<(), Stop> {
        if phase > Phase::EarlyLimit && !progress.accepted {
            watch::pass(Gate::Known, self.know(route.route), Some(route), watch)?;
            let accepted = accepts::judge(&route.route.accepts, head, &progress.path);
            watch::pass(Gate::Accepted, accepted, Some(route), watch)?;
            progress.accepted = true;
        }
        if phase > Phase::Authenticate && !progress.admitted {
            watch::pass(Gate::Admitted, self.admit(progress, route.route), Some(route), watch)?;
            progress.admitted = true;
        }
        Ok(())
    }

    /// An unknown API is refused, unless the configuration says otherwise.
    fn know(&self, route: &Route) -> Result<(), Refusal> {
        if route.is_unknown() && self.routes.unknown() == UnknownRoute::Deny {
            return Err(Refusal::new(StageName::Route, Cause::RouteUnknown, "route_unknown"));
        }
        Ok(())
    }

    /// No route that requires a caller is passed without one, whichever stages this module links.
    fn admit(&self, progress: &mut Progress, route: &Route) -> Result<(), Refusal> {
        if !self.answers_for(route) {
            return Ok(());
        }
        let identity = progress.identity.take();
        progress.identity = identity.filter(|identity| route.authenticate.accepts(identity.provider()));
        if route.authenticate.is_required() && progress.identity.is_none() {
            return Err(Refusal::new(StageName::Route, Cause::CredentialMissing, "identity_missing"));
        }
        progress.identity.as_deref().map_or(Ok(()), |identity| demands::judge(&route.demands, identity))
    }

    /// Whether it is for this module to see to it that the route has a caller. In a chain, a module that
    /// verifies credentials answers for its own providers only: the others are verified by a later module,
    /// which the configuration has had to name.
    fn answers_for(&self, route: &Route) -> bool {
        match self.chain {
            Chain::Whole => true,
            Chain::Link => {
                let named = route.authenticate.providers();
                self.providers.is_empty()
                    || named.is_empty()
                    || named.iter().any(|provider| self.providers.contains(provider))
            }
        }
    }
}

/// The path in the one spelling that is decided on, and the change that makes it leave so.
fn settle(head: &Head) -> Result<(SettledPath, Edits), Refusal> {
    let refusal = |reason| Refusal::new(StageName::Route, Cause::RequestMalformed, reason);
    let path = head.raw_path().map_or_else(|| SettledPath::settle(b""), SettledPath::settle);
    let path = path.map_err(|error| refusal(error.reason()))?;
    let request = settling(&path).map_err(|_| refusal("path_character"))?;
    Ok((path, request))
}
