//! A folder with policies, as `watchword bundle build` reads it.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use bundle::Content;
use serde_json::{Map, Value, json};

use super::embedded::{Embedded, Written};
use super::file::File;
use super::{Source, Words};
use crate::bundle::folder::Sources;
use crate::failure::Failure;

/// The filter's configuration without the policies, where a folder has one.
const CONFIGURATION: &str = "watchword.yaml";

/// Policies, their schema, and what they are asked with.
pub(crate) struct PolicyFolder {
    /// Where.
    pub(crate) path: PathBuf,
    /// What a bundle of it would have in it.
    pub(crate) content: Content,
    /// Routes and principals, where the folder says them.
    pub(crate) configuration: Option<Source>,
}

impl PolicyFolder {
    /// Read the folder at `path`.
    ///
    /// # Errors
    /// When it has no policies, no schema or several, or something in it cannot be read.
    pub(crate) fn read(path: &Path, words: &Words) -> Result<Self, Failure> {
        let with_subfolders = !has_folder_with_schema(path);
        let sources = Sources { folder: path, with_subfolders, schema: None, entities: None, links: None };
        let content = sources.read()?;
        let configuration = path.join(CONFIGURATION);
        let configuration = configuration.is_file().then(|| Source::read(&configuration, words));
        Ok(Self { path: path.to_owned(), content, configuration: configuration.transpose()? })
    }

    /// The filter's configuration with the policies in it.
    pub(crate) fn embedded(&self) -> Option<Embedded> {
        let source = self.configuration.as_ref()?;
        let document = source.documents.first()?;
        let written = Written { text: Rc::clone(&source.text), node: Rc::clone(document) };
        let mut embedded = Embedded::alone(written);
        let section = embedded.configuration.get_mut("authz").and_then(Value::as_object_mut);
        section.into_iter().for_each(|section| self.add_policies(section));
        Some(embedded)
    }

    /// What is already in the section stays.
    fn add_policies(&self, section: &mut Map<String, Value>) {
        let Content { schema, policies, links, entities } = &self.content;
        let texts: Vec<_> = policies.iter().map(|policies| policies.text.as_str()).collect();
        for (member, value) in [
            ("schema", json!(schema.text)),
            ("policies", json!(texts.join("\n"))),
            ("links", json!(links)),
            ("entities", json!(entities)),
        ] {
            section.entry(member).or_insert(value);
        }
    }

    /// The file that is called `name` in the bundle.
    pub(crate) fn file(&self, name: &str) -> Rc<File> {
        let Content { schema, policies, .. } = &self.content;
        let texts = policies.iter().chain([schema]);
        let text = texts.clone().find(|text| text.name == name).map(|text| text.text.clone());
        File::new(&self.path.join(name), text.unwrap_or_default())
    }
}

/// Whether folders in this one have policies of their own, which are judged by themselves then.
fn has_folder_with_schema(path: &Path) -> bool {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    folders.any(|folder| super::walk::has(&folder, "cedarschema"))
}
