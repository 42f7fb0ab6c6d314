//! `rate-limit.wasm`: Limit.

host::module!(host::Chain::Link, ratelimit::Ratelimit);
