//! To a registry and back, by us and by skopeo.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::gate::Check;
use crate::layout::Layout;
use crate::registry::{World, foreign, skopeo_copy};
use crate::support::{Bench, module};

pub(crate) const CHECKS: [Check<World>; 7] = [
    ("what is pushed is pulled by its tag and its digest", pushed_is_pulled),
    ("skopeo pulls what we push, with the same digest", skopeo_pulls_what_we_push),
    ("we pull what skopeo pushes, with the same digest", we_pull_what_skopeo_pushes),
    ("a blob that the registry has changed is refused", a_changed_blob_is_refused),
    ("a tag that is taken is not moved by accident", a_taken_tag_is_not_moved),
    ("a login is taken from the environment or from Docker's file", logins),
    ("what is missing is told from what is wrong", what_is_missing),
];

const FORMS: [&str; 2] = ["image", "artifact"];

fn pushed_is_pulled(world: &World) {
    let bench = Bench::new("push");
    for form in FORMS {
        let layout = bench.packed(form, &["--form", form]);
        let pushed = bench.run(&["push", form, &world.open.at(&format!("a/{form}"))]).good();
        assert!(pushed.out.contains(&layout.digest()), "{pushed:?}");
        let version = env!("CARGO_PKG_VERSION");
        for reference in [format!("a/{form}:{version}"), format!("a/{form}:x@{}", layout.digest())] {
            let pulled = bench.verify(&format!("oci://{}", world.open.at(&reference)), &[]).good();
            assert_eq!(pulled.value("digest"), layout.digest());
        }
    }
}

fn skopeo_pulls_what_we_push(world: &World) {
    let bench = Bench::new("skopeo-pull");
    for form in FORMS {
        let layout = bench.packed(form, &["--form", form]);
        let reference = world.open.at(&format!("b/{form}:1"));
        bench.run(&["push", form, &reference]).good();
        let docker = format!("docker://{reference}");
        let raw = foreign("SKOPEO", &["inspect", "--raw", "--tls-verify=false", &docker]);
        assert_eq!(raw.as_bytes(), layout.content(&layout.entries()[0]));
        skopeo_copy(&docker, &format!("oci:{}:1", bench.path("pulled").display()));
        assert_eq!(Layout::open(bench.path("pulled")).digest(), layout.digest());
        bench.verify("pulled", &[]).good();
        fs::remove_dir_all(bench.path("pulled")).unwrap();
    }
}

fn we_pull_what_skopeo_pushes(world: &World) {
    let bench = Bench::new("skopeo-push");
    for form in FORMS {
        let layout = bench.packed(form, &["--form", form, "--version", "2"]);
        let reference = world.open.at(&format!("c/{form}:2"));
        skopeo_copy(&format!("oci:{}:2", bench.path(form).display()), &format!("docker://{reference}"));
        assert_eq!(bench.verify(&reference, &[]).good().value("digest"), layout.digest());
    }
}

fn a_changed_blob_is_refused(world: &World) {
    let bench = Bench::new("changed-there");
    // A blob of its own: the registry keeps equal ones once.
    bench.write("watchword.wasm", &module("env", "proxy_log"));
    let layout = bench.packed("image", &[]);
    let reference = world.open.at("d/image:1");
    bench.run(&["push", "image", &reference]).good();
    let layer = layout.manifest(0)["layers"][1].clone();
    let path = world.open.blob_path(layer["digest"].as_str().unwrap());
    let mut content = fs::read(&path).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs::write(&path, &content).unwrap();
    bench.verify(&reference, &[]).refused("the content has another digest");
    content.extend_from_slice(&[0; 100]);
    fs::write(&path, &content).unwrap();
    assert_eq!(bench.verify(&reference, &[]).code, 1);
    let manifest = world.open.blob_path(&layout.digest());
    let text = fs::read_to_string(&manifest).unwrap().replace("Apache-2.0", "Apache-2.1");
    fs::write(&manifest, text).unwrap();
    let by_digest = world.open.at(&format!("d/image@{}", layout.digest()));
    assert_eq!(bench.verify(&by_digest, &[]).code, 1, "another manifest than was asked for");
}

fn a_taken_tag_is_not_moved(world: &World) {
    let bench = Bench::new("tags");
    let reference = world.open.at("e/image:1");
    let first = bench.packed("first", &[]);
    bench.run(&["push", "first", &reference]).good();
    let again = bench.run(&["push", "first", &reference]).good();
    assert!(again.out.contains("refer to the digest"), "{again:?}");
    let second = bench.packed("second", &["--revision", "other"]);
    let refused = bench.run(&["push", "second", &reference]).refused("the tag `1` is taken by");
    assert!(refused.err.contains(&first.digest()), "{refused:?}");
    assert_eq!(bench.verify(&reference, &[]).good().value("digest"), first.digest());
    bench.run(&["push", "--move-tag", "second", &reference]).good();
    assert_eq!(bench.verify(&reference, &[]).good().value("digest"), second.digest());
    let latest = bench.run(&["push", "first", &world.open.at("e/image:latest")]).good();
    assert!(latest.out.contains("agents fetch `latest` anew"), "{latest:?}");
    bench.run(&["push", "first", "watchword"]).refused("it must begin with a registry");
    bench.verify(&world.open.at("e/image"), &[]).refused("`latest` is not assumed");
}

fn logins(world: &World) {
    let reference = world.closed.at("f/image:1");
    let bench = Bench::new("logins-none");
    bench.packed("image", &[]);
    bench.run(&["push", "image", &reference]).refused("set WATCHWORD_REGISTRY_HOST");
    let login = |name: &str, password: &str| {
        let bench = Bench::new(name).with("WATCHWORD_REGISTRY_HOST", &world.closed.host);
        let bench = bench.with("WATCHWORD_REGISTRY_USER", "ann");
        bench.with("WATCHWORD_REGISTRY_PASSWORD", password)
    };
    let bench = login("logins-wrong", "guess");
    bench.packed("image", &[]);
    let refused = bench.run(&["push", "image", &reference]).refused("are not enough");
    assert!(!refused.err.contains("guess"), "{refused:?}");
    let bench = login("logins-right", "secret");
    bench.packed("image", &[]);
    bench.run(&["push", "image", &reference]).good();
    let bench = login("logins-other", "secret").with("WATCHWORD_REGISTRY_HOST", "registry.test");
    bench.verify(&reference, &[]).refused("it has none");
    let bench = bench.with("WATCHWORD_REGISTRY_HOST", "");
    bench.verify(&reference, &[]).refused("not for which registry");
    let bench = Bench::new("logins-file");
    let bench = {
        let folder = bench.path(".").display().to_string();
        bench.with("DOCKER_CONFIG", folder)
    };
    let auth = STANDARD.encode("ann:secret");
    let host = &world.closed.host;
    bench.write("config.json", format!(r#"{{"auths": {{"{host}": {{"auth": "{auth}"}}}}}}"#).as_bytes());
    bench.verify(&reference, &[]).good();
    bench.write("config.json", format!(r#"{{"credHelpers": {{"{host}": "vault"}}}}"#).as_bytes());
    bench.verify(&reference, &[]).refused("docker-credential-vault, which is not run");
}

fn what_is_missing(world: &World) {
    let bench = Bench::new("missing");
    bench.verify(&world.open.at("g/none:1"), &[]).refused("there is no manifest `1`");
    bench.verify("127.0.0.1:1/g/none:1", &[]).refused("http://127.0.0.1:1/v2/g/none/manifests/1");
}
