//! What the kernel has noted down about a process.

use std::time::Duration;
use std::{fs, io};

/// CPU time of all threads that a process has now, user and system, in the nanoseconds of the scheduler. Threads that
/// have ended are not in it; a proxy that serves ends none.
///
/// # Errors
/// When the process has ended.
pub(crate) fn cpu_of(process: u32) -> io::Result<Duration> {
    let threads = fs::read_dir(format!("/proc/{process}/task"))?;
    let times = threads.map(|thread| on_cpu(&fs::read_to_string(thread?.path().join("schedstat"))?));
    times.sum()
}

/// CPU time of the thread that asks.
///
/// # Errors
/// When the kernel does not count it.
pub(crate) fn own_cpu() -> io::Result<Duration> {
    on_cpu(&fs::read_to_string("/proc/thread-self/schedstat")?)
}

/// CPU time of a process since it began, threads that have ended among them, in ticks of the kernel's clock.
///
/// # Errors
/// When the process has ended.
pub(crate) fn cpu_since_start(process: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the program's name in parentheses, which may have spaces; `utime` and `stime` are the
    // 14th and the 15th.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks: Vec<u64> =
        fields.split(' ').skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    match ticks.as_slice() {
        [user, system] => {
            let seconds = (user + system) as f64 / rustix::param::clock_ticks_per_second() as f64;
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(unread(&stat)),
    }
}

/// Bytes of memory that are resident, as the kernel counts them page by page.
///
/// # Errors
/// When the process has ended.
pub(crate) fn resident_bytes(process: u32) -> io::Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| unread(&rollup))
}

/// The first of three numbers: nanoseconds on a CPU.
fn on_cpu(schedstat: &str) -> io::Result<Duration> {
    let nanos = schedstat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map(Duration::from_nanos).ok_or_else(|| unread(schedstat))
}

fn unread(text: &str) -> io::Error {
    io::Error::other(format!("the kernel's accounts read otherwise here: {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process;

    #[test]
    fn time_that_is_spent_is_counted() {
        let before = cpu_of(process::id()).unwrap();
        let own = own_cpu().unwrap();
        while own_cpu().unwrap() < own + Duration::from_millis(20) {}
        assert!(cpu_of(process::id()).unwrap() >= before + Duration::from_millis(20));
    }

    #[test]
    fn a_process_has_memory_and_has_spent_time() {
        assert!(resident_bytes(process::id()).unwrap() > 100_000);
        assert!(cpu_since_start(process::id()).is_ok());
    }

    #[test]
    fn of_a_process_that_is_no_more_nothing_is_made_up() {
        assert!(cpu_of(u32::MAX).is_err());
        assert!(resident_bytes(u32::MAX).is_err());
    }
}
