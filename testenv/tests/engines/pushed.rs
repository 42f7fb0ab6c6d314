//! A new configuration, while requests wait for answers that the old one has asked for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::{Connection, Request};
use testenv::engine::Conduct;
use testenv::{Bootstrap, Mesh, RunDirectory, Side};

use crate::edge::Edge;
use crate::shop::engine;

/// How long the engine takes: long enough for a proxy to take over a configuration.
const DELAY: Duration = Duration::from_millis(800);

/// How long the edge waits for it, which is as long as it may.
const TIMEOUT_MS: u64 = 1000;

/// Requests that wait.
const WAITING: usize = 16;

/// How long it may take until all workers have the new configuration.
const PATIENCE: Duration = Duration::from_secs(60);

/// The file of the listeners, and what is written to it next.
struct Listeners {
    directory: RunDirectory,
}

impl Listeners {
    fn path(&self) -> PathBuf {
        self.directory.path().join("listeners.json")
    }

    /// The proxy looks when a file takes the place of another.
    fn change(&self, edit: impl Fn(&str) -> String) {
        let text = fs::read_to_string(self.path()).unwrap();
        let next = self.directory.path().join("next.json");
        fs::write(&next, edit(&text)).unwrap();
        fs::rename(next, self.path()).unwrap();
    }
}

/// Move the listeners of a bootstrap to a file that the proxy watches.
fn watch(bootstrap: &mut Bootstrap, file: &Path) -> io::Result<()> {
    let document = bootstrap.document()?;
    let mut listeners = document["static_resources"]["listeners"].take();
    for listener in listeners.as_array_mut().into_iter().flatten() {
        listener["@type"] = json!("type.googleapis.com/envoy.config.listener.v3.Listener");
    }
    fs::write(file, json!({ "version_info": "1", "resources": listeners }).to_string())?;
    document["static_resources"]["listeners"] = Value::Array(Vec::new());
    document["dynamic_resources"] = json!({ "lds_config": {
        "resource_api_version": "V3", "path_config_source": { "path": file },
    } });
    Ok(())
}

#[test]
fn a_new_configuration_answers_everybody_who_waits_under_the_old_one() {
    let listeners = Listeners { directory: RunDirectory::create("engines-listeners").unwrap() };
    let engine = engine();
    let edge = Edge::of(engine.address()).service("timeout_ms", json!(TIMEOUT_MS));
    let file = listeners.path();
    let options =
        edge.options("engines-pushed").change(Side::Edge, move |bootstrap| watch(bootstrap, &file));
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let request = Request::get("/orders").bearer(&mesh.token("alice").unwrap());
    let ask = || Connection::plain(mesh.reach.edge).and_then(|mut one| one.exchange(&request));
    assert_eq!(ask().unwrap().status, 200);
    assert_eq!(engine.take()[0].domain, "shop");

    engine.behave(Conduct::Late(DELAY));
    let statuses: Vec<_> = thread::scope(|scope| {
        let waiting: Vec<_> = (0..WAITING).map(|_| scope.spawn(ask)).collect();
        while engine.calls() == 0 {
            thread::yield_now();
        }
        let first = Instant::now();
        listeners.change(|text| text.replace(r#""domain":"shop""#, r#""domain":"shop-2""#));
        while mesh.envoy(Side::Edge).stat("listener_manager.listener_modified").unwrap() == 0 {
            assert!(first.elapsed() < DELAY, "it came when nobody waited any more: this shows nothing");
        }
        waiting.into_iter().map(|one| one.join().unwrap().map(|answer| answer.status)).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, Ok(200))), "{statuses:?}");

    engine.behave(Conduct::Count);
    engine.take();
    let start = Instant::now();
    while !engine.take().iter().any(|question| question.domain == "shop-2") {
        assert!(start.elapsed() < PATIENCE, "the new configuration is not in force");
        assert_eq!(ask().unwrap().status, 200);
    }
    let envoy = mesh.envoy(Side::Edge);
    assert_eq!(envoy.stat("vm_reload").unwrap(), 0);
    assert_eq!(envoy.stat("http.clients.downstream_rq_active").unwrap(), 0);
}
