//! On a listener of the edge's own: the keys that its tokens are signed with, for sidecars to fetch.
//!
//! A key is replaced in three steps, each of which is finished on all replicas before the next begins:
//!
//! ```text
//!               mint.key    publish                          wait, before the next step
//! publish       k1          active: k1, next: k2             until every sidecar has fetched: refresh_seconds
//! activate      k2          previous: k1, active: k2         until no token of k1 is in force:
//!                                                            lifetime_seconds + leeway_seconds
//! retire        k2          active: k2
//! ```
//!
//! So at any moment, whichever replica a sidecar asks, it learns every key that any replica signs with.

use contract::{
    Answer, Cause, Env, HeaderName, HeaderValue, Phase, Refusal, Request, Stage, StageName, Verdict,
};

/// A key set (RFC 7517 §8.5.2).
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/jwk-set+json");

/// A gRPC client that asks for keys asks for something that is no gRPC service (`UNIMPLEMENTED`).
const GRPC_UNIMPLEMENTED: u32 = 12;

/// Answers every request that its route lets pass with the key set.
#[derive(Debug)]
pub(crate) struct Publish {
    answer: Answer,
}

impl Publish {
    /// Answer with `key_set`, which may be kept as `max_age` says.
    pub(crate) fn new(key_set: String, max_age: HeaderValue) -> Self {
        let answer = Answer {
            status: 200,
            grpc_status: GRPC_UNIMPLEMENTED,
            details: "watchword_identity_keys".to_owned(),
            headers: vec![
                (HeaderName::from_static("content-type"), CONTENT_TYPE),
                (HeaderName::from_static("cache-control"), max_age),
            ],
            body: key_set,
        };
        Self { answer }
    }
}

impl Stage for Publish {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Finish
    }

    /// The proxy leaves the body out of an answer to HEAD.
    fn decide(&self, request: &Request<'_>, _: &Env<'_>) -> Verdict {
        match request.head.method() {
            Some(b"GET" | b"HEAD") => Verdict::Answer(self.answer.clone()),
            Some(_) | None => {
                Refusal::new(StageName::Identity, Cause::RouteUnknown, "keys_are_read_only").into()
            }
        }
    }
}
