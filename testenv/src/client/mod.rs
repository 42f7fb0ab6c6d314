//! Clients: one that sends exactly the bytes it is given, one for HTTP/2, and one for any bytes in HTTP/2.

mod answer;
mod connection;
mod http2;
mod pieces;
mod raw_http2;
mod request;
mod tls;

pub use answer::Answer;
pub use connection::{Connection, exchange};
pub use http2::Http2;
pub use pieces::post_with_trailer;
pub use raw_http2::{End, RawHttp2};
pub use request::Request;
