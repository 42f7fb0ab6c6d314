//! A shop with an issuer, and the tool.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder with a configuration, `shop.yaml`, the key of the issuer, `key.pem`, and its key set, `keys.json`.
pub(crate) struct Shop(PathBuf);

const CONFIGURATION: &str = r#"
realm: shop
routes:
  - { name: health, match: { methods: [GET], path: /healthz }, authenticate: none, authorize: none }
  - name: read
    match: { methods: [GET], path: "/orders/{order_id}" }
    authenticate: { any_of: [corp] }
    authorize: { action: read, resource: { type: Order, id: "{order_id}" } }
    limits: [per-user]
  - name: upload
    match: { methods: [POST], path: /orders }
    authenticate: none
    authorize: none
    accepts: { body_bytes: 100 }
  - { name: shared, match: { path: /shared }, authenticate: none, authorize: none, limits: [of-all] }
  - { name: other, match: { path: /other }, authenticate: { any_of: [found] }, authorize: none }
jwt:
  providers:
    corp:
      kind: generic
      issuer: https://issuer.test
      audiences: [shop-api]
      algorithms: [ES256]
      keys: { remote: { cluster: issuer, authority: issuer.test, path: /jwks } }
    found:
      kind: generic
      issuer: https://found.test
      audiences: [shop-api]
      algorithms: [ES256]
      keys: { discovery: { cluster: found, authority: found.test } }
authz:
  schema: |
    entity User = { roles: Set<String> };
    entity Order;
    action read appliesTo { principal: User, resource: Order };
  policies: |
    @id("readers")
    permit (principal, action == Action::"read", resource) when { principal.roles.contains("reader") };
  principals:
    - { of: users, type: User, id: sub, attributes: { roles: { claim: roles } } }
identity:
  mint:
    issuer: https://edge.shop.test
    trust_domain: shop.test
    workload: spiffe://shop.test/edge
    key: { secret: EXPLAIN_SIGNING_KEY, id: edge-1 }
    lifetime_seconds: 60
    claims: [iss]
ratelimit:
  services: { quota: { cluster: quota-svc, domain: shop } }
  limits:
    per-user: { requests: 2, per_seconds: 3600, burst: 2, key: [subject] }
    of-all: { key: [route], global: { service: quota } }
"#;

/// The same in every test: nobody sees its signing key.
const ALWAYS: [&str; 4] = ["explain", "--config", "shop.yaml", "--stand-in-secrets"];

impl Shop {
    /// The folder of a test called `name`.
    pub(crate) fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("explain").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        let shop = Self(folder);
        shop.write("shop.yaml", CONFIGURATION);
        assert_eq!(shop.run(&["key", "new", "--output", "key.pem"]).code, 0);
        shop.write("keys.json", &shop.run(&["key", "jwks", "key.pem"]).out);
        shop
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// A token of a user with these roles, a JSON list, written into the file `token`.
    pub(crate) fn token(&self, roles: &str, more: &[&str]) -> &'static str {
        let claims = format!(r#"{{"roles": {roles}}}"#);
        let options = [
            "token",
            "make",
            "--key",
            "key.pem",
            "--issuer",
            "https://issuer.test",
            "--typ",
            "JWT",
            "--subject",
            "alice",
        ];
        let options = [&options[..], &["--audience", "shop-api", "--claims", &claims], more].concat();
        self.write("token", &self.run(&options).out);
        "@token"
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchword"));
        let output = command.args(arguments).current_dir(&self.0).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn explain(&self, arguments: &[&str]) -> Said {
        self.run(&[&ALWAYS[..], arguments].concat())
    }

    /// The exit code, and the answer as JSON.
    pub(crate) fn report(&self, arguments: &[&str]) -> (i32, Value) {
        let said = self.explain(&[arguments, &["--format", "json"]].concat());
        let report = serde_json::from_str(&said.out);
        let report = report.map_err(|error| format!("{error}: {said:?}")).unwrap();
        (said.code, report)
    }
}
