//! Who says so: signatures made, moved and judged, by us and by an implementation that is not ours.

use std::fs;

use serde_json::{Value, json};

use crate::gate::Check;
use crate::layout::{Layout, digest};
use crate::registry::{World, foreign, skopeo_copy};
use crate::support::Bench;

pub(crate) const CHECKS: [Check<World>; 7] = [
    ("a signature is made in a layout, pushed along and verified", |world| made_and_pushed(world)),
    ("a signature is made in a registry, beside those that are there", |world| made_in_a_registry(world)),
    ("another implementation verifies ours", |world| verified_by_another(world)),
    ("we verify those of another implementation", |_| we_verify_another()),
    ("no signature, a stranger's and a changed one are refused", |_| strangers_are_refused()),
    ("more and larger ones than anybody needs are refused", |_| floods_are_refused()),
    ("a signature that was moved is refused", |_| a_moved_one_is_refused()),
];

const SIGN: [&str; 5] = ["sign", "--key", "key.pem", "--repository", "registry.test/watchword"];
const KEY: [&str; 2] = ["--key", "key.pub"];
const NOTE: &str = "dev.cosignproject.cosign/signature";

#[test]
fn signatures_of_strangers_and_of_other_images_are_refused() {
    strangers_are_refused();
    floods_are_refused();
    a_moved_one_is_refused();
}

#[test]
fn a_key_that_cannot_sign_is_explained_and_not_shown() {
    let bench = signed("keys");
    let pem = fs::read_to_string(bench.path("key.pem")).unwrap();
    for text in [
        pem.replace("PRIVATE", "ENCRYPTED SIGSTORE PRIVATE"),
        pem.replace("PRIVATE", "EC PRIVATE"),
        "x".into(),
    ] {
        bench.write("bad.pem", text.as_bytes());
        let arguments = ["sign", "--key", "bad.pem", "--repository", "registry.test/a", "image"];
        let refused = bench.run(&arguments).refused("openssl genpkey");
        assert!(!refused.err.contains("MIG"), "{refused:?}");
        bench.verify("image", &["--key", "bad.pem"]).refused("is not a public key of P-256");
    }
    let refused = bench.run(&["sign", "--key", "key.pem", "image"]);
    assert!(refused.code == 2 && refused.err.contains("--repository"), "{refused:?}");
}

fn signed(name: &str) -> Bench {
    let bench = Bench::new(name);
    bench.packed("image", &[]);
    bench.run(&[SIGN.as_slice(), &["image"]].concat()).good();
    bench
}

fn made_and_pushed(world: &World) {
    let bench = signed("signed");
    let reference = world.open.at("s/image:1");
    let pushed = bench.run(&["push", "image", &reference]).good();
    assert!(pushed.out.contains("with its signatures"), "{pushed:?}");
    for image in ["image", &reference] {
        assert_eq!(bench.verify(image, &KEY).good().value("signature"), "good, by key.pub");
        bench.verify(image, &["--key", "other.pub"]).refused("none of its signatures is by this key");
    }
}

fn made_in_a_registry(world: &World) {
    let bench = Bench::new("signed-there");
    bench.packed("image", &[]);
    let reference = world.open.at("t/image:1");
    bench.run(&["push", "image", &reference]).good();
    bench.verify(&reference, &KEY).refused("there is no signature");
    for key in ["key", "other"] {
        bench.run(&["sign", "--key", &format!("{key}.pem"), &reference]).good();
    }
    for key in ["key.pub", "other.pub"] {
        bench.verify(&reference, &["--key", key]).good();
    }
}

/// The layout of the signature of `image`, as skopeo pulls it.
fn pulled_signature(world: &World, bench: &Bench, name: &str) -> Layout {
    let image = Layout::open(bench.path("image"));
    bench.run(&["push", "image", &world.open.at(&format!("{name}:1"))]).good();
    let tag = image.digest().replace(':', "-") + ".sig";
    let from = format!("docker://{}", world.open.at(&format!("{name}:{tag}")));
    skopeo_copy(&from, &format!("oci:{}:sig", bench.path("signature").display()));
    Layout::open(bench.path("signature"))
}

fn python(arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/images/signature.py");
    foreign("PYTHON", &[[script].as_slice(), arguments].concat())
}

fn verified_by_another(world: &World) {
    let bench = signed("python-verifies");
    let image = Layout::open(bench.path("image")).digest();
    let signature = pulled_signature(world, &bench, "u/image");
    let layer = signature.manifest(0)["layers"][0].clone();
    assert_eq!(layer["mediaType"], "application/vnd.dev.cosign.simplesigning.v1+json");
    let payload = signature.content(&layer);
    let expected = json!({"critical": {"identity": {"docker-reference": "registry.test/watchword"},
        "image": {"docker-manifest-digest": image}, "type": "cosign container image signature"}, "optional": null});
    assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap(), expected);
    bench.write("payload", &payload);
    let verify = |key: &str| {
        let (key, payload) = (bench.path(key), bench.path("payload"));
        let note = layer["annotations"][NOTE].as_str().unwrap();
        python(&["verify", key.to_str().unwrap(), payload.to_str().unwrap(), note])
    };
    assert_eq!((verify("key.pub").as_str(), verify("other.pub").as_str()), ("good", "bad"));
}

fn we_verify_another() {
    let bench = signed("python-signs");
    let image = Layout::open(bench.path("image"));
    let layer = image.manifest(1)["layers"][0].clone();
    bench.write("payload", &image.content(&layer));
    let (key, payload) = (bench.path("other.pem"), bench.path("payload"));
    let note = python(&["sign", key.to_str().unwrap(), payload.to_str().unwrap()]);
    image.change(1, |manifest| manifest["layers"][0]["annotations"][NOTE] = note.into());
    bench.verify("image", &["--key", "other.pub"]).good();
    bench.verify("image", &KEY).refused("none of its signatures is by this key");
}

fn strangers_are_refused() {
    let bench = Bench::new("strangers");
    bench.packed("image", &[]);
    bench.verify("image", &KEY).refused("there is no signature");
    let bench = signed("stranger");
    bench.verify("image", &["--key", "other.pub"]).refused("none of its signatures is by this key");
    let image = Layout::open(bench.path("image"));
    let layer = image.manifest(1)["layers"][0].clone();
    let text = String::from_utf8(image.content(&layer)).unwrap().replace("registry.test", "registry.fake");
    let mut changed = image.put(layer["mediaType"].as_str().unwrap(), text.as_bytes());
    changed["annotations"] = layer["annotations"].clone();
    image.change(1, |manifest| manifest["layers"] = json!([changed]));
    bench.verify("image", &KEY).refused("none of its signatures is by this key");
    image.change(1, |manifest| manifest["layers"][0]["annotations"][NOTE] = "no base64".into());
    bench.verify("image", &KEY).refused("none of its signatures is by this key");
}

/// What a stranger can put there is bounded before it is fetched.
fn floods_are_refused() {
    let bench = signed("flood");
    let image = Layout::open(bench.path("image"));
    let layer = image.manifest(1)["layers"][0].clone();
    image.change(1, |manifest| manifest["layers"] = vec![layer.clone(); 65].into());
    bench.verify("image", &KEY).refused("there are more than 64 of the image");
    image.change(1, |manifest| manifest["layers"] = vec![layer.clone(); 64].into());
    bench.verify("image", &KEY).good();
    bench.run(&[SIGN.as_slice(), &["image"]].concat()).refused("there are more than 64 of the image");
    let mut large = image.put(layer["mediaType"].as_str().unwrap(), &[b' '; 64 * 1024 + 1]);
    large["annotations"] = layer["annotations"].clone();
    image.change(1, |manifest| manifest["layers"] = json!([large]));
    bench.verify("image", &KEY).refused("what is signed: more than 65536 bytes");
    image.change(1, |manifest| manifest["layers"] = json!([large, layer]));
    bench.verify("image", &KEY).good();
}

/// The signature of one image under the tag of the signatures of another.
fn a_moved_one_is_refused() {
    let bench = signed("moved");
    let signature = Layout::open(bench.path("image")).manifest(1);
    let original = Layout::open(bench.path("image"));
    let payload = original.content(&signature["layers"][0]);
    let signed_digest = original.digest();
    let other = bench.packed("other", &["--revision", "other"]);
    other.put("application/octet-stream", &payload);
    let mut entries = other.entries();
    let mut entry =
        other.put("application/vnd.oci.image.manifest.v1+json", signature.to_string().as_bytes());
    let tag = other.digest().replace(':', "-") + ".sig";
    entry["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
    entries.push(entry);
    other.list(&entries);
    assert_eq!(digest(&payload), signature["layers"][0]["digest"]);
    let refused = bench.verify("other", &KEY).refused("but of another image");
    assert!(refused.err.contains(&signed_digest), "{refused:?}");
}
