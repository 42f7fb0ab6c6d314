//! Credentials in the query of a URI (RFC 6750 §2.3).

use contract::SettledPath;

use crate::TokenError;

/// The value of the parameter called `name`. Escapes in a value are left as they are: no credential of ours
/// needs one.
pub(crate) fn single<'a>(path: &'a SettledPath, name: &str) -> Result<Option<&'a [u8]>, TokenError> {
    if parameters(path).any(|parameter| has_within(parameter, name)) {
        return Err(TokenError::CredentialMalformed);
    }
    let mut values = parameters(path).filter_map(|parameter| value_of(parameter, name));
    match (values.next(), values.next()) {
        (value, None) => Ok(value.map(str::as_bytes)),
        (_, Some(_)) => Err(TokenError::CredentialDuplicated),
    }
}

/// Whether services that take `;` for a separator too (HTML 4.01 §B.2.2) see a parameter called `name` where
/// others do not.
fn has_within(parameter: &str, name: &str) -> bool {
    parameter.split(';').skip(1).any(|part| value_of(part, name).is_some())
}

/// The path with all parameters but `name`, byte for byte and in their order.
pub(crate) fn without(path: &SettledPath, name: &str) -> String {
    let others = parameters(path).filter(|parameter| value_of(parameter, name).is_none());
    let others: Vec<_> = others.collect();
    match others.is_empty() {
        true => path.path().to_owned(),
        false => format!("{}?{}", path.path(), others.join("&")),
    }
}

fn parameters(path: &SettledPath) -> impl Iterator<Item = &str> {
    path.query().into_iter().flat_map(|query| query.split('&'))
}

/// The value of `parameter` if that is its name, also when it is written with escapes: the service behind
/// may decode them.
fn value_of<'a>(parameter: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let same = found == name || (found.contains('%') && SettledPath::decode(found) == name);
    same.then_some(value)
}
