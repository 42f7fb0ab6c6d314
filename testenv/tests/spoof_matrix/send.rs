//! Requests of the matrix on the wire.

use std::io;
use std::time::{Duration, Instant};

use testenv::client::{Answer, Connection, Http2, Request};
use testenv::{Field, Mesh, RawService};

use crate::rows::{Place, Position, Protocol, Row};

/// How long an internal token is used: well below its minute.
const TOKEN_AGE: Duration = Duration::from_secs(20);

/// The field by which a request is found again, and the trailer that shows that trailers arrive.
pub const ROW: &str = "x-row";
pub const CONTROL: &str = "x-control";

/// Connections to both places, each opened again when it has broken.
pub struct Sender<'a> {
    mesh: &'a Mesh,
    upstream: &'a RawService,
    http1: [Option<Connection>; 2],
    http2: [Option<Http2>; 2],
    access_token: String,
    internal_token: Option<(Instant, Vec<u8>)>,
}

impl<'a> Sender<'a> {
    pub fn new(mesh: &'a Mesh, upstream: &'a RawService) -> io::Result<Self> {
        let access_token = mesh.token("alice")?;
        Ok(Self {
            mesh,
            upstream,
            http1: [None, None],
            http2: [None, None],
            access_token,
            internal_token: None,
        })
    }

    /// Send a row and read its answer.
    pub fn send(&mut self, row: &Row) -> io::Result<Answer> {
        let credential = match (row.has_token, row.place) {
            (false, _) => None,
            (true, Place::Edge) => {
                Some((b"authorization".to_vec(), format!("Bearer {}", self.access_token).into_bytes()))
            }
            (true, Place::Sidecar) => Some((b"txn-token".to_vec(), self.internal_token()?)),
        };
        let path = if row.has_token { "/orders/42" } else { "/healthz" };
        let mut head = vec![(ROW.as_bytes().to_vec(), row.id.to_string().into_bytes())];
        head.extend(credential);
        let mut trailers = Vec::new();
        match row.position {
            Position::Header => head.extend(row.fields.iter().cloned()),
            Position::Nominated => {
                head.extend(row.fields.iter().cloned());
                head.extend(row.fields.iter().map(|(name, _)| (b"connection".to_vec(), name.clone())));
            }
            Position::Trailer => {
                trailers.push((CONTROL.as_bytes().to_vec(), row.id.to_string().into_bytes()));
                trailers.extend(row.fields.iter().cloned());
            }
        }
        self.exchange(row.place, row.protocol, path, &head, &trailers)
    }

    /// `GET path` with these fields, and with a body when there are trailers.
    pub fn exchange(
        &mut self,
        place: Place,
        protocol: Protocol,
        path: &str,
        head: &[Field],
        trailers: &[Field],
    ) -> io::Result<Answer> {
        match protocol {
            Protocol::Http1 => self.http1(place, &http1_message(path, head, trailers)),
            Protocol::Http2 => {
                let get = Request::get(path);
                let get = head.iter().fold(get, |get, (name, value)| get.header(name, value));
                let get = trailers.iter().fold(get, |get, (name, value)| get.trailer(name, value));
                self.http2(place, &get)
            }
        }
    }

    fn http1(&mut self, place: Place, message: &[u8]) -> io::Result<Answer> {
        let reach = &self.mesh.reach;
        let slot = &mut self.http1[place as usize];
        let mut connection = match (slot.take(), place) {
            (Some(connection), _) => connection,
            (None, Place::Edge) => Connection::plain(reach.edge)?,
            (None, Place::Sidecar) => Connection::tls(reach.orders, &reach.certificates, Some("edge"))?,
        };
        connection.send(message)?;
        let answer = connection.answer()?;
        // After a refusal Envoy may close.
        *slot = (answer.status == 200).then_some(connection);
        Ok(answer)
    }

    fn http2(&mut self, place: Place, request: &Request) -> io::Result<Answer> {
        let reach = &self.mesh.reach;
        let slot = &mut self.http2[place as usize];
        let mut connection = match (slot.take(), place) {
            (Some(connection), _) => connection,
            (None, Place::Edge) => Http2::plain(reach.edge)?,
            (None, Place::Sidecar) => Http2::tls(reach.orders, &reach.certificates, "edge")?,
        };
        let answer = connection.exchange(request)?;
        *slot = Some(connection);
        Ok(answer)
    }

    /// A token that the edge has made, as the service behind it gets one.
    fn internal_token(&mut self) -> io::Result<Vec<u8>> {
        if let Some((made, token)) = &self.internal_token
            && made.elapsed() < TOKEN_AGE
        {
            return Ok(token.clone());
        }
        let credential = (b"authorization".to_vec(), format!("Bearer {}", self.access_token).into_bytes());
        self.upstream.take();
        self.exchange(Place::Edge, Protocol::Http1, "/orders/42", &[credential], &[])?;
        let arrived = self.upstream.take();
        let token = arrived.first().and_then(|arrived| arrived.field("txn-token"));
        let token = token.ok_or_else(|| io::Error::other("the edge has made no token"))?.to_vec();
        self.internal_token = Some((Instant::now(), token.clone()));
        Ok(token)
    }
}

fn http1_message(path: &str, head: &[Field], trailers: &[Field]) -> Vec<u8> {
    let mut message = format!("GET {path} HTTP/1.1\r\nhost: shop.test\r\n").into_bytes();
    let write = |message: &mut Vec<u8>, fields: &[Field]| {
        for (name, value) in fields {
            message.extend([name.as_slice(), b": ", value, b"\r\n"].concat());
        }
        message.extend(b"\r\n");
    };
    if trailers.is_empty() {
        write(&mut message, head);
        return message;
    }
    message.extend(b"transfer-encoding: chunked\r\nte: trailers\r\n");
    write(&mut message, head);
    message.extend(b"4\r\nbody\r\n0\r\n");
    write(&mut message, trailers);
    message
}
