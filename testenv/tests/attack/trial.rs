//! An attack on both proxies, and whether ours answered as it must.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use testenv::client::{Answer, exchange};
use testenv::{Entry, Service};

use crate::attack::{Attack, Expected, Refused, path};

/// How long a refusal may take.
const REFUSAL: Duration = Duration::from_millis(50);

/// How long one may take that has to look for a newer key first: the longest that a request waits for that.
const REFUSAL_OF_UNKNOWN_KEY: Duration = Duration::from_millis(1000 + 50);

/// How often a request is sent at most whose answer took too long, on a machine that has other things to do.
const ATTEMPTS: usize = 5;

/// One attack, and what both proxies answered.
pub struct Trial {
    /// By which services and logs know it.
    pub id: String,
    /// Its family.
    pub family: &'static str,
    /// What was sent.
    pub attack: Attack,
    /// What our proxy answered; nothing if it closed the connection.
    pub ours: Option<Answer>,
    /// What Envoy's own filter answered.
    pub native: Option<Answer>,
    /// How long ours took.
    pub time: Duration,
}

/// What there is to see after all attacks were sent.
pub struct Traces {
    entries: HashMap<String, Entry>,
    arrived: Vec<String>,
}

impl Trial {
    /// Send it to both.
    pub fn run(
        id: String,
        family: &'static str,
        attack: Attack,
        ours: SocketAddr,
        native: SocketAddr,
    ) -> Self {
        let request = attack.request(&id);
        let native = exchange(native, &request).ok();
        let send = || {
            let start = Instant::now();
            let answer = exchange(ours, &request).ok();
            (answer, start.elapsed())
        };
        // The first answer is the one that counts, whatever later ones are.
        let (ours, mut time) = send();
        for _ in 1..ATTEMPTS {
            if time > attack.deadline() {
                time = time.min(send().1);
            }
        }
        Self { id, family, attack, ours, native, time }
    }

    /// What is not as it must be.
    pub fn complaint(&self, traces: &Traces) -> Option<String> {
        let judged = match (&self.ours, &self.attack.expected) {
            (None, _) => Err("no answer".to_owned()),
            (Some(answer), Expected::Forwarded) => self.forwarded(answer, traces),
            (Some(answer), Expected::RefusedByEnvoy(status)) => same("status", answer.status, *status),
            (Some(answer), Expected::Refused(refused)) => self.refused(answer, refused, traces),
        };
        let complaint = judged.and_then(|()| self.arrived(traces)).and_then(|()| self.in_time()).err()?;
        Some(format!("{} / {}: {complaint}", self.family, self.attack.name))
    }

    fn forwarded(&self, answer: &Answer, traces: &Traces) -> Result<(), String> {
        let details = traces.entry(answer).and_then(|entry| entry.details.clone());
        same("status", (answer.status, details.as_deref()), (200, Some("via_upstream")))
    }

    fn refused(&self, answer: &Answer, expected: &Refused, traces: &Traces) -> Result<(), String> {
        let entry = traces.entry(answer).ok_or("not in the access log")?;
        let details = entry.details.as_deref().unwrap_or_default();
        same("status", (answer.status, details), (expected.status, details))?;
        let (stage, reason) = entry.refusal().unwrap_or_default();
        same("stage", stage, expected.stage)?;
        if reason != expected.reason {
            return Err(format!("reason: {reason}, expected {}", expected.reason));
        }
        same("decision record", entry.decision()["reason"].as_str(), Some(reason))?;
        let challenge = match expected.error {
            Some(error) => format!("Bearer realm=\"shop\", error=\"{error}\""),
            None => "Bearer realm=\"shop\"".to_owned(),
        };
        same("www-authenticate", answer.header("www-authenticate"), Some(challenge.as_str()))
    }

    /// Only what is forwarded arrives, and that does.
    fn arrived(&self, traces: &Traces) -> Result<(), String> {
        let arrived =
            traces.arrived.iter().any(|arrived| arrived.starts_with(&format!("{}&", path(&self.id))));
        same("reached the service", arrived, self.attack.is_control())
    }

    fn in_time(&self) -> Result<(), String> {
        match self.attack.is_control() || self.time <= self.attack.deadline() {
            true => Ok(()),
            false => Err(format!("took {:?}", self.time)),
        }
    }

    /// Whether Envoy's own filter answered otherwise.
    pub fn differs(&self) -> bool {
        let [ours, native] = [&self.ours, &self.native].map(|answer| answer.as_ref().map(|a| a.status));
        ours != native
    }

    /// Whether Envoy's own filter let in what is refused here.
    pub fn is_let_in(&self) -> bool {
        !self.attack.is_control() && self.native.as_ref().is_some_and(|answer| answer.status == 200)
    }

    /// Both answers in a line.
    pub fn summary(&self) -> String {
        let [ours, native] = [&self.ours, &self.native].map(|answer| answer.as_ref().map(|a| a.status));
        format!("{} / {}: ours {ours:?}, native {native:?}", self.family, self.attack.name)
    }

    /// What a client is told, but for the id of its request.
    pub fn told(&self) -> Option<Value> {
        let mut body = self.ours.as_ref()?.json();
        body.as_object_mut()?.remove("request_id");
        Some(body)
    }
}

impl Attack {
    /// Whether a newer key set could heal it, so that a request may wait for one.
    pub fn may_wait(&self) -> bool {
        matches!(&self.expected, Expected::Refused(refused) if refused.reason == "key_unknown")
    }

    fn deadline(&self) -> Duration {
        if self.may_wait() { REFUSAL_OF_UNKNOWN_KEY } else { REFUSAL }
    }
}

impl Traces {
    /// From the access log and what the service has received.
    pub fn new(entries: Vec<Entry>, service: &Service) -> Self {
        let by_id = entries.into_iter().filter_map(|entry| Some((entry.request_id.clone()?, entry)));
        let arrived = service.received().into_iter().map(|request| format!("{}&", request.path));
        Self { entries: by_id.collect(), arrived: arrived.collect() }
    }

    fn entry(&self, answer: &Answer) -> Option<&Entry> {
        self.entries.get(answer.request_id()?)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, expected: T) -> Result<(), String> {
    match got == expected {
        true => Ok(()),
        false => Err(format!("{what}: {got:?}, expected {expected:?}")),
    }
}
