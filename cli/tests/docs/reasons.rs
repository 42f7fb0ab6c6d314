//! Every reason that the filters can give, read from their source, and those that the page on debugging lists.

use std::collections::{BTreeMap, BTreeSet};

use crate::page::Page;
use crate::source::{self, Arm, Source, literal};

/// A reason: the stage, the word, and the statuses that it can come with.
pub(crate) type Reason = (String, String, String);

/// A function that gives words for refusals.
struct Family {
    stage: &'static str,
    file: &'static str,
    function: &'static str,
    cause: Of,
}

/// What the words of a family come to.
enum Of {
    /// What the function `cause` of the same file says of each variant.
    EachVariant,
    /// What the function `cause` of a file says of the variant that wraps them.
    Variant(&'static str, &'static str),
    /// One cause for all, which stands in this file.
    One(&'static str, &'static str),
}

const FAMILIES: [Family; 18] = [
    of("jwt", "jwt/src/error.rs", "reason", Of::EachVariant),
    of("jwt", "jwt/src/claim.rs", "reason_missing", Of::Variant("jwt/src/error.rs", "ClaimMissing")),
    of("jwt", "jwt/src/claim.rs", "reason_malformed", Of::Variant("jwt/src/error.rs", "ClaimMalformed")),
    of("jwt", "jose/src/error.rs", "reason", Of::Variant("jwt/src/error.rs", "Jose")),
    of("identity", "identity/src/token/error.rs", "reason", Of::EachVariant),
    of("identity", "jose/src/error.rs", "reason", Of::Variant("identity/src/token/error.rs", "Jose")),
    of("identity", "identity/src/hygiene/error.rs", "reason", Of::EachVariant),
    of("identity", "identity/src/native/error.rs", "reason", Of::EachVariant),
    of("identity", "identity/src/mint/error.rs", "reason", Of::EachVariant),
    of(
        "identity",
        "identity/src/caller.rs",
        "reason",
        Of::One("identity/src/caller.rs", "CallerUntrusted"),
    ),
    of(
        "identity",
        "identity/src/registry.rs",
        "reason",
        Of::One("identity/src/registry.rs", "Unavailable"),
    ),
    of(
        "identity",
        "identity/src/trace.rs",
        "reason",
        Of::One("identity/src/register.rs", "RequestMalformed"),
    ),
    of("authz", "authz/src/reason.rs", "reason", Of::EachVariant),
    of("ratelimit", "ratelimit/src/reason.rs", "word", Of::EachVariant),
    of(
        "ratelimit",
        "ratelimit/src/global/service.rs",
        "word",
        Of::Variant("ratelimit/src/reason.rs", "EngineDown"),
    ),
    of("route", "pipeline/src/accepts.rs", "reason", Of::EachVariant),
    of("route", "pipeline/src/query.rs", "reason", Of::Variant("pipeline/src/accepts.rs", "Query")),
    of("route", "contract/src/path.rs", "reason", Of::One("pipeline/src/pipeline.rs", "RequestMalformed")),
];

/// Words for fetches that have brought nothing.
const OF_FETCHES: [(&str, &str); 5] = [
    ("bundle/src/content/error.rs", "reason"),
    ("bundle/src/error.rs", "reason"),
    ("contract/src/fetch.rs", "reason"),
    ("jose/src/discovery.rs", "reason"),
    ("jose/src/key_set/error.rs", "reason"),
];

/// Words that refuse no request: why a call got no token, and why a secret refuses the configuration.
const OF_NOTHING: [(&str, &str); 2] =
    [("identity/src/attach/not_attached.rs", "reason"), ("jose/src/secret.rs", "reason")];

/// Files in which a function is told the word by its callers, which are read themselves, or by a family.
const PASSED_ON: [&str; 4] =
    ["host/src/plugin.rs", "pipeline/src/demands.rs", "pipeline/src/pipeline.rs", "pipeline/src/ready.rs"];

const fn of(stage: &'static str, file: &'static str, function: &'static str, cause: Of) -> Family {
    Family { stage, file, function, cause }
}

/// Every reason that the source can give.
pub(crate) fn given() -> BTreeSet<Reason> {
    let sources = source::all();
    check_families(&sources);
    let statuses = statuses(file(&sources, "contract/src/answer.rs"));
    let mut given = BTreeSet::new();
    for family in &FAMILIES {
        for arm in file(&sources, family.file).arms(family.function) {
            if let Some(word) = literal(arm.value) {
                let causes = causes(family, &arm, &sources);
                given.insert(reason(family.stage, word, &causes, &statuses));
            }
        }
    }
    for source in &sources {
        for (stage, cause, word) in literals(source) {
            given.insert(reason(&stage, &word, &[cause], &statuses));
        }
    }
    given
}

/// Every reason that the page lists: rows under `## Every reason`, by their `### stage`.
pub(crate) fn told(page: &Page) -> BTreeSet<Reason> {
    let mut told = BTreeSet::new();
    let mut stage = String::new();
    for line in section(page, "## Every reason") {
        if let Some(name) = line.strip_prefix("### ") {
            stage = name.trim_matches('`').to_owned();
        }
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let ["", words, status, _, ..] = cells.as_slice() {
            told.extend(in_ticks(words).map(|word| (stage.clone(), word, (*status).to_owned())));
        }
    }
    told
}

/// How words for fetches that have brought nothing begin.
const FETCHES: [&str; 5] = ["another_unchanged", "bundle_", "discovery_", "fetch_", "key_set_"];

/// Why a fetch can bring nothing. Nothing else in the code is a text that begins like this.
pub(crate) fn fetches_given() -> BTreeSet<String> {
    let sources = source::all();
    let texts = sources.iter().flat_map(|source| source.text.lines());
    let texts = texts.filter(|line| !line.trim_start().starts_with("//"));
    let texts = texts.flat_map(|line| line.split('"').skip(1).step_by(2));
    let is_word = |text: &&str| {
        FETCHES.iter().any(|begin| text.starts_with(begin))
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    texts.filter(is_word).map(str::to_owned).collect()
}

/// The words in the first column under `## Fetches that bring nothing`.
pub(crate) fn fetches_told(page: &Page) -> BTreeSet<String> {
    let rows = section(page, "## Fetches that bring nothing").filter(|line| line.starts_with("| `"));
    rows.filter_map(|line| line.split('|').nth(1)).flat_map(in_ticks).collect()
}

fn section<'a>(page: &'a Page, heading: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = page.text.lines().skip_while(move |line| *line != heading).skip(1);
    lines.take_while(|line| !line.starts_with("## "))
}

fn in_ticks(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// A function with words that is in no list here would be one whose reasons nobody has to explain.
fn check_families(sources: &[Source]) {
    let words = sources.iter().flat_map(|source| source.words().map(|word| (source.name.as_str(), word)));
    let there: BTreeSet<_> = words.collect();
    let refusing = FAMILIES.iter().map(|family| (family.file, family.function));
    let listed: BTreeSet<_> = refusing.chain(OF_FETCHES).chain(OF_NOTHING).collect();
    assert_eq!(there, listed, "say in this test what the words are for");
}

fn file<'a>(sources: &'a [Source], name: &str) -> &'a Source {
    sources.iter().find(|source| source.name == name).unwrap_or_else(|| panic!("{name} is gone"))
}

fn reason(stage: &str, word: &str, causes: &[String], statuses: &BTreeMap<String, u16>) -> Reason {
    let status = |cause: &String| *statuses.get(cause).unwrap_or_else(|| panic!("{word}: {cause}?"));
    let all: BTreeSet<_> = causes.iter().map(status).collect();
    let all: Vec<_> = all.iter().map(u16::to_string).collect();
    (stage.to_owned(), word.to_owned(), all.join(", "))
}

/// What each cause is answered with: `Row::of`.
fn statuses(answer: &Source) -> BTreeMap<String, u16> {
    let arms = answer.text.split_once("match cause {").unwrap().1.split("            Cause::").skip(1);
    let status = |arm: &str| arm.split_once("row(").and_then(|(_, row)| row.get(..3)?.parse().ok());
    arms.map(|arm| (name_at(arm).to_owned(), status(arm).unwrap())).collect()
}

/// The causes that `arm`, which has a word of `family`, can come to.
fn causes(family: &Family, arm: &Arm<'_>, sources: &[Source]) -> Vec<String> {
    let variant = arm.pattern.split("Self::").nth(1).map(name_at).unwrap_or_default();
    match family.cause {
        Of::One(name, cause) => {
            assert!(file(sources, name).text.contains(&format!("Cause::{cause}")), "{name}: {cause}");
            vec![cause.to_owned()]
        }
        Of::EachVariant => of_variant(file(sources, family.file), variant, None, sources),
        Of::Variant(name, outer) => of_variant(file(sources, name), outer, Some(variant), sources),
    }
}

/// What `fn cause` of `source` says of `variant`, or of what it wraps where that has an arm of its own.
fn of_variant(source: &Source, variant: &str, wrapped: Option<&str>, sources: &[Source]) -> Vec<String> {
    let arms = source.arms("cause");
    let names = |arm: &&Arm<'_>, wanted: &dyn Fn(&str) -> bool| {
        arm.pattern.split("Self::").skip(1).any(|pattern| name_at(pattern) == variant && wanted(pattern))
    };
    let own = |pattern: &str| wrapped.is_some_and(|name| pattern.contains(&format!("::{name}")));
    let any = |pattern: &str| !pattern.contains("Error::");
    let arm = arms.iter().find(|arm| names(arm, &own)).or_else(|| arms.iter().find(|arm| names(arm, &any)));
    let arm = arm.unwrap_or_else(|| panic!("{}: no cause of {variant}", source.name));
    match arm.value {
        // Each part of a key has a cause of its own.
        "missing.cause.clone()" => of_keys(sources),
        value => value.split("Cause::").skip(1).map(|rest| name_at(rest).to_owned()).collect(),
    }
}

fn of_keys(sources: &[Source]) -> Vec<String> {
    let keys = sources.iter().filter(|source| source.name.starts_with("ratelimit/src/key"));
    keys.flat_map(|source| source.text.split("Cause::").skip(1).map(|rest| name_at(rest).to_owned()))
        .collect()
}

/// Stage, cause and word of every refusal that is made where its word stands.
fn literals(source: &Source) -> Vec<(String, String, String)> {
    let made = source.calls("Refusal::new(").filter_map(|call| of_call(source, call));
    // In the host, whose functions say the stage; by `demands`, whose closure does.
    let stage = if source.name.starts_with("host/") { "host" } else { "route" };
    let told = [".refuse(", "refusal(Cause", "Err((Cause"].into_iter().flat_map(|call| source.calls(call));
    let told = told.filter_map(|call| {
        let (cause, word) = call.rsplit_once(',')?;
        let cause = cause.split("::").nth(1).map(name_at)?;
        Some((stage.to_owned(), cause.to_owned(), literal(word)?.to_owned()))
    });
    let failed = source.calls("unavailable(").filter_map(|call| literal(call.rsplit_once(',')?.1));
    let failed = failed.map(|word| ("host".to_owned(), "Unavailable".to_owned(), word.to_owned()));
    made.chain(told).chain(failed).collect()
}

/// What `Refusal::new(call)` says. The word is a text, a constant, or what a function of a family gives.
fn of_call(source: &Source, call: &str) -> Option<(String, String, String)> {
    let call = call.trim().trim_end_matches(',');
    let (front, word) = call.rsplit_once(',')?;
    let word = word.trim();
    let is_passed_on = word == "reason" && PASSED_ON.contains(&source.name.as_str());
    if word.ends_with(".reason()") || word.ends_with(".word()") || is_passed_on {
        return None;
    }
    let text = literal(word).or_else(|| source.constant(word));
    let text = text.unwrap_or_else(|| panic!("{}: which reason is `{word}`?", source.name));
    let stage = match front.split_once("StageName::") {
        Some((_, stage)) => name_at(stage).to_lowercase(),
        None => "any".into(),
    };
    let cause = front.split("Cause::").nth(1).map(name_at)?;
    Some((stage, cause.to_owned(), text.to_owned()))
}

/// The name with which `text` begins.
fn name_at(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}
