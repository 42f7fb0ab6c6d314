//! What a client is told that is answered by the filter.

use contract::{Answer, Edit, Edits, HeaderName};

use crate::inquiry::{Client, masked};

/// The answer, with what stages set in it: a later field of a name outweighs an earlier one.
pub(super) fn answered(answer: &Answer, edits: &Edits) -> Client {
    let own = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let own = own.filter(|(name, _)| !edits.iter().any(|edit| sets(edit, name)));
    let headers = own.map(|(name, value)| (name.to_owned(), masked(value)));
    Client {
        status: Some(answer.status.into()),
        grpc_status: Some(answer.grpc_status.into()),
        details: Some(answer.details.clone()),
        headers: headers.chain(fields(edits)).collect(),
        body: Some(answer.body.clone()),
    }
}

/// The answer of the service, with what stages set in it.
pub(super) fn forwarded(edits: &Edits) -> Client {
    Client { headers: fields(edits), ..Client::default() }
}

fn fields(edits: &Edits) -> Vec<(String, String)> {
    let field = |(at, edit): (usize, &Edit)| match edit {
        Edit::Set(name, _) if is_set_later(edits, at, name) => None,
        Edit::Set(name, value) | Edit::Append(name, value) => {
            Some((name.as_str().to_owned(), masked(value.as_str())))
        }
        Edit::Remove(_) => None,
    };
    edits.iter().enumerate().filter_map(field).collect()
}

fn is_set_later(edits: &Edits, at: usize, name: &HeaderName) -> bool {
    edits.iter().skip(at.saturating_add(1)).any(|edit| sets(edit, name.as_str()))
}

fn sets(edit: &Edit, name: &str) -> bool {
    matches!(edit, Edit::Set(set, _) if set.as_str() == name)
}
