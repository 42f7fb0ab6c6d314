//! What the issuer of keys can do wrong, and what clients must not notice of it.
//!
//! Every case runs a real Envoy with two workers, and ends with [`shop::Shop::close`]: no VM was reloaded,
//! Envoy lives, and the route that needs no keys was answered all the while.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

mod bodies;
mod cached;
mod cold;
mod large;
mod rotation;
mod shop;
mod two_tokens;
mod unknown_kids;
mod vigil;
