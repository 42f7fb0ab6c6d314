//! Which proxies to start, and what a test wants otherwise than as shipped.

use std::fmt;
use std::io;

use crate::{Behaviour, Bootstrap, EnvoyOptions};

/// One of the three proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The edge.
    Edge,
    /// The sidecar of orders.
    Orders,
    /// The sidecar of payments.
    Payments,
}

impl Side {
    /// In the order of the path of a request.
    pub const ALL: [Self; 3] = [Self::Edge, Self::Orders, Self::Payments];

    /// The name of the workload.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Orders => "orders",
            Self::Payments => "payments",
        }
    }
}

type Edit = Box<dyn Fn(&mut Bootstrap) -> io::Result<()>>;

/// What a test wants otherwise than as shipped.
pub struct Options {
    pub(super) label: String,
    pub(super) sides: Vec<Side>,
    pub(super) envoy: EnvoyOptions,
    pub(super) issuer: Behaviour,
    pub(super) issuer_at: Vec<(String, Behaviour)>,
    pub(super) direct: bool,
    pub(super) environment: Vec<(Side, &'static str, String)>,
    pub(super) edits: Vec<(Side, Edit)>,
}

impl Options {
    /// The whole shop as shipped. `label` names the directory of its logs.
    pub fn new(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            sides: Side::ALL.to_vec(),
            envoy: EnvoyOptions::default(),
            issuer: Behaviour::Serve,
            issuer_at: Vec::new(),
            direct: false,
            environment: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// Start these proxies only. The edge without the sidecar of orders calls the service itself.
    #[must_use]
    pub fn only(mut self, sides: &[Side]) -> Self {
        self.sides = sides.to_vec();
        self.direct |= !sides.contains(&Side::Orders);
        self
    }

    /// Let the edge call the service orders itself, although its sidecar runs.
    #[must_use]
    pub const fn direct(mut self) -> Self {
        self.direct = true;
        self
    }

    /// Give one proxy this environment variable.
    #[must_use]
    pub fn environment(mut self, side: Side, name: &'static str, value: String) -> Self {
        self.environment.push((side, name, value));
        self
    }

    /// Start with an issuer that behaves so.
    #[must_use]
    pub fn issuer(mut self, behaviour: Behaviour) -> Self {
        self.issuer = behaviour;
        self
    }

    /// Start with an issuer that behaves so at this path for keys.
    #[must_use]
    pub fn issuer_at(mut self, path: &str, behaviour: Behaviour) -> Self {
        self.issuer_at.push((path.to_owned(), behaviour));
        self
    }

    /// Change the bootstrap of one proxy before it is started.
    #[must_use]
    pub fn change(mut self, side: Side, edit: impl Fn(&mut Bootstrap) -> io::Result<()> + 'static) -> Self {
        self.edits.push((side, Box::new(edit)));
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("label", &self.label)
            .field("sides", &self.sides)
            .finish_non_exhaustive()
    }
}
