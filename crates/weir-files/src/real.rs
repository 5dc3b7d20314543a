//! The file system of the machine.

#![allow(
    clippy::disallowed_methods,
    reason = "the one place where files are changed"
)]

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::process::{Resource, getrlimit};

use crate::{Doing, FileFacts, FileKind, FileWriter, Files, FilesError, Space};

/// How often a file is created again after a sweep in another process took it away in its first microseconds.
const CREATE_ATTEMPTS: usize = 16;

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RealFiles;

impl Files for RealFiles {
    fn create_new(&self, path: &Path) -> Result<Box<dyn FileWriter>, FilesError> {
        let create = || -> io::Result<File> {
            for _ in 0..CREATE_ATTEMPTS {
                let file = OpenOptions::new().write(true).create_new(true).open(path)?;
                if owns(&file)? {
                    return Ok(file);
                }
            }
            Err(io::Error::other(
                "removed by another process while it was being created",
            ))
        };
        let file = create().map_err(|error| FilesError::from_io(error, path, Doing::Create))?;
        Ok(Box::new(RealWriter {
            file,
            path: path.to_path_buf(),
        }))
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), FilesError> {
        File::open(named(folder))
            .and_then(|folder| folder.sync_all())
            .map_err(|error| FilesError::from_io(error, folder, Doing::SyncFolder))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FilesError> {
        fs::rename(from, to).map_err(|error| FilesError::from_io(error, to, Doing::Rename))
    }

    fn rename_new(&self, from: &Path, to: &Path) -> Result<(), FilesError> {
        rename_without_replacing(from, to).map_err(|error| {
            let about = match error.kind() {
                io::ErrorKind::NotFound => from,
                _ => to,
            };
            FilesError::from_io(error, about, Doing::Rename)
        })
    }

    fn remove_file(&self, path: &Path) -> Result<(), FilesError> {
        fs::remove_file(path).map_err(|error| FilesError::from_io(error, path, Doing::Remove))
    }

    fn create_folder_all(&self, folder: &Path) -> Result<(), FilesError> {
        let mut missing = Vec::new();
        let mut next = Some(folder);
        while let Some(here) = next {
            if named(here).is_dir() {
                break;
            }
            missing.push(here);
            next = here.parent();
        }
        for folder in missing.into_iter().rev() {
            match fs::create_dir(folder) {
                Ok(()) => {}
                // Another thread or process was faster: what matters is that it is there.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(error) => return Err(FilesError::from_io(error, folder, Doing::CreateFolder)),
            }
            if let Some(parent) = folder.parent() {
                self.sync_folder(parent)?;
            }
        }
        Ok(())
    }

    fn remove_folder_all(&self, folder: &Path) -> Result<(), FilesError> {
        fs::remove_dir_all(folder)
            .map_err(|error| FilesError::from_io(error, folder, Doing::Remove))
    }

    fn remove_empty_folder(&self, folder: &Path) -> Result<bool, FilesError> {
        match fs::remove_dir(folder) {
            Ok(()) => Ok(true),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(FilesError::from_io(error, folder, Doing::Remove)),
        }
    }

    fn list(&self, folder: &Path) -> Result<Vec<OsString>, FilesError> {
        let mut names = fs::read_dir(named(folder))
            .and_then(|entries| {
                entries
                    .map(|entry| Ok(entry?.file_name()))
                    .collect::<io::Result<Vec<_>>>()
            })
            .map_err(|error| FilesError::from_io(error, folder, Doing::List))?;
        names.sort_unstable();
        Ok(names)
    }

    fn free_space(&self, path: &Path) -> Result<Space, FilesError> {
        space_of(path).map_err(|error| FilesError::from_io(error, path, Doing::Inspect))
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FilesError> {
        let failed = |error| FilesError::from_io(error, path, Doing::Read);
        let file = File::open(path).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        let mut bytes = Vec::new();
        if len <= limit {
            // A file may grow between the two calls, and some report no length at all.
            file.take(limit.saturating_add(1))
                .read_to_end(&mut bytes)
                .map_err(failed)?;
        }
        let len = len.max(bytes.len() as u64);
        if len > limit {
            return Err(FilesError::TooLarge {
                path: path.to_path_buf(),
                len,
                limit,
            });
        }
        Ok(bytes)
    }

    fn open(&self, path: &Path) -> Result<File, FilesError> {
        File::open(path).map_err(|error| FilesError::from_io(error, path, Doing::Read))
    }

    fn facts(&self, path: &Path) -> Result<Option<FileFacts>, FilesError> {
        match fs::symlink_metadata(path) {
            Ok(found) => Ok(Some(FileFacts {
                kind: if found.is_file() {
                    FileKind::File
                } else if found.is_dir() {
                    FileKind::Folder
                } else {
                    FileKind::Other
                },
                len: found.len(),
                modified: found.modified().ok(),
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FilesError::from_io(error, path, Doing::Inspect)),
        }
    }
}

#[derive(Debug)]
struct RealWriter {
    file: File,
    path: PathBuf,
}

impl FileWriter for RealWriter {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.file.write_all(bytes).map_err(|error| {
            FilesError::from_io(error, &self.path, Doing::Write).needing(bytes.len() as u64)
        })
    }

    fn sync(&mut self) -> Result<(), FilesError> {
        self.file
            .sync_all()
            .map_err(|error| FilesError::from_io(error, &self.path, Doing::Sync))
    }
}

/// `renameat2` with `RENAME_NOREPLACE`; where the file system or kernel does not know it, a hard link, which also fails when
/// the name is taken, and the old name removed.
fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => link_without_replacing(from, to),
        done => done.map_err(io::Error::from),
    }
}

/// The new name is what counts: when the old one cannot be removed, it stays beside it.
fn link_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    let _ = fs::remove_file(from);
    Ok(())
}

/// Locks the new file. False when a sweep took it in the moment between creation and lock.
fn owns(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(file.metadata()?.nlink() > 0),
        Err(TryLockError::WouldBlock) => {
            // A sweep holds it and is about to remove it.
            std::thread::yield_now();
            Ok(false)
        }
        // Some network file systems have no locks; the process id in the name has to do there.
        Err(TryLockError::Error(_)) => Ok(true),
    }
}

/// The empty path, parent of a relative name, means the working folder.
fn named(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

fn space_of(path: &Path) -> io::Result<Space> {
    let found = rustix::fs::statvfs(named(path))?;
    Ok(Space {
        available: found.f_bavail.saturating_mul(found.f_frsize),
        total: found.f_blocks.saturating_mul(found.f_frsize),
    })
}

/// For error messages: the bytes available where `path` is or would be.
pub(crate) fn available_near(path: &Path) -> Option<u64> {
    path.ancestors()
        .find_map(|here| space_of(here).ok())
        .map(|space| space.available)
}

/// For error messages: the soft limit of open files.
pub(crate) fn open_files_limit() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_hard_link_does_where_rename_cannot_refuse() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        assert_eq!(
            link_without_replacing(&from, &to).unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        assert_eq!(fs::read(&to).unwrap(), b"old");
        fs::remove_file(&to).unwrap();
        link_without_replacing(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"new");
        assert!(!from.exists());
    }
}
