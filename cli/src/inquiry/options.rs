//! The options that both commands have.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::{ArgGroup, Args, ValueEnum};
use contract::{PeerFacts, UnixTime};
use pipeline::Chain;
use serde_json::Value;

use super::change::without_query_values;
use super::configuration::{self, Configuration};
use super::documents::{Documents, NamedFile};
use super::engine::Engine;
use super::json_request::{self, Defaults};
use super::secrets::NamedSecrets;
use super::sent::Sent;
use super::{http_text, peer};
use crate::date;
use crate::failure::Failure;
use crate::modules::Module;
use crate::sources::{self, WordArguments};

#[derive(Args)]
#[command(group(ArgGroup::new("asked").required(true).args(["request", "requests"])))]
pub(crate) struct Options {
    /// The configuration: of the filter itself, or in an Envoy bootstrap, a resource of Istio or Envoy Gateway, or a
    /// folder of policies.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Which plugin, where FILE configures several.
    #[arg(long, value_name = "NAME")]
    plugin: Option<String>,
    #[command(flatten)]
    words: WordArguments,
    /// The module that it is for; where nothing tells, the one with all stages.
    #[arg(long, value_enum)]
    module: Option<Module>,
    /// The request: `GET /orders/42`, or `@FILE` with the head of an HTTP/1.1 message or a JSON object.
    #[arg(long, value_name = "'METHOD PATH'|@FILE")]
    request: Option<String>,
    /// A file with one request in each line, as JSON: `method`, `path`, `authority`, `headers` (a list of pairs),
    /// `token`, `body_bytes`, `peer`, `client_address`, `at`. Limits count from one to the next.
    #[arg(long, value_name = "FILE.jsonl")]
    requests: Option<PathBuf>,
    /// A header field, `name: value`; repeat it for several.
    #[arg(long, value_name = "FIELD", value_parser = parse_field)]
    header: Vec<(String, String)>,
    /// A token, sent as `authorization: Bearer …`; `@FILE` for one in a file, which other processes do not see.
    #[arg(long, value_name = "TOKEN|@FILE")]
    token: Option<String>,
    /// The host that is asked for.
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    authority: String,
    /// A body of so many bytes follows. Its length is announced, unless the request says otherwise.
    #[arg(long, value_name = "N")]
    body_bytes: Option<u64>,
    /// The workload at the other end of a mutual TLS connection, whose certificate the proxy has validated.
    #[arg(long, value_name = "SPIFFE-ID", conflicts_with = "peer_certificate")]
    peer: Option<String>,
    /// The certificate of that workload, where a token is bound to it.
    #[arg(long, value_name = "FILE.pem")]
    peer_certificate: Option<PathBuf>,
    /// Where the client is.
    #[arg(long, value_name = "IP")]
    client_address: Option<IpAddr>,
    /// What an earlier module of the chain has handed on, as it stands in the filter state: JSON or `@FILE`. For
    /// modules of a chain alone: the one with all stages takes nothing from others.
    #[arg(long, value_name = "JSON|@FILE")]
    handed_on: Option<String>,
    /// A document that the proxy would fetch: the key set of a provider, or a bundle, by its name in the
    /// configuration; repeat it for several.
    #[arg(long, value_name = "NAME=FILE", value_parser = NamedFile::parse)]
    keys: Vec<NamedFile>,
    /// How rate limit engines answer; `ok` where nothing is said, and a note then says that one was asked.
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// When the request comes: `2027-01-01T12:00:00Z` or seconds since the epoch; now by default.
    #[arg(long, value_name = "TIME", value_parser = date::parse)]
    at: Option<UnixTime>,
    /// A claim of the caller to be shown beside those that every token has; repeat it for several.
    #[arg(long, value_name = "NAME")]
    claim: Vec<String>,
    /// Make up secrets that the configuration names and that the environment does not have.
    #[arg(long)]
    stand_in_secrets: bool,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one object, in one line for each of several requests.
    Json,
}

/// What is asked, with all files read.
pub(crate) struct Inquiry {
    pub(crate) file: PathBuf,
    pub(crate) module: Module,
    pub(crate) document: Value,
    pub(crate) secrets: NamedSecrets,
    pub(crate) documents: Documents,
    pub(crate) engine: Option<Engine>,
    pub(crate) handed_on: Option<Vec<u8>>,
    pub(crate) requests: Vec<Sent>,
    pub(crate) claims: Vec<String>,
    pub(crate) format: Format,
    /// Whether there is a line for each of several requests.
    pub(crate) is_batch: bool,
}

impl Options {
    /// Read everything that is named.
    pub(crate) fn read(&self, now: UnixTime) -> Result<Inquiry, Failure> {
        let found = sources::plugins(&self.config, &self.words.read()?)?;
        let Configuration { document, module } =
            configuration::chosen(found, self.plugin.as_deref(), &self.config)?;
        let module = self.module.or(module).unwrap_or(Module::Watchword);
        Ok(Inquiry {
            file: self.config.clone(),
            module,
            secrets: NamedSecrets::of(&document, self.stand_in_secrets)?,
            documents: Documents::read(&document, &self.keys)?,
            engine: self.engine,
            handed_on: self.handed_on(module)?,
            requests: self.read_requests(now)?,
            claims: self.claim.clone(),
            format: self.format,
            is_batch: self.requests.is_some(),
            document,
        })
    }

    /// The filter reads it in a link of a chain and nowhere else (`handed_on` of the host): a verdict that rests on it
    /// elsewhere would be none of the filter's.
    fn handed_on(&self, module: Module) -> Result<Option<Vec<u8>>, Failure> {
        let text = self.handed_on.as_deref().map(text_or_file).transpose()?;
        if text.is_some() && module.chain() == Chain::Whole {
            let name = module.file_name();
            return Err(Failure::Usage(format!(
                "--handed-on: the module `{name}` has all stages and reads nothing that another has handed on; name a \
                 module of a chain by --module"
            )));
        }
        Ok(text.map(String::into_bytes))
    }

    fn read_requests(&self, now: UnixTime) -> Result<Vec<Sent>, Failure> {
        let defaults = self.defaults(now)?;
        match (&self.request, &self.requests) {
            (Some(request), _) => Ok(vec![one(request, &defaults)?]),
            (None, Some(path)) => json_request::lines(path, &defaults),
            (None, None) => Err(Failure::Usage("say --request or --requests".to_owned())),
        }
    }

    fn defaults(&self, now: UnixTime) -> Result<Defaults, Failure> {
        let token = self.token.as_deref().map(text_or_file).transpose()?;
        let bearer = token.map(|token| ("authorization".to_owned(), format!("Bearer {}", token.trim())));
        Ok(Defaults {
            authority: self.authority.clone(),
            fields: self.header.iter().cloned().chain(bearer).collect(),
            body_bytes: self.body_bytes,
            peer: self.peer()?.map(Rc::new),
            client_address: self.client_address,
            at: self.at.unwrap_or(now),
        })
    }

    fn peer(&self) -> Result<Option<PeerFacts>, Failure> {
        match (&self.peer, &self.peer_certificate) {
            (Some(id), _) => {
                peer::called(id).map(Some).map_err(|message| Failure::Usage(format!("--peer: {message}")))
            }
            (None, Some(path)) => {
                let certificate_pem =
                    fs::read_to_string(path).map_err(|error| Failure::in_file(path, error))?;
                Ok(Some(PeerFacts { validated: true, certificate_pem }))
            }
            (None, None) => Ok(None),
        }
    }
}

/// The request that `--request` says.
fn one(text: &str, defaults: &Defaults) -> Result<Sent, Failure> {
    let Some(path) = text.strip_prefix('@').map(Path::new) else {
        let (method, target) = text.split_once(' ').unwrap_or(("GET", text));
        if !target.starts_with('/') && target != "*" {
            return Err(Failure::Usage(format!(
                "--request: `{}` is no path: write 'GET /orders/42'",
                without_query_values(target)
            )));
        }
        return Ok(defaults.request(method, target.as_bytes()));
    };
    let bytes = fs::read(path).map_err(|error| Failure::in_file(path, error))?;
    let read = match bytes.trim_ascii_start().first() {
        Some(b'{') => json_request::one(&bytes, defaults),
        Some(_) | None => http_text::read(&bytes, defaults),
    };
    read.map_err(|message| Failure::in_file(path, message))
}

/// `text` itself, or what is in the file that it names behind an `@`.
fn text_or_file(text: &str) -> Result<String, Failure> {
    match text.strip_prefix('@').map(Path::new) {
        Some(path) => fs::read_to_string(path).map_err(|error| Failure::in_file(path, error)),
        None => Ok(text.to_owned()),
    }
}

fn parse_field(text: &str) -> Result<(String, String), String> {
    let field = text.split_once(':').filter(|(name, _)| !name.trim().is_empty());
    let (name, value) = field.ok_or("a field is `name: value`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
