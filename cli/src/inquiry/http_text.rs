//! The head of an HTTP/1.1 message (RFC 9112 §2.1), as tools print it.

use super::json_request::Defaults;
use super::sent::Sent;

/// The request in `bytes`. What follows the empty line is its body, of which the length alone counts.
pub(super) fn read(bytes: &[u8], defaults: &Defaults) -> Result<Sent, String> {
    let (head, body) = split(bytes);
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (method, path) = request_line(lines.next().unwrap_or_default())?;
    let mut sent = defaults.request(&method, path);
    for (number, line) in (2_u64..).zip(lines).filter(|(_, line)| !line.is_empty()) {
        let field = field(line).ok_or_else(|| format!("line {number}: no field `name: value`"))?;
        sent.fields.push(field);
    }
    if !body.is_empty() {
        sent.body_bytes = u64::try_from(body.len()).ok();
    }
    Ok(sent)
}

fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = |mark: &[u8]| {
        let at = bytes.windows(mark.len()).position(|window| window == mark)?;
        let (head, rest) = bytes.split_at_checked(at)?;
        Some((head, rest.get(mark.len()..)?))
    };
    end(b"\r\n\r\n").or_else(|| end(b"\n\n")).unwrap_or((bytes, b""))
}

fn request_line(line: &[u8]) -> Result<(String, &[u8]), String> {
    let mut parts = line.split(|byte| *byte == b' ').filter(|part| !part.is_empty());
    let (Some(method), Some(path)) = (parts.next(), parts.next()) else {
        return Err("line 1: no request line such as `GET /orders/42 HTTP/1.1`".to_owned());
    };
    match parts.next().is_none_or(|version| version.starts_with(b"HTTP/")) {
        true => Ok((String::from_utf8_lossy(method).into_owned(), path)),
        false => Err("line 1: a space in the path".to_owned()),
    }
}

fn field(line: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':').filter(|at| *at > 0)?;
    let (name, value) = line.split_at_checked(colon)?;
    Some((name.to_vec(), value.get(1..)?.trim_ascii().to_vec()))
}
