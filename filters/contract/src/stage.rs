//! How a stage is made, asked, and kept up to date.

use std::fmt;
use std::rc::Rc;

use crate::{
    BackgroundEnv, ConfigError, Edits, Env, Fetch, FetchId, Fetched, Head, HeaderName, Identity, Meter,
    Peer, ProxyCrypto, Route, RouteId, RouteMatch, Secrets, Section, SettledPath, StageName, Store,
    UnixTime, Verdict,
};

/// A kind of stage that a module links: it turns its section of the configuration into stages.
pub trait StageKind {
    /// Whose section it reads.
    fn name(&self) -> StageName;

    /// Whether the stage is on wherever it is linked, with an empty section when the document has none.
    fn is_always_on(&self) -> bool {
        false
    }

    /// The field by which `route` asks for this stage, if it does. A route that asks for a stage which is
    /// linked but not configured is an error, not a stage that is silently off.
    fn asked_for_by(&self, route: &Route) -> Option<&'static str>;

    /// The JSON Schema of the section, for the command line tool. A kind that says nothing takes anything as far as
    /// the schema goes, and its section is checked by [`Self::compile`] alone.
    #[cfg(feature = "schema")]
    fn schema(&self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let _ = generator;
        true.into()
    }

    /// Compile a section. All checks that can be made before the first request are made here.
    ///
    /// # Errors
    /// When the section is not exactly right; the message names the path of the field.
    fn compile(
        &self,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Vec<Box<dyn Stage>>, ConfigError>;
}

/// What a stage may know when it is compiled.
pub struct Compile<'a> {
    /// All rows of the route table, by [`crate::RouteId`].
    pub routes: &'a [Route],
    /// Secrets of the environment.
    pub secrets: &'a dyn Secrets,
    /// The memory that the workers share, for what must exist before the first request.
    pub store: &'a dyn Store,
    /// Unpredictable bytes.
    pub entropy: &'a dyn crate::Entropy,
    /// Signatures checked and made in native code, to be tried with known answers.
    pub crypto: &'a dyn ProxyCrypto,
}

/// The order of the stages on the path of a request. It is fixed; a configuration says which are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Reserved headers are stripped.
    Hygiene,
    /// Limits that protect the cryptography.
    EarlyLimit,
    /// The credential is verified.
    Authenticate,
    /// A policy decides.
    Authorize,
    /// Limits by who was verified.
    Limit,
    /// What only an allowed request gets.
    Finish,
}

/// One request, as a stage sees it: settled, matched, and with whoever earlier stages have verified.
pub struct Request<'a> {
    /// The header fields.
    pub head: &'a Head,
    /// The path that is decided on and forwarded.
    pub path: &'a SettledPath,
    /// The route.
    pub route: &'a RouteMatch<'a>,
    /// The verified caller.
    pub identity: Option<&'a Rc<Identity>>,
    /// The verified workload on the other end of the connection.
    pub peer: Option<&'a Rc<Peer>>,
}

/// A compiled stage: a function from a request and its environment to a verdict.
pub trait Stage {
    /// Who speaks.
    fn name(&self) -> StageName;

    /// Where it stands in the order.
    fn phase(&self) -> Phase;

    /// Decide. A stage that cannot decide refuses.
    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict;

    /// Whether this stage may ask others while it decides ([`Verdict::Ask`], [`crate::Aside`]).
    fn asks(&self) -> bool {
        false
    }

    /// What this stage cleans beside the heads of requests, if anything.
    fn cleaner(&self) -> Option<&dyn Cleaner> {
        None
    }

    /// The names of the providers whose credentials this stage verifies, as routes use them.
    fn providers(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether a route can say of these credentials that they are kept or removed ([`Route::credential`]).
    fn obeys_credential_use(&self) -> bool {
        false
    }

    /// What this stage keeps up to date in the background, if anything.
    fn background(&self) -> Option<&dyn Background> {
        None
    }

    /// What must still come for the first time before this stage can decide on every request: lower case, `_`
    /// between words. `None` once it has come, also when it has become too old since.
    fn awaits(&self, _now: UnixTime) -> Option<&'static str> {
        None
    }

    /// The counters of this stage that are there before their first event, with what they are of: an alert asks
    /// whether they grow, and sees no growth from nothing to one.
    fn counters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Whether a limit of this stage counts requests of `route`.
    fn counts(&self, _route: RouteId) -> bool {
        false
    }

    /// The header fields in which this stage looks for credentials, of any route or of none.
    fn credential_fields(&self) -> Vec<HeaderName> {
        Vec::new()
    }
}

/// Fields of an exchange that are no part of a decision: they come when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The trailers of a request that was allowed, or that waits.
    RequestTrailers,
    /// The header fields of its response, whoever makes it.
    Response,
    /// The trailers of its response.
    ResponseTrailers,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequestTrailers => "trailers of the request",
            Self::Response => "response",
            Self::ResponseTrailers => "trailers of the response",
        })
    }
}

/// A stage that removes fields wherever they come. It reads them as they really are, because to remove a
/// name is to remove one spelling of it.
pub trait Cleaner {
    /// What to remove from `fields`, which are those of `part`.
    fn clean(&self, part: Part, fields: &Head, meter: &dyn Meter) -> Edits;
}

/// Work beside the requests: documents that a stage keeps fresh. Without clock and I/O of its own.
pub trait Background {
    /// What is due. Called on every tick, and on ticks that follow each other quickly while this is
    /// [`Due::busy`]; a fetch that was returned is under way until [`Self::fetched`] is called for it.
    fn due(&self, env: &BackgroundEnv<'_>) -> Due;

    /// How a fetch ended. Returns whether requests that wait should be asked again.
    ///
    /// # Errors
    /// Why what was fetched is not taken, for log and metric: lower case, `_` between words.
    fn fetched(
        &self,
        id: FetchId,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str>;
}

/// What a tick brings to light.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Documents to be fetched now.
    pub fetches: Vec<Fetch>,
    /// Whether requests that wait should be asked again: what they wait for is there, from another worker or
    /// by work that is done.
    pub news: bool,
    /// Whether there is work left. A worker serves nobody while it works beside the requests, so what takes
    /// long is cut into slices, one for each call: this asks to be called again as soon as can be.
    pub busy: bool,
    /// What an operator should read in the log.
    pub notices: Vec<Notice>,
}

/// A line for the log. It names no client and no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something is as it should be, and was not before.
    Info(String),
    /// Something is wrong that nobody but the operator can mend.
    Warning(String),
}

impl Due {
    /// Add what `other` brings to light.
    pub fn extend(&mut self, other: Self) {
        let Self { fetches, news, busy, notices } = other;
        self.fetches.extend(fetches);
        self.news |= news;
        self.busy |= busy;
        self.notices.extend(notices);
    }
}

/// What a stage does when a request that it let pass is over.
pub type AtEnd = Box<dyn FnOnce(UnixTime, &dyn Store)>;
