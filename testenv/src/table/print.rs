//! The table for people.

use std::io::{self, IsTerminal as _, Write};

use hyper::StatusCode;

use super::Row;

const HEADINGS: [&str; 5] = ["what was sent", "answer", "decided by", "why", "time"];

/// Longest reason that is shown: the full text is in the access log.
const WHY_CHARACTERS: usize = 44;

const BOLD: &str = "1";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const RED: &str = "31;1";
const DIM: &str = "2";

/// Print the rows, in colours if somebody is looking at a terminal. Rows that are not as expected say so.
///
/// # Errors
/// When standard output is closed.
pub fn print(rows: &[Row]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let colours = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let paint = |style: &str, text: &str| match colours {
        true => format!("\x1b[{style}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    let cells: Vec<[String; 5]> = rows.iter().map(cells).collect();
    let widths = widths(&cells);
    writeln!(out, "{}", paint(BOLD, &line(&HEADINGS.map(str::to_owned), widths)))?;
    for (row, cells) in rows.iter().zip(&cells) {
        writeln!(out, "{}", paint(style(row), &line(cells, widths)))?;
        if let Some(complaint) = &row.outcome.complaint {
            writeln!(out, "{}", paint(RED, &format!("  not as expected: {complaint}")))?;
        }
    }
    let as_expected = rows.iter().filter(|row| row.outcome.complaint.is_none()).count();
    writeln!(out, "{}", paint(DIM, &format!("\n{as_expected} of {} as expected", rows.len())))
}

fn cells(row: &Row) -> [String; 5] {
    let outcome = &row.outcome;
    let mut why: String = outcome.why.chars().take(WHY_CHARACTERS).collect();
    if why.len() < outcome.why.len() {
        why.push('…');
    }
    let time = format!("{:.1} ms", outcome.time.as_secs_f64() * 1e3);
    [row.scenario.sent.to_owned(), answer(outcome.status), outcome.decided_by.clone(), why, time]
}

fn answer(status: Option<u16>) -> String {
    let Some(status) = status else { return "no connection".to_owned() };
    let code = StatusCode::from_u16(status).ok();
    let words = code.and_then(|code| code.canonical_reason()).unwrap_or_default();
    format!("{status} {words}")
}

fn widths(rows: &[[String; 5]]) -> [usize; 5] {
    let mut widths = HEADINGS.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

fn line(cells: &[String; 5], widths: [usize; 5]) -> String {
    let [sent, answer, decided_by, why, time] = cells;
    let [a, b, c, d, e] = widths;
    format!("{sent:a$}  {answer:b$}  {decided_by:c$}  {why:d$}  {time:>e$}")
}

fn style(row: &Row) -> &'static str {
    match (&row.outcome.complaint, row.outcome.status) {
        (Some(_), _) => RED,
        (None, Some(200)) => GREEN,
        (None, _) => YELLOW,
    }
}
