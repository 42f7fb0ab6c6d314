//! The server, which can be told to misbehave.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::IF_NONE_MATCH;

use super::Answered;
use super::shelf::Shelf;
use crate::behaviour::Behaviour;
use crate::http::{Answer, Server};

/// A server of documents on the loopback, with tags for those who have them already (RFC 9110 §13.1.2).
#[derive(Debug)]
pub struct PolicyServer {
    address: SocketAddr,
    shelf: Arc<Mutex<Shelf>>,
    /// `None` while nobody listens.
    server: Mutex<Option<Server>>,
}

impl PolicyServer {
    /// Serve on `listen`; port 0 chooses a free one.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn start(listen: SocketAddr) -> io::Result<Self> {
        let shelf = Arc::default();
        let server = serve(listen, &shelf)?;
        Ok(Self { address: server.address(), shelf, server: Mutex::new(Some(server)) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, serve this at this path, and well.
    pub fn publish(&self, path: &str, document: impl Into<Bytes>) {
        let mut shelf = self.shelf();
        shelf.put(path, document.into());
        shelf.behave(path, Behaviour::Serve);
    }

    /// From now on, behave so at this path.
    pub fn behave_at(&self, path: &str, behaviour: Behaviour) {
        self.shelf().behave(path, behaviour);
    }

    /// What was answered at this path.
    pub fn answered_at(&self, path: &str) -> Answered {
        self.shelf().answered(path)
    }

    /// Close all connections and refuse new ones.
    pub fn stop(&self) {
        self.server().take().into_iter().for_each(Server::stop);
    }

    /// Listen again.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn go_on(&self) -> io::Result<()> {
        let mut server = self.server();
        if server.is_none() {
            *server = Some(serve(self.address, &self.shelf)?);
        }
        Ok(())
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(listen: SocketAddr, shelf: &Arc<Mutex<Shelf>>) -> io::Result<Server> {
    let shelf = Arc::clone(shelf);
    Server::start(listen, move |request| respond(Arc::clone(&shelf), request))
}

async fn respond(shelf: Arc<Mutex<Shelf>>, request: Request<Incoming>) -> io::Result<Answer> {
    let tag = request.headers().get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    let response = shelf.lock().unwrap_or_else(PoisonError::into_inner).asked(request.uri().path(), tag);
    response.give().await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::client::{self, Request, exchange};

    fn server() -> PolicyServer {
        let server = PolicyServer::start("127.0.0.1:0".parse().unwrap()).unwrap();
        server.publish("/a", "one");
        server
    }

    fn ask(server: &PolicyServer, tag: Option<&str>) -> client::Answer {
        let request = Request::get("/a");
        let request = tag.into_iter().fold(request, |request, tag| request.header("if-none-match", tag));
        exchange(server.address(), &request).unwrap()
    }

    #[test]
    fn serves_a_document_once_to_whoever_names_its_tag() {
        let server = server();
        let first = ask(&server, None);
        let tag = first.header("etag").unwrap();
        let second = ask(&server, Some(tag));
        assert_eq!((first.status, first.text(), second.status), (200, "one".to_owned(), 304));
        assert_eq!((second.text(), second.header("etag")), (String::new(), Some(tag)));
        server.publish("/a", "two");
        assert_eq!(ask(&server, Some(tag)).text(), "two");
        assert_eq!(server.answered_at("/a"), Answered { requests: 3, whole: 2, unchanged: 1 });
        assert_eq!(exchange(server.address(), &Request::get("/b")).unwrap().status, 404);
        assert_eq!(server.answered_at("/b"), Answered { requests: 1, whole: 0, unchanged: 0 });
    }

    #[test]
    fn fails_on_demand_and_counts_that_as_no_answer_of_its_own() {
        let server = server();
        server.behave_at("/a", Behaviour::Answer(500, "one".into()));
        assert_eq!(ask(&server, None).status, 500);
        server.behave_at("/a", Behaviour::Delay(Duration::from_millis(1)));
        assert_eq!(ask(&server, None).text(), "one");
        assert_eq!(server.answered_at("/a"), Answered { requests: 2, whole: 1, unchanged: 0 });
    }

    #[test]
    fn refuses_connections_while_it_is_stopped() {
        let server = server();
        let mut open = client::Connection::plain(server.address()).unwrap();
        assert_eq!(open.exchange(&Request::get("/a")).unwrap().status, 200);
        server.stop();
        assert!(open.exchange(&Request::get("/a")).is_err(), "it was closed, too");
        let refused = exchange(server.address(), &Request::get("/a")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        server.go_on().unwrap();
        assert_eq!(ask(&server, None).text(), "one");
    }
}
