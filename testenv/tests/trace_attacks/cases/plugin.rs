//! Another plugin of the proxy writes into the registry. It knows where, and how a slot is laid out; it has
//! neither the edge's signing key nor the secret of the seal.

use std::io;
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};
use testenv::issuer::{Algorithm, Key};
use testenv::{Options, Side, hostile};

use crate::report::{Checked, Report, ensure, same};
use crate::shop::{Carried, Shop, parent};

/// The secret of the seal.
const SECRET: &str = "a secret of the proxy alone, long enough";
const SECRET_NAME: &str = "WATCHWORD_MAC_KEY";

/// Slots of a registry.
const SLOTS: u16 = 256;

/// The victim's trace, and the one under which the plugin files the victim's token. Without a seal they are in
/// one slot.
const VICTIMS: &str = "000000000000000000000000aaaaaa42";
const ATTACKERS: &str = "000000000000000000000000bbbbbb42";

/// A trace that no request has, with a forged token.
const FORGED: &str = "000000000000000000000000cccccc43";

/// Longer than the plugin takes to see a slot.
const A_WHILE: Duration = Duration::from_millis(500);

/// All of them.
pub fn run(report: &Report) -> io::Result<()> {
    let module = hostile::build(env!("CARGO"))?;
    let let_in = |options: Options, task: Value| {
        let module = module.clone();
        options.change(Side::Orders, move |bootstrap| hostile::let_in(bootstrap, "inbound", &module, &task))
    };

    let open = let_in(Options::new("trace-attacks-open"), task("open", move_a_token(), forge()?));
    let shop = Shop::open(open)?;
    report.case("a plugin writes a forged token", || forged(&shop));
    report.case("a known limit: without a seal a plugin can move a token", || moved(&shop, "alice"));
    drop(shop);

    let sealed = task(&sealed_name(), move_a_token(), json!({}));
    let shop = Shop::open(let_in(seal("trace-attacks-sealed"), sealed))?;
    report.case("a plugin moves a token of a sealed registry", || moved(&shop, ""));
    report.case("the slot that it has touched serves on", || serves_on(&shop));
    report.case("the shop beside that plugin is unharmed", || shop.is_unharmed());
    drop(shop);

    let scribbled = task(&sealed_name(), Value::Null, scribble());
    let shop = Shop::open(let_in(seal("trace-attacks-scribbled"), scribbled))?;
    report.case("a plugin destroys every slot all the time", || destroyed(&shop));
    report.case("the shop with destroyed slots is unharmed", || shop.is_unharmed());
    Ok(())
}

fn forged(shop: &Shop) -> Checked {
    thread::sleep(A_WHILE);
    let parent = parent(FORGED);
    same("the call", shop.call(&[("traceparent", &parent)])?, Carried::Nothing)?;
    let seen = shop.count("identity.attach.token_not_good");
    ensure(seen > 0, || "nobody has seen the forged token: the plugin writes to somewhere else".to_owned())
}

fn moved(shop: &Shop, carries: &str) -> Checked {
    let token = shop.internal_token("alice")?;
    let (victims, attackers) = (parent(VICTIMS), parent(ATTACKERS));
    let alice = shop.intrude(&[("traceparent", &victims), ("txn-token", &token)])?;
    thread::sleep(A_WHILE);
    let got = shop.call(&[("traceparent", &attackers)])?;
    let want = if carries.is_empty() { Carried::Nothing } else { Carried::User(carries.to_owned()) };
    same("the attacker's call", got, want)?;
    same("alice's own call", shop.call(&[("traceparent", &victims)])?, Carried::Nothing)?;
    alice.end()
}

fn serves_on(shop: &Shop) -> Checked {
    let unreadable = shop.count("identity.attach.registry_unreadable");
    ensure(unreadable > 0, || "the plugin has touched nothing".to_owned())?;
    let (victims, others) = (parent(VICTIMS), shop.chosen());
    let token = shop.internal_token("alice")?;
    let alice = shop.intrude(&[("traceparent", &victims), ("txn-token", &token)])?;
    ensure(shop.count("identity.trace.slot_unreadable") > 0, || "the slot was not replaced".to_owned())?;
    same("a call in that slot", shop.call(&[("traceparent", &victims)])?, Carried::Nothing)?;
    alice.end()?;
    let bob = shop.intrude(&[("traceparent", &others), ("txn-token", &shop.internal_token("bob")?)])?;
    same("a call in another", shop.call(&[("traceparent", &others)])?, Carried::User("bob".into()))?;
    bob.end()
}

fn destroyed(shop: &Shop) -> Checked {
    for _ in 0..8 {
        let alice = shop.enter("alice", &[])?;
        thread::sleep(A_WHILE / 10);
        same("a call", shop.call(&alice.trace())?, Carried::Nothing)?;
        alice.end()?;
    }
    let seen = shop.count("identity.trace.slot_unreadable");
    ensure(seen >= 8, || format!("the plugin has destroyed {seen} slots only"))
}

/// The shop with a sealed registry in the sidecar of orders.
fn seal(label: &str) -> Options {
    Options::new(label).environment(Side::Orders, SECRET_NAME, SECRET.to_owned()).change(
        Side::Orders,
        |bootstrap| {
            for listener in ["inbound", "outbound"] {
                bootstrap.plugin(listener)?["vm_config"]["environment_variables"] =
                    json!({ "host_env_keys": [SECRET_NAME] });
                bootstrap.configuration(listener)?["identity"]["registry"] =
                    json!({ "secret": SECRET_NAME });
            }
            Ok(())
        },
    )
}

fn task(name: &str, replace: Value, write: Value) -> Value {
    let prefix = format!("watchword/trace/3/{name}");
    json!({ "slots": { "prefix": prefix, "count": SLOTS, "replace": replace, "write": write } })
}

/// What a sealed registry is called. The plugin cannot compute it; let us say that somebody has told it.
fn sealed_name() -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let digest = hmac::sign(&key, b"watchword.derived.v1\0watchword.trace.name");
    digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn move_a_token() -> Value {
    json!([bytes(VICTIMS), bytes(ATTACKERS)])
}

/// A slot with a forged token under a trace of its own.
fn forge() -> io::Result<Value> {
    let token = forged_token()?;
    let length = u16::try_from(token.len()).map_err(io::Error::other)?.to_be_bytes();
    // For ever, or nearly.
    let late = [0x7f_u8; 8];
    let slot = [
        &[3][..],
        &[0; 8],
        &[0; 8],
        &bytes(FORGED),
        &[0; 8],
        &1_u32.to_be_bytes(),
        &late,
        &[1],
        &late,
        &length,
        token.as_bytes(),
    ];
    Ok(json!({ "67": slot.concat() }))
}

/// All that an internal token says, signed by somebody else than the edge.
fn forged_token() -> io::Result<String> {
    let now = std::time::UNIX_EPOCH.elapsed().map_err(io::Error::other)?.as_secs();
    let header = json!({ "alg": "ES256", "typ": "txntoken+jwt", "kid": "edge-1" });
    let claims = json!({
        "iss": "https://edge.shop.test", "aud": "shop.test", "iat": now, "exp": now + 300, "txn": "t",
        "sub": "admin", "scope": "", "req_wl": "spiffe://shop.test/edge",
        "tctx": { "tenant": "north", "level": 9, "roles": ["reader"] },
    });
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let input = format!("{header}.{claims}");
    let signature = Key::generate(Algorithm::Es256, "edge-1")?.sign(input.as_bytes());
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature?)))
}

fn scribble() -> Value {
    let slots = (0..SLOTS).map(|slot| (slot.to_string(), json!([3, slot % 256, 1, 2, 3])));
    Value::Object(slots.collect())
}

fn bytes(id: &str) -> Vec<u8> {
    let digits = id.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}
