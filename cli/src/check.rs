//! `watchword check`.

mod configuration;
mod document;
mod envoy;
mod finding;
mod kubernetes;
mod plugin;
mod policies;
mod report;
mod rule;
mod second_opinion;
mod secrets;
#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::failure::{Failure, USAGE};
use crate::modules::Module;
use crate::sources::{Found, PolicyFolder, Source, WordArguments, Words, below};

use document::Named;
use finding::Finding;
use report::{Format, json, sarif, text};
use rule::{Rule, Severity};

/// What to check, and how strictly.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The module that configurations are for, where names of plugins and files do not say.
    #[arg(long, value_enum)]
    module: Option<Module>,
    /// How findings are told.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Say nothing of what this rule finds.
    #[arg(long, value_name = "RULE", value_enum, hide_possible_values = true)]
    allow: Vec<Rule>,
    /// What fails the check beside errors: `warnings`, or what this rule finds.
    #[arg(long, value_name = "warnings|RULE", value_parser = Denied::parse)]
    deny: Vec<Denied>,
    #[command(flatten)]
    words: WordArguments,
    /// Have Envoy validate bootstraps, too, with their words filled in; `envoy` of the PATH unless another is named.
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = "envoy")]
    envoy: Option<PathBuf>,
    /// Files, and folders of them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// What fails a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Denied {
    Warnings,
    One(Rule),
}

impl Denied {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "warnings" => Ok(Self::Warnings),
            rule => {
                Rule::from_str(rule, false).map(Self::One).map_err(|_| format!("there is no rule `{rule}`"))
            }
        }
    }
}

/// What was judged.
#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    good: Vec<PathBuf>,
    passed_over: Vec<PathBuf>,
    remarks: Vec<String>,
}

/// Check every file, and say of each how it is.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let judged = arguments.words.read().and_then(|words| judge_all(arguments, &words));
    match judged {
        Ok(judged) => arguments.report(&judged),
        Err(failure) => failure.report(),
    }
}

fn judge_all(arguments: &Arguments, words: &Words) -> Result<Judged, Failure> {
    let mut judged = Judged::default();
    arguments.look_for_envoy(&mut judged);
    for path in &arguments.files {
        if !path.is_dir() {
            arguments.judge_file(&mut judged, path, words, Named::Itself)?;
            continue;
        }
        let found = below(path)?;
        if found.is_empty() {
            return Err(Failure::Usage(format!("{}: there is nothing to check in it", path.display())));
        }
        for found in found {
            match found {
                Found::File(path) => arguments.judge_file(&mut judged, &path, words, Named::ByFolder)?,
                Found::Policies(path) => arguments.judge_policies(&mut judged, &path, words),
            }
        }
    }
    Ok(judged)
}

impl Arguments {
    fn judge_file(
        &self,
        judged: &mut Judged,
        path: &Path,
        words: &Words,
        named: Named,
    ) -> Result<(), Failure> {
        let source = Source::read(path, words)?;
        match document::judge(&source, self.module, named) {
            Some(mut findings) => {
                if let Some(envoy) = self.envoy.as_ref().filter(|_| !judged.has_no_envoy()) {
                    second_opinion::ask(envoy, &source, &mut findings, &mut judged.remarks);
                }
                self.take(judged, path, findings);
            }
            None => judged.passed_over.push(path.to_owned()),
        }
        Ok(())
    }

    /// Somebody who has asked for Envoy's opinion must not take its absence for one.
    fn look_for_envoy(&self, judged: &mut Judged) {
        let missing = self.envoy.as_deref().and_then(second_opinion::unavailable);
        judged.findings.extend(missing);
    }

    fn judge_policies(&self, judged: &mut Judged, path: &Path, words: &Words) {
        let findings = match PolicyFolder::read(path, words) {
            Ok(folder) => policies::judge(&folder),
            Err(failure) => policies::unreadable(path, failure),
        };
        self.take(judged, path, findings);
    }

    fn take(&self, judged: &mut Judged, path: &Path, mut findings: Vec<Finding>) {
        findings.retain(|finding| !self.allow.contains(&finding.rule));
        for finding in &mut findings {
            finding.message = finding.at.place.file.without_hidden(&finding.message);
        }
        if findings.is_empty() {
            judged.good.push(path.to_owned());
        }
        judged.findings.extend(findings);
    }

    fn report(&self, judged: &Judged) -> ExitCode {
        match self.format {
            Format::Text => self.tell(judged),
            Format::Json => println!("{:#}", json::document(&judged.findings, judged.checked())),
            Format::Sarif => println!("{:#}", sarif::log(&judged.findings)),
        }
        if judged.has_no_envoy() {
            return ExitCode::from(USAGE);
        }
        let failed = judged.findings.iter().any(|finding| self.fails(finding.rule));
        if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn tell(&self, judged: &Judged) {
        let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        for path in &judged.good {
            println!("{}: good", path.display());
        }
        for path in &judged.passed_over {
            println!("{}: passed over, nothing of Watchword is in it", path.display());
        }
        for finding in &judged.findings {
            println!("{}", text::show(finding, colours));
        }
        for remark in &judged.remarks {
            println!("{remark}");
        }
    }

    fn fails(&self, rule: Rule) -> bool {
        let severity = rule.severity();
        let denied = self.deny.iter().any(|denied| match denied {
            Denied::Warnings => severity <= Severity::Warning,
            Denied::One(denied) => *denied == rule,
        });
        severity == Severity::Error || denied
    }
}

impl Judged {
    fn has_no_envoy(&self) -> bool {
        self.findings.iter().any(|finding| finding.rule == Rule::EnvoyNotAsked)
    }

    fn checked(&self) -> usize {
        let found = self.findings.iter().filter(|finding| finding.rule != Rule::EnvoyNotAsked);
        let mut files: Vec<_> = found.map(|finding| &finding.at.place.file.path).collect();
        files.extend(&self.good);
        files.sort();
        files.dedup();
        files.len()
    }
}
