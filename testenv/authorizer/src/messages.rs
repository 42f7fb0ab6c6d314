//! The messages of Envoy's protocol for external authorization, `envoy.service.auth.v3`, with the numbers of its fields:
//! those that are read or written here, and no others.

use std::collections::HashMap;

use prost::{Message, Oneof};

/// The path of the one method.
pub(crate) const METHOD: &str = "/envoy.service.auth.v3.Authorization/Check";

/// `HeaderValueOption.append_action`: what was there before goes.
pub(crate) const OVERWRITE: i32 = 2;

/// A question: may this request pass?
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CheckRequest {
    #[prost(message, optional, tag = "1")]
    pub(crate) attributes: Option<Attributes>,
}

/// What is known of it.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Attributes {
    #[prost(message, optional, tag = "4")]
    pub(crate) request: Option<Request>,
}

/// The request.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Request {
    #[prost(message, optional, tag = "2")]
    pub(crate) http: Option<HttpRequest>,
}

/// Its head.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct HttpRequest {
    #[prost(string, tag = "2")]
    pub(crate) method: String,
    #[prost(map = "string, string", tag = "3")]
    pub(crate) headers: HashMap<String, String>,
    #[prost(string, tag = "4")]
    pub(crate) path: String,
}

/// An answer.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CheckResponse {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(oneof = "HttpResponse", tags = "2, 3")]
    pub(crate) http_response: Option<HttpResponse>,
}

/// 0, or why not (`google.rpc.Code`).
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Status {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
}

/// What follows.
#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum HttpResponse {
    /// It is answered by the proxy.
    #[prost(message, tag = "2")]
    Denied(Denied),
    /// It passes.
    #[prost(message, tag = "3")]
    Ok(Passes),
}

/// What the client is answered.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Denied {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<HttpStatus>,
}

/// A status of HTTP.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct HttpStatus {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
}

/// What changes in the request.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Passes {
    #[prost(message, repeated, tag = "2")]
    pub(crate) headers: Vec<HeaderOption>,
    #[prost(string, repeated, tag = "5")]
    pub(crate) headers_to_remove: Vec<String>,
}

/// A field that is written.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct HeaderOption {
    #[prost(message, optional, tag = "1")]
    pub(crate) header: Option<Header>,
    #[prost(int32, tag = "3")]
    pub(crate) append_action: i32,
}

/// A field.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Header {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}
