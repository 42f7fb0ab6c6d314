//! HTTP/2 by hand: one request on a connection of its own, whose fields may be any bytes.
//!
//! Libraries refuse to send what this sends. Fields are literals without Huffman code and without the dynamic
//! table (RFC 7541 §6.2.2); of the answer only the status is read.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The largest frame that every peer takes (RFC 9113 §4.2).
const MAX_FRAME: usize = 16_384;

/// As long as for the other clients.
const PATIENCE: Duration = Duration::from_secs(15);

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The code of who does not want the answer any more (RFC 9113 §7).
const CANCEL: u32 = 8;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With an answer of this status.
    Status(u16),
    /// The stream was reset with this error code (RFC 9113 §7).
    Reset(u32),
    /// The connection was ended with this error code, or closed.
    Gone(Option<u32>),
}

/// A request of fields and frames of a body, on stream 1.
#[derive(Debug, Clone, Default)]
pub struct RawHttp2 {
    fields: Vec<u8>,
    body: Vec<Vec<u8>>,
    trailers: Vec<u8>,
    is_open: bool,
    before: Vec<u8>,
}

impl RawHttp2 {
    /// With this field after the others. Pseudo-header fields are fields like any other.
    #[must_use]
    pub fn field(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        push_field(&mut self.fields, name.as_ref(), value.as_ref());
        self
    }

    /// With this field behind the body.
    #[must_use]
    pub fn trailer(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        push_field(&mut self.trailers, name.as_ref(), value.as_ref());
        self
    }

    /// With this frame of a body, whose length no field announces.
    #[must_use]
    pub fn data(mut self, frame: impl Into<Vec<u8>>) -> Self {
        self.body.push(frame.into());
        self
    }

    /// Without its end: more of its body could follow.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// With this frame before the request, on whatever stream.
    #[must_use]
    pub fn frame(mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Self {
        push_frame(&mut self.before, kind, flags, stream, payload);
        self
    }

    /// The frame that gives the request up (RFC 9113 §7: `CANCEL`).
    pub fn cancel() -> Vec<u8> {
        let mut frame = Vec::new();
        push_frame(&mut frame, RST_STREAM, 0, 1, &CANCEL.to_be_bytes());
        frame
    }

    /// The bytes of a connection on which it is made so many times, on streams 1, 3, 5 and so on.
    pub fn many(request: &Self, times: u32) -> Vec<u8> {
        let mut bytes = PREFACE.to_vec();
        push_frame(&mut bytes, SETTINGS, 0, 0, &[]);
        for at in 0..times {
            push_frame(&mut bytes, HEADERS, END_STREAM | END_HEADERS, 2 * at + 1, &request.fields);
        }
        bytes
    }

    /// The same, where each is given up as soon as it is made (CVE-2023-44487).
    pub fn many_given_up(request: &Self, times: u32) -> Vec<u8> {
        let mut bytes = PREFACE.to_vec();
        push_frame(&mut bytes, SETTINGS, 0, 0, &[]);
        for stream in (1..).step_by(2).take(times as usize) {
            push_frame(&mut bytes, HEADERS, END_STREAM | END_HEADERS, stream, &request.fields);
            push_frame(&mut bytes, RST_STREAM, 0, stream, &CANCEL.to_be_bytes());
        }
        bytes
    }

    /// Send it, and read how it ends.
    ///
    /// # Errors
    /// When nobody listens, or nothing comes back in time.
    pub fn send(&self, address: SocketAddr) -> io::Result<End> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&self.to_bytes())?;
        // A connection that is reset has been closed by somebody who had not read all.
        end(&mut stream).or_else(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => Ok(End::Gone(None)),
            _ => Err(error),
        })
    }

    /// The bytes of a connection that begins with it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = PREFACE.to_vec();
        push_frame(&mut bytes, SETTINGS, 0, 0, &[]);
        bytes.extend(&self.before);
        let end = |is_last: bool| if is_last && !self.is_open { END_STREAM } else { 0 };
        let has_trailers = !self.trailers.is_empty();
        push_block(&mut bytes, &self.fields, end(self.body.is_empty() && !has_trailers));
        for (index, frame) in self.body.iter().enumerate() {
            let is_last = index + 1 == self.body.len() && !has_trailers;
            push_frame(&mut bytes, DATA, end(is_last), 1, frame);
        }
        if has_trailers {
            push_block(&mut bytes, &self.trailers, end(true));
        }
        bytes
    }
}

/// A literal without indexing (RFC 7541 §6.2.2).
fn push_field(block: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    block.push(0);
    for text in [name, value] {
        push_length(block, text.len());
        block.extend(text);
    }
}

/// Fields in as many frames as they take.
fn push_block(bytes: &mut Vec<u8>, fields: &[u8], end: u8) {
    let mut pieces = fields.chunks(MAX_FRAME).peekable();
    let mut kind = HEADERS;
    while let Some(piece) = pieces.next() {
        let last = if pieces.peek().is_none() { END_HEADERS } else { 0 };
        let flags = if kind == HEADERS { end | last } else { last };
        push_frame(bytes, kind, flags, 1, piece);
        kind = CONTINUATION;
    }
}

/// An integer with a prefix of seven bits (RFC 7541 §5.1).
fn push_length(bytes: &mut Vec<u8>, length: usize) {
    let Some(mut rest) = length.checked_sub(127) else {
        bytes.push(u8::try_from(length).unwrap_or(126));
        return;
    };
    bytes.push(127);
    while rest >= 128 {
        bytes.push(u8::try_from(rest % 128).unwrap_or(0) | 128);
        rest /= 128;
    }
    bytes.push(u8::try_from(rest).unwrap_or(0));
}

fn push_frame(bytes: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    bytes.extend(length.iter().skip(1));
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
}

fn end(stream: &mut impl Read) -> io::Result<End> {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let [a, b, c, kind, _, _, _, _, _] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        stream.read_exact(&mut payload)?;
        let code = |at: usize| {
            let bytes = payload.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u32::from_be_bytes)
        };
        match kind {
            HEADERS => {
                let status = status(&payload).ok_or_else(|| io::Error::other("no status"))?;
                return Ok(End::Status(status));
            }
            RST_STREAM => return Ok(End::Reset(code(0).unwrap_or_default())),
            GOAWAY => return Ok(End::Gone(code(4))),
            _ => {}
        }
    }
}

/// The status, which is the first field of every answer: indexed, or a value with an indexed name
/// (RFC 7541 appendix A has it at 8 to 14).
fn status(block: &[u8]) -> Option<u16> {
    const INDEXED: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    // Updates of the size of the dynamic table come first (RFC 7541 §6.3).
    let start = block.iter().position(|byte| byte & 0xe0 != 0x20)?;
    let (first, rest) = block.get(start..)?.split_first()?;
    if first & 0x80 != 0 {
        return INDEXED.get(usize::from(first & 0x7f).checked_sub(8)?).copied();
    }
    let (length, rest) = rest.split_first()?;
    let value = rest.get(..usize::from(length & 0x7f))?;
    match length & 0x80 {
        0 => std::str::from_utf8(value).ok()?.parse().ok(),
        _ => huffman_digits(value),
    }
}

/// Three digits in the code of RFC 7541 appendix B: `0` to `2` in five bits, the others in six.
fn huffman_digits(bytes: &[u8]) -> Option<u16> {
    let bits = bytes.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
    let mut left = u32::try_from(bytes.len()).ok()? * 8;
    let mut number = 0;
    for _ in 0..3 {
        let short = bits >> left.checked_sub(5)? & 0x1f;
        let digit = if short < 3 {
            left -= 5;
            short
        } else {
            left = left.checked_sub(6)?;
            (bits >> left & 0x3f).checked_sub(22)?
        };
        number = number * 10 + u16::try_from(digit).ok().filter(|digit| *digit < 10)?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_form_of_a_status() {
        for (block, expected) in [
            (&[0x88][..], Some(200)),
            (&[0x20, 0x8d], Some(404)),
            (&[0x48, 0x03, b'4', b'1', b'5'], Some(415)),
            // RFC 7541 appendix C.6.1 and C.6.2.
            (&[0x48, 0x82, 0x64, 0x02], Some(302)),
            (&[0x48, 0x83, 0x64, 0x0e, 0xff], Some(307)),
            (&[], None),
        ] {
            assert_eq!(status(block), expected, "{block:?}");
        }
    }

    #[test]
    fn each_of_many_that_are_given_up_is_begun_and_reset_on_its_own_stream() {
        let bytes = RawHttp2::many_given_up(&RawHttp2::default(), 2);
        let begins = bytes.len() - 2 * (9 + 9 + 4);
        let frames: Vec<(u8, u8)> =
            [0, 9, 22, 31].map(|at| (bytes[begins + at + 3], bytes[begins + at + 8])).to_vec();
        assert_eq!(frames, [(HEADERS, 1), (RST_STREAM, 1), (HEADERS, 3), (RST_STREAM, 3)]);
    }

    #[test]
    fn writes_lengths_of_any_size() {
        for (length, expected) in [(3, &[3][..]), (126, &[126]), (127, &[127, 0]), (1337, &[127, 186, 9])] {
            let mut bytes = Vec::new();
            push_length(&mut bytes, length);
            assert_eq!(bytes, expected, "{length}");
        }
    }

    /// Types and flags of the frames behind the preface.
    fn frames(bytes: &[u8]) -> Vec<(u8, u8)> {
        let mut rest = bytes.strip_prefix(PREFACE).unwrap();
        let mut frames = Vec::new();
        while let [a, b, c, kind, flags, _, _, _, _, payload @ ..] = rest {
            frames.push((*kind, *flags));
            rest = &payload[u32::from_be_bytes([0, *a, *b, *c]) as usize..];
        }
        frames
    }

    #[test]
    fn the_last_frame_of_a_request_ends_it_unless_it_is_open() {
        let get = RawHttp2::default().field("a", "b");
        let (post, both) = (get.clone().data("x"), END_STREAM | END_HEADERS);
        for (request, expected) in [
            (get.clone(), &[(SETTINGS, 0), (HEADERS, both)][..]),
            (post.clone(), &[(SETTINGS, 0), (HEADERS, END_HEADERS), (DATA, END_STREAM)]),
            (post.clone().open(), &[(SETTINGS, 0), (HEADERS, END_HEADERS), (DATA, 0)]),
            (post.trailer("c", "d"), &[(SETTINGS, 0), (HEADERS, END_HEADERS), (DATA, 0), (HEADERS, both)]),
            (get.frame(9, 4, 1, b""), &[(SETTINGS, 0), (CONTINUATION, 4), (HEADERS, both)]),
        ] {
            assert_eq!(frames(&request.to_bytes()), expected);
        }
        let many = RawHttp2::many(&RawHttp2::default().field("a", "b"), 3);
        assert_eq!(frames(&many), [(SETTINGS, 0), (HEADERS, both), (HEADERS, both), (HEADERS, both)]);
    }
}
