//! Where paths lead: no output may be a file that is read, or another output's.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use super::JobError;

/// Files that are known already, each with who uses it.
#[derive(Default)]
pub(super) struct Places {
    read: Vec<(Place, String)>,
    written: Vec<(Place, String)>,
}

/// A path without links and dots, and the file that is there.
struct Place {
    path: PathBuf,
    file: Option<(u64, u64)>,
}

impl Place {
    fn of(path: &Path) -> Self {
        let found = fs::metadata(path).ok();
        Self {
            path: plain(path),
            file: found.map(|found| (found.dev(), found.ino())),
        }
    }
}

impl Places {
    /// A file that is read.
    pub(super) fn read(&mut self, path: &Path, who: String) {
        self.read.push((Place::of(path), who));
    }

    /// A file that will be written.
    ///
    /// # Errors
    /// [`JobError::Output`] where the path is a folder, a device or the like, a file that is read (by any of its names), or another output's.
    pub(super) fn written(&mut self, path: &Path, output: &str) -> Result<(), JobError> {
        let refused = |reason: String| {
            Err(JobError::Output {
                output: output.to_owned(),
                reason: format!("{} {reason}", path.display()),
            })
        };
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                return refused("is a folder; write the name of a file in it".to_owned());
            }
            Ok(found) if !found.is_file() => {
                return refused("is no regular file; write another name".to_owned());
            }
            _ => {}
        }
        let place = Place::of(path);
        // A file that is read is safe under none of its names: by another one it may be missed later.
        let same_file = |other: &Place| place.file.is_some() && place.file == other.file;
        let of_input = |(other, _): &&(Place, String)| other.path == place.path || same_file(other);
        // Outputs replace names, so that two names of one file are two outputs.
        let of_output = |(other, _): &&(Place, String)| other.path == place.path;
        let taken = self.read.iter().find(of_input);
        if let Some((_, who)) = taken.or_else(|| self.written.iter().find(of_output)) {
            return refused(format!("is {who}'s file already; write another name"));
        }
        self.written.push((place, format!("the output {output}")));
        Ok(())
    }
}

/// The path from the root: links in folders followed, `.` and `..` taken out. Of folders that are not there yet what their names say.
fn plain(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    let mut components = path.components().peekable();
    while let Some(component) = components.next() {
        match component {
            Component::CurDir => {}
            // What is before it has no link left, so its parent is the name before.
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
        // The last name is the one that is replaced, a link or not.
        if components.peek().is_some()
            && let Ok(followed) = fs::canonicalize(&plain)
        {
            plain = followed;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_of_one_place_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("real")).unwrap();
        std::os::unix::fs::symlink(root.join("real"), root.join("link")).unwrap();
        let expected = root.join("real/new.csv");
        for name in [
            "real/new.csv",
            "real/./new.csv",
            "link/new.csv",
            "none/../real/new.csv",
            "link/../real/none/../new.csv",
            "real//new.csv",
        ] {
            assert_eq!(plain(&root.join(name)), expected, "{name}");
        }
        assert_ne!(plain(&root.join("real/New.csv")), expected);
    }
}
