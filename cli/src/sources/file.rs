//! Files, and places in them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::failure::Failure;

/// The largest file that is read, in bytes: ten times what Kubernetes stores of a resource (1.5 MiB), so that no real
/// one is refused, and a device or a dump is.
pub(crate) const MAX_FILE_BYTES: u64 = 16 << 20;

/// A file and what stands in it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    /// As it was named.
    pub(crate) path: PathBuf,
    /// All of it.
    pub(crate) text: String,
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
        Rc::new(Self { path: path.to_owned(), text })
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
