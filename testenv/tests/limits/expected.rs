//! What a limit must have let pass.

use serde_json::{Value, json};
use testenv::load::Class;

use crate::keys;

/// A limit by its numbers.
#[derive(Clone, Copy)]
pub struct Quota {
    /// Requests at once.
    pub burst: u32,
    /// So many requests come back...
    pub requests: u32,
    /// ... in so many seconds.
    pub per_seconds: u32,
}

impl Quota {
    /// The limit of this quota, as a configuration has it.
    pub fn limit(self) -> Value {
        json!({
            "requests": self.requests, "per_seconds": self.per_seconds, "burst": self.burst,
            "key": [keys::part()],
        })
    }

    /// What it should let pass of these requests of one key: burst + rate × duration.
    pub fn expected(self, class: &Class) -> f64 {
        let per_second = f64::from(self.requests) / f64::from(self.per_seconds);
        f64::from(self.burst) + per_second * class.duration().as_secs_f64()
    }

    /// How far what it has let pass is off that, in percent of it. Too few of one key do not make up for too
    /// many of another.
    pub fn percent_off(self, classes: &[Class]) -> f64 {
        let off = |class| (class_admitted(class) - self.expected(class)).abs();
        let (off, all): (f64, f64) =
            (classes.iter().map(off).sum(), classes.iter().map(|class| self.expected(class)).sum());
        100.0 * off / all
    }
}

fn class_admitted(class: &Class) -> f64 {
    class.count(200) as f64
}
