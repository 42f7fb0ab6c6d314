//! Everything that is asked, for as long as somebody wants to wait.

use std::env;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::gate;
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::load::Cost;
use crate::slope::{self, Slope};
use crate::vitals;
use crate::world::World;

/// The gate.
const GATE: &str = "faults.soak_mb_per_hour";

/// The variable of the environment that tells how long, in minutes, and what it is without.
const MINUTES: &str = "WATCHWORD_SOAK_MINUTES";
const DEFAULT_MINUTES: f64 = 30.0;

/// Part of the time in which a proxy gets what it keeps for as long as it is busy.
const WARM_UP: f64 = 1.0 / 6.0;

/// Samples of the rest.
const SAMPLES: u32 = 90;

/// The most that memory may grow by, in MB per hour. A slope of a quarter of it is what is wanted; half an hour cannot
/// tell that from nothing.
const MOST: f64 = 4.0;

#[test]
#[ignore = "takes as long as it is told to: scripts/soak"]
fn a_proxy_that_is_asked_everything_for_long_keeps_what_it_has() {
    let minutes =
        env::var(MINUTES).map_or(DEFAULT_MINUTES, |text| text.parse().expect("a number of minutes"));
    let world = World::new().unwrap_or_else(|error| panic!("{error}"));
    let edge = world
        .edge("soak", |bootstrap| {
            // Keys are fetched again often enough to see what that costs.
            let keys = &mut bootstrap.configuration("clients")?["jwt"]["providers"]["corp"]["keys"];
            keys["remote"]["refresh_seconds"] = json!(10);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    let slope = soak(&world, &edge, Duration::from_secs_f64(minutes * 60.0))
        .unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(is_told(minutes, &slope), "{slope:?}");
}

/// Whether the bound holds, as far as the time allows to say: what memory does in a few minutes is no slope.
fn is_told(minutes: f64, slope: &Slope) -> bool {
    let want = format!("<{MOST:.0}");
    if minutes < DEFAULT_MINUTES {
        gate::absent(GATE, want, format!("{minutes} minutes are too short to tell"));
        return true;
    }
    gate::line(GATE, format!("{:.1}", slope.upper), want, slope.upper < MOST)
}

fn soak(world: &World, edge: &Edge, lasts: Duration) -> Checked<Slope> {
    let warm_up = lasts.mul_f64(WARM_UP);
    let (samples, tally) = edge.load(world, Cost::NONE).while_doing(|| {
        thread::sleep(warm_up);
        let before = vitals::look(&edge.envoy)?;
        let samples = sample(edge, (lasts - warm_up) / SAMPLES)?;
        let after = vitals::look(&edge.envoy)?;
        after.is_as_before(&before, 0)?;
        after.has_logged_only(&edge.envoy, &before, &[])?;
        ensure(after.reloads == 0, || format!("{} VMs have trapped", after.reloads))?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(samples)
    });
    let samples = samples?;
    tally.is_right()?;
    let slope = slope::of(&samples)?;
    let (Some((_, first)), Some((_, last))) = (samples.first(), samples.last()) else {
        return Err("no samples".into());
    };
    println!(
        "soak: {} requests at {:.0}/s, {} wrong, the slowest took {:.1?}; {} samples from {first:.1} to {last:.1} MB, \
         {:+.2} MB per hour, at most {:+.2}",
        tally.sent,
        tally.per_second(),
        tally.wrong,
        tally.slowest,
        samples.len(),
        slope.median,
        slope.upper
    );
    Ok(slope)
}

/// Hours and megabytes.
fn sample(edge: &Edge, interval: Duration) -> Checked<Vec<(f64, f64)>> {
    let start = Instant::now();
    let one = |number: u32| {
        thread::sleep((start + interval * number).saturating_duration_since(Instant::now()));
        let resident = edge.envoy.resident_bytes()?;
        Ok((start.elapsed().as_secs_f64() / 3_600.0, resident as f64 / 1e6))
    };
    (1..=SAMPLES).map(one).collect()
}
