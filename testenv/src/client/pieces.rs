//! A request that is sent in pieces.

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use super::{Answer, Connection};

/// Between two pieces: long enough that a proxy reads each by itself.
const PAUSE: Duration = Duration::from_millis(20);

/// A POST to `/orders` in chunks with a trailer `x-checksum`, so that body and trailer arrive while the head waits.
///
/// # Errors
/// When the connection breaks.
pub fn post_with_trailer(address: SocketAddr, token: &str) -> io::Result<Answer> {
    let head = format!(
        "POST /orders HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\nte: trailers\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut connection = Connection::plain(address)?;
    for piece in [head.as_str(), "5\r\nhello\r\n", "6\r\n world\r\n", "0\r\nx-checksum: 11\r\n\r\n"] {
        connection.send(piece.as_bytes())?;
        thread::sleep(PAUSE);
    }
    connection.answer()
}
