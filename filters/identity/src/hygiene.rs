//! What no client may send and no service may answer: reserved headers are stripped before anything else.

use std::collections::BTreeSet;

use contract::{
    Cause, Duration, Edits, EntropyError, Env, Forward, Head, HeaderName, Phase, Refusal, Request, Stage,
    StageName, Verdict, is_one_name,
};

use crate::names::{ReservedNames, TXN_TOKEN};
use crate::trace::{self, TraceFormat};

/// Strips reserved headers; at the edge it also starts a trace of its own.
#[derive(Debug)]
pub(crate) struct Hygiene {
    reserved: ReservedNames,
    response: Edits,
    boundary: Boundary,
    trace: TraceFormat,
}

/// Whether requests come from outside of the trust domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// They do. Trace ids that a client chose would be chosen to collide with those of others.
    Edge,
    /// They come from a workload.
    Mesh,
}

/// Why a request head was not cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HygieneError {
    /// More than one `Txn-Token` (OAuth Transaction Tokens §6.1 wants exactly one).
    TokenDuplicated,
    /// `Connection` names an identity header, which a later proxy would remove (RFC 9110 §7.6.1).
    ConnectionListsIdentity,
    /// No unpredictable trace id can be made.
    NoRandomness,
}

impl Hygiene {
    /// Strip `names` and everything else that is reserved. Inside, traces are carried as `trace` says.
    pub(crate) fn new(names: &[HeaderName], boundary: Boundary, trace: TraceFormat) -> Self {
        let traces = match boundary {
            Boundary::Edge => trace.stripped_at_edge(),
            Boundary::Mesh => Vec::new(),
        };
        let reserved = ReservedNames::new(names.iter().chain(traces));
        Self { reserved, response: response_removals(names), boundary, trace }
    }

    fn clean(&self, head: &Head, env: &Env<'_>) -> Result<Forward, HygieneError> {
        head.single(TXN_TOKEN.as_str()).map_err(|_| HygieneError::TokenDuplicated)?;
        if self.connection_lists_identity(head) {
            return Err(HygieneError::ConnectionListsIdentity);
        }
        let mut forward =
            Forward { request: self.removals(head), response: self.response.clone(), ..Forward::default() };
        match self.boundary {
            Boundary::Edge => trace::start(self.trace, &mut forward, head, env)?,
            Boundary::Mesh => {}
        }
        Ok(forward)
    }

    /// Every reserved name as the client spelled it: removing one spelling leaves the others in place.
    fn removals(&self, head: &Head) -> Edits {
        let mut edits = Edits::new();
        for name in self.reserved.in_head(head).collect::<BTreeSet<_>>() {
            edits.remove(name);
        }
        edits
    }

    fn connection_lists_identity(&self, head: &Head) -> bool {
        let options = head.values("connection").flat_map(|value| value.split(|byte| *byte == b','));
        options
            .map(<[u8]>::trim_ascii)
            .any(|option| self.reserved.contains(option) || is_one_name(option, b"authorization"))
    }
}

impl Stage for Hygiene {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Hygiene
    }

    fn clean_trailers(&self, trailers: &Head) -> Edits {
        self.removals(trailers)
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        match self.clean(request.head, env) {
            Ok(forward) => Verdict::Forward(forward),
            Err(error) => Verdict::Refuse(error.into()),
        }
    }
}

impl HygieneError {
    const fn reason(self) -> &'static str {
        match self {
            Self::TokenDuplicated => "txn_token_duplicated",
            Self::ConnectionListsIdentity => "connection_lists_identity",
            Self::NoRandomness => "no_randomness",
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::TokenDuplicated => Cause::CredentialAmbiguous,
            Self::ConnectionListsIdentity => Cause::RequestMalformed,
            Self::NoRandomness => Cause::Unavailable { retry_after: Duration::from_secs(1) },
        }
    }
}

impl From<HygieneError> for Refusal {
    fn from(error: HygieneError) -> Self {
        Self::new(StageName::Identity, error.cause(), error.reason())
    }
}

impl From<EntropyError> for HygieneError {
    fn from(_: EntropyError) -> Self {
        Self::NoRandomness
    }
}

/// The spellings of a response are not known yet, so the two that are usual are removed.
fn response_removals(names: &[HeaderName]) -> Edits {
    let mut edits = Edits::new();
    for name in names.iter().chain([&TXN_TOKEN]) {
        edits.remove(name.as_str());
        edits.remove(name.as_str().replace('-', "_"));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, head, removed, set};

    const CLIENT_TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn hygiene(boundary: Boundary) -> Hygiene {
        let names = ["x-watchword-subject", "x-user"].map(HeaderName::from_static);
        Hygiene::new(&names, boundary, TraceFormat::W3c)
    }

    fn clean(boundary: Boundary, pairs: &[(&str, &str)]) -> Result<Forward, HygieneError> {
        hygiene(boundary).clean(&head(pairs), &World::default().env())
    }

    #[test]
    fn strips_each_spelling_that_the_client_used() {
        let pairs = [
            ("X_Watchword-Subject", "eve"),
            ("x-watchword-subject", "eve"),
            ("x-watchword-subject", "mallory"),
            ("accept", "*/*"),
            ("X_User", "eve"),
            ("txn-token", "a.b.c"),
            ("Txn_Token", "a.b.c"),
        ];
        let forward = clean(Boundary::Mesh, &pairs).unwrap();
        let expected = ["Txn_Token", "X_User", "X_Watchword-Subject", "txn-token", "x-watchword-subject"];
        assert_eq!(removed(&forward.request), expected);
        assert_eq!(set(&forward.request, "traceparent"), None, "traces are kept inside");
    }

    #[test]
    fn strips_the_same_names_from_the_response() {
        let forward = clean(Boundary::Mesh, &[]).unwrap();
        let expected =
            ["x-watchword-subject", "x_watchword_subject", "x-user", "x_user", "txn-token", "txn_token"];
        assert_eq!(removed(&forward.response), expected);
    }

    #[test]
    fn refuses_what_it_cannot_make_safe() {
        use HygieneError::*;
        let two = [("txn-token", "a"), ("Txn-Token", "b")];
        for (pairs, error) in [
            (two.as_slice(), TokenDuplicated),
            (&[("connection", "close, X_Watchword_Claims")], ConnectionListsIdentity),
            (&[("connection", "close"), ("Connection", "\tAuthorization ")], ConnectionListsIdentity),
            (&[("connection", "txn-token")], ConnectionListsIdentity),
            (&[("connection", "x-user,")], ConnectionListsIdentity),
        ] {
            assert_eq!(clean(Boundary::Mesh, pairs).unwrap_err(), error, "{pairs:?}");
        }
        assert!(clean(Boundary::Mesh, &[("connection", "keep-alive, upgrade,")]).is_ok());
    }

    #[test]
    fn the_edge_starts_a_trace_of_its_own() {
        let pairs = [
            ("traceparent", CLIENT_TRACE),
            ("tracestate", "a=b"),
            ("b3", "1-2"),
            ("Ot_Tracer-TraceId", "1"),
        ];
        let forward = clean(Boundary::Edge, &pairs).unwrap();
        let ours = set(&forward.request, "traceparent").unwrap();
        assert!(ours.starts_with("00-") && ours.ends_with("-01") && ours != CLIENT_TRACE, "{ours}");
        assert!(TraceFormat::W3c.read(&head(&[("traceparent", &ours)])).unwrap().is_some());
        assert_eq!(removed(&forward.request), ["Ot_Tracer-TraceId", "b3", "tracestate"]);
        assert_eq!(forward.evidence, ["client_trace=4bf92f3577b34da6a3ce929d0e0e4736"]);
    }

    #[test]
    fn the_edge_starts_a_trace_also_where_none_was_sent() {
        for pairs in [&[] as &[(&str, &str)], &[("traceparent", "what"), ("traceparent", CLIENT_TRACE)]] {
            let forward = clean(Boundary::Edge, pairs).unwrap();
            assert!(set(&forward.request, "traceparent").unwrap().ends_with("-00"));
            assert_eq!(forward.evidence, [""; 0]);
        }
    }

    #[test]
    fn two_requests_never_share_a_trace() {
        let (world, hygiene) = (World::default(), hygiene(Boundary::Edge));
        let trace = || set(&hygiene.clean(&head(&[]), &world.env()).unwrap().request, "traceparent");
        assert_ne!(trace(), trace());
    }

    #[test]
    fn without_randomness_the_edge_refuses() {
        let world = World { entropy_fails: true, ..World::default() };
        let outcome = hygiene(Boundary::Edge).clean(&head(&[]), &world.env());
        assert_eq!(outcome.unwrap_err(), HygieneError::NoRandomness);
        assert!(hygiene(Boundary::Mesh).clean(&head(&[]), &world.env()).is_ok());
    }
}
