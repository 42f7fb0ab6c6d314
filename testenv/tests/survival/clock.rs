//! The clock, at the edges of every time that a token tells and at those of numbers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use testenv::report::{Checked, ensure};
use testenv_worker::issuer::{self, Algorithm, NOW};
use testenv_worker::requests::with_token;
use testenv_worker::{Signatures, Worker, shipped};
use wasmhost::{Module, Request, built};

use crate::row::{Row, Table};

/// Seconds by which clocks may differ, as it is unless configured otherwise.
const LEEWAY: u64 = 60;

const SECOND: u64 = 1_000_000_000;

/// Ends of what counts seconds in 31 and in 32 bits.
const YEARS: [(&str, u64); 2] = [("2038", 1 << 31), ("2106", 1 << 32)];

/// The key of the issuer of these tests on P-256.
const SEED: u8 = 3;

/// A token's times, as they stand in it; when it comes; and its answer: nothing is to be let in.
struct Moment {
    what: String,
    times: String,
    now: u64,
    status: Option<u32>,
}

/// All rows of this family.
pub fn run(table: &Table) {
    table.suffer("the clock at every edge", judge);
}

fn judge() -> Checked<Row> {
    let module = Module::load_whole(&built::path("jwt-verify"))?;
    let mut configuration = shipped::only(shipped::edge(), &["jwt"]);
    // Over a hundred years nobody fetches keys here.
    configuration["jwt"]["providers"]["corp"]["keys"] = json!({ "inline": issuer::jwks() });
    configuration["jwt"].as_object_mut().ok_or("no section")?.remove("key_sharing");
    let mut worker = Worker::start(&module, &configuration, Signatures::ByProxy);
    worker.stop_the_clock();
    let mut sent = 0;
    for Moment { what, times, now, status } in rows() {
        let request = with_token("/orders", &token(&what, &times));
        is(&mut worker, request, now, status).map_err(|wrong| format!("{what}: {wrong}"))?;
        sent += 1;
    }
    sent += known(&mut worker)?;
    ensure(!worker.vm.is_dead(), || "the VM has trapped".to_owned())?;
    Ok(Row { sent, ..Row::default() }.saying("each exact to the nanosecond"))
}

/// Nothing is a request that is let in.
fn is(worker: &mut Worker, request: Request, now: u64, status: Option<u32>) -> Checked<()> {
    worker.proxy.set_time(now);
    let outcome = worker.request(request).outcome;
    let refused = outcome.reply().map(|reply| reply.status);
    let told = (outcome.forwarded().is_some(), refused);
    ensure(told == (status.is_none(), status), || format!("{told:?} instead of {status:?}"))
}

fn rows() -> Vec<Moment> {
    let row =
        |what: &str, times: String, now: u64, status| Moment { what: what.to_owned(), times, now, status };
    let mut rows = vec![
        row("exp a nanosecond before the leeway", exp(NOW), at(NOW + LEEWAY) - 1, None),
        row("exp at the leeway", exp(NOW), at(NOW + LEEWAY), Some(401)),
        row("exp 59 s ago", exp(NOW), at(NOW + 59), None),
        row("exp 61 s ago", exp(NOW), at(NOW + 61), Some(401)),
        row("nbf in 59 s", nbf(NOW + 59), at(NOW), None),
        row("nbf in 60 s", nbf(NOW + 60), at(NOW), None),
        row("nbf in 61 s", nbf(NOW + 61), at(NOW), Some(401)),
        row("nbf a nanosecond beyond the leeway", nbf(NOW + 60), at(NOW) - 1, Some(401)),
        row("clock an hour back", nbf(NOW), at(NOW - 3_600), Some(401)),
        row("clock an hour ahead", exp(NOW + 3_000), at(NOW + 3_600), Some(401)),
    ];
    for (year, end) in YEARS {
        rows.extend([
            row(&format!("good across {year}"), exp(end + 600), at(end - 1), None),
            row(&format!("good behind {year}"), exp(end + 601), at(end), None),
            row(&format!("ended at {year}"), exp(end - LEEWAY), at(end), Some(401)),
        ]);
    }
    for exp in
        ["1e400", "-1e400", "9007199254740992", "18446744073709551616", "1e-400", "-0", "NaN", "1e19"]
    {
        let times = format!("\"exp\":{exp},\"iat\":{NOW}");
        rows.push(row(&format!("exp {exp}"), times, at(NOW), Some(401)));
    }
    rows
}

/// A token that is remembered ends when it ends, and begins when it begins.
fn known(worker: &mut Worker) -> Checked<u64> {
    let request = || with_token("/orders", &token("known", &format!("{},\"nbf\":{}", exp(NOW + 100), NOW)));
    for (now, status) in [
        (at(NOW), None),
        (at(NOW + 1), None),
        (at(NOW + 160) - 1, None),
        (at(NOW + 160), Some(401)),
        (at(NOW - 61), Some(401)),
        (at(NOW), None),
    ] {
        is(worker, request(), now, status).map_err(|wrong| format!("a known token at {now}: {wrong}"))?;
    }
    let hits = worker.proxy.metrics().get("watchword.jwt.cache.hit").copied().unwrap_or_default();
    ensure(hits > 0, || "it was never remembered: this shows nothing".to_owned())?;
    Ok(6)
}

const fn at(seconds: u64) -> u64 {
    seconds * SECOND
}

fn exp(seconds: u64) -> String {
    format!("\"exp\":{seconds},\"iat\":{}", seconds.saturating_sub(7_200))
}

fn nbf(seconds: u64) -> String {
    format!("\"exp\":{},\"iat\":{},\"nbf\":{seconds}", NOW + 7_200, NOW - 7_200)
}

/// A token with its times as they stand here: not every number can be said by a library.
fn token(subject: &str, times: &str) -> String {
    let mut claims = issuer::claims(subject);
    for name in ["exp", "iat", "nbf"] {
        claims.as_object_mut().expect("claims are an object").remove(name);
    }
    let text = claims.to_string();
    let payload = format!("{},{times}}}", text.trim_end_matches('}'));
    let header = json!({ "alg": Algorithm::Es256.name(), "typ": "at+jwt", "kid": "ES256" }).to_string();
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = SigningKey::from_slice(&[SEED; 32]).expect("it is a key");
    let signature: Signature = key.sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
