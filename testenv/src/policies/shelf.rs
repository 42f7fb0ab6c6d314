//! What a server of documents has at each path, and what it has answered there.

use std::collections::HashMap;
use std::io;

use bytes::Bytes;
use hyper::header::{ETAG, HeaderValue};
use ring::digest::{SHA256, digest};
use serde_json::json;

use crate::behaviour::Behaviour;
use crate::http::{self, Answer};
use crate::issuer::encode;

/// The documents by their paths.
#[derive(Debug, Default)]
pub(super) struct Shelf(HashMap<String, Place>);

/// What was answered at a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answered {
    /// All requests, however they were answered.
    pub requests: u64,
    /// Those that were given the document.
    pub whole: u64,
    /// Those that were told that they have it.
    pub unchanged: u64,
}

#[derive(Debug, Default)]
struct Place {
    document: Option<Document>,
    behaviour: Option<Behaviour>,
    answered: Answered,
}

/// A document with its tag.
#[derive(Debug, Clone)]
pub(super) struct Document {
    bytes: Bytes,
    tag: String,
}

/// How a request is to be answered.
pub(super) struct Response {
    behaviour: Behaviour,
    document: Option<Document>,
    unchanged: bool,
}

impl Shelf {
    /// Put a document there.
    pub(super) fn put(&mut self, path: &str, document: Bytes) {
        // As a file server makes it: the same bytes have the same one.
        let tag = format!("\"{}\"", encode(digest(&SHA256, &document)));
        self.place(path).document = Some(Document { bytes: document, tag });
    }

    /// From now on, behave so at this path.
    pub(super) fn behave(&mut self, path: &str, behaviour: Behaviour) {
        self.place(path).behaviour = Some(behaviour);
    }

    /// What was answered there.
    pub(super) fn answered(&self, path: &str) -> Answered {
        self.0.get(path).map(|place| place.answered).unwrap_or_default()
    }

    /// Count a request of `path` by somebody who has the document called `tag`; how to answer it.
    pub(super) fn asked(&mut self, path: &str, tag: Option<&str>) -> Response {
        let place = self.place(path);
        let behaviour = place.behaviour.clone().unwrap_or(Behaviour::Serve);
        let document = place.document.clone();
        let serves = matches!(behaviour, Behaviour::Serve | Behaviour::Delay(_));
        let unchanged = document.as_ref().is_some_and(|document| tag == Some(&document.tag));
        place.answered.requests += 1;
        place.answered.unchanged += u64::from(serves && unchanged);
        place.answered.whole += u64::from(serves && !unchanged && document.is_some());
        Response { behaviour, document, unchanged }
    }

    fn place(&mut self, path: &str) -> &mut Place {
        self.0.entry(path.to_owned()).or_default()
    }
}

impl Response {
    /// Give it.
    pub(super) async fn give(self) -> io::Result<Answer> {
        let Self { behaviour, document, unchanged } = self;
        behaviour.answer(|| right(document, unchanged)).await
    }
}

fn right(document: Option<Document>, unchanged: bool) -> io::Result<Answer> {
    let Some(Document { bytes, tag }) = document else {
        return http::json(404, &json!({ "error": "not_found" }));
    };
    let mut answer = if unchanged { http::bytes(304, Bytes::new()) } else { http::bytes(200, bytes) }?;
    answer.headers_mut().insert(ETAG, HeaderValue::try_from(tag).map_err(io::Error::other)?);
    Ok(answer)
}
