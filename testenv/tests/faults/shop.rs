//! An edge with one provider per fault, so that one refresh meets all of them.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::{Answer, Connection, Request};
use testenv::issuer::{Key, TokenRequest};
use testenv::{Mesh, Options, Side};

use crate::vigil::Vigil;

/// How often keys are fetched at most, as the configuration allows.
pub(crate) const SHORTEST_REFRESH: Duration = Duration::from_secs(10);

/// How long one fetch may take, as the shipped configuration says.
pub(crate) const FETCH_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a request may wait for keys, as the shipped configuration says.
pub(crate) const WAIT: Duration = Duration::from_millis(1000);

/// Added to deadlines for a machine that has other things to do.
pub(crate) const SLACK: Duration = Duration::from_millis(1500);

/// The edge alone, watched from its start.
pub(crate) struct Shop {
    vigil: Vigil,
    pub(crate) mesh: Mesh,
}

/// The edge's options: limits out of the way, a refresh of `refresh`, and beside `corp` one provider for
/// each of `names`, with an issuer and a path of that name.
pub(crate) fn options(label: &str, names: &[&'static str], refresh: Duration) -> Options {
    let names = names.to_vec();
    Options::new(label).only(&[Side::Edge]).change(Side::Edge, move |bootstrap| {
        let configuration = bootstrap.configuration("clients")?;
        let limits = &mut configuration["ratelimit"]["limits"];
        for limit in ["per-user", "per-address"] {
            limits[limit]["requests"] = json!(100_000);
            limits[limit]["burst"] = json!(100_000);
        }
        authenticate_only(configuration);
        let providers = &mut configuration["jwt"]["providers"];
        providers["corp"]["keys"]["remote"]["refresh_seconds"] = json!(refresh.as_secs());
        for name in &names {
            let mut provider = providers["corp"].clone();
            provider["issuer"] = json!(issuer(name));
            provider["keys"]["remote"]["path"] = json!(path(name));
            providers[*name] = provider;
        }
        accept_everywhere(configuration, &names);
        Ok(())
    })
}

/// With workers that each fetch for themselves, as they do where the VM has no secret to share under.
pub(crate) fn each_for_itself(options: Options) -> Options {
    options.change(Side::Edge, |bootstrap| {
        let jwt = &mut bootstrap.configuration("clients")?["jwt"];
        jwt.as_object_mut().ok_or_else(|| io::Error::other("no section `jwt`"))?.remove("key_sharing");
        Ok(())
    })
}

fn accept_everywhere(configuration: &mut Value, names: &[&'static str]) {
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        if let Some(providers) = route.pointer_mut("/authenticate/any_of").and_then(Value::as_array_mut) {
            providers.extend(names.iter().map(|name| json!(name)));
        }
    }
}

/// Policies would have to tell users of so many issuers apart, and are not what is tested here.
fn authenticate_only(configuration: &mut Value) {
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        route["authorize"] = json!("none");
    }
    if let Some(sections) = configuration.as_object_mut() {
        sections.remove("authz");
    }
}

fn issuer(name: &str) -> String {
    format!("https://{name}.test")
}

/// Where the keys of the provider `name` are.
pub(crate) fn path(name: &str) -> String {
    format!("/jwks/{name}")
}

impl Shop {
    pub(crate) fn open(options: &Options) -> Self {
        let mesh = Mesh::start(options).unwrap_or_else(|error| panic!("{error}"));
        Self { vigil: Vigil::start(mesh.reach.edge), mesh }
    }

    /// What every case ends with.
    pub(crate) fn close(self) {
        let seen = self.vigil.end();
        assert!(seen.answers > 0, "nobody watched");
        assert_eq!(seen.failures, Vec::<String>::new(), "the route without authentication");
        let envoy = self.mesh.envoy(Side::Edge);
        let stats = envoy.admin("/stats?filter=wasm").expect("Envoy lives");
        assert!(stats.contains("wasm.envoy.wasm.runtime.v8.active"), "not the counters that were meant");
        let reloads = stats.lines().filter(|line| line.contains("vm_reload_") && !line.ends_with(": 0"));
        assert_eq!(reloads.collect::<Vec<_>>(), Vec::<&str>::new());
        assert!(!envoy.log().contains("panicked"), "{}", envoy.log());
    }

    /// A good token of the provider `name`.
    pub(crate) fn token(&self, name: &str) -> String {
        self.mesh.issuer.token(&self.claims(name)).unwrap()
    }

    /// The same, signed by `key` under its key id.
    pub(crate) fn token_by(&self, name: &str, key: &Key) -> String {
        let header = json!({ "kid": key.id() });
        self.mesh.issuer.forge(&self.claims(name), &header, |input| key.sign(input)).unwrap()
    }

    pub(crate) fn claims(&self, name: &str) -> TokenRequest {
        let issuer = if name == "corp" { "https://issuer.test".to_owned() } else { issuer(name) };
        TokenRequest::new("alice").claim("iss", issuer)
    }

    /// Connections enough for both workers to have some.
    pub(crate) fn connections(&self) -> Vec<Connection> {
        (0..8).map(|_| Connection::plain(self.mesh.reach.edge).unwrap()).collect()
    }

    /// Wait until each connection gets 200 for a token of each provider.
    pub(crate) fn wait_for_keys(&self, names: &[&str], at_most: Duration) {
        let start = Instant::now();
        let mut connections = self.connections();
        for name in names {
            let request = list_orders(&self.token(name));
            for connection in &mut connections {
                while connection.exchange(&request).unwrap().status != 200 {
                    assert!(start.elapsed() < at_most, "{name}: still no keys");
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }
}

pub(crate) fn list_orders(token: &str) -> Request {
    Request::get("/orders").bearer(token)
}

/// The answer and how long it took.
pub(crate) fn timed(connection: &mut Connection, request: &Request) -> (Answer, Duration) {
    let start = Instant::now();
    let answer = connection.exchange(request).unwrap_or_else(|error| panic!("no answer: {error}"));
    (answer, start.elapsed())
}
