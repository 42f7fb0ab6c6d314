//! Ctrl-C and polite kills, as a wish that is granted between two steps.
//!
//! A signal that ends this process at once would leave its children behind. So the handler only notes the
//! wish, and whatever takes long asks for it: then it returns, and what it owns is dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io, thread};

use tokio::signal::unix::{SignalKind, signal};

use crate::http::runtime;

/// How often is asked while there is nothing else to do.
const POLL: Duration = Duration::from_millis(50);

static WISHED: AtomicBool = AtomicBool::new(false);

/// From now on, note SIGINT and SIGTERM instead of dying of them.
///
/// # Errors
/// When signals cannot be received.
pub fn catch() -> io::Result<()> {
    // Registering needs the runtime; it is done when this returns, before anything is started.
    let _context = runtime().enter();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    runtime().spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        WISHED.store(true, Ordering::Relaxed);
    });
    Ok(())
}

/// Whether somebody wants this process to end.
pub(crate) fn is_wished() -> bool {
    WISHED.load(Ordering::Relaxed)
}

/// The error of whoever was asked to end.
///
/// # Errors
/// When somebody wants this process to end.
pub fn check() -> io::Result<()> {
    match is_wished() {
        true => Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted")),
        false => Ok(()),
    }
}

/// Wait until somebody wants this process to end.
pub fn wait() {
    while !is_wished() {
        thread::sleep(POLL);
    }
}
