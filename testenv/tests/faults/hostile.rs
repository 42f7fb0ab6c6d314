//! Another plugin of the proxy writes forged keys where the workers share theirs, from the beginning and all
//! the time. It can make them fetch each for itself, and no more.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::issuer::Algorithm;
use testenv::report::{Checked, Report, Verdict, ensure};
use testenv::{Behaviour, Bootstrap, Side, hostile};

use crate::edge::{self, SHORTEST_REFRESH};
use crate::fault::Material;
use crate::forgery::Forgery;
use crate::load::Load;
use crate::shop::{Shop, WAIT};

/// The issuer.
const ISSUER: &str = "coveted";

/// How long the way back may take after the issuer was down.
const RECOVERY: Duration = Duration::from_secs(20);

/// Two refreshes, whatever chance takes off.
const LASTS: Duration = Duration::from_secs(21);

/// Two workers and the main thread.
const FETCHERS: u64 = 3;

/// Fetches of each that keeps its keys for itself: at the end of every interval, the first of which began with
/// the mesh, and one more for every second in which the issuer was down.
const MOST_FETCHES_EACH: u64 = 12;

/// Run it.
pub fn run(report: &Report, material: &Material) -> io::Result<()> {
    let module = hostile::build(env!("CARGO"))?;
    let forged = json!({ "keys": [material.next.public_jwk()] });
    let options = edge::options("faults-hostile", &[ISSUER], SHORTEST_REFRESH)
        .issuer(Behaviour::Close)
        .change(Side::Edge, move |bootstrap| let_in(bootstrap, &module, &forged));
    let shop = Shop::open(&options)?;
    report.case("forged sets in the shared memory", || holds_out(&shop, material));
    report.case("edge beside a hostile plugin", || shop.is_unharmed());
    Ok(())
}

fn let_in(bootstrap: &mut Bootstrap, module: &PathBuf, forged: &Value) -> io::Result<()> {
    let keys = bootstrap.configuration("clients")?["jwt"]["providers"][ISSUER]["keys"].clone();
    let task = json!({ "key_set": { "keys": keys, "issuer": edge::issuer(ISSUER), "forged": forged } });
    hostile::let_in(bootstrap, "clients", module, &task)
}

fn holds_out(shop: &Shop, material: &Material) -> Verdict {
    let mut forgeries = shop.forgeries(ISSUER, material)?;
    let what = "the key of the forged set";
    forgeries.push(Forgery { what, token: shop.token(ISSUER, &material.next)? });
    shop.refuses(&forgeries, &[401, 503])?;
    shop.mesh.issuer.behave(Behaviour::Serve);
    await_keys(shop)?;
    let before = shop.fetches(ISSUER);
    let load = under_load(shop, &forgeries)?;
    let fetches = shop.fetches(ISSUER) - before;
    ensure(fetches <= FETCHERS * MOST_FETCHES_EACH, || format!("{fetches} fetches in {LASTS:?}"))?;
    let seen = shop.mesh.envoy(Side::Edge).stat("watchword.jwt.sharing.forged")?;
    ensure(seen > 0, || "nobody has seen a forged value: the plugin writes to somewhere else".to_owned())?;
    Ok(format!("{}, {fetches} fetches in {LASTS:?}, {seen} forged values seen", load.is_well_within(WAIT)?))
}

fn await_keys(shop: &Shop) -> Checked<()> {
    let start = Instant::now();
    let mut in_a_row = 0;
    // Each worker has to fetch for itself.
    while in_a_row < 20 {
        let (answer, _) = shop.ask(&shop.token(ISSUER, &shop.first_key)?)?;
        in_a_row = if answer.status == 200 { in_a_row + 1 } else { 0 };
        ensure(start.elapsed() < RECOVERY, || "the issuer is back, the edge is not".to_owned())?;
    }
    Ok(())
}

/// Good tokens all the time, bad ones in between, and a new key that is to be taken up.
fn under_load(shop: &Shop, forgeries: &[Forgery]) -> Checked<Load> {
    let issuer = &shop.mesh.issuer;
    issuer.publish(Algorithm::Es256, "ec-2")?;
    let done = AtomicBool::new(false);
    let signing = || issuer.key(Algorithm::Es256);
    let (load, refused) = thread::scope(|scope| {
        let load = scope.spawn(|| Load::run(shop, ISSUER, signing, &done));
        let refused = refuse_until(shop, forgeries, Instant::now() + LASTS);
        done.store(true, Ordering::Relaxed);
        (load.join(), refused)
    });
    refused?;
    Ok(load.map_err(|_| "panicked")?)
}

fn refuse_until(shop: &Shop, forgeries: &[Forgery], end: Instant) -> Checked<()> {
    let published = Instant::now();
    let mut signs = false;
    while Instant::now() < end {
        if !signs && published.elapsed() > SHORTEST_REFRESH + Duration::from_secs(2) {
            shop.mesh.issuer.sign_with("ec-2")?;
            signs = true;
        }
        shop.refuses(forgeries, &[401])?;
        thread::sleep(Duration::from_millis(500));
    }
    ensure(signs, || "the new key was never used".to_owned())
}
