//! A compiled configuration, and what surrounds it for as long as requests are judged.

use std::cell::RefCell;
use std::collections::BTreeSet;

use contract::{
    Aside, AtEnd, Background, BackgroundEnv, Due, Env, Fetch, FetchError, MemoryStore, NoMeter,
    NoProxyCrypto, Notice, Reply, UnixTime,
};
use pipeline::{Handoff, Pipeline, Surroundings, compile};

use crate::failure::Failure;
use crate::inquiry::{Engine, Found, Inquiry, Sent};
use crate::surroundings::SystemEntropy;

/// Slices of work beside the requests before it counts as work that never ends.
const MAX_SLICES: usize = 100_000;

/// The pipeline with its memory.
pub(super) struct World<'a> {
    pub(super) inquiry: &'a Inquiry,
    pub(super) pipeline: Pipeline,
    store: MemoryStore,
    /// What is to be said besides; each once.
    notes: RefCell<BTreeSet<String>>,
}

impl<'a> World<'a> {
    /// Compile the configuration.
    pub(super) fn new(inquiry: &'a Inquiry) -> Result<Self, Failure> {
        let store = MemoryStore::default();
        let with = Surroundings {
            secrets: &inquiry.secrets,
            store: &store,
            entropy: &SystemEntropy,
            crypto: &NoProxyCrypto,
        };
        let (document, module) = (inquiry.document.to_string(), inquiry.module);
        let pipeline = compile(document.as_bytes(), module.kinds(), module.chain(), &with)
            .map_err(|error| Failure::in_file(&inquiry.file, error))?;
        let notes = RefCell::new(inquiry.secrets.notes().into_iter().collect());
        Ok(Self { inquiry, pipeline, store, notes })
    }

    /// The environment of a decision about `sent` at `now`.
    pub(super) fn env<'b>(&'b self, sent: &'b Sent, now: UnixTime) -> Env<'b> {
        Env {
            now,
            entropy: &SystemEntropy,
            connection: sent,
            store: &self.store,
            crypto: &NoProxyCrypto,
            meter: &NoMeter,
        }
    }

    /// What an earlier module has handed on.
    pub(super) fn handoff(&self) -> Handoff {
        self.inquiry.handed_on.as_deref().map(Handoff::read).unwrap_or_default()
    }

    /// How an engine answers the question of this cluster.
    pub(super) fn engine(&self, cluster: &str) -> Engine {
        self.inquiry.engine.unwrap_or_else(|| {
            self.note(format!(
                "the engine at `{cluster}` was asked, and was taken to say ok: --engine ok|over|down says how it answers"
            ));
            Engine::Ok
        })
    }

    /// Let the stages work beside the requests until nothing is left to do now. Whether there is news for
    /// requests that wait.
    pub(super) fn work(&self, now: UnixTime) -> bool {
        let mut news = false;
        for _ in 0..MAX_SLICES {
            let mut goes_on = false;
            for (_, background) in self.pipeline.backgrounds() {
                let due = background.due(&self.background_env(now));
                let Due { fetches, news: brought, busy, notices } = due;
                notices.into_iter().for_each(|notice| self.tell(notice));
                goes_on |= busy || !fetches.is_empty();
                news |= brought;
                for fetch in &fetches {
                    news |= self.deliver(background, fetch, now);
                }
            }
            if !goes_on {
                break;
            }
        }
        news
    }

    /// Ask what stages ask others without waiting for it.
    pub(super) fn ask_aside(&self, asides: Vec<Aside>, now: UnixTime) {
        for Aside { call, then } in asides {
            then(self.engine(&call.cluster).called(), &self.background_env(now));
        }
    }

    /// What stages do when a request is over.
    pub(super) fn end(&self, at_end: Vec<AtEnd>, now: UnixTime) {
        at_end.into_iter().for_each(|end| end(now, &self.store));
    }

    /// Everything that is to be said besides.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.borrow().iter().cloned().collect()
    }

    fn deliver(&self, to: &dyn Background, fetch: &Fetch, now: UnixTime) -> bool {
        let Fetch { id, cluster, authority, path, max_bytes, .. } = fetch;
        let outcome = match self.inquiry.documents.find(cluster, authority, path) {
            Found::Document(bytes) if bytes.len() > *max_bytes => Err(FetchError::TooLarge),
            Found::Document(bytes) => Ok(Reply::untagged(bytes)),
            Found::NotGiven(name) => {
                self.note(format!(
                    "`{name}` is not loaded from cluster `{cluster}`: give --keys {name}=FILE"
                ));
                Err(FetchError::NoAnswer)
            }
            Found::Unknown => Err(FetchError::NoAnswer),
        };
        let is_given = outcome.is_ok();
        to.fetched(*id, outcome, &self.background_env(now)).unwrap_or_else(|reason| {
            if is_given {
                self.note(format!("what stands for {path} of cluster `{cluster}` is not taken: {reason}"));
            }
            false
        })
    }

    fn tell(&self, notice: Notice) {
        match notice {
            Notice::Info(text) | Notice::Warning(text) => self.note(text),
        }
    }

    fn note(&self, text: String) {
        self.notes.borrow_mut().insert(text);
    }

    fn background_env(&self, now: UnixTime) -> BackgroundEnv<'_> {
        BackgroundEnv { now, entropy: &SystemEntropy, store: &self.store, meter: &NoMeter }
    }
}
