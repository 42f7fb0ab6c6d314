//! `watchword explain`, as a user runs it. That it says what a real proxy does, the tests of the harness show;
//! so they do of `simulate`, of which only what is wrong with its command is tested here.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod keys;
mod limits;
mod places;
mod requests;
mod stages;
mod support;
mod usage;
