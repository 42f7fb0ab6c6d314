//! The limit that the edge in containers has beside the shipped ones: an engine counts what partners export, for
//! every edge that there is.

use std::io;

use serde_json::json;

use super::PARTNER;
use crate::client::{Answer, Request, exchange};
use crate::{Bootstrap, Reach, Side};

/// The limit, by its name here and in `limits.yaml`.
const LIMIT: &str = "exports";

/// What `limits.yaml` lets pass of it, before it is all spent for minutes.
const PASSES: usize = 10;

/// The domain of the shop in `limits.yaml`.
const DOMAIN: &str = "shop";

/// The cluster of the engine, which is the name of its container, too.
const ENGINE: &str = "engine";

/// Where it listens.
const ENGINE_PORT: u16 = 8081;

/// The deadline of a call, which is the longest that can be set: the machine has other things to do.
const TIMEOUT_MS: u64 = 1000;

/// Have the edge ask the engine about exports.
pub(super) fn add(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let configuration = bootstrap.configuration("clients")?;
    let service = json!({ "cluster": ENGINE, "domain": DOMAIN, "timeout_ms": TIMEOUT_MS });
    configuration["ratelimit"]["services"] = json!({ ENGINE: service });
    let key = json!([{ "constant": { "name": "limit", "value": LIMIT } }, "api_key"]);
    let global = json!({ "service": ENGINE, "mode": "check", "when_down": "refuse" });
    configuration["ratelimit"]["limits"][LIMIT] = json!({ "key": key, "global": global });
    let routes = configuration["routes"].as_array_mut().into_iter().flatten();
    let route = routes.into_iter().find(|route| route["name"] == "export-orders");
    let limits = route.and_then(|route| route["limits"].as_array_mut());
    limits.ok_or_else(|| io::Error::other("no route for exports"))?.push(json!(LIMIT));
    bootstrap.copy_cluster("issuer", ENGINE)?;
    bootstrap.send_to_host(ENGINE, ENGINE, ENGINE_PORT)?;
    bootstrap.speak_http2(ENGINE)
}

/// Export until it is too much. Gives how many have passed.
///
/// # Errors
/// When something else is answered, or nothing is too much.
pub fn spend(reach: &Reach) -> io::Result<usize> {
    for passed in 0..=PASSES {
        if !passes(reach)? {
            return Ok(passed);
        }
    }
    Err(io::Error::other(format!("{} exports passed, and the limit is {PASSES}", PASSES.saturating_add(1))))
}

/// Whether an export passes now.
///
/// # Errors
/// When it is answered otherwise than by the service or by this limit.
pub fn passes(reach: &Reach) -> io::Result<bool> {
    let request = Request::get("/exports/orders").header(PARTNER, reach.partner_key.as_bytes());
    let answer = exchange(reach.edge, &request)?;
    match answer.status {
        200 => Ok(true),
        429 if refused_by(reach, &answer) => Ok(false),
        status => Err(io::Error::other(format!("an export is answered {status}: {}", answer.text()))),
    }
}

/// Whether the edge says that this limit has refused.
fn refused_by(reach: &Reach, answer: &Answer) -> bool {
    let log = &reach.logs[Side::Edge as usize];
    let entry = answer.request_id().and_then(|id| log.by_request_id(id));
    entry.is_some_and(|entry| entry.decision()["evidence"] == json!([LIMIT]))
}
