//! Which parameters a query may have.

use contract::{MalformedQuery, query_parameters};

/// Why a query is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryError {
    /// It cannot be read.
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
    let mut seen = Vec::new();
    for parameter in query_parameters(query) {
        let (name, _) = parameter.map_err(|MalformedQuery| QueryError::Malformed)?;
        let listed = names.iter().find(|listed| **listed == name).ok_or(QueryError::Unknown)?;
        if seen.contains(&listed) {
            return Err(QueryError::Duplicated);
        }
        seen.push(listed);
    }
    Ok(())
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
