//! What the command line says.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::says::Says;

/// Printed when it says something else.
pub(crate) const USAGE: &str = "usage: watchword-testenv-engine LISTEN LIMITS [OPTION...]

LISTEN is HOST:PORT; LIMITS is a file of limits, as Limitador's server takes it.

  --redis URL    count in Redis, not in memory
  --says WHAT    how answers tell what is left: `headers` as Limitador does, `statuses` as envoyproxy/ratelimit
                 does, or `nothing`, which is the default";

/// The command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) limits: PathBuf,
    pub(crate) redis: Option<String>,
    pub(crate) says: Says,
}

impl Options {
    /// Nothing when a word is missing, unknown or wrong.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let listen = words.next()?.parse().ok()?;
        let limits = words.next()?.into();
        let mut options = Self { listen, limits, redis: None, says: Says::Nothing };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--redis" => options.redis = Some(words.next()?),
                "--says" => options.says = Says::of(&words.next()?)?,
                _ => return None,
            }
        }
        Some(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Options> {
        Options::parse(line.split(' ').map(ToOwned::to_owned))
    }

    #[test]
    fn a_line_says_all_of_it_or_is_refused() {
        let options = parse("127.0.0.1:1 limits.yaml --redis redis://127.0.0.1:2 --says statuses");
        let options = options.unwrap();
        assert_eq!(options.redis.as_deref(), Some("redis://127.0.0.1:2"));
        assert_eq!(options.says, Says::Statuses);
        for wrong in
            ["", "127.0.0.1:1", "here limits.yaml", "127.0.0.1:1 l --redis", "127.0.0.1:1 l --says x"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
