//! The ways in which a server of bundles fails, or what it serves is no good.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use testenv::Behaviour;

use crate::gate::{Gate, PATH};
use crate::world::World;

/// The version that is in force meanwhile, which denies.
pub const IN_FORCE: u64 = 2;

/// A version that was in force before, which allows.
pub const BEFORE: u64 = 1;

/// What the bad bundles say that they are, which would allow.
pub const FORGED: u64 = 3;

/// What makes up for it all.
pub const CURE: u64 = 5;

/// Longer than any fetch may take.
const SLOW: Duration = Duration::from_secs(5);

/// Between the bytes of an answer that never ends.
const TRICKLE: Duration = Duration::from_millis(100);

/// More than the bound of a bundle (4 MiB).
const TOO_LONG: usize = 4 * 1024 * 1024 + 1;

/// More than Envoy buffers of the answer to a callout (32 MiB).
const HUGE: usize = 34 * 1000 * 1000;

/// Seconds, beyond the leeway of a minute.
const AHEAD: i64 = 120;

/// One of them.
pub struct Fault {
    /// Of the case, and of the gate that suffers.
    pub name: &'static str,
    pub kind: Kind,
    /// Why.
    pub reason: &'static str,
}

/// What a fault consists in.
pub enum Kind {
    /// The server has this, and every fetch of it fails.
    Serves(Bytes),
    /// The server behaves so, and every fetch fails.
    Behaves(Behaviour),
    /// Nobody listens, and every fetch fails.
    Stopped,
    /// The server has this, which is fetched and verified; but no rules can be made of it.
    Uncompilable(Bytes),
}

impl Fault {
    /// Let it happen to the gate.
    pub fn strike(&self, gate: &Gate) {
        match &self.kind {
            Kind::Serves(document) | Kind::Uncompilable(document) => {
                gate.server.publish(PATH, document.clone());
            }
            Kind::Behaves(behaviour) => gate.server.behave_at(PATH, behaviour.clone()),
            Kind::Stopped => gate.server.stop(),
        }
    }

    /// Let it be over: everything is as it should be, with this version.
    pub fn end(&self, gate: &Gate, world: &World, version: u64) -> io::Result<()> {
        gate.publish(world, version)?;
        gate.server.go_on()
    }
}

/// A fault of whoever has never had a bundle: it has named none, so the server cannot know that there is nothing
/// newer.
pub fn unasked() -> Fault {
    let kind = Kind::Behaves(Behaviour::Answer(304, Bytes::new()));
    Fault { name: "unasked-304", kind, reason: "fetch_status" }
}

/// A fault of a proxy that starts: somebody serves what was good before.
pub fn replayed(world: &World) -> io::Result<Fault> {
    Ok(serves("replayed-version", "bundle_too_old", world.bundle(BEFORE)?))
}

/// All faults that may come at any time.
pub fn all(world: &World) -> io::Result<Vec<Fault>> {
    Ok([signatures(world)?, manifests(world)?, documents(world)?, contents(world)?, servers(world)?]
        .into_iter()
        .flatten()
        .collect())
}

fn serves(name: &'static str, reason: &'static str, document: impl Into<Bytes>) -> Fault {
    Fault { name, kind: Kind::Serves(document.into()), reason }
}

fn signatures(world: &World) -> io::Result<Vec<Fault>> {
    let [ours, _] = &world.trusted;
    let forged = || world.draft(FORGED);
    let unsigned = forged().header("alg", "none").sign(ours)?;
    Ok(vec![
        serves("bad-signature", "bundle_signature", forged().sign(&world.forger)?),
        serves("unknown-key", "bundle_key_unknown", forged().sign(&world.stranger)?),
        serves("alg-none", "bundle_algorithm", without_signature(&unsigned)),
        serves("other-algorithm", "bundle_key_mismatch", forged().header("alg", "EdDSA").sign(ours)?),
    ])
}

fn manifests(world: &World) -> io::Result<Vec<Fault>> {
    let [ours, _] = &world.trusted;
    let forged = || world.draft(FORGED);
    Ok(vec![
        serves("older-version", "bundle_older", world.bundle(BEFORE)?),
        serves("version-reused", "bundle_version_reused", other_content(world)?),
        serves("wrong-typ", "bundle_typ", forged().header("typ", "at+jwt").sign(ours)?),
        serves("wrong-name", "bundle_name", forged().claim("name", "other").sign(ours)?),
        serves("expired", "bundle_expired", forged().lasts(-AHEAD, 0).sign(ours)?),
        serves("from-the-future", "bundle_issued_in_future", forged().lasts(AHEAD, 2 * AHEAD).sign(ours)?),
        serves("unknown-claim", "bundle_claim_unknown", forged().claim("for", "edges only").sign(ours)?),
    ])
}

fn documents(world: &World) -> io::Result<Vec<Fault>> {
    let good = world.bundle(FORGED)?;
    let truncated = good.get(..good.len() / 2).unwrap_or_default().to_owned();
    let changed = world.bundle(IN_FORCE)?.replace("forbid", "permit");
    let padded = |bytes| format!("{good}{}", " ".repeat(bytes));
    Ok(vec![
        serves("truncated", "bundle_malformed", truncated),
        serves("empty", "bundle_malformed", ""),
        serves("html", "bundle_malformed", "<!doctype html><title>Sign in</title>"),
        serves("changed-content", "bundle_digest", changed),
        serves("more-than-4-mib", "fetch_too_large", padded(TOO_LONG)),
        serves("34-mb", "fetch_no_answer", padded(HUGE)),
    ])
}

fn contents(world: &World) -> io::Result<Vec<Fault>> {
    let [ours, _] = &world.trusted;
    let mut broken = world.draft(FORGED);
    broken.content["policies"][1]["text"] =
        "permit (principal, action, resource) when { principal.levl > 1 };".into();
    let mut other_schema = world.draft(FORGED);
    let schema = other_schema.content["schema"]["text"].as_str().unwrap_or_default();
    other_schema.content["schema"]["text"] =
        schema.replace("level: Long,", "level: Long, clearance: Long,").into();
    let mut no_action = world.draft(FORGED);
    let text = no_action.content["schema"]["text"].as_str().unwrap_or_default();
    no_action.content["schema"]["text"] = text.replace("createOrder", "makeOrder").into();
    let uncompilable =
        |name, reason, document: String| Fault { name, kind: Kind::Uncompilable(document.into()), reason };
    Ok(vec![
        uncompilable("unknown-attribute", "attribute `levl`", broken.sign(ours)?),
        uncompilable("schema-against-mapping", "`clearance`", other_schema.sign(ours)?),
        uncompilable("schema-against-routes", "createOrder", no_action.sign(ours)?),
    ])
}

fn servers(world: &World) -> io::Result<Vec<Fault>> {
    let behaves = |name, reason, behaviour| Fault { name, kind: Kind::Behaves(behaviour), reason };
    let good = world.bundle(FORGED)?;
    // Envoy answers in the place of a server that has not even sent a head.
    Ok(vec![
        Fault { name: "refused-connection", kind: Kind::Stopped, reason: "fetch_status" },
        behaves("closed-connection", "fetch_status", Behaviour::Close),
        behaves("status-500-with-bundle", "fetch_status", Behaviour::Answer(500, good.clone().into())),
        behaves("not-found", "fetch_status", Behaviour::Fail(404)),
        behaves("slow", "fetch_status", Behaviour::Delay(SLOW)),
        behaves("never-ending", "fetch_no_answer", Behaviour::Trickle(TRICKLE)),
    ])
}

/// The version that is in force, with the policies of another one.
fn other_content(world: &World) -> io::Result<String> {
    let mut draft = world.draft(FORGED);
    draft.claims["version"] = IN_FORCE.into();
    draft.sign(&world.trusted[0])
}

/// The document with an empty signature.
fn without_signature(document: &str) -> String {
    let (manifest, content) = document.split_once("\",\"content\"").unwrap_or_default();
    let input = manifest.rsplit_once('.').map(|(input, _)| input).unwrap_or_default();
    format!("{input}.\",\"content\"{content}")
}
