//! The cases of the working group: github.com/httpwg/structured-field-tests.

use std::path::PathBuf;
use std::{env, fs};

use serde::Deserialize;
use serde_json::Value;

/// Names the folder with the corpora.
const VARIABLE: &str = "WATCHWORD_CORPORA";

/// The folder of this one.
const FOLDER: &str = "structured-field-tests";

/// Cases for lists and items that it had in 2025: fewer would mean that some were not found.
const LEAST: usize = 1_100;

/// All its cases for lists and items. Dictionaries are no field of ours.
pub struct Corpus(Vec<Case>);

#[derive(Deserialize)]
struct Case {
    name: String,
    raw: Vec<String>,
    header_type: String,
    #[serde(default)]
    expected: Value,
    #[serde(default)]
    must_fail: bool,
    #[serde(default)]
    can_fail: bool,
}

impl Corpus {
    /// The corpus, or the reason why it is absent.
    pub fn find() -> Result<Self, String> {
        let absent = || {
            format!(
                "{VARIABLE} names no folder with {FOLDER}, which github.com/httpwg/structured-field-tests is"
            )
        };
        let root = env::var_os(VARIABLE).filter(|value| !value.is_empty()).ok_or_else(absent)?;
        let root = PathBuf::from(root);
        // A wrong path must not look like a machine without corpora.
        assert!(root.is_dir(), "{VARIABLE} is no folder: {}", root.display());
        let entries = fs::read_dir(root.join(FOLDER)).map_err(|_| absent())?;
        let paths = entries.map(|entry| entry.unwrap().path());
        let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        let cases = files.flat_map(|file| {
            let cases: Vec<Case> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            cases
        });
        Ok(Self(cases.filter(|case| case.header_type != "dictionary").collect()))
    }

    /// Ask our reader every case. Returns how many there are.
    pub fn check(&self) -> usize {
        assert!(self.0.len() >= LEAST, "only {} cases", self.0.len());
        let wrong: Vec<_> =
            self.0.iter().filter(|case| !case.is_read_rightly()).map(|case| &case.name).collect();
        assert!(wrong.is_empty(), "the reader of these tests is wrong about {wrong:#?}");
        self.0.len()
    }
}

impl Case {
    fn is_read_rightly(&self) -> bool {
        // RFC 9651 §4.2: lines of one field are joined.
        let field = self.raw.join(", ");
        let read = if self.header_type == "list" { super::list } else { super::item };
        match read(field.as_bytes()) {
            Some(value) => !self.must_fail && value == self.expected,
            None => self.must_fail || self.can_fail,
        }
    }
}

#[test]
fn the_reader_of_these_tests_passes_every_case_of_the_working_group() {
    match Corpus::find() {
        Ok(corpus) => println!("{} cases", corpus.check()),
        Err(absent) => println!("not checked: {absent}"),
    }
}
