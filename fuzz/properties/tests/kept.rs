//! Every input that was ever worth keeping, asked about again without a fuzzer.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use properties::world::{Gateway, Outcome, Sent, configuration, sidecar_configuration};
use properties::{PROPERTIES, Property};

const GATE: &str = "faults.fuzz_kept";

/// So many inputs stand behind each property at least: a corpus that is gone must not pass for one that holds.
const LEAST: usize = 20;

#[test]
fn every_property_holds_for_every_input_that_was_kept() {
    let asked: Vec<_> =
        PROPERTIES.map(|(name, property)| thread::spawn(move || ask(name, property))).into();
    let asked: Vec<_> = asked.into_iter().map(|thread| thread.join().unwrap()).collect();
    let all: usize = asked.iter().map(|asked| asked.all).sum();
    let broken: Vec<_> = asked.into_iter().flat_map(|asked| asked.broken).collect();
    let outcome = if broken.is_empty() { "ok" } else { "short" };
    println!("\ngate {GATE} {}/{all} {all}/{all} {outcome}", all - broken.len());
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn there_is_a_property_for_each_target_and_for_each_folder() {
    let mut names = PROPERTIES.map(|(name, _)| name.to_owned());
    names.sort_unstable();
    for folder in ["seeds", "corpus", "dictionaries", "fuzz_targets"] {
        let mut found: Vec<_> = files(&fuzz().join(folder)).iter().map(|path| stem(path)).collect();
        found.sort_unstable();
        assert_eq!(found, names, "{folder}");
    }
}

/// Of who is never let pass every property holds.
#[test]
fn seeds_that_may_pass_do() {
    for (document, folder, names) in [
        (
            configuration(),
            "request",
            &["open", "reader", "buyer", "partner", "in_a_cookie", "in_the_query"][..],
        ),
        (sidecar_configuration("w3c"), "sidecar", &["open", "reader", "forwarded", "certificate"]),
        (sidecar_configuration("b3"), "sidecar", &["open", "reader", "forwarded", "certificate"]),
    ] {
        let gateway = Gateway::compile(document.to_string().as_bytes()).unwrap();
        for name in names {
            let sent = Sent::read(&fs::read(fuzz().join("seeds").join(folder).join(name)).unwrap());
            let outcome = gateway.judge_of(sent.peer.as_ref(), &sent.head().unwrap(), sent.time());
            assert!(matches!(outcome, Outcome::Allowed(_)), "{folder}: {name}");
        }
    }
}

struct Asked {
    all: usize,
    broken: Vec<PathBuf>,
}

fn ask(name: &str, property: Property) -> Asked {
    let inputs = ["seeds", "corpus"].map(|folder| files(&fuzz().join(folder).join(name))).concat();
    let all = inputs.len();
    assert!(all >= LEAST, "{all} inputs of {name}");
    let breaks = |path: &PathBuf| {
        let input = fs::read(path).expect("an input");
        catch_unwind(|| property(&input)).is_err()
    };
    Asked { all, broken: inputs.into_iter().filter(breaks).collect() }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
