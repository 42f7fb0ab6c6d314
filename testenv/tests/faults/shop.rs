//! An edge that shares keys between its workers and trusts as many issuers as there are faults, each with
//! keys at a path of its own; tokens, and what the edge makes of them.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};
use testenv::client::{Answer, Connection, Request};
use testenv::issuer::{Algorithm, Flaw, Key, TokenRequest};
use testenv::{Bootstrap, Mesh, Options, Side};

use crate::fault::Material;
use crate::report::ensure;

/// How long a request may wait for keys, as the shipped configuration says.
pub const WAIT: Duration = Duration::from_secs(1);

/// Added to deadlines for a machine that has other things to do.
pub const SLACK: Duration = Duration::from_millis(1500);

/// How often keys are fetched at most, as the configuration allows.
pub const SHORTEST_REFRESH: Duration = Duration::from_secs(10);

/// The variable of the environment with the secret under which workers share keys.
const MAC_KEY: &str = "WATCHWORD_MAC_KEY";

/// RFC 7515 appendix A.1.1: a secret that everybody knows.
const RFC_7515_SECRET: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// RFC 8037 appendix A.1: a private key that everybody knows.
const RFC_8037_SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// A running edge.
pub struct Shop {
    /// The edge, the issuer and the service.
    pub mesh: Mesh,
    /// The key that the issuer signed with when this shop was opened.
    pub first_key: Arc<Key>,
}

/// A token that must never be forwarded.
pub struct Forgery {
    /// How it was made.
    pub what: &'static str,
    /// The token.
    pub token: String,
}

/// The path of the keys of an issuer.
pub fn path(name: &str) -> String {
    format!("/jwks/{name}")
}

/// An edge for these issuers.
pub fn options(label: &str, issuers: &[&str], refresh: Duration) -> Options {
    let issuers: Vec<String> = issuers.iter().map(|name| (*name).to_owned()).collect();
    let secret = "between the workers of one proxy, and nobody else".to_owned();
    Options::new(label).only(&[Side::Edge]).environment(Side::Edge, MAC_KEY, secret).change(
        Side::Edge,
        move |bootstrap| {
            share_keys(bootstrap)?;
            add_clusters(bootstrap, &issuers)?;
            let configuration = bootstrap.configuration("clients")?;
            without_limits(configuration);
            trust(configuration, &issuers, refresh);
            Ok(())
        },
    )
}

/// Whether or not the shipped configuration does so already.
fn share_keys(bootstrap: &mut Bootstrap) -> io::Result<()> {
    bootstrap.configuration("clients")?["jwt"]["key_sharing"] = json!({ "secret": MAC_KEY });
    let names = &mut bootstrap.plugin("clients")?["vm_config"]["environment_variables"]["host_env_keys"];
    let names = names.as_array_mut().ok_or_else(|| io::Error::other("the module gets no environment"))?;
    if !names.iter().any(|name| name == MAC_KEY) {
        names.push(json!(MAC_KEY));
    }
    Ok(())
}

/// One for each issuer, so that the log tells their failures apart.
fn add_clusters(bootstrap: &mut Bootstrap, issuers: &[String]) -> io::Result<()> {
    let shipped = bootstrap.cluster("issuer")?.clone();
    let cluster = |name: &String| {
        let mut cluster = shipped.clone();
        cluster["name"] = json!(name);
        cluster["load_assignment"]["cluster_name"] = json!(name);
        cluster
    };
    let clusters = bootstrap.document()?.pointer_mut("/static_resources/clusters");
    let clusters = clusters.and_then(Value::as_array_mut).ok_or_else(|| io::Error::other("no clusters"))?;
    clusters.extend(issuers.iter().map(cluster));
    Ok(())
}

/// Limits count, and so would refuse the later ones of a thousand requests.
fn without_limits(configuration: &mut Value) {
    let sections = configuration.as_object_mut().into_iter();
    sections.for_each(|sections| drop(sections.remove("ratelimit")));
    for route in
        configuration["routes"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut)
    {
        route.remove("limits");
    }
}

fn trust(configuration: &mut Value, issuers: &[String], refresh: Duration) {
    let shipped = configuration["jwt"]["providers"]["corp"].clone();
    let provider = |name: &String| {
        let mut provider = shipped.clone();
        provider["issuer"] = json!(issuer(name));
        provider["keys"]["remote"]["cluster"] = json!(name);
        provider["keys"]["remote"]["path"] = json!(path(name));
        provider["keys"]["remote"]["refresh_seconds"] = json!(refresh.as_secs());
        (name.clone(), provider)
    };
    configuration["jwt"]["providers"] = issuers.iter().map(provider).collect();
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        if route["authenticate"]["any_of"].is_array() {
            route["authenticate"]["any_of"] = json!(issuers);
        }
    }
    tell_issuers_apart(configuration);
}

/// With several issuers, policies and services must know whose user it is.
fn tell_issuers_apart(configuration: &mut Value) {
    if let Some(claims) = configuration["identity"]["mint"]["claims"].as_array_mut() {
        claims.push(json!("iss"));
    }
    let authz = &mut configuration["authz"];
    let schema = authz["schema"].as_str().unwrap_or_default();
    authz["schema"] = json!(schema.replace("tenant: String,", "tenant: String, issuer: String,"));
    authz["principal"]["attributes"]["issuer"] = json!({ "claim": "iss", "type": "string" });
}

fn issuer(name: &str) -> String {
    format!("https://{name}.test")
}

impl Shop {
    /// Start it.
    pub fn open(options: &Options) -> io::Result<Self> {
        let mesh = Mesh::start(options)?;
        let first_key = mesh.issuer.key(Algorithm::Es256);
        Ok(Self { mesh, first_key })
    }

    /// A good token of the issuer `name`, by `key`. No two are the same.
    pub fn token(&self, name: &str, key: &Key) -> io::Result<String> {
        self.mesh.issuer.forge(&request(name), &json!({ "kid": key.id() }), |input| key.sign(input))
    }

    /// Tokens of the issuer `name` that are by somebody else: by an attacker's keys, by keys that everybody
    /// knows, and by none.
    pub fn forgeries(&self, name: &str, material: &Material) -> io::Result<Vec<Forgery>> {
        let flaw = |what, algorithm, flaw| {
            let request = request(name).algorithm(algorithm).flaw(flaw);
            self.mesh.issuer.token(&request).map(|token| Forgery { what, token })
        };
        let secret = |what, kid: &str, secret: &[u8]| {
            let header = json!({ "alg": "HS256", "kid": kid });
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            let sign = |input: &[u8]| Ok(hmac::sign(&key, input).as_ref().to_vec());
            self.mesh.issuer.forge(&request(name), &header, sign).map(|token| Forgery { what, token })
        };
        Ok(vec![
            flaw("a foreign RSA key", Algorithm::Rs256, Flaw::WrongKey)?,
            flaw("a foreign EC key", Algorithm::Es256, Flaw::WrongKey)?,
            flaw("a foreign Ed25519 key", Algorithm::EdDsa, Flaw::WrongKey)?,
            flaw("no key", Algorithm::Es256, Flaw::AlgNone)?,
            flaw("the public key as a secret", Algorithm::Es256, Flaw::HsWithPublicKey)?,
            flaw("a key that it brings along", Algorithm::Es256, Flaw::EmbeddedJwk)?,
            secret("the secret of the set", "secret-1", &material.secret)?,
            secret("the secret of RFC 7515 A.1", self.first_key.id(), &decode(RFC_7515_SECRET)?)?,
            self.by_rfc_8037(name)?,
        ])
    }

    fn by_rfc_8037(&self, name: &str) -> io::Result<Forgery> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(&decode(RFC_8037_SEED)?).map_err(io::Error::other)?;
        let kid = self.mesh.issuer.key(Algorithm::EdDsa).id().to_owned();
        let header = json!({ "alg": "EdDSA", "kid": kid });
        let sign = |input: &[u8]| Ok(pair.sign(input).as_ref().to_vec());
        let token = self.mesh.issuer.forge(&request(name), &header, sign)?;
        Ok(Forgery { what: "the private key of RFC 8037 A.1", token })
    }

    /// The answer to a request with this token on a connection of its own, and how long it took.
    pub fn ask(&self, token: &str) -> io::Result<(Answer, Duration)> {
        let start = Instant::now();
        let answer = Connection::plain(self.mesh.reach.edge)?.exchange(&orders().bearer(token))?;
        Ok((answer, start.elapsed()))
    }

    /// Send all forgeries at once. None may be forwarded; gives how long they took.
    pub fn refuses(
        &self,
        forgeries: &[Forgery],
        statuses: &[u16],
    ) -> Result<Duration, Box<dyn std::error::Error + Send + Sync>> {
        let start = Instant::now();
        let mut sent = Vec::new();
        for forgery in forgeries {
            let mut connection = Connection::plain(self.mesh.reach.edge)?;
            let request = Request::get("/orders?forged=1").bearer(&forgery.token);
            connection.send(&request.to_bytes())?;
            sent.push((forgery.what, connection));
        }
        for (what, mut connection) in sent {
            let status = connection.answer()?.status;
            ensure(statuses.contains(&status), || format!("a token by {what} was answered with {status}"))?;
        }
        Ok(start.elapsed())
    }

    /// How often the keys of `name` were asked for.
    pub fn fetches(&self, name: &str) -> u64 {
        self.mesh.issuer.key_fetches_at(&path(name))
    }

    /// Every fetch of the keys of `name` that failed has failed for `reason`; gives how many did.
    pub fn failed(
        &self,
        name: &str,
        reason: &str,
    ) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
        let log = self.mesh.envoy(Side::Edge).log();
        let of_it = format!("fetch from `{name}` failed: ");
        let reasons: Vec<&str> = log.lines().filter_map(|line| line.split(&of_it).nth(1)).collect();
        let others = reasons.iter().filter(|said| !said.starts_with(reason)).count();
        let fits = others == 0 && !reasons.is_empty();
        ensure(fits, || format!("its fetches failed for {reasons:?} and not all for {reason}"))?;
        Ok(reasons.len())
    }

    /// Nothing forged has reached the service, no VM has trapped, and what needs no keys is answered.
    pub fn is_unharmed(&self) -> crate::report::Verdict {
        let edge = self.mesh.envoy(Side::Edge);
        let forged = self.mesh.orders.received().iter().filter(|got| got.path.contains("forged")).count();
        ensure(forged == 0, || format!("{forged} forged tokens were forwarded"))?;
        let reloads = edge.stat("vm_reload").unwrap_or_default();
        ensure(reloads == 0, || format!("{reloads} VMs have trapped"))?;
        ensure(!edge.log().contains("panicked"), || "a module has panicked".to_owned())?;
        let health = Connection::plain(self.mesh.reach.edge)?.exchange(&Request::get("/healthz"))?.status;
        ensure(health == 200, || format!("/healthz answers {health}"))?;
        Ok("no trap, /healthz 200, nothing forged at the service".to_owned())
    }
}

/// What every token here asks for.
pub fn orders() -> Request {
    Request::get("/orders")
}

/// A reader's token of the issuer `name`.
pub fn request(name: &str) -> TokenRequest {
    TokenRequest::new("alice").claim("iss", issuer(name))
}

fn decode(text: &str) -> io::Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| io::Error::other(error.to_string()))
}
