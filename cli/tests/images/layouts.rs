//! What agents load and what they do not.

use std::fs;

use serde_json::{Value, json};

use crate::gate::Check;
use crate::layout::{self, CONTENT, LAYER, archive, gzip};
use crate::support::{Bench, module, module_with};

/// What needs nothing but the tool.
pub(crate) const CHECKS: [Check<()>; 14] = [
    ("both forms conform and are called by both of their digests", |()| both_forms_conform()),
    ("the same module makes the same bytes", |()| the_same_module_makes_the_same_bytes()),
    ("what goes along stands before the module", |()| what_goes_along_stands_before_the_module()),
    ("an image of one bare layer is refused", |()| one_bare_layer_is_refused()),
    ("layers of other types are refused", |()| layers_of_other_types_are_refused()),
    ("a module that is not in the last layer is refused", |()| only_the_last_layer_counts()),
    ("the bare module in gzip is refused", |()| the_bare_module_in_gzip_is_refused()),
    ("a list of platforms is refused", |()| a_list_of_platforms_is_refused()),
    ("a manifest that agents read otherwise is refused", |()| two_readings_are_refused()),
    ("a module that Envoy cannot load is refused", |()| what_envoy_cannot_load_is_refused()),
    ("a blob that was changed is refused", |()| a_changed_blob_is_refused()),
    ("what is no tag is refused", |()| what_is_no_tag_is_refused()),
    ("what a stranger writes is escaped", |()| what_a_stranger_writes_is_escaped()),
    ("a folder that is no layout is not replaced", |()| a_foreign_folder_is_left_alone()),
];

#[test]
fn layouts_are_made_and_judged_as_agents_read_them() {
    for (name, check) in CHECKS {
        println!("{name}");
        check(&());
    }
}

fn both_forms_conform() {
    let bench = Bench::new("forms");
    let wasm = fs::read(bench.path("watchword.wasm")).unwrap();
    for (form, said) in [("image", "an OCI image, "), ("artifact", "an OCI artifact of two layers")] {
        let printed = bench.run(&["package", "--form", form, "watchword.wasm", form]).good().out;
        let layout = layout::Layout::open(bench.path(form));
        let verified = bench.verify(form, &[]).good();
        assert!(verified.value("form").starts_with(said), "{verified:?}");
        assert_eq!(verified.value("digest"), layout.digest());
        assert!(verified.value("module").starts_with(&layout::digest(&wasm)), "{verified:?}");
        for digest in [layout.digest(), layout::digest(&wasm)] {
            assert!(printed.contains(digest.trim_start_matches("sha256:")), "{printed}");
        }
    }
    let artifact = layout::Layout::open(bench.path("artifact")).manifest(0);
    let types: Vec<_> =
        artifact["layers"].as_array().unwrap().iter().map(|layer| &layer["mediaType"]).collect();
    assert_eq!(types, ["application/vnd.module.wasm.config.v1+json", CONTENT]);
    assert_eq!(artifact["config"]["mediaType"], "application/vnd.module.wasm.config.v1+json");
}

fn the_same_module_makes_the_same_bytes() {
    let bench = Bench::new("same").with("SOURCE_DATE_EPOCH", "1767225600");
    let first = bench.packed("first", &["--revision", "abc"]);
    let second = bench.packed("second", &["--revision", "abc"]);
    assert_eq!(first.digest(), second.digest());
    assert_ne!(first.digest(), bench.packed("third", &["--revision", "abd"]).digest());
    let manifest = first.manifest(0);
    assert_eq!(manifest["annotations"]["org.opencontainers.image.created"], "2026-01-01T00:00:00Z");
    assert_eq!(manifest["annotations"]["org.opencontainers.image.revision"], "abc");
    let config: Value = serde_json::from_slice(&first.content(&manifest["config"])).unwrap();
    assert_eq!(config["config"]["Labels"]["org.opencontainers.image.title"], "watchword");
    let usage = bench.run(&["package", "--created", "soon", "watchword.wasm", "first"]);
    assert_eq!(usage.code, 2, "{usage:?}");
}

fn what_goes_along_stands_before_the_module() {
    let bench = Bench::new("extras");
    bench.write("schema.json", br#"{"type": "object", "required": ["routes"]}"#);
    bench.write("README.md", b"# Watchword");
    bench.write("LICENSE", b"licence");
    bench.write("sbom.json", b"{}");
    let extras =
        ["--schema", "schema.json", "--readme", "README.md", "--notice", "LICENSE", "--sbom", "sbom.json"];
    let layout = bench.packed("image", &extras);
    let manifest = layout.manifest(0);
    let layers = manifest["layers"].as_array().unwrap();
    let types: Vec<_> = layers.iter().map(|layer| layer["mediaType"].as_str().unwrap()).collect();
    let expected = [
        "application/vnd.module.wasm.spec.v1+yaml",
        "application/vnd.module.wasm.doc.v1+markdown",
        "text/plain",
        "application/vnd.cyclonedx+json",
        LAYER,
    ];
    assert_eq!(types, expected);
    let config: Value = serde_json::from_slice(&layout.content(&manifest["config"])).unwrap();
    assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), layers.len());
    let spec = String::from_utf8(layout.content(&layers[0])).unwrap();
    assert!(spec.contains("openAPIV3Schema:") && spec.contains("- routes"), "{spec}");
    bench.verify("image", &[]).good();
    let refused = bench
        .run(&[&["package", "--form", "artifact"], extras.as_slice(), &["watchword.wasm", "b"]].concat());
    assert!(refused.code == 2 && refused.err.contains("exactly two layers"), "{refused:?}");
}

fn one_bare_layer_is_refused() {
    let bench = Bench::new("bare");
    let layout = bench.packed("image", &[]);
    let layer = layout.put("application/wasm", &module("env", "proxy_done"));
    let config = layout.put("application/vnd.wasm.config.v0+json", b"{}");
    layout.change(0, |manifest| {
        manifest["layers"] = json!([layer]);
        manifest["config"] = config;
    });
    bench.verify("image", &[]).refused("there must be 2 layers and there are 1");
    let layer = layout.put(CONTENT, &module("env", "proxy_done"));
    layout.change(0, |manifest| manifest["layers"] = json!([layer]));
    bench.verify("image", &[]).refused("there must be 2 layers and there are 1");
}

fn layers_of_other_types_are_refused() {
    let bench = Bench::new("types");
    for wrong in [
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/wasm",
    ] {
        let layout = bench.packed("image", &[]);
        layout.change(0, |manifest| {
            let last = manifest["layers"].as_array_mut().unwrap().last_mut().unwrap();
            last["mediaType"] = wrong.into();
        });
        bench.verify("image", &[]).refused(&format!("the last layer is of type `{wrong}`"));
    }
    // Docker's manifest goes with Docker's layer and no other.
    let layout = bench.packed("image", &[]);
    layout.change(0, |manifest| {
        manifest["mediaType"] = "application/vnd.docker.distribution.manifest.v2+json".into();
    });
    bench.verify("image", &[]).refused("not `application/vnd.docker.image.rootfs.diff.tar.gzip`");
    let layout = bench.packed("artifact", &["--form", "artifact"]);
    layout.change(0, |manifest| manifest["layers"][1]["mediaType"] = "application/wasm".into());
    bench
        .verify("artifact", &[])
        .refused("no layer is of type `application/vnd.module.wasm.content.layer.v1+wasm`");
}

fn only_the_last_layer_counts() {
    let bench = Bench::new("last");
    let layout = bench.packed("image", &[]);
    layout.change(0, |manifest| manifest["layers"].as_array_mut().unwrap().reverse());
    bench.verify("image", &[]).refused("the last layer is of type");
    let layout = bench.packed("image", &[]);
    let other = layout.put(LAYER, &archive("filter.wasm", &module("env", "proxy_done")));
    layout.change(0, |manifest| manifest["layers"].as_array_mut().unwrap().push(other));
    bench.verify("image", &[]).refused("the last layer holds no `plugin.wasm`");
    // In whatever folder.
    let nested = layout.put(LAYER, &archive("opt/filters/plugin.wasm", &module("env", "proxy_done")));
    layout.change(0, |manifest| manifest["layers"].as_array_mut().unwrap().push(nested));
    bench.verify("image", &[]).good();
}

fn the_bare_module_in_gzip_is_refused() {
    let bench = Bench::new("gzip");
    let layout = bench.packed("image", &[]);
    // More than a block of an archive, so that it is not taken for an empty one.
    let layer = layout.put(LAYER, &gzip(&module("env", "proxy_done").repeat(40)));
    layout.change(0, |manifest| manifest["layers"] = json!([layer]));
    bench.verify("image", &[]).refused("the last layer is no tar archive in gzip");
    let layer = layout.put(LAYER, &module("env", "proxy_done"));
    layout.change(0, |manifest| manifest["layers"] = json!([layer]));
    bench.verify("image", &[]).refused("the last layer is no tar archive in gzip");
}

fn a_list_of_platforms_is_refused() {
    let bench = Bench::new("list");
    let layout = bench.packed("image", &[]);
    let image = layout.entries()[0].clone();
    for media_type in ["application/vnd.oci.image.index.v1+json", "application/x-unheard-of"] {
        let list = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": [image]});
        let entry = layout.put(media_type, list.to_string().as_bytes());
        layout.list(&[entry]);
        bench.verify("image", &[]).refused("a list of images for platforms");
    }
}

/// Go's reader takes the last member of a name in any case.
fn two_readings_are_refused() {
    let bench = Bench::new("readings");
    let layout = bench.packed("image", &[]);
    let other = layout.put(LAYER, &archive("plugin.wasm", &module("env", "proxy_log")));
    layout.change(0, |manifest| manifest["Layers"] = json!([other]));
    bench.verify("image", &[]).refused("`Layers` is another member to some readers");
    let layout = bench.packed("image", &[]);
    layout.change(0, |manifest| manifest["layers"][1]["DIGEST"] = other["digest"].clone());
    bench.verify("image", &[]).refused("`DIGEST` is another member to some readers");
    let layout = bench.packed("image", &[]);
    let mut entry = layout.entries()[0].clone();
    entry["Size"] = 1.into();
    layout.list(&[entry]);
    bench.verify("image", &[]).refused("`Size` is another member to some readers");
}

fn what_envoy_cannot_load_is_refused() {
    let bench = Bench::new("imports");
    let layout = bench.packed("image", &[]);
    for (wasm, complaint) in [
        (module("env", "proxy_get_buffer"), "Envoy does not give: env.proxy_get_buffer"),
        (module("__wbindgen_placeholder__", "x"), "Envoy does not give: __wbindgen_placeholder__.x"),
        (b"\0asm\x01\0\0\0".to_vec(), "it exports no function proxy_abi_version_0_2_1"),
        (
            module_with("env", "proxy_done", &["proxy_abi_version_0_2_0", "malloc", "_start"]),
            "it exports no function proxy_abi_version_0_2_1",
        ),
        (
            module_with("env", "proxy_done", &["proxy_abi_version_0_2_1", "_start"]),
            "it exports no function proxy_on_memory_allocate or malloc",
        ),
        (
            module_with("env", "proxy_done", &["proxy_abi_version_0_2_1", "malloc"]),
            "it exports no function _initialize or _start",
        ),
        (b"\0asm\x01\0\0\0\xff".to_vec(), "the module: "),
        (b"#!/bin/sh\nexit\n".to_vec(), "the module: "),
    ] {
        let layer = layout.put(LAYER, &archive("plugin.wasm", &wasm));
        layout.change(0, |manifest| manifest["layers"] = json!([layer]));
        bench.verify("image", &[]).refused(complaint);
        bench.write("watchword.wasm", &wasm);
        bench.run(&["package", "watchword.wasm", "never"]).refused(complaint);
        assert!(!bench.path("never").exists());
    }
}

fn a_changed_blob_is_refused() {
    let bench = Bench::new("changed");
    for (form, place) in [("image", 0), ("image", 1), ("artifact", 1)] {
        let layout = bench.packed(form, &["--form", form]);
        let path = layout.blob_path(&layout.manifest(0)["layers"][place]);
        let mut content = fs::read(&path).unwrap();
        *content.last_mut().unwrap() ^= 1;
        fs::write(&path, &content).unwrap();
        bench.verify(form, &[]).refused("the content has another digest");
        content.push(0);
        fs::write(&path, &content).unwrap();
        bench.verify(form, &[]).refused("and its descriptor says");
        fs::remove_file(&path).unwrap();
        assert_eq!(bench.verify(form, &[]).code, 1);
    }
    let layout = bench.packed("image", &[]);
    let manifest = layout.blob_path(&layout.entries()[0]);
    let text = fs::read_to_string(&manifest).unwrap().replace("Apache-2.0", "Apache-2.1");
    fs::write(&manifest, text).unwrap();
    bench.verify("image", &[]).refused("the content has another digest");
}

fn what_is_no_tag_is_refused() {
    let bench = Bench::new("tag");
    let layout = bench.packed("image", &[]);
    for tag in ["../../other/manifests/1", "1?x", "a b", "", "-x", "\u{1b}[2J"] {
        let mut entry = layout.entries()[0].clone();
        entry["annotations"]["org.opencontainers.image.ref.name"] = tag.into();
        layout.list(&[entry]);
        for command in [["verify-image", "image"].as_slice(), &["push", "image", "127.0.0.1:1/a"]] {
            let refused = bench.run(command).refused("is no tag");
            assert!(!refused.err.contains('\u{1b}'), "{refused:?}");
        }
        let refused = bench.run(&["package", &format!("--version={tag}"), "watchword.wasm", "other"]);
        assert!(refused.code == 2 && !bench.path("other").exists(), "{refused:?}");
    }
}

fn what_a_stranger_writes_is_escaped() {
    let bench = Bench::new("escaped");
    let layout = bench.packed("image", &[]);
    layout.change(0, |manifest| {
        manifest["annotations"]["\nsignature"] = "good\n\u{1b}[2J\u{202e}".into();
        manifest["annotations"]["org.opencontainers.image.title"] =
            "a\nsignature     good, by key.pub".into();
    });
    let said = bench.verify("image", &[]).good();
    assert!(said.out.contains(r"\nsignature") && said.out.contains(r"good\n\u{1b}[2J\u{202e}"), "{said:?}");
    assert_eq!(said.out.lines().filter(|line| line.starts_with("signature")).count(), 1, "{said:?}");
    layout.change(0, |manifest| manifest["layers"][1]["mediaType"] = "x\n\u{1b}".into());
    bench.verify("image", &[]).refused(r"`x\n\u{1b}`");
}

fn a_foreign_folder_is_left_alone() {
    let bench = Bench::new("foreign");
    fs::create_dir(bench.path("home")).unwrap();
    bench.write("home/thesis.txt", b"mine");
    bench.run(&["package", "watchword.wasm", "home"]).refused("not of an image layout");
    // A layout that somebody keeps other things in is not taken away either.
    bench.packed("mixed", &[]);
    bench.write("mixed/thesis.txt", b"mine");
    bench.run(&["package", "watchword.wasm", "mixed"]).refused("not of an image layout");
    for folder in ["home", "mixed"] {
        assert_eq!(fs::read(bench.path(&format!("{folder}/thesis.txt"))).unwrap(), b"mine");
    }
    bench.verify("mixed", &[]).good();
}
