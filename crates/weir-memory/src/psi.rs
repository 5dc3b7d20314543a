//! Pressure stall information: how long tasks waited for memory (Linux 4.20 and later).
//!
//! Format: the kernel's Documentation/accounting/psi.rst.

use std::path::{Path, PathBuf};

use crate::detect::{Files, Rooted, folders};

/// Time lost to waiting for memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Psi {
    /// While at least one task waited.
    pub some: PsiLine,
    /// While all tasks waited; not given by every kernel.
    pub full: Option<PsiLine>,
}

/// Shares of time in percent, 0 to 100, and a total.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PsiLine {
    /// Over the last 10 seconds.
    pub avg10: f32,
    /// Over the last 60 seconds.
    pub avg60: f32,
    /// Over the last 300 seconds.
    pub avg300: f32,
    /// In microseconds, since the machine or the group began.
    pub total: u64,
}

impl Psi {
    /// Of this process's version 2 control group (`memory.pressure`) or the nearest above that
    /// has it, else of the machine (`/proc/pressure/memory`); nothing where the kernel has none.
    #[must_use]
    pub fn read() -> Option<Self> {
        Self::read_at(Path::new("/"))
    }

    /// [`Psi::read`] in a tree of files under `root`.
    #[must_use]
    pub fn read_at(root: &Path) -> Option<Self> {
        PsiFile::find_at(root)?.read()
    }

    /// From a file's text; nothing where it is not of the form
    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let line = |kind: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(kind)?.strip_prefix(' '))
                .and_then(PsiLine::parse)
        };
        Some(Self {
            some: line("some")?,
            full: line("full"),
        })
    }
}

/// The file that tells, found once: finding it means reading the mount table.
pub(crate) struct PsiFile {
    files: Rooted,
    path: PathBuf,
}

impl PsiFile {
    pub(crate) fn find() -> Option<Self> {
        Self::find_at(Path::new("/"))
    }

    fn find_at(root: &Path) -> Option<Self> {
        let files = Rooted::new(root);
        let path = folders(&files)
            .into_iter()
            .filter(|group| group.version == 2)
            .map(|group| group.folder.join("memory.pressure"))
            .chain([PathBuf::from("/proc/pressure/memory")])
            .find(|path| {
                files
                    .read(path)
                    .is_some_and(|text| Psi::parse(&text).is_some())
            })?;
        Some(Self { files, path })
    }

    pub(crate) fn read(&self) -> Option<Psi> {
        Psi::parse(&self.files.read(&self.path)?)
    }
}

impl PsiLine {
    fn parse(fields: &str) -> Option<Self> {
        let value = |name: &str| {
            fields
                .split(' ')
                .find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        let percent = |name: &str| {
            value(name)?
                .parse::<f32>()
                .ok()
                .filter(|percent| (0.0..=100.0).contains(percent))
        };
        Some(Self {
            avg10: percent("avg10")?,
            avg60: percent("avg60")?,
            avg300: percent("avg300")?,
            total: value("total")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_lines_are_read() {
        let text = "some avg10=1.50 avg60=0.25 avg300=0.00 total=123456\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=7\n";
        let psi = Psi::parse(text).unwrap();
        assert_eq!(
            psi.some,
            PsiLine {
                avg10: 1.5,
                avg60: 0.25,
                avg300: 0.0,
                total: 123_456
            }
        );
        assert_eq!(psi.full.unwrap().total, 7);
        assert_eq!(Psi::parse(text.lines().next().unwrap()).unwrap().full, None);
    }

    proptest! {
        #[test]
        fn any_text_gives_an_answer(text in "(some )?(avg10=)?[0-9.a-zA-Z =\n-]{0,60}") {
            if let Some(psi) = Psi::parse(&text) {
                prop_assert!((0.0..=100.0).contains(&psi.some.avg10));
            }
        }
    }
}
