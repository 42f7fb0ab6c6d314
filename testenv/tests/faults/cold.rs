//! The issuer fails before it has ever given any keys.

use std::thread;
use std::time::{Duration, Instant};

use testenv::client::Connection;
use testenv::report::{Checked, Report, Verdict, ensure};
use testenv::{Behaviour, Side};

use crate::edge::{self, SHORTEST_REFRESH};
use crate::fault::{Fault, Material};
use crate::forgery::Forgery;
use crate::shop::{self, SLACK, Shop, WAIT};

/// How long the way back may take: the longest pause between attempts is a minute, and these outages are too
/// short for it.
const RECOVERY: Duration = Duration::from_secs(40);

/// All faults at once, each at an issuer of its own.
pub fn run(report: &Report, material: &Material) -> std::io::Result<()> {
    let faults = material.faults();
    let names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
    let mut options = edge::options("faults-cold", &names, SHORTEST_REFRESH);
    for fault in &faults {
        options = options.issuer_at(&edge::path(fault.name), fault.behaviour.clone());
    }
    let shop = Shop::open(&options)?;
    let before = shop.is_unharmed();
    thread::scope(|scope| {
        for fault in &faults {
            let shop = &shop;
            scope.spawn(move || {
                report.case(&format!("{} at start", fault.name), || cold(shop, fault, material));
            });
        }
    });
    report.case("edge without keys", || before.and_then(|_| shop.is_unharmed()));
    Ok(())
}

fn cold(shop: &Shop, fault: &Fault, material: &Material) -> Verdict {
    match fault.reason {
        Some(reason) => refuses_and_recovers(shop, fault.name, reason, material),
        None => uses_the_good_one(shop, fault.name, material),
    }
}

fn refuses_and_recovers(shop: &Shop, name: &str, reason: &str, material: &Material) -> Verdict {
    let waited = unavailable(shop, name)?;
    two_credentials(shop, name)?;
    let mut forgeries = shop.forgeries(name, material)?;
    let what = "the key of the set";
    forgeries.push(Forgery { what, token: shop.token(name, &material.next)? });
    shop.refuses(&forgeries, &[401, 503])?;
    let failed = shop.failed(name, reason)?;
    shop.mesh.issuer.behave_at(&edge::path(name), Behaviour::Serve);
    let back = recovers(shop, name)?;
    shop.refuses(&forgeries, &[401])?;
    Ok(format!("503 after {waited:?}, {failed} x {reason}, back after {back:?}"))
}

/// A good token is refused in time, and told when to come again.
fn unavailable(shop: &Shop, name: &str) -> Checked<Duration> {
    let (answer, waited) = shop.ask(&shop.token(name, &shop.first_key)?)?;
    ensure(answer.status == 503, || format!("{} instead of 503", answer.status))?;
    ensure(answer.header("retry-after").is_some(), || "no Retry-After".to_owned())?;
    ensure(waited < WAIT + SLACK, || format!("waited {waited:?}"))?;
    let log = shop.mesh.envoy(Side::Edge).access_log();
    let entry = answer.request_id().and_then(|id| log.by_request_id(id));
    let refusal = entry.as_ref().and_then(|entry| entry.refusal());
    ensure(refusal == Some(("jwt", "keys_never_loaded")), || format!("refused for {refusal:?}"))?;
    Ok(waited)
}

/// Whoever sends two credentials is wrong, whatever the keys say.
fn two_credentials(shop: &Shop, name: &str) -> Checked<()> {
    let token = shop.token(name, &shop.first_key)?;
    let request = shop::orders().bearer(&token).bearer(&token);
    let status = Connection::plain(shop.mesh.reach.edge)?.exchange(&request)?.status;
    ensure(status == 400, || format!("two credentials are answered with {status}"))
}

fn recovers(shop: &Shop, name: &str) -> Checked<Duration> {
    let start = Instant::now();
    loop {
        let status = shop.ask(&shop.token(name, &shop.first_key)?)?.0.status;
        if status == 200 {
            return Ok(start.elapsed());
        }
        ensure(status == 503, || format!("{status} while the keys are on their way"))?;
        ensure(start.elapsed() < RECOVERY, || "the issuer is back, the edge is not".to_owned())?;
    }
}

fn uses_the_good_one(shop: &Shop, name: &str, material: &Material) -> Verdict {
    let (answer, waited) = shop.ask(&shop.token(name, &material.next)?)?;
    ensure(answer.status == 200, || format!("a token by the good key is answered with {}", answer.status))?;
    let forgeries = shop.forgeries(name, material)?;
    shop.refuses(&forgeries, &[401])?;
    let fetches = shop.fetches(name);
    ensure(fetches == 1, || format!("{fetches} fetches of a good set"))?;
    Ok(format!("200 after {waited:?}, {fetches} fetch"))
}
