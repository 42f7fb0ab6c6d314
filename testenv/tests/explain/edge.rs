//! A real edge, and the tool with its configuration, keys and secrets.

#![expect(clippy::disallowed_methods, reason = "the tool is told when a request was really sent")]

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use testenv::client::{Answer, exchange};
use testenv::issuer::TokenRequest;
use testenv::{Bootstrap, Mesh, Options, RunDirectory, Side, module, tool};

use crate::requests::Drawn;
use crate::told::Told;

pub(crate) struct Edge {
    mesh: Mesh,
    tool: PathBuf,
    directory: RunDirectory,
}

/// A request that was sent, and its answer.
pub(crate) struct Sent {
    answer: Answer,
    /// In seconds since the epoch.
    at: f64,
}

/// Requests of one user that pass. Nothing comes back within the time of a test, so nothing depends on that.
const PER_USER: u32 = 14;

/// Requests of one address that pass: the last ones of the test do not.
const PER_ADDRESS: u32 = 160;

const HOUR_SECONDS: u32 = 3600;

impl Edge {
    pub(crate) fn start() -> io::Result<Self> {
        let directory = RunDirectory::create("explain")?;
        let file = directory.path().join("configuration.json");
        let options = Options::new("explain-edge").only(&[Side::Edge]);
        let mesh = Mesh::start(&options.change(Side::Edge, move |bootstrap| {
            let configuration = limits_that_last(bootstrap)?;
            fs::write(&file, configuration.to_string())
        }))?;
        fs::write(directory.path().join("keys.json"), mesh.issuer.key_set().to_string())?;
        Ok(Self { mesh, tool: tool::build(env!("CARGO"))?, directory })
    }

    pub(crate) fn issue(&self, request: &TokenRequest) -> String {
        self.mesh.issuer.token(request).unwrap()
    }

    pub(crate) fn partner_key(&self) -> &str {
        &self.mesh.reach.partner_key
    }

    pub(crate) fn send(&self, drawn: &Drawn) -> Sent {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        let answer = exchange(self.mesh.reach.edge, &drawn.request());
        Sent { answer: answer.unwrap_or_else(|error| panic!("{}: {error}", drawn.what)), at }
    }

    /// What the edge has told.
    pub(crate) fn told(&self, sent: &Sent) -> Told {
        let id = sent.answer.request_id().unwrap_or_else(|| panic!("no request id: {:?}", sent.answer));
        let entry = self.mesh.envoy(Side::Edge).access_log().by_request_id(id).unwrap();
        assert_eq!(entry.status, sent.answer.status);
        assert!(entry.decision.is_some(), "Envoy has decided by itself: {entry:?}");
        Told::by_envoy(&sent.answer, &entry)
    }

    pub(crate) fn explain(&self, drawn: &[Drawn], sent: &[Sent]) -> Vec<Told> {
        self.run(&["explain"], drawn, sent)
    }

    pub(crate) fn simulate(&self, drawn: &[Drawn], sent: &[Sent]) -> Vec<Told> {
        let wasm = module("watchword").unwrap();
        self.run(&["simulate", "--wasm", wasm.to_str().unwrap()], drawn, sent)
    }

    fn run(&self, command: &[&str], drawn: &[Drawn], sent: &[Sent]) -> Vec<Told> {
        let lines = drawn.iter().zip(sent).map(|(drawn, sent)| drawn.line(sent.at).to_string());
        let path = |name: &str| self.directory.path().join(name).display().to_string();
        fs::write(path("requests.jsonl"), lines.collect::<Vec<_>>().join("\n")).unwrap();
        let (config, keys) = (path("configuration.json"), format!("corp={}", path("keys.json")));
        let mut tool = Command::new(&self.tool);
        tool.args(command).args(["--config", &config, "--keys", &keys, "--format", "json"]);
        tool.args(["--requests", &path("requests.jsonl")]).envs(self.mesh.edge_secrets().environment());
        let output = tool.output().unwrap();
        let (out, error) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
        assert_eq!(output.status.code(), Some(1), "some are refused: {error:?}");
        out.unwrap().lines().map(Told::by_tool).collect()
    }
}

/// Limits that a test reaches, whenever it comes; and the configuration that results. Envoy leaves paths as they come:
/// what it makes of them is decided before the filter, which is all that the tool knows.
fn limits_that_last(bootstrap: &mut Bootstrap) -> io::Result<&Value> {
    let manager = bootstrap.connection_manager("clients")?;
    manager["normalize_path"] = json!(false);
    manager["merge_slashes"] = json!(false);
    manager["path_with_escaped_slashes_action"] = json!("KEEP_UNCHANGED");
    let configuration = bootstrap.configuration("clients")?;
    for (limit, requests) in [("per-user", PER_USER), ("per-address", PER_ADDRESS)] {
        let limit = &mut configuration["ratelimit"]["limits"][limit];
        limit["requests"] = json!(requests);
        limit["burst"] = json!(requests);
        limit["per_seconds"] = json!(HOUR_SECONDS);
    }
    Ok(configuration)
}
