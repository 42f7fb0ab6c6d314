//! Questions and answers over HTTP, with an authorization that is made when the registry demands it.

use std::cell::RefCell;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body as Received};

use super::challenge::{Challenge, Clear};
use crate::oci::credentials::{HOST, Login, PASSWORD, USER};
use crate::oci::{Fault, Reference};

/// How long one question may take: the largest blob at 1 MB a second, rounded.
const TIMEOUT: Duration = Duration::from_secs(300);

/// How long a connection may take to come up; a registry that is further away is not reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of a complaint of a registry that are shown.
const MAX_COMPLAINT_BYTES: u64 = 500;

/// What Docker Hub is called where its registry listens.
const DOCKER_HUB: (&str, &str) = ("docker.io", "registry-1.docker.io");

/// The way to one registry.
pub(super) struct Transport {
    agent: Agent,
    host: String,
    origin: String,
    /// What a token is asked for where the registry does not say it.
    scope: String,
    login: Login,
    clear: Clear,
    authorization: RefCell<Option<String>>,
}

/// What is asked.
pub(super) struct Question<'a> {
    method: &'static str,
    url: &'a str,
    accept: Option<String>,
    body: Option<Body<'a>>,
}

/// What is sent along.
pub(super) struct Body<'a> {
    pub(super) media_type: &'a str,
    pub(super) content: &'a [u8],
}

/// What came back.
pub(super) struct Answer {
    what: String,
    response: Response<Received>,
}

impl<'a> Question<'a> {
    pub(super) fn fetch(url: &'a str) -> Self {
        Self { method: "GET", url, accept: None, body: None }
    }

    pub(super) fn head(url: &'a str) -> Self {
        Self { method: "HEAD", url, accept: None, body: None }
    }

    pub(super) fn post(url: &'a str) -> Self {
        let nothing = Body { media_type: "application/octet-stream", content: &[] };
        Self { method: "POST", url, accept: None, body: Some(nothing) }
    }

    pub(super) fn put(url: &'a str, body: Body<'a>) -> Self {
        Self { method: "PUT", url, accept: None, body: Some(body) }
    }

    pub(super) fn accepting(mut self, types: String) -> Self {
        self.accept = Some(types);
        self
    }
}

impl Transport {
    pub(super) fn new(reference: &Reference, clear: Clear, login: Login) -> Result<Self, Fault> {
        let plain = clear != Clear::Never;
        let host = reference.host().to_owned();
        let listens = if host == DOCKER_HUB.0 { DOCKER_HUB.1 } else { &host };
        let origin = format!("{}://{listens}", if plain { "http" } else { "https" });
        let scope = format!("repository:{}:pull,push", reference.path());
        let agent = agent(plain)?;
        Ok(Self { agent, host, origin, scope, login, clear, authorization: RefCell::default() })
    }

    /// Scheme, host and port.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Ask, and ask once more with an authorization where that is demanded.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Answer, Fault> {
        let answer = self.send(question)?;
        if answer.status() != 401 || !self.is_own(question.url) {
            return Ok(answer);
        }
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        let authorization = self.authorize(&Challenge::parse(&challenge)?)?;
        self.authorization.replace(Some(authorization));
        let answer = self.send(question)?;
        if answer.status() == 401 {
            Err(self.unauthorized("those it was given are not enough"))
        } else {
            Ok(answer)
        }
    }

    fn send(&self, question: &Question<'_>) -> Result<Answer, Fault> {
        let mut request = Request::builder().method(question.method).uri(question.url);
        if let Some(accept) = &question.accept {
            request = request.header("accept", accept);
        }
        // Uploads may go to another host, which our credentials are not for.
        if let Some(authorization) =
            self.authorization.borrow().as_ref().filter(|_| self.is_own(question.url))
        {
            request = request.header("authorization", authorization);
        }
        let request = match &question.body {
            Some(body) => {
                let request = request.header("content-type", body.media_type).body(body.content);
                request.map_err(ureq::Error::from).and_then(|request| self.agent.run(request))
            }
            None => request.body(()).map_err(ureq::Error::from).and_then(|request| self.agent.run(request)),
        };
        let response = request.map_err(|error| unreachable_at(question.url, error))?;
        Ok(Answer { what: format!("{} {}", question.method, question.url), response })
    }

    fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(&self.origin).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The header that answers `challenge`.
    fn authorize(&self, challenge: &Challenge) -> Result<String, Fault> {
        let credentials = self.login.credentials(&self.host)?;
        let basic = credentials.map(|known| basic(&known.user, &known.password));
        match challenge {
            Challenge::Basic => basic.ok_or_else(|| self.unauthorized("it has none")),
            Challenge::Bearer { .. } => self.token(challenge, basic),
        }
    }

    /// A token of the service that the registry names, for nobody where no login is known.
    fn token(&self, challenge: &Challenge, basic: Option<String>) -> Result<String, Fault> {
        let url = challenge.token_url(&self.scope, self.clear)?;
        if basic.is_some() && !challenge.is_trusted_by(&self.host) {
            let message = format!(
                "its tokens are had in the clear from another host, by `{url}`: no login goes there"
            );
            return Err(Fault::Protocol(message));
        }
        let mut request = Request::builder().uri(&url);
        if let Some(basic) = basic {
            request = request.header("authorization", basic);
        }
        let sent = request.body(()).map_err(ureq::Error::from).and_then(|request| self.agent.run(request));
        let response = sent.map_err(|error| unreachable_at(&url, error))?;
        let answer = Answer { what: format!("GET {url}"), response };
        if matches!(answer.status(), 401 | 403) {
            return Err(self.unauthorized("those it was given are not good"));
        }
        let mut text = String::new();
        let mut reader = answer.expect(&[200])?.into_reader().take(super::MAX_MANIFEST_BYTES);
        reader.read_to_string(&mut text).map_err(|error| unreachable_at(&url, ureq::Error::Io(error)))?;
        let token =
            Challenge::token(&text).ok_or_else(|| Fault::Protocol(format!("{url} gives no token")))?;
        Ok(format!("Bearer {token}"))
    }

    fn unauthorized(&self, reason: &str) -> Fault {
        let hint =
            format!("{reason}; set {HOST}, {USER} and {PASSWORD}, or run `docker login {}`", self.host);
        Fault::Unauthorized { host: self.host.clone(), hint }
    }
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The header of this name, where it is one line of text.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name)?.to_str().ok().map(str::to_owned)
    }

    /// This answer, when its status is one of these.
    pub(super) fn expect(self, statuses: &[u16]) -> Result<Self, Fault> {
        if statuses.contains(&self.status()) {
            return Ok(self);
        }
        let (what, status) = (self.what.clone(), self.status());
        let mut said = Vec::new();
        let _cut_off = self.into_reader().take(MAX_COMPLAINT_BYTES).read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said).trim().replace(char::is_control, " ");
        Err(Fault::Refused { what, status, said })
    }

    pub(super) fn into_reader(self) -> impl Read {
        self.response.into_body().into_reader()
    }
}

/// With TLS by ring and the certificates that this machine trusts, and without redirects into the clear.
fn agent(plain: bool) -> Result<Agent, Fault> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .user_agent(concat!("watchword/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT));
    if plain {
        return Ok(config.build().new_agent());
    }
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(trusted()?)
        .build();
    Ok(config.https_only(true).tls_config(tls).build().new_agent())
}

fn trusted() -> Result<RootCerts, Fault> {
    let found = rustls_native_certs::load_native_certs();
    let certificates: Vec<_> =
        found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    if certificates.is_empty() {
        let message = "this machine has no certificates to trust (ca-certificates, or SSL_CERT_FILE)";
        return Err(Fault::Protocol(message.to_owned()));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// RFC 7617 §2.
fn basic(user: &str, password: &str) -> String {
    use base64::Engine;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {pair}")
}

fn unreachable_at(url: &str, error: ureq::Error) -> Fault {
    Fault::Unreachable { url: url.to_owned(), error: error.to_string() }
}
