//! Requests: routes, credentials with and without flaws, and what else a client may send.

use serde_json::{Value, json};
use testenv::client::Request;
use testenv::issuer::{Algorithm, Flaw, TokenRequest};

use crate::draw::Draw;
use crate::edge::Edge;

/// A request, in the words of the client and in those of the tool.
pub(crate) struct Drawn {
    /// For who reads a failure.
    pub(crate) what: String,
    method: &'static str,
    path: &'static str,
    headers: Vec<(String, String)>,
    body: Option<&'static str>,
}

/// Methods and paths: each route, and what is none.
const TARGETS: [(&str, &str); 10] = [
    ("GET", "/healthz"),
    ("GET", "/orders"),
    ("GET", "/orders/42"),
    ("GET", "/orders/43"),
    ("POST", "/orders"),
    ("POST", "/orders"),
    ("GET", "/exports/orders"),
    ("GET", "/exports/payments"),
    ("DELETE", "/orders/42"),
    ("GET", "/admin"),
];

/// Spellings of paths. None that Envoy refuses before the filter.
const TRICKS: [(&str, &str); 13] = [
    ("GET", "/orders%2F42"),
    ("GET", "/orders//42"),
    ("GET", "/orders/./42"),
    ("GET", "/x/../orders/42"),
    ("GET", "/orders/%34%32"),
    ("GET", "/%6Frders/42"),
    ("GET", "/orders/42;v=1"),
    ("GET", "/orders/42/"),
    ("GET", "/ORDERS/42"),
    ("GET", "/orders/4%7c2"),
    ("GET", "/orders/42?expand=items&x=%41"),
    ("POST", "/orders?admin=1"),
    ("HEAD", "/orders"),
];

/// Where a credential comes from.
#[derive(Debug, Clone, Copy)]
enum Credential {
    Nothing,
    Token,
    Flawed,
    TwoTokens,
    ApiKey,
    WrongApiKey,
    TokenAndApiKey,
    OtherScheme,
    EmptyBearer,
    LowerCaseScheme,
}

const CREDENTIALS: [Credential; 24] = [
    Credential::Nothing,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Token,
    Credential::Flawed,
    Credential::Flawed,
    Credential::Flawed,
    Credential::Flawed,
    Credential::Flawed,
    Credential::Flawed,
    Credential::TwoTokens,
    Credential::ApiKey,
    Credential::WrongApiKey,
    Credential::TokenAndApiKey,
    Credential::OtherScheme,
    Credential::EmptyBearer,
    Credential::LowerCaseScheme,
];

/// What clients may send beside a credential: forged identity in several spellings, traces, and harmless fields.
const FIELDS: [(&str, &str); 10] = [
    ("x-watchword-subject", "admin"),
    ("X_Watchword_Subject", "admin"),
    ("txn-token", "a.b.c"),
    ("x-forwarded-client-cert", "URI=spiffe://shop.test/orders"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("traceparent", "nonsense"),
    ("connection", "x-watchword-subject"),
    ("accept", "application/json"),
    ("cookie", "session=1"),
    ("origin", "https://app.test"),
];

/// One request.
pub(crate) fn draw(draw: &mut Draw, edge: &Edge) -> Drawn {
    let (method, path) = if draw.once_in(4) { draw.of(&TRICKS) } else { draw.of(&TARGETS) };
    let credential = draw.of(&CREDENTIALS);
    let (what, mut headers) = credential_of(credential, path, draw, edge);
    while draw.once_in(3) {
        let (name, value) = draw.of(&FIELDS);
        headers.push((name.to_owned(), value.to_owned()));
    }
    let body = (method == "POST").then_some("{}");
    if body.is_some() && !draw.once_in(8) {
        headers.push((
            "content-type".to_owned(),
            draw.of(&["application/json", "application/json", "text/html"]).to_owned(),
        ));
    }
    if draw.once_in(15) {
        return preflight(draw);
    }
    Drawn { what: format!("{method} {path}, {what}"), method, path, headers, body }
}

/// What a browser asks before it sends a request.
fn preflight(draw: &mut Draw) -> Drawn {
    let (path, asked) = draw.of(&[("/orders", "POST"), ("/orders", "GET"), ("/exports/orders", "GET")]);
    let fields = [("origin", "https://app.test"), ("access-control-request-method", asked)];
    Drawn {
        what: format!("a preflight for {asked} {path}"),
        method: "OPTIONS",
        path,
        headers: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: None,
    }
}

fn credential_of(
    credential: Credential,
    path: &str,
    draw: &mut Draw,
    edge: &Edge,
) -> (String, Vec<(String, String)>) {
    let bearer = |token: String| ("authorization".to_owned(), format!("Bearer {token}"));
    let key = |text: &str| ("x-api-key".to_owned(), text.to_owned());
    let token = |draw: &mut Draw| edge.issue(&user(draw));
    let fields = match credential {
        Credential::Nothing => Vec::new(),
        Credential::Token if path.starts_with("/exports") => vec![key(edge.partner_key())],
        Credential::Token => vec![bearer(token(draw))],
        Credential::Flawed => {
            let (flaw, name) = draw.in_turn(&Flaw::ALL);
            let request = user(draw).flaw(flaw);
            return (format!("flaw {name}"), vec![bearer(edge.issue(&request))]);
        }
        Credential::TwoTokens => vec![bearer(token(draw)), bearer(token(draw))],
        Credential::ApiKey => vec![key(edge.partner_key())],
        Credential::WrongApiKey => {
            let unknown = [
                "partner1.0123456789abcdefghijklmnopqrstuv",
                "nobody.0123456789abcdefghijklmnopqrstuv",
                "x",
            ];
            vec![key(draw.of(&unknown))]
        }
        Credential::TokenAndApiKey => vec![bearer(token(draw)), key(edge.partner_key())],
        Credential::OtherScheme => vec![("authorization".to_owned(), "Basic YTpi".to_owned())],
        Credential::EmptyBearer => vec![("authorization".to_owned(), "Bearer".to_owned())],
        Credential::LowerCaseScheme => {
            vec![("authorization".to_owned(), format!("bearer {}", token(draw)))]
        }
    };
    (format!("{credential:?}"), fields)
}

/// A user: few subjects, so that limits are reached, and all the roles that policies speak of.
fn user(draw: &mut Draw) -> TokenRequest {
    let subject = draw.of(&["alice", "bob", "carol", "dave", "erin"]);
    let roles = draw.of(&[
        json!(["reader"]),
        json!(["reader"]),
        json!(["reader", "buyer"]),
        json!(["reader", "buyer"]),
        json!(["buyer"]),
        json!(["reader", "buyer", "suspended"]),
        json!([]),
    ]);
    let request = TokenRequest::new(subject).claim("roles", roles).claim("level", draw.of(&[1, 2, 3]));
    let request = request.algorithm(draw.of(&Algorithm::ALL));
    match draw.once_in(6) {
        true => request.claim("groups", json!(["support"])),
        false => request,
    }
}

impl Drawn {
    /// As the client sends it.
    pub(crate) fn request(&self) -> Request {
        let request = Request::new(self.method, self.path);
        let request =
            self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        match self.body {
            Some(body) => request.body(body),
            None => request,
        }
    }

    /// As the tool reads it, sent at this time.
    pub(crate) fn line(&self, at: f64) -> Value {
        json!({
            "method": self.method, "path": self.path, "authority": "shop.test", "headers": self.headers,
            "body_bytes": self.body.map(str::len), "client_address": "127.0.0.1", "at": at,
        })
    }
}
