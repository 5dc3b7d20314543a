//! The only way detection reads: small text files below a root.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Text files by absolute path.
pub(crate) trait Files {
    /// The contents, or nothing where there is no such file or it is no text.
    fn read(&self, path: &Path) -> Option<String>;
}

/// The files of a tree: `/` in production, a fixture in tests.
pub(crate) struct Rooted {
    root: PathBuf,
}

/// More than any file read here holds; mount tables of large hosts are some hundred KiB.
const LONGEST_FILE: u64 = 4 << 20;

impl Rooted {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }
}

impl Files for Rooted {
    fn read(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix("/").unwrap_or(path);
        let mut text = String::new();
        File::open(self.root.join(below))
            .and_then(|file| file.take(LONGEST_FILE).read_to_string(&mut text))
            .ok()?;
        Some(text)
    }
}

/// Contents given by a test.
#[cfg(test)]
pub(crate) struct InMemory(std::collections::BTreeMap<PathBuf, String>);

#[cfg(test)]
impl InMemory {
    pub(crate) fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            files
                .into_iter()
                .map(|(path, text)| (path.into(), text.into()))
                .collect(),
        )
    }
}

#[cfg(test)]
impl Files for InMemory {
    fn read(&self, path: &Path) -> Option<String> {
        self.0.get(path).cloned()
    }
}
