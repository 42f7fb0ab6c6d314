//! Every callback of the ABI, in every situation in which a proxy makes it.

use std::time::Duration;

use wasmhost::{Headers, Outcome, Proxy, StreamId, Trap, Vm};

use crate::guard::Guard;
use crate::support::shop::{Shop, forge, forged_trailers, get};

/// The set of one scene: a worker that serves the shop.
pub struct Set<'a> {
    pub vm: &'a mut Vm,
    pub proxy: &'a Proxy,
    pub shop: &'a Shop,
}

/// One callback: what must have happened before it, and the callback itself, which alone meets the fault.
pub struct Scene {
    pub name: &'static str,
    pub prepare: Prepare,
    pub act: Act,
    /// What must hold of its request, whatever fails.
    pub guard: Guard,
    /// Whether the worker may be without a configuration afterwards.
    unconfigures: bool,
}

pub type Prepare = fn(&mut Set<'_>) -> Result<Prepared, Trap>;
pub type Act = fn(&mut Set<'_>, Prepared) -> Result<(), Trap>;

/// What a scene has prepared.
#[derive(Clone, Copy, Default)]
pub struct Prepared {
    pub stream: Option<StreamId>,
    token: u32,
}

/// The gRPC status of a call that found nobody.
const UNAVAILABLE: u32 = 14;

/// More than the timeout of a question and what the module waits beyond that.
const QUESTION_IS_LOST: Duration = Duration::from_secs(2);

/// More than the longest pause between two fetches of a key set.
const FETCH_IS_DUE: Duration = Duration::from_secs(61);

/// Every scene.
pub const SCENES: [Scene; 35] = [
    scene("root: context_create", nothing, |set, _| set.vm.replace_root()).unconfigures(),
    scene("root: vm_start", nothing, |set, _| set.vm.vm_start().map(drop)),
    scene("root: configure", new_root, configure).unconfigures(),
    scene("root: configure again", nothing, configure).unconfigures(),
    scene("root: configure again while a request waits", waiting, configure).held().unconfigures(),
    scene("root: tick that fetches", due, |set, _| set.vm.tick()),
    scene("root: tick that ends a wait", overdue, |set, _| set.vm.tick()).held(),
    scene("root: queue_ready", nothing, |set, _| set.vm.queue_ready(1)),
    scene("root: http_call_response ok", fetching, keys_come),
    scene("root: http_call_response failed", fetching, no_answer),
    scene("root: http_call_response wakes", waits_for_fetch, keys_come).clean(),
    scene("root: grpc_receive, granted", asking, granted_comes).clean(),
    scene("root: grpc_receive, over the limit", asking, over_comes).held(),
    scene("root: grpc_receive, garbage", asking, garbage_comes).held(),
    scene("root: grpc_close", asking, no_answer_comes).held(),
    scene("root: tick that ends a question", asking_for_long, |set, _| set.vm.tick()).held(),
    scene("root: grpc_receive, of what was leased ahead", leasing, granted_comes),
    scene("stream: context_create", nothing, open),
    scene("stream: request_headers, open", at_open, headers),
    scene("stream: request_headers, allowed", reader, headers).clean(),
    scene("stream: request_headers, denied", stranger, headers).held(),
    scene("stream: request_headers, no token", nobody, headers).held(),
    scene("stream: request_headers, waits", cold, headers).held(),
    scene("stream: request_headers, asks", at_shared, headers).held(),
    scene("stream: request_headers, spends a lease", leased, headers).clean(),
    scene("stream: request_headers, answered", publishing, headers).held().unconfigures(),
    scene("stream: request_body", forwarded, body).clean(),
    scene("stream: request_trailers", forwarded, trailers).clean(),
    scene("stream: response_headers", forwarded, response).clean_response(),
    scene("stream: response_body", forwarded, response_body),
    scene("stream: response_trailers", forwarded, response_trailers).clean_response(),
    scene("stream: done", forwarded, |set, at| set.vm.done(stream(at)).map(drop)),
    scene("stream: log", forwarded, |set, at| set.vm.log(stream(at))),
    scene("stream: delete", logged, |set, at| set.vm.delete(stream(at))),
    scene("stream: done while it waits", waiting, |set, at| set.vm.done(stream(at)).map(drop)).held(),
];

const fn scene(name: &'static str, prepare: Prepare, act: Act) -> Scene {
    Scene { name, prepare, act, guard: Guard::None, unconfigures: false }
}

impl Scene {
    const fn clean(self) -> Self {
        Self { guard: Guard::Clean, ..self }
    }

    const fn clean_response(self) -> Self {
        Self { guard: Guard::CleanResponse, ..self }
    }

    const fn held(self) -> Self {
        Self { guard: Guard::Held, ..self }
    }

    const fn unconfigures(self) -> Self {
        Self { unconfigures: true, ..self }
    }

    /// Bring the worker back to where every scene begins; whether it serves again.
    pub fn strike(&self, set: &mut Set<'_>, at: Prepared) -> Result<bool, Trap> {
        if let Some(stream) = at.stream.filter(|stream| set.vm.is_open(*stream)) {
            set.vm.close(stream)?;
        }
        for callout in set.vm.callouts() {
            set.vm.respond(callout.token, None)?;
        }
        for question in set.vm.questions() {
            set.vm.tell(question.token, Err(UNAVAILABLE))?;
        }
        if self.unconfigures {
            configure(set, at)?;
        }
        Ok(set.vm.request(get("/open", None))?.status() == Some(200))
    }
}

fn stream(at: Prepared) -> StreamId {
    at.stream.expect("the scene has opened a stream")
}

fn nothing(_: &mut Set<'_>) -> Result<Prepared, Trap> {
    Ok(Prepared::default())
}

fn new_root(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    set.vm.replace_root()?;
    nothing(set)
}

fn configure(set: &mut Set<'_>, _: Prepared) -> Result<(), Trap> {
    set.vm.configure(set.shop.configuration().to_string()).map(drop)
}

fn due(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    set.proxy.advance(FETCH_IS_DUE);
    nothing(set)
}

fn fetching(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    set.proxy.advance(FETCH_IS_DUE);
    set.vm.tick()?;
    let callout = set.vm.callouts().pop().expect("a fetch is due");
    Ok(Prepared { token: callout.token, ..Prepared::default() })
}

fn keys_come(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.respond(at.token, Some(set.shop.keys()))
}

fn no_answer(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.respond(at.token, None)
}

fn at_shared(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    opened(set, "/shared", Some(&set.shop.reader))
}

fn asking(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let at = at_shared(set)?;
    set.vm.request_headers(stream(at), true)?;
    assert_eq!(set.vm.outcome(stream(at)), Outcome::Paused);
    let question = set.vm.questions().pop().expect("an engine is asked");
    Ok(Prepared { token: question.token, ..at })
}

fn asking_for_long(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let at = asking(set)?;
    set.proxy.advance(QUESTION_IS_LOST);
    Ok(at)
}

/// A lease of one, which the next request spends: from then on more is asked for ahead.
fn leased(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    // What another scene has left of it is over with its window.
    set.proxy.advance(Duration::from_secs(3600));
    for _ in 0..2 {
        let at = opened(set, "/leased", Some(&set.shop.reader))?;
        set.vm.request_headers(stream(at), true)?;
        for question in set.vm.questions() {
            set.vm.tell(question.token, Ok(granted()))?;
        }
        set.vm.close(stream(at))?;
    }
    opened(set, "/leased", Some(&set.shop.reader))
}

fn leasing(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let at = leased(set)?;
    set.vm.request_headers(stream(at), true)?;
    let question = set.vm.questions().pop().expect("more is asked for ahead");
    Ok(Prepared { token: question.token, ..at })
}

fn granted_comes(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.tell(at.token, Ok(granted()))
}

fn over_comes(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.tell(at.token, Ok(over_limit()))
}

fn garbage_comes(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.tell(at.token, Ok(b"garbage".to_vec()))
}

fn no_answer_comes(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.tell(at.token, Err(UNAVAILABLE))
}

fn cold(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    // Another scene may have brought the keys.
    set.vm.replace_root()?;
    configure(set, Prepared::default())?;
    opened(set, "/cold", Some(&set.shop.reader))
}

fn publishing(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    set.vm.replace_root()?;
    set.vm.configure(set.shop.publishing().to_string())?;
    opened(set, "/keys", None)
}

fn waiting(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let at = cold(set)?;
    set.vm.request_headers(stream(at), true)?;
    assert_eq!(set.vm.outcome(stream(at)), Outcome::Paused);
    Ok(at)
}

fn overdue(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let at = waiting(set)?;
    set.proxy.advance(FETCH_IS_DUE);
    Ok(at)
}

fn waits_for_fetch(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let Prepared { stream, .. } = waiting(set)?;
    set.vm.tick()?;
    let callout = set.vm.callouts().pop().expect("the first fetch is due");
    Ok(Prepared { stream, token: callout.token })
}

fn opened(set: &mut Set<'_>, path: &str, token: Option<&str>) -> Result<Prepared, Trap> {
    let stream = set.vm.open(forge(get(path, token)))?;
    Ok(Prepared { stream: Some(stream), ..Prepared::default() })
}

fn at_open(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    opened(set, "/open", None)
}

fn reader(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    opened(set, "/orders", Some(&set.shop.reader))
}

fn stranger(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    opened(set, "/orders", Some(&set.shop.stranger))
}

fn nobody(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    opened(set, "/orders", None)
}

fn forwarded(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let at = reader(set)?;
    set.vm.request_headers(stream(at), false)?;
    assert!(set.vm.outcome(stream(at)).forwarded().is_some());
    Ok(at)
}

fn logged(set: &mut Set<'_>) -> Result<Prepared, Trap> {
    let at = forwarded(set)?;
    set.vm.done(stream(at))?;
    set.vm.log(stream(at))?;
    Ok(at)
}

fn open(set: &mut Set<'_>, _: Prepared) -> Result<(), Trap> {
    let stream = set.vm.open(get("/open", None))?;
    set.vm.delete(stream)
}

fn headers(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.request_headers(stream(at), true).map(drop)
}

fn body(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.request_body(stream(at), b"{}", false).map(drop)
}

fn trailers(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.request_trailers(stream(at), forged_trailers()).map(drop)
}

fn response(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.response_headers(stream(at), fields("txn-token"), false).map(drop)
}

fn response_body(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.response_body(stream(at), b"{}", false).map(drop)
}

fn response_trailers(set: &mut Set<'_>, at: Prepared) -> Result<(), Trap> {
    set.vm.response_trailers(stream(at), fields("txn-token")).map(drop)
}

fn fields(name: &str) -> Headers {
    [(":status", "200"), (name, "value")].into_iter().collect()
}

/// What an engine answers that lets a request pass: `overall_code: OK`, and a limit of 1000 per hour of which 900
/// remain for 1800 s, as `statuses`.
fn granted() -> Vec<u8> {
    let limit = [0x12, 5, 0x08, 0xe8, 0x07, 0x10, 3];
    let status: Vec<u8> = [&limit[..], &[0x18, 0x84, 0x07, 0x22, 3, 0x08, 0x88, 0x0e]].concat();
    let mut answer = vec![0x08, 1, 0x12, u8::try_from(status.len()).unwrap()];
    answer.extend(status);
    answer
}

/// What an engine answers that refuses: `overall_code: OVER_LIMIT`.
fn over_limit() -> Vec<u8> {
    vec![0x08, 2]
}
