//! A proxy from its start to its first answer, and what it holds afterwards.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use testenv::client::{Request, exchange};

use crate::accounts::{cpu_since_start, resident_bytes};
use crate::bootstrap::Behind;
use crate::load::{Amount, Load, closed};
use crate::proxy::Proxy;
use crate::requests::{Requests, Use};
use crate::samples::Measure;
use crate::scenario::Scenario;
use crate::world::World;

/// How often the first answer is asked for: a hundredth of the shortest start.
const POLL: Duration = Duration::from_millis(2);

/// How long a start may take. Modules are compiled before the first answer, and other programs may run.
const PATIENCE: Duration = Duration::from_secs(90);

/// Connections over which it serves before its memory is looked at: both workers get some.
const CONNECTIONS: usize = 8;

/// Requests of as many users, before the memory of the proxy itself is looked at: as many as in the study that the
/// bounds of that memory come from.
const FEW: u64 = 120;

/// A proxy that has started and served.
#[derive(Debug)]
pub(crate) struct Started(Proxy);

impl Started {
    /// Every user comes twice: once over each worker, more or less.
    ///
    /// # Errors
    /// When it answers otherwise than it should.
    pub(crate) fn meet_users(&self, tokens: &[String]) -> io::Result<()> {
        serve(&self.0, tokens, 2 * tokens.len() as u64)
    }

    /// What it holds now, in MB.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn resident_mb(&self) -> io::Result<f64> {
        Ok(resident_bytes(self.0.id())? as f64 / 1e6)
    }
}

/// Start it once, on all cores, as nothing else runs that is measured. It goes on, to come to rest.
///
/// # Errors
/// When it does not start, or answers otherwise than it should.
pub(crate) fn start_once(world: &World, scenario: &Scenario) -> io::Result<(Started, [(Measure, f64); 2])> {
    let begin = || Proxy::begin(world, scenario.key, &scenario.filters, Behind::Nothing, scenario.workers);
    let began = Instant::now();
    let proxy = world.cores.anywhere(begin)?;
    first_answer(&proxy, world.tokens(scenario.tokens), began)?;
    let (time, cpu) = (began.elapsed(), cpu_since_start(proxy.id())?);
    serve(&proxy, world.tokens(scenario.tokens), FEW)?;
    let measures =
        [(Measure::StartMs, time.as_secs_f64() * 1e3), (Measure::StartCpuMs, cpu.as_secs_f64() * 1e3)];
    Ok((Started(proxy), measures))
}

/// Ask until an answer is 200: before that there is no connection, or there are no keys yet.
fn first_answer(proxy: &Proxy, tokens: &[String], began: Instant) -> io::Result<()> {
    let token = tokens.first().ok_or_else(|| io::Error::other("there is no token"))?;
    let request = Request::get("/orders/1").bearer(token);
    while began.elapsed() < PATIENCE {
        if exchange(proxy.address(), &request).is_ok_and(|answer| answer.status == 200) {
            return Ok(());
        }
        thread::sleep(POLL);
    }
    Err(io::Error::other(format!("no answer; end of its log:\n{}", proxy.log())))
}

fn serve(proxy: &Proxy, tokens: &[String], requests: u64) -> io::Result<()> {
    let mut load = Load::new(proxy.address(), Requests::new(Use::Rotate), 200);
    load.connect(CONNECTIONS)?;
    closed(&mut load, tokens, Amount::Count(requests)).map(|_| ())
}
