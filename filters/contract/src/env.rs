//! Everything a decision may depend on besides the request and the configuration.

use std::net::IpAddr;

use crate::{Meter, ProxyCrypto, Store, UnixTime};

/// The world around one decision: time, randomness, the connection, shared memory. All are arguments, so
/// that the same inputs give the same verdict natively, in a test and in a proxy.
pub struct Env<'a> {
    /// The time of the decision.
    pub now: UnixTime,
    /// Where unpredictable bytes come from.
    pub entropy: &'a dyn Entropy,
    /// What the proxy knows of the connection.
    pub connection: &'a dyn Connection,
    /// What the workers share.
    pub store: &'a dyn Store,
    /// Signatures checked and made in native code.
    pub crypto: &'a dyn ProxyCrypto,
    /// Where events are counted.
    pub meter: &'a dyn Meter,
}

/// The world around the work beside the requests: there is no connection.
pub struct BackgroundEnv<'a> {
    /// The time.
    pub now: UnixTime,
    /// Where unpredictable bytes come from.
    pub entropy: &'a dyn Entropy,
    /// What the workers share.
    pub store: &'a dyn Store,
    /// Where events are counted.
    pub meter: &'a dyn Meter,
}

/// A source of unpredictable bytes.
pub trait Entropy {
    /// Fill `buffer`.
    ///
    /// # Errors
    /// When the host has no randomness; then nothing may be made that needs it.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// The host has no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntropyError;

/// What the proxy knows of the connection and of where the request goes. Each question costs a call to the
/// host, so ask only for what a decision names.
///
/// **Security.** Every answer may be `None`, and is where nobody says otherwise; a caller treats that as "not known", never as "allowed".
pub trait Connection {
    /// The client's address as the proxy determines it. Where the proxy is told to believe
    /// `X-Forwarded-For` (Envoy without `use_remote_address`), that is the caller's own word.
    fn source_address(&self) -> Option<IpAddr> {
        None
    }

    /// The certificate that the peer presented in TLS.
    fn peer(&self) -> Option<PeerFacts> {
        None
    }

    /// How the connection is protected; `None` for one without TLS, too.
    fn tls(&self) -> Option<TlsFacts> {
        None
    }

    /// The cluster that the proxy's route has chosen.
    fn upstream_cluster(&self) -> Option<String> {
        None
    }

    /// What an earlier filter of the proxy has left in the dynamic metadata of the request: `path` is the
    /// name of the filter and the keys below it. `None` when there is nothing; empty where there is
    /// something that the proxy cannot say, such as a `null`. The bytes tell no type.
    ///
    /// Clients cannot write there. Every earlier filter can, under any name.
    fn metadata(&self, _path: &[&str]) -> Option<Vec<u8>> {
        None
    }
}

/// What TLS says about the peer. Facts only: the identity stage decides what they prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerFacts {
    /// Whether the proxy has validated the certificate against its trust roots.
    pub validated: bool,
    /// The leaf certificate in PEM.
    pub certificate_pem: String,
}

/// What TLS says about the connection itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// The version as the proxy spells it, such as `TLSv1.3`.
    pub version: String,
    /// The name that the peer has asked for in SNI, if it is text: the peer's own word.
    pub server_name: Option<String>,
    /// Whether the peer has presented a certificate that the proxy has validated against its trust roots.
    /// One that was only presented proves nothing.
    pub mutual: bool,
}

/// Secrets of the environment that the proxy gives to the module. They never stand in a configuration,
/// which every administration page shows.
pub trait Secrets {
    /// The secret called `name`.
    fn secret(&self, name: &str) -> Option<String>;
}
