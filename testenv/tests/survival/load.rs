//! A load whose every answer is checked.
//!
//! Clients with a connection each send one request after another at a steady pace; a case says what a request must be
//! answered. What a fault may cost besides is a refusal or, where it says so, the connection: never a 2xx for what is to
//! be refused, never another one's identity.

use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use testenv::client::{Answer, Connection, Request};
use testenv::report::{Checked, ensure};

use crate::profile::PER_SECOND;

/// Requests after which a client takes a new connection: other workers and newer listeners get some of them.
const RENEWED: usize = 50;

/// Wrong answers that are told one by one.
const TOLD: usize = 3;

/// Beginnings of names of fields that nobody but an attacker would add to an answer.
const FOREIGN: [&str; 3] = ["x-split", "x-many", "x-watchword"];

/// A request, and what it must be answered.
#[derive(Debug, Clone)]
pub struct Case {
    pub request: Request,
    /// The right status.
    pub status: u16,
    /// Whose request the service must take it for, where it gets there.
    pub subject: Option<String>,
}

/// What a fault may cost a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// These refusals instead of the right answer.
    pub refusals: &'static [u16],
    /// No answer, because the connection is gone.
    pub connection: bool,
}

/// A load.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    pub address: SocketAddr,
    pub cases: &'a [Case],
    pub cost: Cost,
    /// Clients. Each waits for its answer, so slow answers want many.
    pub clients: usize,
}

/// What the load got.
#[derive(Debug, Default)]
pub struct Tally {
    pub sent: u64,
    pub wrong: u64,
    /// What was wrong, of the first few.
    pub told: Vec<String>,
    /// When the fault has cost a request something, and on whose connection.
    pub borne: Vec<(Instant, usize)>,
    pub slowest: Duration,
    pub took: Duration,
}

/// How an answer is judged.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    Right,
    Borne,
    Wrong(String),
}

impl Cost {
    /// Nothing.
    pub const NONE: Self = Self { refusals: &[], connection: false };

    /// What a trapped VM answers, and a worker that has no other one yet.
    pub const UNAVAILABLE: Self = Self { refusals: &[503], connection: false };
}

impl<'a> Load<'a> {
    /// Enough clients for the pace, where answers are quick.
    pub const fn new(address: SocketAddr, cases: &'a [Case], cost: Cost) -> Self {
        Self { address, cases, cost, clients: 8 }
    }

    /// Keep sending while `act` runs.
    pub fn while_doing<T>(&self, act: impl FnOnce() -> T) -> (T, Tally) {
        let stop = AtomicBool::new(false);
        let number = AtomicUsize::new(0);
        let tally = Mutex::new(Tally::default());
        let start = Instant::now();
        let done = thread::scope(|scope| {
            let (stop, number, tally) = (&stop, &number, &tally);
            for client in 0..self.clients {
                scope.spawn(move || {
                    let own = self.drive(client, number, stop);
                    tally.lock().expect("no client panics").add(own);
                });
            }
            let _ends = Ends(stop);
            act()
        });
        let mut tally = tally.into_inner().expect("no client panics");
        tally.took = start.elapsed();
        tally.borne.sort_unstable();
        (done, tally)
    }

    fn drive(&self, client: usize, number: &AtomicUsize, stop: &AtomicBool) -> Tally {
        let mut tally = Tally::default();
        let pause = Duration::from_secs_f64(self.clients as f64 / f64::from(PER_SECOND));
        let mut due = Instant::now() + pause.mul_f64(client as f64 / self.clients as f64);
        let mut connection = None;
        let mut left = RENEWED;
        while !stop.load(Ordering::Relaxed) {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            // Who comes late does not make up for it: that would be a flood after each pause.
            due = Instant::now().max(due) + pause;
            let case = &self.cases[number.fetch_add(1, Ordering::Relaxed) % self.cases.len()];
            let sent = Instant::now();
            let answer = self.ask(&mut connection, case);
            let closes = answer.as_ref().is_ok_and(|answer| answer.header("connection") == Some("close"));
            left -= 1;
            if closes || answer.is_err() || left == 0 {
                (connection, left) = (None, RENEWED);
            }
            tally.note(client, sent, judge(case, &answer, self.cost));
        }
        tally
    }

    fn ask(&self, connection: &mut Option<Connection>, case: &Case) -> io::Result<Answer> {
        let open = match connection.take() {
            Some(open) => open,
            None => Connection::plain(self.address)?,
        };
        connection.insert(open).exchange(&case.request)
    }
}

/// Ends the load when it is dropped, also while what was to be done panics.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn judge(case: &Case, answer: &io::Result<Answer>, cost: Cost) -> Judged {
    let answer = match answer {
        Ok(answer) => answer,
        Err(_) if cost.connection => return Judged::Borne,
        Err(error) => return Judged::Wrong(format!("no answer instead of {}: {error}", case.status)),
    };
    if let Some((name, _)) =
        answer.headers.iter().find(|(name, _)| FOREIGN.iter().any(|one| name.starts_with(one)))
    {
        return Judged::Wrong(format!("the answer has the field {name}"));
    }
    if answer.status == case.status {
        return is_of(case, answer);
    }
    match answer.status >= 400 && cost.refusals.contains(&answer.status) {
        true => Judged::Borne,
        false => Judged::Wrong(format!("{} instead of {}", answer.status, case.status)),
    }
}

/// Who is let in is let in as who they are.
fn is_of(case: &Case, answer: &Answer) -> Judged {
    let Some(wanted) = &case.subject else { return Judged::Right };
    match subject(answer) {
        Some(subject) if subject == *wanted => Judged::Right,
        other => Judged::Wrong(format!("the service took {wanted} for {other:?}")),
    }
}

/// The subject of the internal token that the service got. It answers with what it received.
fn subject(answer: &Answer) -> Option<String> {
    let document = answer.json();
    let token =
        document["headers"].as_array()?.iter().find(|field| field[0] == "txn-token")?[1].as_str()?;
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Some(claims["sub"].as_str()?.to_owned())
}

impl Tally {
    /// Requests per second that were sent.
    pub fn per_second(&self) -> f64 {
        self.sent as f64 / self.took.as_secs_f64()
    }

    /// No answer was wrong, and there were some.
    pub fn is_right(&self) -> Checked<()> {
        ensure(self.wrong == 0, || format!("{} of {} wrong: {:?}", self.wrong, self.sent, self.told))?;
        ensure(self.sent > 0, || "nothing was sent".to_owned())
    }

    fn note(&mut self, client: usize, sent: Instant, judged: Judged) {
        self.sent += 1;
        match judged {
            Judged::Right => self.slowest = self.slowest.max(sent.elapsed()),
            Judged::Borne => self.borne.push((Instant::now(), client)),
            Judged::Wrong(what) => {
                self.wrong += 1;
                if self.told.len() < TOLD {
                    self.told.push(what);
                }
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.wrong += other.wrong;
        let room = TOLD.saturating_sub(self.told.len());
        self.told.extend(other.told.into_iter().take(room));
        self.borne.extend(other.borne);
        self.slowest = self.slowest.max(other.slowest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testenv::RawService;

    fn case(status: u16, subject: Option<&str>) -> Case {
        Case { request: Request::get("/"), status, subject: subject.map(ToOwned::to_owned) }
    }

    fn answer(status: u16, token_of: &str) -> io::Result<Answer> {
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{token_of}"}}"#)));
        let body = format!(r#"{{"headers":[["host","a"],["txn-token","{token}"]]}}"#);
        Ok(Answer { status, headers: Vec::new(), body: body.into_bytes(), trailers: Vec::new() })
    }

    fn gone() -> io::Result<Answer> {
        Err(io::Error::other("gone"))
    }

    #[test]
    fn a_wrong_answer_is_noticed_whatever_a_fault_may_cost() {
        let all = Cost { refusals: &[200, 503], connection: true };
        let wrong = |case: &Case, answer, cost| matches!(judge(case, &answer, cost), Judged::Wrong(_));
        assert!(wrong(&case(401, None), answer(200, "eve"), all), "let in");
        assert!(wrong(&case(401, None), answer(403, "eve"), all), "refused for something else");
        assert!(wrong(&case(200, Some("alice")), answer(200, "bob"), all), "taken for somebody else");
        assert!(wrong(&case(200, None), answer(503, ""), Cost::NONE), "failed without a fault");
        assert!(wrong(&case(200, None), gone(), Cost::UNAVAILABLE), "not answered");
        let mut split = answer(200, "alice").unwrap();
        split.headers.push(("x-split".to_owned(), "1".to_owned()));
        assert!(wrong(&case(200, None), Ok(split), all), "with a field of an attacker");
    }

    #[test]
    fn a_right_answer_is_right_and_what_a_fault_costs_is_counted_by_itself() {
        let alice = case(200, Some("alice"));
        assert_eq!(judge(&alice, &answer(200, "alice"), Cost::NONE), Judged::Right);
        assert_eq!(judge(&case(401, None), &answer(401, ""), Cost::NONE), Judged::Right);
        assert_eq!(judge(&alice, &answer(503, ""), Cost::UNAVAILABLE), Judged::Borne);
        assert_eq!(judge(&alice, &gone(), Cost { connection: true, ..Cost::NONE }), Judged::Borne);
    }

    #[test]
    fn a_load_tells_of_every_wrong_answer() {
        let service = RawService::start().unwrap();
        service.answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno".to_vec());
        let cases = [case(200, None), case(401, None)];
        let load = Load::new(service.address(), &cases, Cost::UNAVAILABLE);
        let ((), tally) = load.while_doing(|| thread::sleep(Duration::from_millis(300)));
        assert!(tally.sent >= 20, "{tally:?}");
        assert!(tally.wrong * 3 >= tally.sent && tally.wrong * 2 <= tally.sent + 16, "{tally:?}");
        assert!(tally.is_right().is_err());
    }
}
