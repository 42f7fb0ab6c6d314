//! How far a request has come.

use std::rc::Rc;

use contract::{Aside, AtEnd, Edits, Facts, Forward, Identity, Peer, RouteId, SettledPath, UnixTime};

/// A request between two stages: everything that earlier stages have said, none of it performed yet.
///
/// A request that waits is resumed at the stage that asked to wait, so that no stage counts it twice.
pub struct Progress {
    pub(crate) path: SettledPath,
    pub(crate) route: RouteId,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) next: usize,
    pub(crate) accepted: bool,
    pub(crate) admitted: bool,
    pub(crate) identity: Option<Rc<Identity>>,
    pub(crate) peer: Option<Rc<Peer>>,
    pub(crate) request: Edits,
    pub(crate) response: Edits,
    pub(crate) evidence: Vec<String>,
    pub(crate) facts: Facts,
    pub(crate) at_end: Vec<AtEnd>,
    pub(crate) asides: Vec<Aside>,
    pub(crate) waits_since: Option<UnixTime>,
}

impl Progress {
    /// Take in what a stage has said.
    pub(crate) fn absorb(&mut self, forward: Forward) {
        let Forward { request, response, identity, peer, evidence, facts, at_end, asides } = forward;
        self.request.extend(request);
        self.response.extend(response);
        self.identity = identity.or(self.identity.take());
        self.peer = peer.or(self.peer.take());
        self.evidence.extend(evidence);
        self.facts.extend(facts);
        self.at_end.extend(at_end);
        self.asides.extend(asides);
        self.next = self.next.saturating_add(1);
    }
}
