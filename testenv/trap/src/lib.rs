//! A module for tests: `watchword.wasm` with a defect. Its stages, its host and its calls are those of the shipped
//! module; beside them stands a kind of stage that traps when a request asks it to, by the field `x-trap`. What a
//! proxy makes of a defect of ours is shown with it. It is never shipped, and nothing of it is in what is.

#[cfg(target_family = "wasm")]
mod defect;
#[cfg(target_family = "wasm")]
mod stage;

#[cfg(target_family = "wasm")]
host::module!(
    host::Chain::Whole,
    crate::stage::Traps,
    jwt::Jwt,
    identity::IdentityStages,
    authz::Authz,
    ratelimit::Ratelimit
);
