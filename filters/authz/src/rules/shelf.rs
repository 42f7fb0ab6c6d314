//! A bundle that is fetched: the one in force, and the one that is on its way to be.

use std::cell::RefCell;
use std::rc::Rc;

use bundle::Sha256;
use contract::{BackgroundEnv, Due, FetchError, Fetched, Notice, Reply, UnixTime};
use upkeep::{Current as Held, Loaded, Remote};

use super::Current;
use super::bundles::{Bundles, Verified};
use super::events::Events;
use super::newest::Newest;
use crate::intake::Intake;
use crate::origin::Origin;
use crate::ruleset::Ruleset;
use crate::terms::Terms;

/// The bundle.
#[derive(Debug)]
pub(crate) struct Shelf {
    remote: Remote<Bundles>,
    newest: Newest,
    terms: Rc<Terms>,
    origin: Origin,
    events: Events,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    in_force: Option<Edition>,
    coming: Option<Coming>,
    /// The content that did not compile. It is not tried again.
    refused: Option<Sha256>,
    told: Option<Told>,
}

/// Rules that were made of a bundle.
#[derive(Debug)]
struct Edition {
    bundle: Rc<Verified>,
    ruleset: Rc<Ruleset>,
    /// When the origin last said that it is the newest.
    confirmed: UnixTime,
}

/// Rules that are being made.
#[derive(Debug)]
struct Coming {
    bundle: Rc<Verified>,
    confirmed: UnixTime,
    intake: Option<Intake>,
}

/// What the gauges say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    version: u64,
    age_seconds: u64,
}

/// That nothing has changed is no good answer to who knows that something has: an origin behind the others
/// confirms nothing.
const fn with_body(reply: Reply<'_>) -> Result<Reply<'_>, FetchError> {
    match reply {
        Reply::Body { .. } => Ok(reply),
        Reply::Unchanged => Err(FetchError::Status(304)),
    }
}

impl Shelf {
    pub(super) fn new(
        remote: Remote<Bundles>,
        newest: Newest,
        terms: Rc<Terms>,
        origin: Origin,
        events: Events,
    ) -> Self {
        Self { remote, newest, terms, origin, events, state: RefCell::default() }
    }

    pub(super) fn current(&self, now: UnixTime) -> Current {
        let state = self.state.borrow();
        let Some(Edition { bundle, ruleset, .. }) = &state.in_force else { return Current::Cold };
        let stale = matches!(self.remote.current(now), Held::Stale);
        match bundle.0.manifest().in_force(now) {
            Ok(()) if !stale => Current::Ready(Rc::clone(ruleset)),
            Ok(()) | Err(_) => Current::Expired,
        }
    }

    pub(super) fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let due = self.remote.due(env);
        let state = &mut *self.state.borrow_mut();
        self.look(state, env.now);
        let (news, notice) = self.advance(state, env);
        self.tell(state, env);
        // What has been fetched is news only when it decides.
        Due { news, busy: state.coming.is_some(), notices: notice.into_iter().collect(), ..due }
    }

    /// Whatever comes has to be taken in first, so it is no news yet.
    pub(super) fn fetched(
        &self,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        self.recall(env);
        let outcome = if self.is_superseded(env.now) { outcome.and_then(with_body) } else { outcome };
        self.remote.fetched(outcome, env)?;
        if let Some(loaded) = self.remote.loaded(env.now) {
            let (bundle, kind) = (&loaded.document.0, self.remote.kind());
            let version = bundle.manifest().version();
            let is_as_new = |manifest: &str| kind.is_as_new(manifest, version);
            self.newest.write(bundle.manifest_jws(), is_as_new, env.store);
        }
        Ok(false)
    }

    /// Whether another worker has seen a newer version than ours.
    fn is_superseded(&self, now: UnixTime) -> bool {
        self.remote.loaded(now).is_some_and(|loaded| self.remote.kind().is_superseded(&loaded.document))
    }

    /// What other workers, or this plugin under an earlier configuration, have seen.
    fn recall(&self, env: &BackgroundEnv<'_>) {
        if let Some(manifest) = self.newest.read(env.store) {
            self.remote.kind().remember(&manifest);
        }
    }

    /// Begin to take in what is newer than what is in force. What is on its way gets there first: otherwise a
    /// signer in a hurry could keep everything from ever being in force.
    fn look(&self, state: &mut State, now: UnixTime) {
        if state.coming.is_some() {
            return;
        }
        let Some(loaded) = self.remote.loaded(now) else { return };
        let is_in_force = state.in_force.as_ref().is_some_and(|edition| edition.bundle == loaded.document);
        if !is_in_force && state.refused != Some(loaded.document.0.manifest().content()) {
            let Loaded { document: bundle, confirmed, .. } = loaded;
            state.coming = Some(Coming { bundle, confirmed, intake: None });
        }
    }

    /// Take in one slice. Whether that was the last, and what an operator should read.
    fn advance(&self, state: &mut State, env: &BackgroundEnv<'_>) -> (bool, Option<Notice>) {
        let Some(Coming { bundle, confirmed, intake }) = &mut state.coming else { return (false, None) };
        let made = match intake {
            Some(intake) => intake.advance().map_err(|fault| fault.to_string()),
            None => bundle
                .0
                .content()
                .map_err(|fault| self.origin.at("", "", fault.to_string()).to_string())
                .map(|content| {
                    *intake = Some(Intake::new(content, Rc::clone(&self.terms), self.origin));
                    None
                }),
        };
        let manifest = bundle.0.manifest();
        let (version, content) = (manifest.version(), manifest.content());
        match made {
            Ok(None) => (false, None),
            Ok(Some(ruleset)) => {
                let (bundle, ruleset) = (Rc::clone(bundle), Rc::new(ruleset.of_version(version)));
                let notice = format!(
                    "version {version} of the bundle is in force, {} policies",
                    ruleset.policies.len()
                );
                state.in_force = Some(Edition { bundle, ruleset, confirmed: *confirmed });
                (state.coming, state.refused) = (None, None);
                env.meter.count(self.events.taken);
                (true, Some(Notice::Info(notice)))
            }
            Err(fault) => {
                (state.coming, state.refused) = (None, Some(content));
                env.meter.count(self.events.refused);
                let notice = format!("version {version} of the bundle is refused: {fault}");
                (false, Some(Notice::Warning(notice)))
            }
        }
    }

    /// Keep the gauges: the version in force, and for how long nobody has confirmed it. A newer one that does not
    /// compile confirms nothing.
    fn tell(&self, state: &mut State, env: &BackgroundEnv<'_>) {
        let Some(edition) = &mut state.in_force else { return };
        let loaded = self.remote.loaded(env.now).filter(|loaded| loaded.document == edition.bundle);
        loaded.into_iter().for_each(|loaded| edition.confirmed = loaded.confirmed);
        let age_seconds = env.now.since(edition.confirmed).as_secs();
        let told = Told { version: edition.bundle.0.manifest().version(), age_seconds };
        if state.told.replace(told) != Some(told) {
            env.meter.set(self.events.version, told.version);
            env.meter.set(self.events.age_seconds, told.age_seconds);
        }
    }
}
