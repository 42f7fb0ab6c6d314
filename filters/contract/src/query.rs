//! The parameters of a query, as every reader of `application/x-www-form-urlencoded` has them.

/// `%` without two hexadecimal digits, text that is no UTF-8, or a `;`, at which some services split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedQuery;

/// Name and value of each parameter of `query`, without its `?`, decoded. An empty piece is a parameter without
/// a name; an empty query has none.
pub fn query_parameters(query: &str) -> impl Iterator<Item = Result<(String, String), MalformedQuery>> {
    query.split('&').filter(|_| !query.is_empty()).map(|piece| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let pair = decoded(name).zip(decoded(value)).filter(|_| !piece.contains(';'));
        pair.ok_or(MalformedQuery)
    })
}

/// The text that `text` stands for; `None` when an escape is broken.
fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'%' => escaped(rest.next()?, rest.next()?)?,
            b'+' => b' ',
            _ => byte,
        });
    }
    String::from_utf8(out).ok()
}

fn escaped(high: u8, low: u8) -> Option<u8> {
    let digit = |byte| char::from(byte).to_digit(16);
    let value = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_values_or_says_that_it_cannot() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        for (query, wanted) in [
            ("", vec![]),
            ("a=1&b", vec![pair("a", "1"), pair("b", "")]),
            ("a+b=%26c%3Dd", vec![pair("a b", "&c=d")]),
            ("a=b=c", vec![pair("a", "b=c")]),
            ("&zo%c3%ab=", vec![pair("", ""), pair("zo\u{eb}", "")]),
            ("a=1;b=2", vec![Err(MalformedQuery)]),
            ("a=%ff", vec![Err(MalformedQuery)]),
            ("a%=1&b=%zz&c=%4", vec![Err(MalformedQuery); 3]),
        ] {
            assert_eq!(query_parameters(query).collect::<Vec<_>>(), wanted, "{query}");
        }
    }
}
