//! The calls of WASI that Envoy answers too.

use super::{Call, Perform};
use crate::{LogLine, Status};

/// `errno::badf`.
const BAD_FILE: Status = Status(8);

/// Standard output and standard error, whose lines Envoy logs.
const OUTPUTS: [(u32, u32); 2] = [(1, 2), (2, 4)];

pub(super) fn find(name: &str) -> Option<Perform> {
    let perform: Perform = match name {
        "args_get" | "proc_exit" => nothing,
        "args_sizes_get" => no_arguments,
        "clock_time_get" => clock,
        "environ_get" => environment,
        "environ_sizes_get" => environment_sizes,
        "fd_close" | "fd_fdstat_get" | "fd_read" | "fd_seek" => no_file,
        "fd_write" => write,
        "random_get" => random,
        "sched_yield" => nothing,
        _ => return None,
    };
    Some(perform)
}

fn nothing(_: &mut Call<'_, '_>) -> Result<(), Status> {
    Ok(())
}

fn no_file(_: &mut Call<'_, '_>) -> Result<(), Status> {
    Err(BAD_FILE)
}

fn no_arguments(call: &mut Call<'_, '_>) -> Result<(), Status> {
    call.put(0, &0_u32.to_le_bytes())?;
    call.put(1, &0_u32.to_le_bytes())
}

fn clock(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let now = call.guest().proxy.state().now;
    call.put(2, &now.to_le_bytes())
}

fn random(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let length = usize::try_from(call.word(1)?).map_err(|_| Status::INVALID_MEMORY_ACCESS)?;
    let bytes = call.guest().proxy.state().random(length);
    call.put(0, &bytes)
}

fn environment_sizes(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let environment = &call.guest().environment;
    let word = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let count = word(environment.len());
    let bytes = word(environment.iter().map(|entry| entry.len() + 1).sum());
    call.put(0, &count)?;
    call.put(1, &bytes)
}

/// Pointers to the entries, and the entries with a NUL behind each.
fn environment(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (mut pointers, mut at) = (call.word(0)?, call.word(1)?);
    for entry in call.guest().environment.clone() {
        let text = [entry.as_bytes(), b"\0"].concat();
        call.write(pointers, &at.to_le_bytes())?;
        call.write(at, &text)?;
        pointers += 4;
        at += u32::try_from(text.len()).map_err(|_| Status::INVALID_MEMORY_ACCESS)?;
    }
    Ok(())
}

/// Gathers the pieces and logs every whole line.
fn write(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let file = call.word(0)?;
    let (_, level) = OUTPUTS.into_iter().find(|(output, _)| *output == file).ok_or(BAD_FILE)?;
    let (list, count) = (call.word(1)?, call.word(2)?);
    let mut text = Vec::new();
    for piece in 0..count {
        let span = call.read(list + 8 * piece, 8)?;
        let word =
            |at: usize| span.get(at..).and_then(<[u8]>::first_chunk).copied().map(u32::from_le_bytes);
        let (Some(at), Some(length)) = (word(0), word(4)) else {
            return Err(Status::INVALID_MEMORY_ACCESS);
        };
        text.extend(call.read(at, length)?);
    }
    let written = u32::try_from(text.len()).map_err(|_| Status::INTERNAL_FAILURE)?;
    log_lines(call, level, &text);
    call.put(3, &written.to_le_bytes())
}

fn log_lines(call: &mut Call<'_, '_>, level: u32, text: &[u8]) {
    let guest = call.guest();
    guest.unfinished_line.extend(text);
    while let Some(end) = guest.unfinished_line.iter().position(|byte| *byte == b'\n') {
        let line: Vec<_> = guest.unfinished_line.drain(..=end).collect();
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned();
        guest.proxy.state().log.push(LogLine { level, text });
    }
}
