//! What it is told to do, and how often.

use std::time::Duration;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{ContextType, LogLevel};
use serde::Deserialize;

use crate::key_set::KeySet;
use crate::slots::Slots;

/// As often as a proxy can.
const TICK: Duration = Duration::from_millis(1);

/// There are many slots, and each is looked at.
const SLOTS_TICK: Duration = Duration::from_millis(20);

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Warn);
    proxy_wasm::set_root_context(|_| Box::new(Root::default()));
}}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Task {
    KeySet(KeySet),
    Slots(Slots),
}

#[derive(Default)]
struct Root(Option<Task>);

struct Stream;

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, _: usize) -> bool {
        let bytes = self.get_plugin_configuration().unwrap_or_default();
        self.0 = serde_json::from_slice(&bytes).ok();
        let (period, is_ready) = match &mut self.0 {
            Some(Task::KeySet(task)) => (TICK, task.prepare()),
            Some(Task::Slots(_)) => (SLOTS_TICK, true),
            None => return false,
        };
        self.set_tick_period(period);
        is_ready
    }

    fn on_tick(&mut self) {
        match &mut self.0 {
            Some(Task::KeySet(task)) => task.write(),
            Some(Task::Slots(task)) => task.write(),
            None => {}
        }
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Context for Stream {}

impl HttpContext for Stream {}
