//! The shop: issuer, services, the edge and two sidecars, all on the loopback.

mod options;
mod plan;

use std::io;
use std::path::Path;

pub use options::{Options, Side};
use plan::Plan;

use crate::issuer::TokenRequest;
use crate::{EdgeSecrets, Envoy, Issuer, Reach, RunDirectory, Service};

/// A running shop. Dropping it ends all of it, and removes what it has written.
#[derive(Debug)]
pub struct Mesh {
    // The proxies come first, because fields are dropped in order and clients go before servers.
    envoys: Vec<(Side, Envoy)>,
    /// The issuer of users' tokens.
    pub issuer: Issuer,
    /// The service orders.
    pub orders: Service,
    /// The service payments.
    pub payments: Service,
    /// Where everything is.
    pub reach: Reach,
    edge: EdgeSecrets,
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
        let reach = plan.reach();
        let Plan { issuer, orders, payments, edge, .. } = plan;
        Ok(Self { envoys, issuer, orders, payments, reach, edge, directory })
    }

    fn start_in(directory: &RunDirectory, options: &Options) -> io::Result<(Plan, Vec<(Side, Envoy)>)> {
        let plan = Plan::new(directory.path())?;
        let mut envoys = Vec::new();
        for side in &options.sides {
            envoys.push((*side, plan.start(*side, options)?));
        }
        for (_, envoy) in &mut envoys {
            envoy.ready()?;
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

    /// A good token for `subject`.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn token(&self, subject: &str) -> io::Result<String> {
        self.issuer.token(&TokenRequest::new(subject))
    }

    /// What the edge knows besides its certificate, its signing key among it: to sign as the edge does.
    pub const fn edge_secrets(&self) -> &EdgeSecrets {
        &self.edge
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
