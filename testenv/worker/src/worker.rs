//! One worker of a proxy, driven as Envoy drives it with the capabilities of the shipped bootstraps: no `on_log`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use wasmhost::{CalloutAnswer, Cost, Headers, Module, Outcome, Proxy, Request, StreamId, Vm};

use crate::issuer::{self, NOW};
use crate::{shipped, signatures};

/// The two secrets of the edge's environment.
const SIGNING_KEY: &str = "WATCHWORD_SIGNING_KEY";
const MAC_KEY: (&str, &str) = ("WATCHWORD_MAC_KEY", "0123456789abcdefghijklmnopqrstuv");

/// Between two requests: so long that the limits of the edge let all of them pass.
const PAUSE: Duration = Duration::from_millis(200);

/// How often a worker that starts is called before all its keys are there, at most.
const STARTING_TICKS: usize = 16;

/// Requests before the one that is measured. Two would do: the first fills what is kept by request, the second what
/// is kept by connection and clock.
const WARMING: usize = 3;

/// Whether the proxy signs and verifies, as Envoy does since 1.37.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    ByProxy,
    InModule,
}

/// A running worker.
pub struct Worker {
    pub proxy: Proxy,
    pub vm: Vm,
    /// What it has taken to start and to accept its configuration.
    pub start: Cost,
    /// What it has taken from then on until it had everything that is fetched.
    pub fetching: Cost,
    pause: Duration,
}

/// What a request has come to.
pub struct Seen {
    pub outcome: Outcome,
    /// What the module handed to modules behind it.
    pub handoff: Option<Vec<u8>>,
    /// What the metrics have gone up by.
    pub counted: BTreeMap<String, u64>,
    pub cost: Cost,
}

impl Worker {
    /// One that serves `configuration` and has all its keys.
    pub fn start(module: &Module, configuration: &Value, signatures: Signatures) -> Self {
        let proxy = Proxy::new(NOW * 1_000_000_000);
        if signatures == Signatures::ByProxy {
            signatures::enable(&proxy);
        }
        let pem = issuer::edge_pem();
        let mut vm = Vm::start(module, &proxy, &[(SIGNING_KEY, &pem), MAC_KEY]).unwrap();
        let bytes = shipped::as_struct(configuration);
        let (accepted, configured) = vm.measure(|vm| vm.configure(bytes));
        assert!(accepted.unwrap(), "{:?}", proxy.log());
        let start = vm.start_cost().clone().plus(&configured);
        let ((), fetching) = vm.measure(fetch);
        Self { proxy, vm, start, fetching, pause: PAUSE }
    }

    /// One request, from the creation of its context to its deletion, and the answer of a service behind.
    pub fn request(&mut self, request: Request) -> Seen {
        self.exchange(|vm| without_body(vm, request))
    }

    /// The same of a request with a body, and of a response with a body and trailers.
    pub fn request_with_body(&mut self, request: Request, body: &[u8]) -> Seen {
        self.exchange(|vm| with_body(vm, request, body))
    }

    fn exchange(&mut self, exchange: impl FnOnce(&mut Vm) -> (Outcome, Option<Vec<u8>>)) -> Seen {
        self.proxy.advance(self.pause);
        let before = self.proxy.metrics();
        let ((outcome, handoff), cost) = self.vm.measure(exchange);
        let after = self.proxy.metrics().into_iter();
        let counted = after.map(|(name, value)| {
            let gone_up = value.wrapping_sub(before.get(&name).copied().unwrap_or_default());
            (name, gone_up)
        });
        let counted = counted.filter(|(_, by)| *by > 0).collect();
        assert_eq!(self.vm.violations(), []);
        Seen { outcome, handoff, counted, cost }
    }

    /// The same request once more, when it has been made often enough that all is kept that can be kept of it.
    pub fn warm(&mut self, request: &Request) -> Seen {
        self.warmed(|_| request.clone())
    }

    /// The last of several requests, each made of its number.
    pub fn warmed(&mut self, request: impl Fn(usize) -> Request) -> Seen {
        for number in 0..WARMING {
            self.request(request(number));
        }
        self.request(request(WARMING))
    }

    /// Let no time pass between requests from now on.
    pub const fn stop_the_clock(&mut self) {
        self.pause = Duration::ZERO;
    }
}

/// Tick until nothing is left to be fetched.
fn fetch(vm: &mut Vm) {
    for _ in 0..STARTING_TICKS {
        vm.tick().unwrap();
        for callout in vm.callouts() {
            let document = match callout.headers.first(":path").as_deref() {
                Some("/jwks") => issuer::jwks().to_string(),
                Some("/shop.json") => shipped::bundle(),
                other => panic!("nobody serves {other:?}"),
            };
            vm.respond(callout.token, Some(CalloutAnswer::new(200, document))).unwrap();
        }
    }
}

fn without_body(vm: &mut Vm, request: Request) -> (Outcome, Option<Vec<u8>>) {
    let stream = vm.open(request).unwrap();
    vm.request_headers(stream, true).unwrap();
    respond(vm, stream);
    end(vm, stream)
}

fn with_body(vm: &mut Vm, request: Request, body: &[u8]) -> (Outcome, Option<Vec<u8>>) {
    let stream = vm.open(request).unwrap();
    vm.request_headers(stream, false).unwrap();
    vm.request_body(stream, body, true).unwrap();
    respond(vm, stream);
    vm.response_trailers(stream, [("x-checksum", "5a1f")].into_iter().collect()).unwrap();
    end(vm, stream)
}

fn end(vm: &mut Vm, stream: StreamId) -> (Outcome, Option<Vec<u8>>) {
    let outcome = vm.outcome(stream);
    let handoff = vm.filter_state(stream, "watchword.identity");
    assert!(vm.done(stream).unwrap());
    vm.delete(stream).unwrap();
    (outcome, handoff)
}

/// Envoy shows the module its own answers, too.
fn respond(vm: &mut Vm, stream: StreamId) {
    match vm.outcome(stream) {
        Outcome::Forwarded { .. } => vm.response_headers(stream, upstream(), false).unwrap(),
        Outcome::Replied(reply) => {
            vm.response_headers(stream, reply.headers, reply.body.is_empty()).unwrap()
        }
        Outcome::Paused => panic!("the request waits"),
    };
}

/// What a service answers.
pub fn upstream() -> Headers {
    let fields = [
        (":status", "200"),
        ("content-type", "application/json"),
        ("content-length", "512"),
        ("date", "Fri, 15 Jan 2027 08:00:00 GMT"),
        ("cache-control", "no-store"),
        ("x-envoy-upstream-service-time", "4"),
    ];
    fields.into_iter().collect()
}

impl Seen {
    /// That the request went on.
    pub fn forwarded(self) -> Self {
        assert!(self.outcome.forwarded().is_some(), "{:?}", self.outcome);
        self
    }

    /// That the request was answered, with this status and these details.
    pub fn refused(self, status: u32, details: &str) -> Self {
        let reply = self.outcome.reply().unwrap_or_else(|| panic!("{:?}", self.outcome));
        assert_eq!((reply.status, reply.details.as_str()), (status, details));
        self
    }

    /// That a metric went up by so much.
    pub fn counted(self, metric: &str, by: u64) -> Self {
        let counted = self.counted.get(&format!("watchword.{metric}")).copied().unwrap_or_default();
        assert_eq!(counted, by, "{metric}: {:?}", self.counted);
        self
    }
}
