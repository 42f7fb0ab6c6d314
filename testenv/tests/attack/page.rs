//! The page that shows where Envoy's own filter answers otherwise: `docs/jwt-attacks.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::{env, fs, io};

use testenv::client::Answer;
use testenv::repository;

use crate::trial::Trial;

/// Where it lies.
const PAGE: &str = "docs/jwt-attacks.md";

/// Set to anything, has the test write the page instead of comparing it.
const UPDATE: &str = "WATCHWORD_UPDATE_DOCS";

/// Compare the page with what was seen, or write it.
pub fn check(trials: &[Trial], envoy: &str) -> io::Result<()> {
    let path = repository().join(PAGE);
    let page = render(trials, envoy);
    if env::var_os(UPDATE).is_some() {
        return fs::write(path, page);
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (committed.lines().collect(), page.lines().collect());
    match committed == page {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "{PAGE} is stale: run with {UPDATE}=1 and look at what changes\nno longer: {:#?}\nnow: {:#?}",
            old.difference(&new).collect::<Vec<_>>(),
            new.difference(&old).collect::<Vec<_>>()
        ))),
    }
}

fn render(trials: &[Trial], envoy: &str) -> String {
    let mut page = introduction(trials, envoy);
    page.push_str("\n## By family\n\n");
    page.push_str(
        "| family | requests | answered alike | let in by `jwt_authn` alone |\n|---|--:|--:|--:|\n",
    );
    for family in families(trials) {
        let of: Vec<_> = trials.iter().filter(|trial| trial.family == family).collect();
        let alike = of.iter().filter(|trial| !trial.differs()).count();
        let let_in = of.iter().filter(|trial| trial.is_let_in()).count();
        let _ = writeln!(page, "| {family} | {} | {alike} | {let_in} |", of.len());
    }
    page.push_str("\n## Let in by `jwt_authn`, refused by Watchword\n\n");
    rows(&mut page, trials.iter().filter(|trial| trial.is_let_in()));
    page.push_str("\n## Other differences\n\n");
    rows(&mut page, trials.iter().filter(|trial| trial.differs() && !trial.is_let_in()));
    page
}

fn introduction(trials: &[Trial], envoy: &str) -> String {
    let controls = trials.iter().filter(|trial| trial.attack.is_control()).count();
    let attacks = trials.len() - controls;
    let let_in = trials.iter().filter(|trial| trial.is_let_in()).count();
    format!(
        "# Attacks on tokens, beside Envoy's own filter\n\n\
         {attacks} requests with a credential that is wrong in one way each, and {controls} with one that is right\n\
         however odd, are sent to two proxies: the edge with `watchword.wasm`, and Envoy {envoy} with its own\n\
         `jwt_authn` in the same place. `jwt_authn` is configured as equal as it can be: the same issuers, audiences\n\
         and keys, `exp` and `sub` required, tokens from `Authorization` only, its own leeway of 60 seconds. Two\n\
         issuers are trusted: one of access tokens (RFC 9068), whose keys are fetched, and one of generic tokens,\n\
         whose keys stand in the configuration, unfit ones among them.\n\n\
         Of each answer by Watchword the test checks status, time, `WWW-Authenticate`, the reason in the access log\n\
         and in the decision record, that the body is the same for every reason, and that nothing refused reaches\n\
         the service. Of `jwt_authn` it records the status. It let in {let_in} of the {attacks} requests that\n\
         Watchword refused. Most of these are no forgeries: nobody without a key of the issuer could make them, and\n\
         some are rules that Watchword adds. They are the ways in which a token for one purpose passes for another,\n\
         or one token for two. What an operator can add to `jwt_authn` with other filters, such as `rbac` on the\n\
         claims that it hands on, is not part of this.\n\n\
         The tables are written by the test, which fails when they no longer hold. It needs the modules\n\
         (`scripts/build`):\n\n\
         ```sh\n\
         cargo test -p testenv --test attack                            # compares\n\
         WATCHWORD_UPDATE_DOCS=1 cargo test -p testenv --test attack    # writes this page\n\
         ```\n"
    )
}

fn families(trials: &[Trial]) -> Vec<&'static str> {
    let mut families: Vec<_> = trials.iter().map(|trial| trial.family).collect();
    families.dedup();
    families
}

fn rows<'a>(page: &mut String, trials: impl Iterator<Item = &'a Trial>) {
    page.push_str(
        "| family | token | what it does | Watchword | `jwt_authn` | why |\n|---|---|---|--:|--:|---|\n",
    );
    for trial in trials {
        let cells = [trial.family, &trial.attack.name, &trial.attack.what].map(escaped);
        let [ours, native] = [&trial.ours, &trial.native].map(status);
        let why = escaped(trial.attack.differs.unwrap_or("?"));
        let _ = writeln!(page, "| {} | {ours} | {native} | {why} |", cells.join(" | "));
    }
}

fn status(answer: &Option<Answer>) -> String {
    answer.as_ref().map_or_else(|| "closed".to_owned(), |answer| answer.status.to_string())
}

/// As it stands in a cell.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
