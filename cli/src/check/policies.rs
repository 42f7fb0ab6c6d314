//! Folders of policies.

use std::rc::Rc;

use contract::ConfigError;

use super::configuration;
use super::finding::{Finding, Findings};
use super::rule::Rule;
use crate::failure::Failure;
use crate::modules::Module;
use crate::sources::{File, Place, PolicyFolder, Stretch};

/// Say what is wrong with a folder.
pub(super) fn judge(folder: &PolicyFolder) -> Vec<Finding> {
    let content = folder.content.clone();
    let checked = content.check().map_err(|error| ConfigError::at("", error));
    if let Err(error) = checked.and_then(|()| authz::validate(content).map(|_| ())) {
        return vec![refused(folder, &error)];
    }
    let Some(source) = &folder.configuration else { return Vec::new() };
    let mut findings = Findings::new(Rc::clone(&source.text));
    for fault in &source.faults {
        let rule = if fault.word.is_some() { Rule::WordUndefined } else { Rule::Syntax };
        findings.fault(rule, fault);
    }
    if let Some(embedded) = folder.embedded().filter(|_| source.faults.is_empty()) {
        // Who somebody is, a stage in front of the policies says.
        configuration::judge(&mut findings, Module::AbacAuthz, &embedded.configuration, &embedded.written);
    }
    findings.found
}

/// A folder that cannot be read as one.
pub(super) fn unreadable(path: &std::path::Path, failure: Failure) -> Vec<Finding> {
    let file = File::new(path, "");
    let messages = match failure {
        Failure::Usage(message) => vec![message],
        Failure::Found(messages) => messages,
    };
    messages.into_iter().map(|message| Finding::of_file(Rule::PoliciesRefused, &file, message)).collect()
}

/// The message begins with the name of the part: `roles.cedar: line 2, column 68: …`.
fn refused(folder: &PolicyFolder, error: &ConfigError) -> Finding {
    let message = error.message();
    let name = message.split_once(": ").map(|(name, _)| name).unwrap_or_default();
    let file = folder.file(name);
    let (line, column) = configuration::line_and_column(message).unwrap_or((1, 1));
    let place = Place { line, column, ..Place::start_of(&file) };
    Finding {
        rule: Rule::PoliciesRefused,
        at: Stretch::at(place),
        field: String::new(),
        message: message.to_owned(),
    }
}
