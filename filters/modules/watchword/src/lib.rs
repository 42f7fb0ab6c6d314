//! `watchword.wasm`: All stages in one module.

host::module!(host::Chain::Whole, jwt::Jwt, identity::IdentityStages, authz::Authz, ratelimit::Ratelimit);
