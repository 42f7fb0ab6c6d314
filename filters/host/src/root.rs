//! The root context: configuration, the tick, and what comes in beside the requests.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use contract::{StageKind, UnixTime};
use pipeline::{Chain, Pipeline, Surroundings, compile};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::ContextType;

use crate::abi::{self, Answer, Buffer, Failed, GrpcAnswer, Level};
use crate::crypto::ForeignFunction;
use crate::pace;
use crate::plugin::Plugin;
use crate::stream::Stream;
use crate::surroundings::{ProxyEntropy, SharedData, VmSecrets};

thread_local! {
    /// The root contexts of this VM, for answers that do not come through the SDK.
    static ROOTS: RefCell<HashMap<u32, Weak<Root>>> = RefCell::default();
}

/// The root context `context` of a module that links `kinds`.
pub fn root(context: u32, chain: Chain, kinds: &'static [&'static dyn StageKind]) -> Box<dyn RootContext> {
    let root = Rc::new(Root { context, chain, kinds, plugin: RefCell::default() });
    ROOTS.with_borrow_mut(|roots| roots.insert(context, Rc::downgrade(&root)));
    abi::deliver_answers(answered);
    abi::deliver_grpc_answers(told);
    Box::new(Handle(root))
}

/// The answer to a callout, for the root context that has made it.
fn answered(answer: Answer) {
    if let (Some(root), Ok(now)) = (root_of(answer.context), abi::now()) {
        root.plugin().answered(answer, now);
    }
}

/// The end of a question, for the root context that has asked it.
fn told(answer: GrpcAnswer) {
    if let (Some(root), Ok(now)) = (root_of(answer.context), abi::now()) {
        root.plugin().told(answer, now);
    }
}

fn root_of(context: u32) -> Option<Rc<Root>> {
    ROOTS.with_borrow(|roots| roots.get(&context).and_then(Weak::upgrade))
}

/// The half that the SDK owns and calls.
struct Handle(Rc<Root>);

struct Root {
    context: u32,
    chain: Chain,
    kinds: &'static [&'static dyn StageKind],
    /// A new one with every configuration; streams keep the one under which they began.
    plugin: RefCell<Rc<Plugin>>,
}

impl Root {
    fn plugin(&self) -> Rc<Plugin> {
        Rc::clone(&self.plugin.borrow())
    }

    /// Refused configurations leave a plugin without pipeline, which refuses every request: the proxy keeps
    /// to the old configuration or does not start, but should it ask all the same, the answer is no.
    fn configure(&self, bytes: usize) -> Result<(), String> {
        let old = self.plugin.take();
        let document = abi::buffer(Buffer::PluginConfiguration, bytes)
            .map_err(|Failed(status)| format!("not readable: status {status}"));
        // Nobody else would call the requests that wait under the old configuration. It is read before
        // that, because the proxy shows it to the root context only.
        old.wake(UnixTime::MAX, true);
        old.close(abi::now().unwrap_or_default());
        let document = document?;
        abi::speak_for(self.context).map_err(|Failed(status)| format!("no context: status {status}"))?;
        let pipeline = self.compile(&document)?;
        self.plugin.replace(Rc::new(Plugin::new(pipeline)));
        Ok(())
    }

    fn compile(&self, document: &[u8]) -> Result<Pipeline, String> {
        let with = Surroundings {
            secrets: &VmSecrets,
            store: &SharedData,
            entropy: &ProxyEntropy,
            crypto: &ForeignFunction,
        };
        let pipeline =
            compile(document, self.kinds, self.chain, &with).map_err(|error| error.to_string())?;
        if pipeline.backgrounds().next().is_some() || pipeline.asks() {
            abi::set_tick(pace::IDLE).map_err(|Failed(status)| format!("no tick: status {status}"))?;
        }
        Ok(pipeline)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        ROOTS.with_borrow_mut(|roots| roots.remove(&self.context));
    }
}

impl Context for Handle {}

impl RootContext for Handle {
    fn on_configure(&mut self, bytes: usize) -> bool {
        match self.0.configure(bytes) {
            Ok(()) => true,
            Err(message) => {
                abi::log(Level::Error, &format!("watchword: configuration refused: {message}"));
                false
            }
        }
    }

    fn on_tick(&mut self) {
        if let Ok(now) = abi::now() {
            self.0.plugin().tick(now);
        }
    }

    fn create_http_context(&self, context: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream::new(context, self.0.plugin())))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}
