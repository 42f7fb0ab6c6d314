//! `identity-propagation.wasm`: Carry identity.

host::module!(host::Chain::Link, identity::IdentityStages);
