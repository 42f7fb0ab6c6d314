//! Which core does what: the proxy has one for itself, and everything else shares the other.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores of a measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    all: CpuSet,
    proxy: CpuSet,
    others: CpuSet,
}

impl Cores {
    /// The first two that this process may use.
    ///
    /// # Errors
    /// When there is one alone: proxy and load would take it from each other.
    pub(crate) fn choose() -> io::Result<Self> {
        let all = sched_getaffinity(None)?;
        let mut usable = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core));
        match (usable.next(), usable.next()) {
            (Some(proxy), Some(others)) => Ok(Self { all, proxy: only(proxy), others: only(others) }),
            _ => Err(io::Error::other("two cores are needed: one for the proxy, one for the load")),
        }
    }

    /// Run on the proxy's core: what is started meanwhile stays there.
    pub(crate) fn as_proxy<T>(&self, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.on(&self.proxy, act)
    }

    /// Run on any core, as programs do that nobody measures.
    pub(crate) fn anywhere<T>(&self, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.on(&self.all, act)
    }

    /// From now on, this thread and those that it starts stay away from the proxy's core.
    pub(crate) fn leave_proxy_alone(&self) -> io::Result<()> {
        Ok(sched_setaffinity(None, &self.others)?)
    }

    /// Children and threads inherit the cores of the thread that starts them.
    fn on<T>(&self, cores: &CpuSet, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        sched_setaffinity(None, cores)?;
        let done = act();
        self.leave_proxy_alone()?;
        done
    }
}

fn only(core: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(core);
    set
}
