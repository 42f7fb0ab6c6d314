//! The root context: configuration, the tick, and what comes in beside the requests.

use std::rc::Rc;

use contract::{Background, Duration, Fetched, StageKind, UnixTime};
use pipeline::{Chain, Surroundings, compile};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;

use crate::abi::{self, Buffer, Failed, Level};
use crate::callouts::Callouts;
use crate::perform::{self, When};
use crate::plugin::Plugin;
use crate::stream::{Shared, State, Stream};
use crate::surroundings::{ProxyEntropy, SharedData, VmSecrets, env};

/// How often deadlines and refreshes are looked at. A request that waits learns of its end this much late
/// at most; the tick of an idle plugin costs a microsecond.
const TICK: Duration = Duration::from_millis(50);

/// The root context `context` of a module that links `kinds`.
pub fn root(context: u32, chain: Chain, kinds: &'static [&'static dyn StageKind]) -> Box<dyn RootContext> {
    Box::new(Root { chain, kinds, plugin: Rc::default(), callouts: Callouts::of(context) })
}

struct Root {
    chain: Chain,
    kinds: &'static [&'static dyn StageKind],
    plugin: Rc<Plugin>,
    callouts: Callouts,
}

impl Root {
    /// Refused configurations leave a plugin without pipeline, which refuses every request: the proxy keeps
    /// to the old configuration or does not start, but should it ask all the same, the answer is no.
    fn configure(&mut self, bytes: usize) -> Result<(), String> {
        self.plugin = Rc::default();
        let document = abi::buffer(Buffer::PluginConfiguration, bytes)
            .map_err(|Failed(status)| format!("not readable: status {status}"))?;
        let with = Surroundings { secrets: &VmSecrets, store: &SharedData, entropy: &ProxyEntropy };
        let pipeline =
            compile(&document, self.kinds, self.chain, &with).map_err(|error| error.to_string())?;
        if pipeline.backgrounds().next().is_some() {
            abi::set_tick(TICK).map_err(|Failed(status)| format!("no tick: status {status}"))?;
        }
        self.plugin = Rc::new(Plugin { pipeline: Some(pipeline), ..Plugin::default() });
        Ok(())
    }

    /// Start what is due. Whether a fetch failed at once counts as news, because a stage may then answer.
    fn start_fetches(&self, now: UnixTime) -> bool {
        let Some(pipeline) = &self.plugin.pipeline else { return false };
        let mut news = false;
        for (stage, background) in pipeline.backgrounds() {
            for fetch in background.due(now) {
                if let Err(error) = self.callouts.start(stage, &fetch) {
                    news |= self.deliver(background, fetch.id, Err(error), now);
                }
            }
        }
        news
    }

    fn deliver(
        &self,
        to: &dyn Background,
        id: contract::FetchId,
        outcome: Fetched<'_>,
        now: UnixTime,
    ) -> bool {
        self.plugin.metrics.fetched(outcome.is_ok());
        if let Err(error) = outcome {
            abi::log(Level::Warn, &format!("watchword: fetch failed: {error:?}"));
        }
        to.fetched(id, outcome, now)
    }

    /// Ask again for the requests that wait, and end those whose time is over.
    fn wake(&self, now: UnixTime, news: bool) {
        for stream in self.plugin.waiting_room.call(now, news) {
            // A stream that is gone has nobody to answer to.
            if abi::speak_for(stream.context).is_ok() {
                self.go_on(&stream, now);
            }
        }
    }

    fn go_on(&self, stream: &Rc<Shared>, now: UnixTime) {
        let due = match &*stream.state.borrow() {
            State::Waiting(seat) => seat.waiting.until <= now,
            State::Held | State::Passed(_) => return,
        };
        if due {
            perform::end_wait(&self.plugin, stream, When::Later);
            return;
        }
        let Some(pipeline) = &self.plugin.pipeline else { return };
        if let State::Waiting(seat) = stream.state.replace(State::Held) {
            let step = pipeline.resume(seat.waiting.progress, &seat.head, &env(now));
            perform::step(&self.plugin, stream, seat.head, step, When::Later);
        }
    }
}

impl Context for Root {
    fn on_http_call_response(&mut self, token: u32, headers: usize, body_bytes: usize, _: usize) {
        let Some(ticket) = self.callouts.ended(token) else { return };
        let Some(pipeline) = &self.plugin.pipeline else { return };
        let Ok(now) = abi::now() else { return };
        let outcome = ticket.outcome(headers, body_bytes);
        let background = pipeline.backgrounds().find(|(stage, _)| *stage == ticket.stage);
        if let Some((_, background)) = background
            && self.deliver(background, ticket.id, outcome.as_deref().map_err(|error| *error), now)
        {
            self.wake(now, true);
        }
    }
}

impl RootContext for Root {
    fn on_configure(&mut self, bytes: usize) -> bool {
        match self.configure(bytes) {
            Ok(()) => true,
            Err(message) => {
                abi::log(Level::Error, &format!("watchword: configuration refused: {message}"));
                false
            }
        }
    }

    fn on_tick(&mut self) {
        let Ok(now) = abi::now() else { return };
        let news = self.start_fetches(now);
        self.wake(now, news);
    }

    fn create_http_context(&self, context: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream::new(context, Rc::clone(&self.plugin))))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}
