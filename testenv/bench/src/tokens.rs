//! Tokens, made before anything is measured.

use std::io;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use testenv::Issuer;
use testenv::issuer::{Algorithm, Flaw, TokenRequest};

/// Users, each of whom has one token where tokens are known: as many as one proxy sees at a time that serves some
/// hundred requests in a second to people who ask every few seconds.
pub(crate) const USERS: usize = 2_000;

/// How long the tokens are good, in seconds: longer than any measurement.
const LIFETIME_SECONDS: u64 = 6 * 3_600;

/// Threads that sign: as many as the measurement has cores.
const SIGNERS: usize = 2;

/// What is wrong with the tokens of a pool, and by what they are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// What they are signed with.
    pub(crate) algorithm: Algorithm,
    /// What is wrong with them.
    pub(crate) flaw: Flaw,
}

/// Tokens of one kind. The one at a place is of the same user in every pool.
#[derive(Debug)]
pub(crate) struct Pool {
    kind: Kind,
    tokens: Vec<String>,
}

impl Pool {
    /// An empty one.
    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, tokens: Vec::new() }
    }

    /// Of which kind.
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// All of them.
    pub(crate) fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// See to it that there are `count` of them at least.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn fill(&mut self, issuer: &Issuer, count: usize) -> io::Result<()> {
        let from = self.tokens.len();
        let missing: Vec<usize> = (from..count).collect();
        let parts = missing.chunks(missing.len().div_ceil(SIGNERS).max(1));
        let kind = self.kind;
        let made: Vec<io::Result<Vec<String>>> = thread::scope(|scope| {
            let sign = |part: &'_ [usize]| part.iter().map(|number| token(issuer, kind, *number)).collect();
            let signers: Vec<_> = parts.map(|part| scope.spawn(move || sign(part))).collect();
            let gone = || io::Error::other("a signer has panicked");
            signers.into_iter().map(|signer| signer.join().unwrap_or_else(|_| Err(gone()))).collect()
        });
        for part in made {
            self.tokens.extend(part?);
        }
        Ok(())
    }
}

/// A token as a company's issuer makes them: who, of which tenant, in which roles and groups.
fn token(issuer: &Issuer, kind: Kind, number: usize) -> io::Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?.as_secs();
    let request = TokenRequest::new(&format!("user-{}", number % USERS))
        .algorithm(kind.algorithm)
        .flaw(kind.flaw)
        .claim("exp", now + LIFETIME_SECONDS)
        .claim("name", format!("Somebody of Number {}", number % USERS))
        .claim("groups", vec!["staff", "berlin", "orders"]);
    issuer.token(&request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_the_same_and_more_follow_those_that_are_there() {
        let issuer = Issuer::start(([127, 0, 0, 1], 0).into()).unwrap();
        let mut pool = Pool::new(Kind { algorithm: Algorithm::EdDsa, flaw: Flaw::None });
        pool.fill(&issuer, 3).unwrap();
        let first = pool.tokens().to_vec();
        pool.fill(&issuer, 8).unwrap();
        assert_eq!((pool.tokens().len(), &pool.tokens()[..3]), (8, first.as_slice()));
        let mut all = pool.tokens().to_vec();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 8);
    }
}
