//! `watchword bundle`, as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod build;
mod folder;
mod keys;
mod show;
mod support;
mod verify;
