//! What a request comes to: its progress, closed into what the host performs.

use contract::{
    Answer, Edits, Head, HeaderName, HeaderValue, HeaderValueError, Refusal, RouteMatch, SettledPath,
    StageName,
};

use crate::accepts::NotAccepted;
use crate::{Allowed, Answered, BodyBound, Handoff, Observe, Progress, Record, Refused, Step};

/// The change that makes the path leave in the spelling that is decided on.
pub(crate) fn settling(path: &SettledPath) -> Result<Edits, HeaderValueError> {
    let mut edits = Edits::new();
    if path.changed() {
        edits.set(HeaderName::from_static(":path"), HeaderValue::new(path.as_str())?);
    }
    Ok(edits)
}

pub(crate) fn allow(progress: Progress, route: &RouteMatch<'_>, head: &Head, observe: &Observe) -> Step {
    let record = Record::allowed(head, &progress, route, observe);
    let body = body_bound(&progress, route, head, observe);
    let Progress { identity, peer, request, response, facts, at_end, asides, .. } = progress;
    Step::Allow(Box::new(Allowed {
        request,
        response,
        handoff: Handoff { identity, peer },
        body,
        facts,
        at_end,
        asides,
        record,
    }))
}

pub(crate) fn answer(
    progress: Progress,
    route: &RouteMatch<'_>,
    head: &Head,
    stage: StageName,
    answer: Answer,
    observe: &Observe,
) -> Step {
    let record = Record::answered(head, &progress, route, stage, observe);
    let Progress { response, at_end, asides, .. } = progress;
    Step::Answer(Box::new(Answered { stage, answer, response, at_end, asides, record }))
}

/// The refusal is made before it is known to be needed: then the head is gone.
fn body_bound(
    progress: &Progress,
    route: &RouteMatch<'_>,
    head: &Head,
    observe: &Observe,
) -> Option<BodyBound> {
    let most = route.route.accepts.body_bytes.filter(|_| head.has_body())?;
    let refusal = Refusal::from(NotAccepted::TooLarge);
    let record = Record::refused(head, progress, route, &refusal, observe);
    Some(BodyBound::new(most, Box::new(Refused::early(refusal, record))))
}

pub(crate) fn refuse(
    progress: Progress,
    route: &RouteMatch<'_>,
    head: &Head,
    refusal: Refusal,
    observe: &Observe,
) -> Step {
    let record = Record::refused(head, &progress, route, &refusal, observe);
    let Progress { at_end, asides, .. } = progress;
    Step::Refuse(Box::new(Refused { refusal, at_end, asides, record }))
}

pub(crate) fn refuse_unmatched(head: &Head, refusal: Refusal) -> Step {
    let record = Record::unmatched(head, &refusal);
    Step::Refuse(Box::new(Refused::early(refusal, record)))
}
