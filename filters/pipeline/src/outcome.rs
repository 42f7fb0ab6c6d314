//! What a request comes to: its progress, closed into what the host performs.

use std::rc::Rc;

use contract::{
    Answer, Edits, Head, HeaderName, HeaderValue, HeaderValueError, Refusal, RouteMatch, SettledPath,
    StageName,
};

use crate::accepts::NotAccepted;
use crate::{Allowed, Answered, BodyBound, Handoff, Progress, Record, Refused, Step};

/// The change that makes the path leave in the spelling that is decided on.
pub(crate) fn settling(path: &SettledPath) -> Result<Edits, HeaderValueError> {
    let mut edits = Edits::new();
    if path.changed() {
        edits.set(HeaderName::from_static(":path"), HeaderValue::new(path.as_str())?);
    }
    Ok(edits)
}

pub(crate) fn allow(progress: Progress, route: &RouteMatch<'_>, head: &Head) -> Step {
    let record = Record::allowed(head, &progress, route);
    let body = body_bound(&progress, route, head);
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
) -> Step {
    let record = Record::answered(head, &progress, route, stage);
    let Progress { response, at_end, asides, .. } = progress;
    Step::Answer(Box::new(Answered { stage, answer, response, at_end, asides, record }))
}

/// The refusal is made before it is known to be needed: then the head is gone.
fn body_bound(progress: &Progress, route: &RouteMatch<'_>, head: &Head) -> Option<BodyBound> {
    let most = route.route.accepts.body_bytes.filter(|_| head.has_body())?;
    let refusal = Refusal::from(NotAccepted::TooLarge);
    let identity = progress.identity.as_deref();
    let record = Record::refused(head, Some((route.route, progress.path.path())), identity, &refusal);
    Some(BodyBound::new(most, Box::new(Refused::early(refusal, record))))
}

pub(crate) fn refuse(progress: Progress, route: &RouteMatch<'_>, head: &Head, refusal: Refusal) -> Step {
    let identity = progress.identity.as_ref().map(Rc::as_ref);
    let record = Record::refused(head, Some((route.route, progress.path.path())), identity, &refusal);
    let Progress { at_end, asides, .. } = progress;
    Step::Refuse(Box::new(Refused { refusal, at_end, asides, record }))
}

pub(crate) fn refuse_unmatched(head: &Head, refusal: Refusal) -> Step {
    let record = Record::refused(head, None, None, &refusal);
    Step::Refuse(Box::new(Refused::early(refusal, record)))
}
