//! The bytes of requests, one unlike the other: another token, another order.

use std::io;

/// Orders that are asked for by turns. A prime, so that every token comes with every order in time: a decision that
/// was remembered for one pair is of little use for the next.
const ORDERS: u64 = 10_007;

/// What a browser sends beside its token: with what the proxy adds, some twenty fields.
const HEAD: &str = concat!(
    "host: shop.test\r\n",
    "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n",
    "accept: application/json\r\n",
    "accept-language: en-US,en;q=0.5\r\n",
    "accept-encoding: gzip, deflate, br, zstd\r\n",
    "referer: https://shop.test/orders\r\n",
    "origin: https://shop.test\r\n",
    "cookie: theme=dark; consent=necessary\r\n",
    "sec-fetch-dest: empty\r\n",
    "sec-fetch-mode: cors\r\n",
    "sec-fetch-site: same-origin\r\n",
    "priority: u=4\r\n",
);

/// How the tokens of a pool are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// By turns, again and again.
    Rotate,
    /// Each once.
    Once,
}

/// Requests of one proxy.
#[derive(Debug)]
pub(crate) struct Requests {
    used: Use,
    sent: u64,
}

impl Requests {
    /// From the first token on.
    pub(crate) const fn new(used: Use) -> Self {
        Self { used, sent: 0 }
    }

    /// Write the next one, with a token of `pool`.
    ///
    /// # Errors
    /// When every token has come and may not come again.
    pub(crate) fn write(&mut self, pool: &[String], bytes: &mut Vec<u8>) -> io::Result<()> {
        let number = usize::try_from(self.sent).map_err(io::Error::other)?;
        let place = match self.used {
            Use::Rotate => number.checked_rem(pool.len()).unwrap_or_default(),
            Use::Once => number,
        };
        let token = pool.get(place).ok_or_else(|| io::Error::other("there are not tokens enough"))?;
        bytes.clear();
        bytes.extend_from_slice(format!("GET /orders/{} HTTP/1.1\r\n", self.sent % ORDERS).as_bytes());
        bytes.extend_from_slice(HEAD.as_bytes());
        bytes.extend_from_slice(b"authorization: Bearer ");
        bytes.extend_from_slice(token.as_bytes());
        bytes.extend_from_slice(b"\r\n\r\n");
        self.sent += 1;
        Ok(())
    }

    /// Requests so far.
    pub(crate) const fn sent(&self) -> u64 {
        self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Vec<String> {
        ["a", "b"].map(str::to_owned).to_vec()
    }

    fn tokens(used: Use, count: usize) -> Vec<io::Result<String>> {
        let (mut requests, mut bytes) = (Requests::new(used), Vec::new());
        let mut next = || {
            requests.write(&pool(), &mut bytes)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(text.rsplit("Bearer ").next().unwrap_or_default().trim_end().to_owned())
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn known_tokens_come_by_turns() {
        let seen: io::Result<Vec<_>> = tokens(Use::Rotate, 3).into_iter().collect();
        assert_eq!(seen.unwrap(), ["a", "b", "a"]);
    }

    #[test]
    fn a_token_that_may_come_once_does_not_come_again() {
        let seen = tokens(Use::Once, 3);
        assert!(seen[1].is_ok() && seen[2].is_err());
    }
}
