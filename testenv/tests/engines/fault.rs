//! The ways in which an engine fails, or tries to do harm.

use bytes::Bytes;
use testenv::engine::{Code, Conduct};

use crate::edge::TIMEOUT;

/// The one field of an engine that the edge lets through.
pub const LISTED: &str = "x-quota-plan";

/// More than any answer needs.
const HUGE: usize = 5 * 1000 * 1000;

/// More fields than any answer has.
const MANY: usize = 10_000;

/// What a request is answered then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// What the engine says, which is `OK`.
    Engine,
    /// The same, with the field that the edge lets through.
    EngineAndField,
    /// What `when_down` says.
    WhenDown,
    /// One or the other: what may be made of an answer that is half of one.
    Either,
}

/// One of them, named.
pub struct Fault {
    pub name: &'static str,
    /// Nothing is an engine that is gone.
    pub conduct: Option<Conduct>,
    pub want: Want,
}

/// All of them.
pub fn faults() -> Vec<Fault> {
    use Want::{Either, Engine, EngineAndField, WhenDown};
    let fault = |name, conduct, want| Fault { name, conduct: Some(conduct), want };
    vec![
        Fault { name: "gone", conduct: None, want: WhenDown },
        fault("slow but in time", Conduct::Late(TIMEOUT / 5), Engine),
        fault("slow and too late", Conduct::Late(TIMEOUT * 4), WhenDown),
        fault("hanging", Conduct::Hang, WhenDown),
        fault("breaking off", Conduct::Reset, WhenDown),
        fault("INTERNAL", Conduct::Fail(13), WhenDown),
        fault("UNAVAILABLE", Conduct::Fail(14), WhenDown),
        fault("UNIMPLEMENTED", Conduct::Fail(12), WhenDown),
        fault("a truncated frame", Conduct::Truncated, WhenDown),
        fault("garbage", Conduct::Bytes(Bytes::from_static(b"\xff\xfe<html>")), WhenDown),
        fault("an empty message", Conduct::Bytes(Bytes::new()), WhenDown),
        fault("UNKNOWN", Conduct::code(Code::Unknown), WhenDown),
        fault("a code that is none", Conduct::unknown_code(), WhenDown),
        fault("five megabytes", Conduct::Bytes(vec![b'x'; HUGE].into()), WhenDown),
        fault("fields", Conduct::with_headers(fields(&HARMLESS)), EngineAndField),
        fault("hostile fields", Conduct::with_headers(fields(&HOSTILE)), Either),
        fault("ten thousand fields", Conduct::with_headers(many()), Either),
    ]
}

const HARMLESS: [(&str, &str); 2] = [(LISTED, "gold"), ("x-quota-other", "1")];

const HOSTILE: [(&str, &str); 10] = [
    (LISTED, "gold\r\nx-split: 1"),
    ("x-quota-plan\r\nx-split", "1"),
    ("X-Quota-Plan: a\r\nx-split", "1"),
    (":status", "204"),
    (":path", "/exports/orders"),
    ("", "nameless"),
    ("content-length", "5"),
    ("transfer-encoding", "chunked"),
    ("set-cookie", "admin=1"),
    ("x-watchword-subject", "admin"),
];

fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn many() -> Vec<(String, String)> {
    (0..MANY).map(|number| (format!("x-many-{number}"), "1".repeat(20))).collect()
}
