//! What the proxies of a measurement share: an issuer, its tokens, secrets, cores.

use std::io;
use std::path::Path;
use std::time::Duration;

use testenv::{EdgeSecrets, Issuer, RunDirectory, interrupt};

use crate::authorizer::Authorizer;
use crate::bootstrap::Around;
use crate::cores::Cores;
use crate::tokens::{Kind, Pool};

/// Dropping it ends it.
#[derive(Debug)]
pub(crate) struct World {
    /// Who runs where.
    pub(crate) cores: Cores,
    issuer: Issuer,
    secrets: EdgeSecrets,
    pools: Vec<Pool>,
    authorizer: Option<Authorizer>,
    directory: RunDirectory,
}

impl World {
    /// Start what runs beside the proxies, away from their core.
    ///
    /// # Errors
    /// When there is one core alone, or the system gives no random numbers.
    pub(crate) fn start(label: &str) -> io::Result<Self> {
        let cores = Cores::choose()?;
        cores.leave_proxy_alone()?;
        // Not before: the threads that wait for signals serve the issuer as well.
        interrupt::catch()?;
        Ok(Self {
            cores,
            issuer: Issuer::start(([127, 0, 0, 1], 0).into())?,
            secrets: EdgeSecrets::generate()?,
            pools: Vec::new(),
            authorizer: None,
            directory: RunDirectory::create(label)?,
        })
    }

    /// Start the external authorizer too, unless it runs.
    ///
    /// # Errors
    /// When it is not built, or does not start.
    pub(crate) fn need_authorizer(&mut self) -> io::Result<()> {
        if self.authorizer.is_none() {
            self.authorizer = Some(Authorizer::start(self.directory.path(), &self.issuer)?);
        }
        Ok(())
    }

    /// See to it that there are so many tokens of that kind. On all cores, as nothing is measured meanwhile.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn need_tokens(&mut self, kind: Kind, count: usize) -> io::Result<()> {
        let place = self.pools.iter().position(|pool| pool.kind() == kind).unwrap_or_else(|| {
            self.pools.push(Pool::new(kind));
            self.pools.len() - 1
        });
        let (issuer, pool) = (&self.issuer, &mut self.pools[place]);
        self.cores.anywhere(|| pool.fill(issuer, count))
    }

    /// The tokens of that kind.
    pub(crate) fn tokens(&self, kind: Kind) -> &[String] {
        self.pools.iter().find(|pool| pool.kind() == kind).map_or(&[], Pool::tokens)
    }

    /// What a proxy needs to know.
    pub(crate) fn around(&self) -> Around<'_> {
        Around {
            issuer: self.issuer.address().port(),
            authorizer: self.authorizer.as_ref().map(Authorizer::port),
            secrets: &self.secrets,
        }
    }

    /// CPU time that the external authorizer has taken so far; none where it does not run.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn authorizer_cpu(&self) -> io::Result<Duration> {
        self.authorizer.as_ref().map_or(Ok(Duration::ZERO), Authorizer::cpu)
    }

    /// Where logs go.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Leave the logs to whoever wants to know what went wrong.
    pub(crate) const fn keep_logs(&mut self) {
        self.directory.keep();
    }
}
