//! What a proxy holds and has counted.

use std::io;

use testenv::Envoy;
use testenv::report::{Checked, ensure};

/// A look at a proxy.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vitals {
    /// Bytes of memory.
    pub resident: u64,
    /// VMs that run.
    pub vms: u64,
    /// VMs that have trapped and were replaced, or could not be, or not yet.
    pub reloads: u64,
    /// Lines of its log.
    lines: usize,
}

/// Reads what `envoy` holds.
///
/// # Errors
/// When it does not answer.
pub fn look(envoy: &Envoy) -> io::Result<Vitals> {
    let stats = envoy.admin("/stats")?;
    Ok(Vitals {
        resident: envoy.resident_bytes()?,
        vms: sum(&stats, "runtime.v8.active")?,
        reloads: sum(&stats, "vm_reload_success")? + sum(&stats, "vm_reload_failure")?,
        lines: envoy.log().lines().count(),
    })
}

impl Vitals {
    /// The same VMs as at first, and no reload but those that were `wanted`.
    pub fn is_as_before(&self, before: &Self, wanted: u64) -> Checked<()> {
        let reloads = self.reloads - before.reloads;
        ensure(reloads == wanted, || format!("{reloads} reloads instead of {wanted}"))?;
        ensure(self.vms == before.vms, || format!("{} VMs instead of {}", self.vms, before.vms))
    }

    /// No line of an error since `before`, but those that have one of `expected` in them.
    pub fn has_logged_only(&self, envoy: &Envoy, before: &Self, expected: &[&str]) -> Checked<()> {
        let log = envoy.log();
        let mut new = log.lines().skip(before.lines);
        let wrong = new.find(|line| is_error(line) && !expected.iter().any(|text| line.contains(text)));
        ensure(wrong.is_none(), || format!("the log has {wrong:?}"))
    }
}

fn is_error(line: &str) -> bool {
    ["[error]", "[critical]", "panicked"].iter().any(|mark| line.contains(mark))
}

/// All counters whose names contain `part`. That there is none is not the same as 0.
fn sum(stats: &str, part: &str) -> io::Result<u64> {
    let lines = stats.lines().filter(|line| line.contains(part));
    let values = lines.filter_map(|line| line.rsplit(": ").next()?.parse::<u64>().ok());
    let sum = values.reduce(|sum, value| sum + value);
    sum.ok_or_else(|| io::Error::other(format!("no counter has a name with `{part}` in it")))
}

#[test]
fn errors_are_told_from_other_lines() {
    assert!(is_error("[2026-01-01 00:00:00.000][1][error][wasm] x"));
    assert!(is_error("thread '<unnamed>' panicked at src/lib.rs"));
    assert!(!is_error("[2026-01-01 00:00:00.000][1][warning][wasm] error"));
    let stats = "wasm.a.vm_reload_success: 1\nwasm.b.vm_reload_success: 2\nother: 4\n";
    assert_eq!(sum(stats, "vm_reload_success").unwrap(), 3);
    assert!(sum(stats, "absent").is_err());
}
