//! A real rate limit engine for tests: Limitador, behind Envoy's rate limit protocol.
//!
//! What stands here is what Limitador's own server does around its library, which is no crate: a domain is a
//! namespace, and conditions and variables of limits speak of `descriptors[0].<key>`. With `--redis`, several of
//! it, and several proxies, share what they count.

mod engine;
mod limiter;
mod options;
mod says;
mod service;
mod store;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use engine::Engine;
use options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(options) = Options::parse(env::args().skip(1)) else {
        eprintln!("{}", options::USAGE);
        return ExitCode::from(2);
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watchword-testenv-engine: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let engine = Arc::new(Engine::new(&options).await?);
    service::serve(options.listen, engine).await
}
