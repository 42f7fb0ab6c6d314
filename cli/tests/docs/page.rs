//! A page of the documentation, as far as tests read it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::block::{Block, Place};
use crate::note::Note;

/// A page, by its path from the root of the repository.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) text: String,
    /// What its headings are called in links.
    pub(crate) anchors: Vec<String>,
    pub(crate) links: Vec<String>,
    fences: Vec<Fence>,
}

/// A block of code.
#[derive(Debug)]
struct Fence {
    language: String,
    line: usize,
    text: String,
    /// The comment right in front of it, or nothing.
    comment: String,
}

/// What is being read.
#[derive(Default)]
struct Open {
    heading: Option<String>,
    fence: Option<Fence>,
    comment: String,
    /// How often a heading was there already.
    names: HashMap<String, usize>,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The pages at the root.
const AT_THE_ROOT: [&str; 4] = ["CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"];

/// These and every page under `docs`, in the order of their names.
pub(crate) fn all() -> Vec<Page> {
    let mut files = AT_THE_ROOT.map(|name| root().join(name)).to_vec();
    collect(&root().join("docs"), &mut files);
    let mut pages: Vec<_> = files.iter().map(|file| Page::read(file)).collect();
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    pages
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

impl Page {
    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        let name = file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        let mut page = Self { name, text, anchors: Vec::new(), links: Vec::new(), fences: Vec::new() };
        page.parse();
        page
    }

    fn parse(&mut self) {
        let text = self.text.clone();
        let mut open = Open::default();
        for (event, range) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(tag) => self.start(tag, &text[..range.start], &mut open),
                Event::End(tag) => self.end(tag, &mut open),
                Event::Text(part) | Event::Code(part) => open.add(&part),
                Event::Html(part) => open.comment.push_str(&part),
                _ => {}
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, before: &str, open: &mut Open) {
        match tag {
            Tag::Heading { .. } => open.heading = Some(String::new()),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push(dest_url.into_string())
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                let (line, comment) = (1 + before.matches('\n').count(), std::mem::take(&mut open.comment));
                let language = info.into_string();
                open.fence = Some(Fence { language, line, text: String::new(), comment });
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, open: &mut Open) {
        match tag {
            TagEnd::Heading(_) => {
                let heading = open.heading.take().unwrap_or_default();
                self.anchors.push(anchor(&heading, &mut open.names));
            }
            TagEnd::CodeBlock => self.fences.extend(open.fence.take()),
            _ => {}
        }
    }

    /// Its blocks of YAML.
    pub(crate) fn yaml(&self) -> Vec<Block> {
        let is_yaml = |fence: &&Fence| matches!(fence.language.as_str(), "yaml" | "yml");
        let places = (0..).zip(&self.fences).filter(|(_, fence)| is_yaml(fence));
        places
            .map(|(at, fence)| {
                let place = Place { page: self.name.clone(), line: fence.line };
                let next = self.fences.get(at + 1).map(|fence| fence.text.clone());
                Block { note: Note::read(&fence.comment), text: fence.text.clone(), place, next }
            })
            .collect()
    }
}

impl Open {
    fn add(&mut self, part: &str) {
        if let Some(fence) = &mut self.fence {
            fence.text.push_str(part);
        } else if let Some(heading) = &mut self.heading {
            heading.push_str(part);
        }
        self.comment.clear();
    }
}

/// What GitHub and mdBook call a heading in links.
fn anchor(heading: &str, names: &mut HashMap<String, usize>) -> String {
    let kept = heading.trim().chars().flat_map(char::to_lowercase);
    let kept = kept.filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    let name: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
    let times = names.entry(name.clone()).or_insert(0);
    *times += 1;
    if *times == 1 { name } else { format!("{name}-{}", *times - 1) }
}
