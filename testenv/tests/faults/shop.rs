//! A running edge, good tokens, and what the edge makes of any.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::client::{Answer, Connection, Request};
use testenv::issuer::{Algorithm, Key, TokenRequest};
use testenv::report::{Checked, Verdict, ensure};
use testenv::{Mesh, Options, Side};

use crate::edge::{issuer, path};
use crate::forgery::Forgery;

/// More than any shop here forwards: a service remembers no more, and what it forgets cannot be looked for.
const MOST_REMEMBERED: usize = 10_000;

/// How long a request may wait for keys, as the shipped configuration says.
pub const WAIT: Duration = Duration::from_secs(1);

/// Added to deadlines for a machine that has other things to do.
pub const SLACK: Duration = Duration::from_millis(1500);

/// A running edge.
pub struct Shop {
    /// The edge, the issuer and the service.
    pub mesh: Mesh,
    /// The key that the issuer signed with when this shop was opened.
    pub first_key: Arc<Key>,
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

    /// The answer to a request with this token on a connection of its own, and how long it took.
    pub fn ask(&self, token: &str) -> io::Result<(Answer, Duration)> {
        let start = Instant::now();
        let answer = Connection::plain(self.mesh.reach.edge)?.exchange(&orders().bearer(token))?;
        Ok((answer, start.elapsed()))
    }

    /// Send all forgeries at once. None may be forwarded.
    pub fn refuses(&self, forgeries: &[Forgery], statuses: &[u16]) -> Checked<()> {
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
        Ok(())
    }

    /// How often the keys of `name` were asked for.
    pub fn fetches(&self, name: &str) -> u64 {
        self.mesh.issuer.key_fetches_at(&path(name))
    }

    /// Every fetch of the keys of `name` that failed has failed for `reason`; gives how many did.
    pub fn failed(&self, name: &str, reason: &str) -> Checked<usize> {
        let log = self.mesh.envoy(Side::Edge).log();
        let of_it = format!("fetch from `{name}` failed: ");
        let reasons: Vec<&str> = log.lines().filter_map(|line| line.split(&of_it).nth(1)).collect();
        let others = reasons.iter().filter(|said| !said.starts_with(reason)).count();
        let fits = others == 0 && !reasons.is_empty();
        ensure(fits, || format!("its fetches failed for {reasons:?} and not all for {reason}"))?;
        Ok(reasons.len())
    }

    /// Nothing forged has reached the service, no VM has trapped, and what needs no keys is answered.
    pub fn is_unharmed(&self) -> Verdict {
        let edge = self.mesh.envoy(Side::Edge);
        let received = self.mesh.orders.received();
        ensure(received.len() < MOST_REMEMBERED, || "the service has forgotten some".to_owned())?;
        let forged = received.iter().filter(|got| got.path.contains("forged")).count();
        ensure(forged == 0, || format!("{forged} forged tokens were forwarded"))?;
        let reloads = edge.stat("vm_reload")?;
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
