//! The shop: issuer, services, the edge and two sidecars, all on the loopback.

mod options;
mod plan;

use std::io;
use std::net::SocketAddr;
use std::path::Path;

pub use options::{Options, Side};
use plan::Plan;

use crate::bootstrap::Words;
use crate::envoy::access_log;
use crate::issuer::TokenRequest;
use crate::{Bootstrap, EdgeSecrets, Envoy, EnvoyOptions, Issuer, Reach, RunDirectory, Service};

/// A running shop. Dropping it ends all of it, and removes what it has written.
#[derive(Debug)]
pub struct Mesh {
    // The proxies come first, because fields are dropped in order and clients go before servers.
    envoys: Vec<(Side, Envoy)>,
    /// What an edge before the sidecar of orders is started with.
    edge: (Words, EnvoyOptions),
    /// The issuer of users' tokens.
    pub issuer: Issuer,
    /// The service orders.
    pub orders: Service,
    /// The service payments.
    pub payments: Service,
    /// Where everything is.
    pub reach: Reach,
    /// The edge's listener for keys, which only workloads of the shop reach.
    pub keys: SocketAddr,
    secrets: EdgeSecrets,
    directory: RunDirectory,
}

impl Mesh {
    /// Start a shop and wait until it accepts requests.
    ///
    /// # Errors
    /// When a module or Envoy is missing, or an Envoy refuses its bootstrap; the message holds the end of
    /// its log, all of which is kept then.
    pub fn start(options: &Options) -> io::Result<Self> {
        let mut directory = RunDirectory::create(&options.label)?;
        let started = Self::start_in(&directory, options);
        let interrupted = |error: &io::Error| error.kind() == io::ErrorKind::Interrupted;
        if started.as_ref().is_err_and(|error| !interrupted(error)) {
            directory.keep();
        }
        let (plan, envoys) = started?;
        let (reach, keys) = (plan.reach(), plan.keys());
        let edge = (plan.edge_words(false)?, plan.environment(Side::Edge, options));
        let Plan { issuer, orders, payments, edge: secrets, .. } = plan;
        Ok(Self { envoys, edge, issuer, orders, payments, reach, keys, secrets, directory })
    }

    fn start_in(directory: &RunDirectory, options: &Options) -> io::Result<(Plan, Vec<(Side, Envoy)>)> {
        let plan = Plan::new(directory.path())?;
        let mut envoys = Vec::new();
        // The sidecar of orders asks the edge for its keys as soon as it runs, and if nobody answers, not
        // again for a second or more.
        let (last, first): (Vec<Side>, Vec<Side>) =
            options.sides.iter().partition(|side| **side == Side::Orders);
        for sides in [first, last] {
            let begin = envoys.len();
            for side in sides {
                envoys.push((side, plan.start(side, options)?));
            }
            for (_, envoy) in &mut envoys[begin..] {
                envoy.ready()?;
            }
        }
        Ok((plan, envoys))
    }

    /// Have Envoy check the bootstrap of one proxy: it loads the module and shows it its configuration, but
    /// serves nobody. Gives whether Envoy accepts it, and what it says.
    ///
    /// # Errors
    /// When a module or Envoy is missing.
    pub fn check(options: &Options, side: Side) -> io::Result<(bool, String)> {
        let directory = RunDirectory::create(&options.label)?;
        let plan = Plan::new(directory.path())?;
        let bootstrap = plan.bootstrap(side, options)?;
        let output = Envoy::validate(&bootstrap, directory.path(), &plan.environment(side, options))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// One of the proxies.
    ///
    /// # Panics
    /// When the options have left it out.
    pub fn envoy(&self, side: Side) -> &Envoy {
        let found = self.envoys.iter().find(|(candidate, _)| *candidate == side);
        found.map(|(_, envoy)| envoy).unwrap_or_else(|| panic!("{side:?} was not started"))
    }

    /// What starts another replica of the edge, called `name`, on these ports: for clients, for keys, and for
    /// its admin interface.
    ///
    /// # Errors
    /// When its bootstrap cannot be read.
    pub fn replica(&self, name: &str, ports: [u16; 3]) -> io::Result<(Bootstrap, EnvoyOptions)> {
        let (mut words, environment) = self.edge.clone();
        let ports = ["PORT", "KEYS_PORT", "ADMIN_PORT"].into_iter().zip(ports);
        words.extend(ports.map(|(word, port)| (word, port.to_string())));
        words.insert("ACCESS_LOG", access_log(self.directory(), name).display().to_string());
        let mut bootstrap = Bootstrap::read("edge.yaml", &words)?;
        bootstrap.own_ports()?;
        Ok((bootstrap, environment))
    }

    /// A good token for `subject`.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn token(&self, subject: &str) -> io::Result<String> {
        self.issuer.token(&TokenRequest::new(subject))
    }

    /// What the edge knows besides its certificate, its signing key among it: to sign as the edge does.
    pub const fn edge_secrets(&self) -> &EdgeSecrets {
        &self.secrets
    }

    /// The directory of its logs, certificates and bootstraps.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Leave that directory, for whoever wants to know what went wrong.
    pub const fn keep_directory(&mut self) {
        self.directory.keep();
    }
}
