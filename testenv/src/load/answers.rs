//! The statuses of answers that follow one another on a connection. Bodies are told by their length, as the
//! proxy does for every answer of its own, and thrown away.

use std::io::{self, Read};

/// Bytes that are read at once: a few answers.
const PORTION: usize = 16 * 1024;

/// What has been read of a connection, and how far it was looked at.
#[derive(Default)]
pub(super) struct Answers {
    bytes: Vec<u8>,
    at: usize,
}

impl Answers {
    /// The status of the next answer.
    pub(super) fn next(&mut self, stream: &mut impl Read) -> io::Result<u16> {
        loop {
            if let Some((status, length)) = whole(self.bytes.get(self.at..).unwrap_or_default())? {
                self.at += length;
                return Ok(status);
            }
            self.read_more(stream)?;
        }
    }

    fn read_more(&mut self, stream: &mut impl Read) -> io::Result<()> {
        self.bytes.drain(..self.at);
        self.at = 0;
        let old = self.bytes.len();
        self.bytes.resize(old + PORTION, 0);
        let read = stream.read(self.bytes.get_mut(old..).unwrap_or_default());
        self.bytes.truncate(old + *read.as_ref().unwrap_or(&0));
        if read? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed without an answer"));
        }
        Ok(())
    }
}

/// Status and length of the first answer in `bytes`, if all of it is there.
fn whole(bytes: &[u8]) -> io::Result<Option<(u16, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("no status line"))?;
    let body: Option<usize> = lines.find_map(content_length);
    let body = body.ok_or_else(|| io::Error::other("an answer whose length is not told"))?;
    let length = end + 4 + body;
    Ok((bytes.len() >= length).then_some((status, length)))
}

fn content_length(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    if name.eq_ignore_ascii_case("content-length") { value.trim().parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that come one by one.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            (buffer[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    const TWO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n\
        HTTP/1.1 429 Too Many Requests\r\nx-a: b\r\nContent-Length: 3\r\n\r\nno\n";

    #[test]
    fn reads_answers_in_whatever_portions_they_come() {
        let (mut slow, mut whole) = (Slow(TWO), TWO);
        for mut stream in [&mut slow as &mut dyn Read, &mut whole] {
            let mut answers = Answers::default();
            assert_eq!(answers.next(&mut stream).unwrap(), 200);
            assert_eq!(answers.next(&mut stream).unwrap(), 429);
            let error = answers.next(&mut stream).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn refuses_what_is_no_answer() {
        for bad in ["SSH-2.0\r\n\r\n", "HTTP/1.1 2\r\n\r\n", "HTTP/1.1 200 OK\r\nx: y\r\n\r\n"] {
            assert!(Answers::default().next(&mut bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
