//! All requests judged, and the answers printed.

use std::process::ExitCode;

use contract::ascii_json;

use super::options::{Format, Inquiry};
use super::report::{Report, Verdict};
use super::sent::Sent;
use super::text;
use crate::failure::Failure;
use crate::output;

/// Judge each request and print what is said of it. The code is 0 when all of them were allowed.
pub(crate) fn answer_all(
    inquiry: &Inquiry,
    mut judge: impl FnMut(&Sent) -> Result<Report, Failure>,
) -> Result<ExitCode, Failure> {
    let mut all_allowed = true;
    for sent in &inquiry.requests {
        let report = judge(sent)?;
        all_allowed &= matches!(report.verdict, Verdict::Allow | Verdict::Answer);
        output::print(&format!("{}\n", shown(&report, inquiry)?))?;
    }
    Ok(if all_allowed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn shown(report: &Report, inquiry: &Inquiry) -> Result<String, Failure> {
    match (inquiry.format, inquiry.is_batch) {
        (Format::Text, _) => Ok(text::of(report)),
        (Format::Json, true) => Ok(ascii_json(report)),
        (Format::Json, false) => serde_json::to_string_pretty(report).map_err(Failure::found),
    }
}
