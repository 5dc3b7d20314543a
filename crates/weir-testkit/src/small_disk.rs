//! A real file system of a few kilobytes.

use std::path::Path;

use rustix::{
    ffi::CString,
    mount::{MountFlags, UnmountFlags, mount, mount_remount, unmount},
};
use tempfile::TempDir;

use crate::Unavailable;

/// A tmpfs of a few bytes in a temporary folder, unmounted when dropped.
///
/// A test process that is killed leaves the mount; `umount` of the folder named `weir-small-disk-*` ends it.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts a disk of `bytes`, which the kernel rounds up to whole pages.
    ///
    /// # Errors
    /// [`Unavailable`] where this process may not mount; a test then says so and returns.
    pub fn mount(bytes: u64) -> Result<Self, Unavailable> {
        let unavailable = |what: &str, error: &dyn std::fmt::Display| {
            Unavailable::new(format!("a small disk cannot be mounted: {what}: {error}"))
        };
        let folder = tempfile::Builder::new()
            .prefix("weir-small-disk-")
            .tempdir()
            .map_err(|error| unavailable("no temporary folder", &error))?;
        let options = CString::new(format!("size={bytes},mode=0755"))
            .expect("digits and letters have no zero byte");
        mount(
            "weir-small-disk",
            folder.path(),
            "tmpfs",
            MountFlags::empty(),
            Some(options.as_c_str()),
        )
        .map_err(|error| unavailable("mount", &error))?;
        Ok(Self { folder })
    }

    /// The folder that is the disk.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Remounts it read-only, which binds root too; no file may be open for writing.
    ///
    /// # Errors
    /// [`Unavailable`] when the kernel refuses.
    pub fn make_read_only(&self) -> Result<(), Unavailable> {
        self.remount(MountFlags::RDONLY)
    }

    /// Remounts it for writing.
    ///
    /// # Errors
    /// [`Unavailable`] when the kernel refuses.
    pub fn make_writable(&self) -> Result<(), Unavailable> {
        self.remount(MountFlags::empty())
    }

    fn remount(&self, flags: MountFlags) -> Result<(), Unavailable> {
        mount_remount(self.folder.path(), flags, "")
            .map_err(|error| Unavailable::new(format!("a small disk cannot be remounted: {error}")))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Detached: it goes even while a file is open, as after a failed test.
        let _ = unmount(self.folder.path(), UnmountFlags::DETACH);
    }
}
