//! `watchword key new-api-key`.

use clap::Args;

use super::api_key::{ApiKey, parse_id};
use super::entry::{Terms, parse_owner};
use crate::failure::Failure;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// What the key is called in logs: 1 to 64 letters, digits, `-` and `_`.
    #[arg(long, value_parser = parse_id)]
    id: String,
    /// Whom it belongs to: the subject of its requests.
    #[arg(long, value_parser = parse_owner)]
    owner: String,
    #[command(flatten)]
    terms: Terms,
}

/// Print a new key, and its entry.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { id, owner, terms } = arguments;
    terms.check()?;
    let key = ApiKey::new(id)?;
    let entry = terms.entry(&key, owner)?;
    output::print(&format!("{}\n{entry}\n", key.text()))
}
