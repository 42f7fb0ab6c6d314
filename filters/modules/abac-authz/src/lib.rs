//! `abac-authz.wasm`: Decide with Cedar.

host::module!(host::Chain::Link, authz::Authz);
