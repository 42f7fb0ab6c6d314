//! `watchword key hash`.

use std::io::{self, Read};

use clap::Args;

use super::api_key::{ApiKey, MAX_KEY_BYTES};
use super::entry::{Terms, parse_owner};
use crate::failure::Failure;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Whom the key belongs to: then the whole entry is printed.
    #[arg(long, value_parser = parse_owner)]
    owner: Option<String>,
    #[command(flatten)]
    terms: Terms,
}

/// A text of the most bytes, its line break, and one byte more, which shows that there is more.
const ENOUGH: usize = MAX_KEY_BYTES.saturating_add(3);

/// Print the digest of the key on standard input, or its entry.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { owner, terms } = arguments;
    if owner.is_none() && !terms.is_empty() {
        return Err(Failure::Usage("an entry has an --owner".to_owned()));
    }
    terms.check()?;
    let key = ApiKey::parse(&read()?).map_err(Failure::found)?;
    let line = match owner {
        Some(owner) => terms.entry(&key, owner)?,
        None => key.sha256(),
    };
    output::print(&format!("{line}\n"))
}

fn read() -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let most = u64::try_from(ENOUGH).unwrap_or(u64::MAX);
    let read = io::stdin().lock().take(most).read_to_end(&mut text);
    read.map_err(|error| Failure::found(format_args!("standard input: {error}")))?;
    Ok(text)
}
