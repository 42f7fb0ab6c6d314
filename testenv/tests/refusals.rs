//! What must never happen: a wrong configuration that is served, a header of the client that a service
//! takes for ours, a byte that stops a proxy.

use std::io;

use serde_json::{Value, json};
use testenv::client::{Connection, Request, exchange};
use testenv::{Bootstrap, Mesh, Options, Reach, Side, module};

/// A way to break the shipped configuration.
struct Broken {
    what: &'static str,
    /// The module that must notice, with the section that it has.
    module: (&'static str, &'static str),
    change: fn(&mut Value),
    /// What Envoy's log must say.
    said: &'static [&'static str],
}

const JWT: (&str, &str) = ("jwt-verify", "jwt");
const AUTHZ: (&str, &str) = ("abac-authz", "authz");
const RATELIMIT: (&str, &str) = ("rate-limit", "ratelimit");

const BROKEN: [Broken; 10] = [
    Broken {
        what: "an unknown field",
        module: JWT,
        change: |c| c["jwt"]["providers"]["corp"]["audience"] = json!("shop-api"),
        said: &["jwt.providers.corp", "unknown field `audience`"],
    },
    Broken { what: "an unknown section", module: JWT, change: |c| c["jtw"] = json!({}), said: &["jtw"] },
    Broken {
        what: "a text for a number",
        module: JWT,
        change: |c| c["jwt"]["wait"]["cold_keys_ms"] = json!("1s"),
        said: &["jwt.wait.cold_keys_ms: invalid type"],
    },
    Broken {
        what: "an unknown algorithm",
        module: JWT,
        change: |c| c["jwt"]["providers"]["corp"]["algorithms"][0] = json!("RS999"),
        said: &["jwt.providers.corp.algorithms", "RS999"],
    },
    Broken {
        what: "a provider that nobody has",
        module: JWT,
        change: |c| c["routes"][2]["authenticate"]["any_of"][0] = json!("crop"),
        said: &["routes[2]", "crop"],
    },
    Broken {
        what: "two routes for one request",
        module: JWT,
        change: |c| c["routes"][2]["match"] = c["routes"][0]["match"].clone(),
        said: &["routes[2]"],
    },
    Broken {
        what: "a limit that nobody has",
        module: RATELIMIT,
        change: |c| c["routes"][2]["limits"][0] = json!("per-usr"),
        said: &["per-usr"],
    },
    Broken {
        what: "a text that is no policy",
        module: AUTHZ,
        change: |c| {
            c["authz"]["policies"] = json!("permit (principal, action, resource);\npermit (oops);\n")
        },
        said: &["authz.policies", "line 2"],
    },
    Broken {
        what: "a policy of what the schema has not",
        module: AUTHZ,
        change: |c| {
            c["authz"]["policies"] =
                json!("permit (principal, action, resource) when { principal.levle > 1 };");
        },
        said: &["authz.policies", "levle"],
    },
    Broken {
        what: "an action that the schema has not",
        module: AUTHZ,
        change: |c| c["routes"][2]["authorize"]["action"] = json!("listOrder"),
        said: &["routes[2]", "listOrder"],
    },
];

/// Load the module of `broken` with its section alone.
fn spoil(bootstrap: &mut Bootstrap, broken: &Broken) -> io::Result<()> {
    let (name, section) = broken.module;
    let plugin = bootstrap.plugin("clients")?;
    plugin["vm_config"]["code"]["local"]["filename"] = json!(module(name)?);
    let configuration = &mut plugin["configuration"]["value"];
    if let Value::Object(members) = configuration {
        let common = ["realm", "routes", "unknown_route"];
        members.retain(|member, _| member == section || common.contains(&member.as_str()));
    }
    if section != "jwt" {
        configuration["verified_elsewhere"] = json!(["corp"]);
    }
    (broken.change)(configuration);
    Ok(())
}

#[test]
fn envoy_refuses_a_wrong_configuration_and_says_where_it_is_wrong() {
    for broken in &BROKEN {
        let options = Options::new("broken").only(&[Side::Edge]);
        let options = options.change(Side::Edge, move |bootstrap| spoil(bootstrap, broken));
        let (accepted, said) = Mesh::check(&options, Side::Edge).unwrap();
        assert!(!accepted, "{}: accepted", broken.what);
        let complaint =
            said.lines().find(|line| line.contains("watchword:") && line.contains("configuration"));
        let complaint = complaint.unwrap_or_else(|| panic!("{}: no complaint in\n{said}", broken.what));
        for part in broken.said {
            assert!(complaint.contains(part), "{}: `{part}` is not in `{complaint}`", broken.what);
        }
    }
}

#[test]
fn the_shipped_configurations_are_accepted() {
    for side in Side::ALL {
        let (accepted, said) = Mesh::check(&Options::new("shipped"), side).unwrap();
        assert!(accepted, "{side:?}: {said}");
        assert!(!said.contains("eprecated"), "{side:?}: {said}");
    }
}

/// Headers by which a service learns who calls.
const RESERVED: [&str; 5] =
    ["x-watchword-subject", "x-watchword-claims", "x-watchword-caller", "x-watchword-txn", "txn-token"];

/// What a client writes so that no service takes it for one of ours.
const FORGED: &str = "forged-by-client";

fn capitalised(name: &str) -> String {
    let parts = name.split('-').map(|part| part[..1].to_uppercase() + &part[1..]);
    parts.collect::<Vec<_>>().join("-")
}

/// Each reserved name as a client could spell it so that some framework takes it for the real one.
fn spellings() -> Vec<String> {
    let spell = |name: &str| {
        [
            name.to_owned(),
            name.to_uppercase(),
            capitalised(name),
            name.replace('-', "_"),
            name.replacen('-', "_", 1),
            capitalised(name).replace('-', "_"),
            name.to_uppercase().replace('-', "_"),
        ]
    };
    RESERVED.into_iter().flat_map(spell).collect()
}

fn forgery_reached(mesh: &Mesh) -> bool {
    let received = mesh.orders.received().into_iter().chain(mesh.payments.received());
    received.flat_map(|request| request.headers).any(|(_, value)| value.contains(FORGED))
}

/// To the edge with a token and without, and to a sidecar as the edge.
fn send_everywhere(reach: &Reach, token: &str, name: &str) {
    for path in ["/orders/42", "/healthz"] {
        let request = Request::get(path).bearer(token).header(name, FORGED);
        let answer = exchange(reach.edge, &request).unwrap();
        assert!(matches!(answer.status, 200 | 400), "{name} on {path}: {}", answer.status);
    }
    let request = Request::get("/healthz").header(name, FORGED);
    let mut sidecar = Connection::tls(reach.orders, &reach.certificates, Some("edge")).unwrap();
    let answer = sidecar.exchange(&request).unwrap();
    assert!(matches!(answer.status, 200 | 400), "{name} at the sidecar: {}", answer.status);
}

#[test]
fn no_spelling_of_an_identity_header_reaches_a_service_and_no_byte_stops_a_proxy() {
    let mesh = Mesh::start(&Options::new("refusals")).unwrap_or_else(|error| panic!("{error}"));
    let token = |user: usize| mesh.token(&format!("user-{user}")).unwrap();
    for (user, name) in spellings().iter().enumerate() {
        send_everywhere(&mesh.reach, &token(user), name);
        assert!(!forgery_reached(&mesh), "`{name}` reached a service");
    }
    let control = Request::get("/healthz").header("x-harmless", FORGED);
    assert_eq!(exchange(mesh.reach.edge, &control).unwrap().status, 200);
    assert!(forgery_reached(&mesh), "other headers do arrive, or the rows above show nothing");

    bytes_are_answered(&mesh);
}

/// Header values that are no UTF-8, in our own headers and in others, are answered and stop nothing.
fn bytes_are_answered(mesh: &Mesh) {
    let values: [&[u8]; 5] = [b"\xff\xfe", b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"a\xf0\x9f"];
    for name in
        ["x-note", "authorization", "traceparent", "x-watchword-subject", "txn-token", "cookie", "host"]
    {
        for value in values {
            let mut request = Request::get("/orders/42");
            if name != "authorization" {
                request = request.bearer(&mesh.token(name).unwrap());
            }
            let answer = exchange(mesh.reach.edge, &request.header(name, value)).unwrap();
            assert!(matches!(answer.status, 200 | 400 | 401 | 429), "{name}: {value:?}: {}", answer.status);
        }
    }
    for side in Side::ALL {
        assert_eq!(mesh.envoy(side).stat("vm_reload").unwrap(), 0, "{side:?} has trapped");
    }
    let good = Request::get("/orders/42").bearer(&mesh.token("afterwards").unwrap());
    assert_eq!(exchange(mesh.reach.edge, &good).unwrap().status, 200);
}
