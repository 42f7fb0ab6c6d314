//! An engine that does what it is told, and remembers what it was asked.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::body::Incoming;
use testenv_rls::{METHOD, RateLimitRequest};

use super::frame::unframe;
use super::{Conduct, Windows};
use crate::http::{Answer, Server};

/// A running engine. Dropping it closes its listener and connections.
#[derive(Debug)]
pub struct Scripted {
    address: SocketAddr,
    state: Arc<State>,
    /// `None` while nobody listens.
    server: Mutex<Option<Server>>,
}

#[derive(Debug)]
struct State {
    conduct: Mutex<Conduct>,
    windows: Mutex<Windows>,
    asked: Mutex<Vec<RateLimitRequest>>,
}

impl Scripted {
    /// One on a free port of the loopback, which counts in these windows until it is told otherwise.
    ///
    /// # Errors
    /// When there is none.
    pub fn start(windows: Windows) -> io::Result<Self> {
        let conduct = Mutex::new(Conduct::Count);
        let state = Arc::new(State { conduct, windows: Mutex::new(windows), asked: Mutex::default() });
        let server = serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &state)?;
        Ok(Self { address: server.address(), state, server: Mutex::new(Some(server)) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, answer so.
    pub fn behave(&self, conduct: Conduct) {
        *lock(&self.state.conduct) = conduct;
    }

    /// From now on, count in these windows.
    pub fn count_in(&self, windows: Windows) {
        *lock(&self.state.windows) = windows;
        self.behave(Conduct::Count);
    }

    /// Spend all but `left` of what the question is about, as other proxies would.
    pub fn leave(&self, question: &RateLimitRequest, left: u32) {
        lock(&self.state.windows).leave(question, left, Instant::now());
    }

    /// How often it was asked since the last time somebody took the questions.
    pub fn calls(&self) -> usize {
        lock(&self.state.asked).len()
    }

    /// What it was asked since the last time, in the order in which the questions came.
    pub fn take(&self) -> Vec<RateLimitRequest> {
        std::mem::take(&mut *lock(&self.state.asked))
    }

    /// Close all connections and refuse new ones.
    pub fn stop(&self) {
        lock(&self.server).take().into_iter().for_each(Server::stop);
    }

    /// Listen again.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn go_on(&self) -> io::Result<()> {
        let mut server = lock(&self.server);
        if server.is_none() {
            *server = Some(serve(self.address, &self.state)?);
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(listen: SocketAddr, state: &Arc<State>) -> io::Result<Server> {
    let state = Arc::clone(state);
    Server::start(listen, move |request| respond(Arc::clone(&state), request))
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> io::Result<Answer> {
    if request.uri().path() != METHOD {
        return Conduct::Fail(UNIMPLEMENTED).answer(Default::default).await;
    }
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let Some(question) = unframe::<RateLimitRequest>(&body) else {
        return Conduct::Fail(INVALID_ARGUMENT).answer(Default::default).await;
    };
    lock(&state.asked).push(question.clone());
    let conduct = lock(&state.conduct).clone();
    conduct.answer(|| lock(&state.windows).answer(&question, Instant::now())).await
}

const INVALID_ARGUMENT: u16 = 3;
const UNIMPLEMENTED: u16 = 12;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use testenv_rls::{Code, RateLimitResponse};

    use super::*;
    use crate::client::Http2;
    use crate::engine::{Refused, ask, question};

    fn engine() -> Scripted {
        Scripted::start(Windows::new(3, Duration::from_secs(60), Refused::Free)).unwrap()
    }

    fn answer(engine: &Scripted) -> io::Result<RateLimitResponse> {
        ask(&mut Http2::plain(engine.address())?, &question("shop", &[("tenant", "acme")], 2))
    }

    #[test]
    fn counts_and_keeps_what_it_was_asked() {
        let engine = engine();
        let first = answer(&engine).unwrap();
        assert_eq!((first.overall_code(), first.statuses[0].limit_remaining), (Code::Ok, 1));
        assert_eq!(answer(&engine).unwrap().overall_code(), Code::OverLimit);
        engine.leave(&question("shop", &[("tenant", "acme")], 1), 2);
        assert_eq!(answer(&engine).unwrap().overall_code(), Code::Ok);
        assert_eq!(engine.calls(), 3);
        assert_eq!(engine.take()[0], question("shop", &[("tenant", "acme")], 2));
        assert_eq!(engine.calls(), 0);
    }

    #[test]
    fn says_whatever_it_is_told_to() {
        let engine = engine();
        engine.behave(Conduct::with_headers([("x-a".to_owned(), "1\r\nx-b: 2".to_owned())]));
        assert_eq!(answer(&engine).unwrap().response_headers_to_add[0].value, "1\r\nx-b: 2");
        engine.behave(Conduct::unknown_code());
        assert_eq!(answer(&engine).unwrap().overall_code, 7);
        engine.behave(Conduct::Late(Duration::from_millis(30)));
        let start = Instant::now();
        assert_eq!(answer(&engine).unwrap().overall_code(), Code::Ok);
        assert!(start.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn fails_in_every_way() {
        let engine = engine();
        for (conduct, complaint) in [
            (Conduct::Bytes(b"\xff\xff\xff".as_slice().into()), "no message"),
            (Conduct::Truncated, "no message"),
            (Conduct::Fail(13), "status 13"),
            (Conduct::Reset, "Reset"),
        ] {
            engine.behave(conduct.clone());
            let error = answer(&engine).unwrap_err();
            let said = format!("{error:?}");
            assert!(said.contains(complaint), "{conduct:?}: {said}");
        }
        engine.stop();
        assert_eq!(Http2::plain(engine.address()).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        engine.behave(Conduct::Count);
        engine.go_on().unwrap();
        assert_eq!(answer(&engine).unwrap().overall_code(), Code::Ok);
    }
}
