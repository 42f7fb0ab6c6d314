//! A scenario: what is sent, and what is expected of it.

use std::fmt;
use std::io;

use rustls::AlertDescription;
use serde_json::Value;

use crate::client::Answer;
use crate::{Reach, Side};

/// Sends what the scenario is about, and gives the answer that counts.
pub type Send = fn(&Reach) -> io::Result<Answer>;

/// Looks at what the services received, as `orders` answered it. The error says what is wrong.
pub type Check = fn(&Value) -> Result<(), String>;

/// One row of the table before it is run.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// What is sent, in words.
    pub sent: &'static str,
    /// The proxy that sees it first.
    pub enters: Side,
    /// What must come of it.
    pub expected: Expected,
    pub(super) send: Send,
}

/// What must come of a scenario.
#[derive(Clone, Copy)]
pub enum Expected {
    /// 200, and the services received what they should.
    Forwarded(Check),
    /// Watchword refuses, with this status, at this stage, for this reason.
    Refused(u16, &'static str, &'static str),
    /// Envoy refuses by itself, with this status.
    RefusedByEnvoy(u16),
    /// The connection does not come about: the proxy ends the handshake with this alert (RFC 8446 §6.2).
    NoConnection(AlertDescription),
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.sent, self.expected)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forwarded(_) => write!(f, "200"),
            Self::Refused(status, stage, reason) => write!(f, "{status} by {stage}: {reason}"),
            Self::RefusedByEnvoy(status) => write!(f, "{status} by envoy"),
            Self::NoConnection(alert) => write!(f, "no connection: {alert:?}"),
        }
    }
}
