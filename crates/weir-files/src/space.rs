//! How much a disk still takes, and the question before a job.

use std::{fmt, path::Path};

use crate::{Doing, Files, FilesError};

/// The space of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes free for this user (without root's reserve).
    pub available: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Asks whether `needed` bytes fit into `folder` and `safety` bytes stay free after them.
///
/// The folder need not exist yet: its nearest existing parent answers. Others may write at the same time, so this is
/// an early warning and no reservation.
///
/// # Errors
/// [`FilesError::Full`] with `needed + safety` and what is available, when it does not fit.
pub fn preflight_space(
    files: &dyn Files,
    folder: &Path,
    needed: u64,
    safety: u64,
) -> Result<Space, FilesError> {
    let space = files.free_space(&nearest_existing(files, folder)?)?;
    let wanted = needed.saturating_add(safety);
    if wanted > space.available {
        return Err(FilesError::Full {
            doing: Doing::Write,
            path: folder.to_path_buf(),
            needed: Some(wanted),
            available: Some(space.available),
        });
    }
    Ok(space)
}

fn nearest_existing(files: &dyn Files, folder: &Path) -> Result<std::path::PathBuf, FilesError> {
    for candidate in folder.ancestors() {
        // The last ancestor of a relative path is empty and means the working folder.
        let candidate = if candidate.as_os_str().is_empty() {
            Path::new(".")
        } else {
            candidate
        };
        if files.exists(candidate)? {
            return Ok(candidate.to_path_buf());
        }
    }
    Err(FilesError::NotFound {
        doing: Doing::Inspect,
        path: folder.to_path_buf(),
    })
}

/// Bytes as a person reads them: `512 bytes`, `1.5 MiB`, `412 MiB`.
pub(crate) struct Readable(pub(crate) u64);

impl fmt::Display for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let mut value = self.0 as f64 / 1024.0;
        let mut unit = 0;
        while value >= 1023.95 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        if value < 10.0 {
            write!(f, "{value:.1} {}", UNITS[unit])
        } else {
            write!(f, "{value:.0} {}", UNITS[unit])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Readable;

    #[test]
    fn sizes_read_as_a_person_would_say_them() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (412 << 20, "412 MiB"),
            ((1 << 30) - 1, "1.0 GiB"),
            (u64::MAX, "16 EiB"),
        ] {
            assert_eq!(Readable(bytes).to_string(), text, "{bytes}");
        }
    }
}
