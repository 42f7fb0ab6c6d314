//! Batches of two acts by turns, so that whatever slows the machine slows both.

use contract::UnixTime;
use proxy_wasm::hostcalls::get_current_time;

/// Batches of each act.
const BATCHES: usize = 40;

/// Acts in one batch: some milliseconds of them, far above the grain of the clock.
const BATCH: u32 = 2_000;

/// Nanoseconds that one act took in each batch on average.
pub(crate) struct Batches {
    /// Of the limiter's stage.
    pub(crate) stage_nanos: Vec<u64>,
    /// Of the bare read and write right after it.
    pub(crate) bare_nanos: Vec<u64>,
}

/// Time both; nothing when one of the acts fails.
pub(crate) fn measure(stage: &dyn Fn(UnixTime) -> bool, bare: &dyn Fn() -> bool) -> Option<Batches> {
    let mut batches = Batches { stage_nanos: Vec::new(), bare_nanos: Vec::new() };
    for _ in 0..BATCHES {
        batches.stage_nanos.push(batch(stage)?);
        batches.bare_nanos.push(batch(&|_| bare())?);
    }
    Some(batches)
}

/// The clock is read once per batch, as a proxy reads it once per request, before any stage is asked.
fn batch(act: &dyn Fn(UnixTime) -> bool) -> Option<u64> {
    let began = now_nanos()?;
    if !(0..BATCH).all(|_| act(UnixTime::from_nanos(began))) {
        return None;
    }
    now_nanos()?.checked_sub(began)?.checked_div(u64::from(BATCH))
}

fn now_nanos() -> Option<u64> {
    let since = get_current_time().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}
