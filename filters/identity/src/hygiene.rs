//! What no client may send and no service may answer: reserved fields are stripped before anything else, and
//! wherever they come, in every spelling that is there.
//!
//! ```text
//! request     stripped; refused where two readers could still disagree        identity.hygiene.request
//!   trailers  stripped, with what no trailer may be (RFC 9110 §6.5.1)         identity.hygiene.request_trailers
//! response    stripped, local answers of the proxy included                   identity.hygiene.response
//!   trailers  stripped                                                        identity.hygiene.response_trailers
//! ```
//!
//! The counters count fields. Every role cleans all four: the head of a response was read for this before,
//! and trailers are rare.

mod error;
mod nominated;
mod single;

use std::collections::BTreeSet;

use contract::{
    Cleaner, Edits, Env, Forward, Head, HeaderName, Meter, Part, Phase, Request, Stage, StageName, Verdict,
};

pub(crate) use error::HygieneError;

use crate::names::{ClientCertificateHeaders, ReservedNames, TXN_TOKEN};
use crate::trace::{self, TraceFormat};

/// Strips reserved fields; at the edge it also starts a trace of its own.
#[derive(Debug)]
pub(crate) struct Hygiene {
    /// What requests may not carry.
    request: ReservedNames,
    /// What decisions rest on: no trailer may carry it, and no `Connection` nominate it.
    decisive: ReservedNames,
    /// What responses may not carry.
    response: ReservedNames,
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

impl Hygiene {
    /// Strip `names` and everything else that is reserved. Inside, traces are carried as `trace` says.
    pub(crate) fn new(
        names: &[HeaderName],
        boundary: Boundary,
        trace: TraceFormat,
        certificates: ClientCertificateHeaders,
    ) -> Self {
        let traces = match boundary {
            Boundary::Edge => trace.stripped_at_edge(),
            Boundary::Mesh => Vec::new(),
        };
        let all_traces: Vec<&HeaderName> = trace.names().iter().chain(trace.other_names()).collect();
        Self {
            request: ReservedNames::new(names.iter().chain(traces)).sparing(certificates),
            decisive: ReservedNames::new(names.iter().chain(all_traces)).and_decisive(),
            response: ReservedNames::new(names),
            boundary,
            trace,
        }
    }

    fn clean_head(&self, head: &Head, env: &Env<'_>) -> Result<Forward, HygieneError> {
        single::check(head)?;
        if nominated::is_any(head, &self.decisive) {
            return Err(HygieneError::ConnectionListsIdentity);
        }
        let found: Vec<_> = self.request.in_head(head).collect();
        env.meter.count_all(REQUEST, self.unexpected(&found));
        let mut forward = Forward { request: removals(found), ..Forward::default() };
        match self.boundary {
            Boundary::Edge => trace::start(self.trace, &mut forward, head, env)?,
            Boundary::Mesh => {}
        }
        Ok(forward)
    }

    /// How many fields are stripped that nobody should have sent. In the mesh the token is expected: it is
    /// stripped when it has been read.
    fn unexpected(&self, found: &[&[u8]]) -> usize {
        let is_expected = |name: &[u8]| {
            self.boundary == Boundary::Mesh && name.eq_ignore_ascii_case(TXN_TOKEN.as_str().as_bytes())
        };
        found.iter().filter(|name| !is_expected(name)).count()
    }
}

/// What is counted of the heads of requests.
const REQUEST: &str = "identity.hygiene.request";

impl Stage for Hygiene {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Hygiene
    }

    fn counters(&self) -> Vec<(&'static str, String)> {
        vec![(REQUEST, String::new())]
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        match self.clean_head(request.head, env) {
            Ok(forward) => Verdict::Forward(forward),
            Err(error) => Verdict::Refuse(error.into()),
        }
    }

    fn cleaner(&self) -> Option<&dyn Cleaner> {
        Some(self)
    }
}

impl Cleaner for Hygiene {
    fn clean(&self, part: Part, fields: &Head, meter: &dyn Meter) -> Edits {
        let (names, event) = match part {
            Part::RequestTrailers => (&self.decisive, "identity.hygiene.request_trailers"),
            Part::Response => (&self.response, "identity.hygiene.response"),
            Part::ResponseTrailers => (&self.response, "identity.hygiene.response_trailers"),
        };
        let found: Vec<_> = names.in_head(fields).collect();
        meter.count_all(event, found.len());
        removals(found)
    }
}

/// Each name once, as it is spelled: removing one spelling leaves the others in place.
fn removals(found: Vec<&[u8]>) -> Edits {
    let mut edits = Edits::new();
    let mut names = BTreeSet::new();
    names.extend(found);
    names.into_iter().for_each(|name| edits.remove(name));
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, head, removed, set};

    const CLIENT_TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn hygiene(boundary: Boundary) -> Hygiene {
        let names = ["x-watchword-subject", "x-user"].map(HeaderName::from_static);
        Hygiene::new(&names, boundary, TraceFormat::W3c, ClientCertificateHeaders::Strip)
    }

    fn clean(boundary: Boundary, pairs: &[(&str, &str)]) -> Result<Forward, HygieneError> {
        hygiene(boundary).clean_head(&head(pairs), &World::default().env())
    }

    #[test]
    fn strips_each_spelling_that_the_client_used() {
        let pairs = [
            ("X_Watchword-Subject", "eve"),
            ("x-watchword-subject", "eve"),
            ("x-watchword-subject", "mallory"),
            ("accept", "*/*"),
            ("X_User", "eve"),
            ("Txn_Token", "a.b.c"),
        ];
        let forward = clean(Boundary::Mesh, &pairs).unwrap();
        let expected = ["Txn_Token", "X_User", "X_Watchword-Subject", "x-watchword-subject"];
        assert_eq!(removed(&forward.request), expected);
        assert_eq!(set(&forward.request, "traceparent"), None, "traces are kept inside");
    }

    #[test]
    fn strips_what_is_reserved_wherever_it_comes_and_counts_it() {
        let pairs = [
            ("x-watchword-subject", "eve"),
            ("X_Watchword.Subject", "eve"),
            ("X.User", "eve"),
            ("x-user", "eve"),
            ("x-user", "mallory"),
            ("b3", "1-2"),
            ("traceparent", CLIENT_TRACE),
            ("Cookie", "a=b"),
            ("x_forwarded_for", "1.2.3.4"),
            ("content-length", "3"),
            ("x-control", "1"),
        ];
        let reserved = ["X.User", "X_Watchword.Subject", "x-user", "x-watchword-subject"];
        let of_trailers = [
            "Cookie",
            "X.User",
            "X_Watchword.Subject",
            "b3",
            "content-length",
            "traceparent",
            "x-user",
            "x-watchword-subject",
            "x_forwarded_for",
        ];
        for (part, expected, event, events) in [
            (Part::RequestTrailers, &of_trailers[..], "identity.hygiene.request_trailers", 10),
            (Part::Response, &reserved, "identity.hygiene.response", 5),
            (Part::ResponseTrailers, &reserved, "identity.hygiene.response_trailers", 5),
        ] {
            let world = World::default();
            let edits = hygiene(Boundary::Edge).clean(part, &head(&pairs), &world);
            assert_eq!(removed(&edits), expected, "{part}");
            assert_eq!(*world.events.borrow(), vec![event; events], "{part}");
        }
    }

    #[test]
    fn counts_what_nobody_should_have_sent() {
        let pairs =
            [("x-user", "a"), ("x-user", "b"), ("X_User", "c"), ("accept", "*/*"), ("Txn-Token", "a.b.c")];
        for (boundary, stripped) in [(Boundary::Edge, 4), (Boundary::Mesh, 3)] {
            let world = World::default();
            hygiene(boundary).clean_head(&head(&pairs), &world.env()).unwrap();
            assert_eq!(*world.events.borrow(), vec!["identity.hygiene.request"; stripped], "{boundary:?}");
        }
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
            (&[("connection", "traceparent")], ConnectionListsIdentity),
            (&[("connection", "X-Forwarded-For")], ConnectionListsIdentity),
            (&[("Proxy-Connection", "keep-alive, dpop")], ConnectionListsIdentity),
        ] {
            assert_eq!(clean(Boundary::Mesh, pairs).unwrap_err(), error, "{pairs:?}");
        }
        for pairs in [
            [("connection", "keep-alive, upgrade,")],
            [("connection", "TE, HTTP2-Settings")],
            [("proxy-connection", "keep-alive")],
            [("te", "trailers")],
            [("keep-alive", "timeout=5")],
            [("trailer", "x-watchword-subject")],
        ] {
            assert!(clean(Boundary::Mesh, &pairs).is_ok(), "{pairs:?}");
        }
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
        let trace = || set(&hygiene.clean_head(&head(&[]), &world.env()).unwrap().request, "traceparent");
        assert_ne!(trace(), trace());
    }

    #[test]
    fn without_randomness_the_edge_refuses() {
        let world = World { entropy_fails: true, ..World::default() };
        let outcome = hygiene(Boundary::Edge).clean_head(&head(&[]), &world.env());
        assert_eq!(outcome.unwrap_err(), HygieneError::NoRandomness);
        assert!(hygiene(Boundary::Mesh).clean_head(&head(&[]), &world.env()).is_ok());
    }
}
