//! Files, and places in them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::failure::Failure;

/// The largest file that is read, in bytes: ten times what Kubernetes stores of a resource (1.5 MiB), so that no real
/// one is refused, and a device or a dump is.
pub(crate) const MAX_FILE_BYTES: u64 = 16 << 20;

/// Characters of a secret that is taken out of messages: shorter ones are everywhere, and are no secrets.
const LEAST_SECRET: usize = 4;

/// A file and what stands in it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    /// As it was named.
    pub(crate) path: PathBuf,
    /// All of it.
    pub(crate) text: String,
    /// What must not be shown of it: line, first column and length.
    hidden: RefCell<BTreeSet<(usize, usize, usize)>>,
}

/// A place in a file. Lines and columns are counted from 1, columns in characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Which file.
    pub(crate) file: Rc<File>,
    /// Which line.
    pub(crate) line: usize,
    /// Which character of it.
    pub(crate) column: usize,
}

/// A place and how many characters of its line are meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    /// Where it begins.
    pub(crate) place: Place,
    /// How long it is, at least 1.
    pub(crate) length: usize,
}

impl File {
    /// The file at `path`.
    ///
    /// # Errors
    /// When there is none, it has more than [`MAX_FILE_BYTES`], or is not UTF-8.
    pub(crate) fn read(path: &Path) -> Result<Rc<Self>, Failure> {
        let unreadable = |error: &dyn fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(unreadable(&"it is no file"));
        }
        if metadata.len() > MAX_FILE_BYTES {
            return Err(unreadable(&format_args!("it has more than {MAX_FILE_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
        Ok(Self::new(path, text))
    }

    /// A file called `path` that says `text`. A byte order mark is no part of it.
    pub(crate) fn new(path: &Path, text: impl Into<String>) -> Rc<Self> {
        let text: String = text.into();
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Rc::new(Self { path: path.to_owned(), text, hidden: RefCell::default() })
    }

    /// A line of it as it may be shown: each character of what is hidden is a star, so that columns stay.
    pub(crate) fn shown_line(&self, number: usize) -> String {
        let hidden = self.hidden.borrow();
        let is_hidden = |column: usize| {
            let covers = |(line, first, length): &(usize, usize, usize)| {
                *line == number && (*first..first.saturating_add(*length)).contains(&column)
            };
            hidden.iter().any(covers)
        };
        let characters = (1..).zip(self.line(number).chars());
        characters.map(|(column, character)| if is_hidden(column) { '*' } else { character }).collect()
    }

    /// `message` without what is hidden of this file.
    pub(crate) fn without_hidden(&self, message: &str) -> String {
        let hidden = self.hidden.borrow();
        let texts = hidden.iter().map(|(line, column, length)| -> String {
            self.line(*line).chars().skip(column.saturating_sub(1)).take(*length).collect()
        });
        let texts = texts.map(|text| text.trim().trim_matches(['"', '\'']).to_owned());
        let long = texts.filter(|text| text.chars().count() >= LEAST_SECRET);
        long.fold(message.to_owned(), |message, text| message.replace(&text, "***"))
    }

    /// A line of it, counted from 1; nothing behind its end.
    pub(crate) fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number.saturating_sub(1)).unwrap_or_default()
    }
}

impl Place {
    /// The first character of a file.
    pub(crate) fn start_of(file: &Rc<File>) -> Self {
        Self { file: Rc::clone(file), line: 1, column: 1 }
    }
}

impl Stretch {
    /// Keep it out of everything that is shown of its file.
    pub(crate) fn hide(&self) {
        let Place { file, line, column } = &self.place;
        file.hidden.borrow_mut().insert((*line, *column, self.length));
    }

    /// One character.
    pub(crate) const fn at(place: Place) -> Self {
        Self { place, length: 1 }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.path, f)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.path.display(), self.line, self.column)
    }
}
