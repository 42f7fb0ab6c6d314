//! Cedar's corpus: sets of policies with requests and what Cedar answers, as its fuzzing has left them behind.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::outcome::Outcome;

/// The variable that names the folder with one folder per corpus.
const VARIABLE: &str = "WATCHWORD_CORPORA";
/// The folder, the repository that belongs into it, and the archive of that.
const FOLDER: &str = "cedar-integration-tests";
const REPOSITORY: &str = "https://github.com/cedar-policy/cedar-integration-tests";
const ARCHIVE: &str = "corpus-tests-part.tar.gz";

/// The folder in which the tests say that their texts are.
const WITHIN: &str = "corpus-tests";

/// A set of policies, and what is asked of it.
pub struct Set {
    /// The name of its file, 40 hexadecimal digits.
    pub name: String,
    pub schema: String,
    pub policies: String,
    /// In Cedar's JSON format.
    pub entities: Vec<Value>,
    /// Whether the corpus says that Cedar's validator takes the policies.
    pub is_valid: bool,
    pub questions: Vec<Question>,
}

impl Set {
    /// Whether there is an entity of this name.
    pub fn knows(&self, uid: &Uid) -> bool {
        self.entities.iter().any(|entity| {
            let name = &entity["uid"];
            name["type"] == *uid.type_name && name["id"] == *uid.id
        })
    }
}

/// A request, and what Cedar answers.
pub struct Question {
    pub principal: Uid,
    pub action: Uid,
    pub resource: Uid,
    /// In Cedar's JSON format.
    pub context: Map<String, Value>,
    pub want: Outcome,
}

/// The name of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Uid {
    #[serde(rename = "type")]
    pub type_name: String,
    pub id: String,
}

/// Every set, in alphabetical order; the reason where the corpus is absent.
pub fn read() -> Result<Vec<Set>, String> {
    let files = Files::in_archive(&folder()?.join(ARCHIVE));
    Ok(files.names().map(|name| files.set(name)).collect())
}

fn folder() -> Result<PathBuf, String> {
    let root = env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let root = root.ok_or(format!("{VARIABLE} is not set; {REPOSITORY} belongs in its {FOLDER}"))?;
    // A wrong path must not look like a machine without corpora.
    assert!(root.is_dir(), "{VARIABLE} is no folder: {}", root.display());
    let path = root.join(FOLDER);
    path.is_dir().then_some(path).ok_or(format!("no {FOLDER} in {VARIABLE}; get it from {REPOSITORY}"))
}

/// Texts by the names that the archive gives them.
struct Files(BTreeMap<String, String>);

impl Files {
    fn in_archive(path: &Path) -> Self {
        let archive = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let members = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (name, text)
        });
        Self(members.collect())
    }

    /// The names of the tests.
    fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.0.keys().filter_map(|name| name.strip_suffix(".json"));
        names.filter(|name| !name.ends_with(".entities"))
    }

    fn set(&self, name: &str) -> Set {
        let RawSet { policies, entities, schema, should_validate, requests } =
            parsed(self.text(name, ".json"));
        for (said, ending) in [(policies, ".cedar"), (entities, ".entities.json"), (schema, ".cedarschema")]
        {
            assert_eq!(said, format!("{WITHIN}/{name}{ending}"));
        }
        Set {
            name: name.to_owned(),
            schema: self.text(name, ".cedarschema").to_owned(),
            policies: self.text(name, ".cedar").to_owned(),
            entities: parsed(self.text(name, ".entities.json")),
            is_valid: should_validate,
            questions: requests.into_iter().map(Question::from).collect(),
        }
    }

    fn text(&self, name: &str, ending: &str) -> &str {
        self.0.get(&format!("{name}{ending}")).unwrap_or_else(|| panic!("no {name}{ending}"))
    }
}

fn parsed<'de, T: Deserialize<'de>>(text: &'de str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// One test as its file has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawSet {
    policies: String,
    entities: String,
    schema: String,
    should_validate: bool,
    requests: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawQuestion {
    #[serde(rename = "description")]
    _description: String,
    principal: Uid,
    action: Uid,
    resource: Uid,
    context: Map<String, Value>,
    validate_request: bool,
    decision: String,
    reason: Vec<String>,
    errors: Vec<String>,
}

impl From<RawQuestion> for Question {
    fn from(raw: RawQuestion) -> Self {
        let RawQuestion {
            principal,
            action,
            resource,
            context,
            validate_request,
            decision,
            reason,
            errors,
            ..
        } = raw;
        assert!(validate_request, "a proxy asks nothing that is not valid");
        let want = Outcome::of_cedar(&decision, reason, errors);
        Self { principal, action, resource, context, want }
    }
}
