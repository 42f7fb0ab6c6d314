//! The names of the parameters of a query, as every reader of `application/x-www-form-urlencoded` has them.

use std::collections::BTreeSet;

/// Why a query is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryError {
    /// `%` without two hexadecimal digits, a name that is no UTF-8, or a `;`, at which some services split.
    Malformed,
    /// A parameter that is not listed.
    Unknown,
    /// A parameter that comes twice: some services take the first, others the last.
    Duplicated,
}

impl QueryError {
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "query_malformed",
            Self::Unknown => "query_parameter_unknown",
            Self::Duplicated => "query_parameter_duplicated",
        }
    }
}

/// Check that `query`, without its `?`, has only parameters of `names`, each once at most.
///
/// # Errors
/// For the first piece of it that is not so. An empty piece is a parameter without a name.
pub(crate) fn check(query: &str, names: &[String]) -> Result<(), QueryError> {
    if query.is_empty() {
        return Ok(());
    }
    let mut seen = BTreeSet::new();
    for piece in query.split('&') {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        decoded(value).filter(|_| !piece.contains(';')).ok_or(QueryError::Malformed)?;
        let name = decoded(name).and_then(|name| String::from_utf8(name).ok());
        let name = name.ok_or(QueryError::Malformed)?;
        let listed = names.iter().find(|listed| **listed == name).ok_or(QueryError::Unknown)?;
        if !seen.insert(listed) {
            return Err(QueryError::Duplicated);
        }
    }
    Ok(())
}

/// The bytes that `text` stands for; `None` when an escape is broken.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'%' => escaped(rest.next()?, rest.next()?)?,
            b'+' => b' ',
            _ => byte,
        });
    }
    Some(out)
}

fn escaped(high: u8, low: u8) -> Option<u8> {
    let digit = |byte| char::from(byte).to_digit(16);
    let value = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use QueryError::*;

    #[test]
    fn takes_each_listed_parameter_once() {
        let names = ["expand", "limit", "a b", "zoë"].map(str::to_owned);
        for (query, expected) in [
            ("", Ok(())),
            ("expand=items&limit=10", Ok(())),
            ("limit", Ok(())),
            ("limit=", Ok(())),
            ("limit=a=b", Ok(())),
            ("limit=%26admin%3D1", Ok(())),
            ("%6Cimit=1", Ok(())),
            ("a+b=1", Ok(())),
            ("a%20b=1", Ok(())),
            ("zo%c3%ab=1", Ok(())),
            ("Limit=1", Err(Unknown)),
            ("admin=1", Err(Unknown)),
            ("limit=1&admin=1", Err(Unknown)),
            ("limit%00=1", Err(Unknown)),
            ("limit%3D1=2", Err(Unknown)),
            ("=1", Err(Unknown)),
            ("&", Err(Unknown)),
            ("limit=1&", Err(Unknown)),
            ("limit=1&limit=2", Err(Duplicated)),
            ("limit=1&%6cimit=2", Err(Duplicated)),
            ("limit=1;admin=1", Err(Malformed)),
            ("limit=%zz", Err(Malformed)),
            ("limit=%", Err(Malformed)),
            ("li%mit=1", Err(Malformed)),
            ("%ff=1", Err(Malformed)),
        ] {
            assert_eq!(check(query, &names), expected, "{query:?}");
        }
        assert_eq!(check("", &[]), Ok(()));
        assert_eq!(check("a=1", &[]), Err(Unknown));
    }
}
