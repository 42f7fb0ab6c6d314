//! An answer, and how it is read from an HTTP/1.1 connection (RFC 9112).

use std::io::{self, BufRead, Read};

use serde_json::Value;

/// A complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What came behind the body, like `headers`.
    pub trailers: Vec<(String, String)>,
}

impl Answer {
    /// The first value of the field `name`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The id under which the proxies have logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// Read one answer, skipping interim ones. An answer to HEAD has no body, whatever its length says.
    pub(super) fn read(stream: &mut impl BufRead, to_head: bool) -> io::Result<Self> {
        loop {
            let status = status_code(&line(stream)?)?;
            let headers = fields(stream)?;
            if !(100..200).contains(&status) {
                let mut answer = Self { status, headers, body: Vec::new(), trailers: Vec::new() };
                if !to_head {
                    (answer.body, answer.trailers) = answer.read_body(stream)?;
                }
                return Ok(answer);
            }
        }
    }

    fn read_body(&self, stream: &mut impl BufRead) -> io::Result<(Vec<u8>, Fields)> {
        if self.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            return chunks(stream);
        }
        if matches!(self.status, 204 | 304) {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut body = Vec::new();
        match self.header("content-length") {
            Some(length) => {
                body.resize(length.parse().map_err(io::Error::other)?, 0);
                stream.read_exact(&mut body)?;
            }
            None => {
                stream.read_to_end(&mut body)?;
            }
        }
        Ok((body, Vec::new()))
    }
}

type Fields = Vec<(String, String)>;

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed without an answer"));
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn status_code(line: &str) -> io::Result<u16> {
    let code = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
    code.and_then(|code| code.parse().ok())
        .ok_or_else(|| io::Error::other(format!("no status line: `{line}`")))
}

fn fields(stream: &mut impl BufRead) -> io::Result<Fields> {
    let mut fields = Vec::new();
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            return Ok(fields);
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn chunks(stream: &mut impl BufRead) -> io::Result<(Vec<u8>, Fields)> {
    let mut body = Vec::new();
    loop {
        let size = line(stream)?;
        let size = u64::from_str_radix(size.split(';').next().unwrap_or_default(), 16)
            .map_err(io::Error::other)?;
        if size == 0 {
            return Ok((body, fields(stream)?));
        }
        stream.take(size).read_to_end(&mut body)?;
        line(stream)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_way_of_ending_a_body() {
        for (message, body) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcd", "abc"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "abc"),
            ("HTTP/1.1 200 OK\r\n\r\nabc", "abc"),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc", "abc"),
            ("HTTP/1.1 204 No Content\r\n\r\n", ""),
        ] {
            assert_eq!(Answer::read(&mut message.as_bytes(), false).unwrap().text(), body);
        }
        let trailing = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n";
        let trailing = Answer::read(&mut trailing.as_bytes(), false).unwrap();
        assert_eq!(trailing.trailers, [("x-t".to_owned(), "1".to_owned())]);
        let to_head = Answer::read(&mut b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n".as_slice(), true);
        assert_eq!(to_head.unwrap().text(), "");
        assert!(Answer::read(&mut b"".as_slice(), false).is_err());
        assert!(Answer::read(&mut b"SSH-2.0\r\n".as_slice(), false).is_err());
    }
}
