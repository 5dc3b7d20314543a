//! Reporting what concerns several keys at once.

use super::{Code, Report};
use crate::decode::Places;
use crate::tree::Place;

/// Reports mistakes at the places of a file.
pub struct Check<'a, 'text> {
    /// Where each value of the file stands.
    pub places: &'a Places,
    /// What has been reported so far.
    pub report: &'a mut Report<'text>,
}

impl Check<'_, '_> {
    /// Reports at `path`, or at its nearest parent in the file, unless one of the values
    /// concerned (`path` and those of `with`) already has a mistake.
    pub fn mistake(
        &mut self,
        code: impl Into<Code>,
        path: &str,
        with: &[&str],
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if std::iter::once(&path)
            .chain(with)
            .any(|path| self.report.concerns(path))
        {
            return;
        }
        let place = self.place(path);
        self.report.add(code, path, place, message, remedy);
    }

    /// Where the value at `path` stands, or its nearest parent.
    pub fn place(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return *place;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return Place::START,
            }
        }
    }

    /// Whether the file gives a value at `path`.
    pub fn given(&self, path: &str) -> bool {
        self.places.contains_key(path)
    }
}
