//! `jwt-verify.wasm`: Verify tokens.

host::module!(host::Chain::Link, jwt::Jwt);
