//! Questions to other services: who has asked, and what became of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use contract::{Aside, BackgroundEnv, Call, CallError, Duration, ThenAside, UnixTime};
use prost::Message;

use crate::abi::{self, Buffer, Failed, GrpcAnswer, GrpcCall, Level};
use crate::lateness::{ended, late_from};
use crate::stream::Shared;

/// Questions under way of one plugin in one VM. A request that waits holds its head (64 KiB at most, 2 KiB as a
/// rule) in memory that a VM never gives back, so this is 64 MiB at worst.
const MAX_QUESTIONS: usize = 1024;

/// How long after its timeout a call counts as lost that the proxy has not ended. The proxy keeps the timeout to
/// the millisecond; a tick is later than that.
const GRACE: Duration = Duration::from_millis(100);

/// Questions under way.
#[derive(Default)]
pub(crate) struct Questions {
    /// With the numbers that the proxy gave them, in the order in which they were asked. A list of so few is
    /// looked through sooner than a tree, and takes a tenth of its code.
    under_way: RefCell<Vec<(u32, Question)>>,
    /// When the first of them counts as lost, so that a tick costs nothing.
    earliest: Cell<Option<UnixTime>>,
    /// Whether the answers come to another configuration from now on.
    is_closed: Cell<bool>,
}

/// One question.
pub(crate) struct Question {
    pub(crate) asker: Asker,
    max_bytes: usize,
    late_from: UnixTime,
    lost_at: UnixTime,
}

/// Who wants the answer.
pub(crate) enum Asker {
    /// A request that waits for it.
    Request(Rc<Shared>),
    /// No request.
    Nobody(ThenAside),
}

/// `envoy.config.core.v3.GrpcService`, as far as it is used.
#[derive(Clone, PartialEq, Message)]
struct GrpcService {
    #[prost(message, optional, tag = "1")]
    envoy_grpc: Option<EnvoyGrpc>,
}

/// `envoy.config.core.v3.GrpcService.EnvoyGrpc`, as far as it is used.
#[derive(Clone, PartialEq, Message)]
struct EnvoyGrpc {
    #[prost(string, tag = "1")]
    cluster_name: String,
}

impl Questions {
    /// Ask for a request. The number that the proxy gives the call names it from then on.
    pub(crate) fn ask(&self, call: &Call, stream: &Rc<Shared>, now: UnixTime) -> Result<u32, CallError> {
        let token = self.start(call)?;
        self.keep(token, call, Asker::Request(Rc::clone(stream)), now);
        Ok(token)
    }

    /// Ask for nobody. What cannot be asked is answered at once.
    pub(crate) fn ask_aside(&self, aside: Aside, env: &BackgroundEnv<'_>) {
        let Aside { call, then } = aside;
        match self.start(&call) {
            Ok(token) => self.keep(token, &call, Asker::Nobody(then), env.now),
            Err(error) => then(Err(error), env),
        }
    }

    /// The question of a call that has ended.
    pub(crate) fn ended(&self, token: u32) -> Option<Question> {
        let mut under_way = self.under_way.borrow_mut();
        let place = under_way.iter().position(|(number, _)| *number == token)?;
        Some(under_way.remove(place).1)
    }

    /// The questions that the proxy should have ended.
    pub(crate) fn lost(&self, now: UnixTime) -> Vec<(u32, Question)> {
        if self.earliest.get().is_none_or(|earliest| now < earliest) {
            return Vec::new();
        }
        let mut under_way = self.under_way.borrow_mut();
        let lost: Vec<_> = under_way.extract_if(.., |(_, question)| question.lost_at <= now).collect();
        self.earliest.set(under_way.iter().map(|(_, question)| question.lost_at).min());
        lost
    }

    /// Ask nothing more, and give back what is under way.
    pub(crate) fn close(&self) -> Vec<(u32, Question)> {
        self.is_closed.set(true);
        self.under_way.take()
    }

    fn start(&self, call: &Call) -> Result<u32, CallError> {
        if self.is_closed.get() {
            return Err(CallError::NotStarted);
        }
        let is_full = self.under_way.borrow().len() >= MAX_QUESTIONS;
        if is_full { Err(CallError::TooMany) } else { start(call) }
    }

    fn keep(&self, token: u32, call: &Call, asker: Asker, now: UnixTime) {
        let lost_at = now.plus(call.timeout).plus(GRACE);
        let late_from = late_from(now, call.timeout);
        let question = Question { asker, max_bytes: call.max_bytes, late_from, lost_at };
        self.under_way.borrow_mut().push((token, question));
        self.earliest.set(Some(self.earliest.get().map_or(lost_at, |earliest| earliest.min(lost_at))));
    }
}

impl Question {
    /// What the call has brought by `now`.
    pub(crate) fn brought(&self, answer: GrpcAnswer, now: UnixTime) -> Result<Vec<u8>, CallError> {
        match answer.outcome {
            Ok(bytes) if bytes > self.max_bytes => Err(CallError::TooLarge),
            Ok(bytes) => abi::buffer(Buffer::GrpcMessage, bytes).map_err(|Failed(_)| CallError::NotStarted),
            Err(status) => Err(ended(status, self.late_from, now)),
        }
    }
}

fn start(call: &Call) -> Result<u32, CallError> {
    if !abi::is_sealed() {
        abi::log(Level::Error, "watchword: nobody is asked: this module was not built by scripts/build");
        return Err(CallError::NotStarted);
    }
    let Call { cluster, service, method, message, timeout, max_bytes: _ } = call;
    let upstream = GrpcService { envoy_grpc: Some(EnvoyGrpc { cluster_name: cluster.to_string() }) };
    let upstream = upstream.encode_to_vec();
    let call = GrpcCall { upstream: &upstream, service, method, message, timeout: *timeout };
    abi::grpc_call(call).map_err(|Failed(_)| CallError::NotStarted)
}
