//! Counters in Redis, looked at and spent of in one step.

use std::time::Duration;

use limitador::counter::Counter;
use redis::aio::ConnectionManager;
use redis::{Client, Script};

use crate::limiter::Failure;

/// Redis runs nothing else meanwhile, so of all who ask at once nobody gets what another one got.
const SPEND: &str = "
    local hits, fits = tonumber(ARGV[1]), 1
    for i, key in ipairs(KEYS) do
        local spent = tonumber(redis.call('get', key) or 0)
        if spent + hits > tonumber(ARGV[2 * i]) then fits = 0 end
    end
    local found = { fits }
    for i, key in ipairs(KEYS) do
        local spent
        local window = tonumber(ARGV[2 * i + 1])
        if fits == 1 then
            spent = redis.call('incrby', key, hits)
            if redis.call('pttl', key) < 0 then redis.call('pexpire', key, window) end
        else
            spent = tonumber(redis.call('get', key) or 0)
        end
        local left = redis.call('pttl', key)
        if left < 0 then left = window end
        table.insert(found, spent)
        table.insert(found, left)
    end
    return found
";

/// A Redis that may come and go.
pub(crate) struct Store {
    connection: ConnectionManager,
    spend: Script,
}

impl Store {
    /// Connect to one.
    pub(crate) async fn connect(url: &str) -> Result<Self, Failure> {
        let connection = ConnectionManager::new(Client::open(url)?).await?;
        Ok(Self { connection, spend: Script::new(SPEND) })
    }

    /// Spend of all of these counters, or of none; whether it was spent. They learn what is left of them.
    pub(crate) async fn spend(&self, counters: &mut [Counter], hits: u64) -> Result<bool, Failure> {
        let mut spend = self.spend.prepare_invoke();
        spend.arg(hits);
        for counter in counters.iter() {
            let window = u64::try_from(counter.window().as_millis())?;
            spend.key(key(counter)).arg(counter.max_value()).arg(window);
        }
        let found: Vec<u64> = spend.invoke_async(&mut self.connection.clone()).await?;
        let (fits, found) = found.split_first().ok_or("an answer of nothing")?;
        for (counter, pair) in counters.iter_mut().zip(found.chunks_exact(2)) {
            let &[spent, left] = pair else { continue };
            counter.set_remaining(counter.max_value().saturating_sub(spent));
            counter.set_expires_in(Duration::from_millis(left));
        }
        Ok(*fits == 1)
    }
}

/// What a counter counts: a limit, whatever its number is, and the values of its variables.
fn key(counter: &Counter) -> String {
    let limit = counter.limit();
    let mut conditions: Vec<_> = limit.conditions().into_iter().collect();
    conditions.sort();
    let identity = (counter.namespace().as_ref(), limit.seconds(), conditions, counter.set_variables());
    format!("watchword:{identity:?}")
}
