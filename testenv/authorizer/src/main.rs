//! An external authorizer to be measured against, written to be fast: it remembers tokens that it has verified with the
//! entities that follow from them, asks the same policies as our modules, and has no thread to hand work to.
//!
//! It is no product: it knows RS256, one issuer and two routes.

mod decide;
mod messages;
mod service;
mod tokens;

use std::error::Error;
use std::process::ExitCode;
use std::{env, fs};

use decide::Policies;
use service::Service;
use tokens::Tokens;

const USAGE: &str = "usage: watchword-testenv-authorizer LISTEN POLICIES KEYS

LISTEN is HOST:PORT; POLICIES is a file of Cedar policies, KEYS one of a key set (RFC 7517).";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [listen, policies, keys] = arguments.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(listen, policies, keys).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watchword-testenv-authorizer: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(listen: &str, policies: &str, keys: &str) -> Result<(), Box<dyn Error>> {
    let policies = Policies::read(&fs::read_to_string(policies)?)?;
    let tokens = Tokens::of(&serde_json::from_str(&fs::read_to_string(keys)?)?)?;
    service::serve(listen.parse()?, Service::new(policies, tokens)).await
}
