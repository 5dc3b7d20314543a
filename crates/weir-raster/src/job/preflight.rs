//! What a job will take.

use std::path::{Path, PathBuf};

use serde::Serialize;
use weir_files::{Files, FilesError, Space, preflight_space};
use weir_memory::{Budget, HolderName};

use super::windows::{WINDOWS, Windows};
use super::{Job, JobError};
use crate::plan::OutputKind;

/// Room that has to stay free on a disk.
const SPARE_BYTES: u64 = 16 << 20;
/// A compressed output is estimated at this part of its plain size.
const COMPRESSED: u64 = 4;
/// Bytes of a number as text, with its comma.
const TEXT_BYTES: u64 = 12;

/// What a job will take, from the headers of its files alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preflight {
    /// Columns of the target.
    pub columns: u64,
    /// Rows of the target.
    pub rows: u64,
    /// Layers.
    pub layers: usize,
    /// Pixels of all layers.
    pub source_pixels: u64,
    /// Parts.
    pub parts: u32,
    /// Threads that the budget and the parts allow.
    pub threads: usize,
    /// Source pixels a side of a window at the start.
    pub window: u64,
    /// Memory of one worker, bytes.
    pub worker_bytes: u64,
    /// Memory of all, bytes, without the program itself.
    pub memory_bytes: u64,
    /// What the budget leaves, bytes.
    pub available_bytes: u64,
    /// The budget, bytes.
    pub limit_bytes: u64,
    /// Room for parts and outputs, bytes, estimated.
    pub disk_bytes: u64,
    /// Room that is free where it is least, bytes.
    pub disk_available_bytes: Option<u64>,
    /// Whether memory and disk suffice.
    pub fits: bool,
}

impl Job {
    /// Estimates memory and disk for `threads` at the most; parts would be in `folder`. Nothing is written.
    ///
    /// # Errors
    /// [`JobError`] where a layer cannot be opened.
    pub fn preflight(
        &self,
        budget: &Budget,
        threads: usize,
        files: &dyn Files,
        folder: &Path,
    ) -> Result<Preflight, JobError> {
        let available = budget
            .holder(HolderName::new("preflight", "estimate", "all"))
            .available()
            .as_u64();
        let mut sizes = Vec::new();
        for window in [WINDOWS[0], WINDOWS[0] / 2, WINDOWS[1], WINDOWS[2]] {
            sizes.push((window, self.worker_bytes(window, files)?));
        }
        let useful = threads.clamp(1, (self.parts() as usize).max(1));
        let (window, worker, threads) = choose(&sizes, available, useful);
        let grid = &self.target.grid;
        let needs = self.disk_needs(folder);
        let disk_available = needs
            .iter()
            .filter_map(|(folder, _)| free(files, folder))
            .map(|space| space.available);
        let disk_available = disk_available.min();
        let memory_bytes = worker.saturating_mul(threads as u64);
        let fits_disk = fits_on_disks(&needs, files).is_ok();
        Ok(Preflight {
            columns: grid.columns(),
            rows: grid.rows(),
            layers: self.layers.len(),
            source_pixels: self
                .layers
                .iter()
                .map(|layer| layer.info.grid.columns() * layer.info.grid.rows())
                .sum(),
            parts: self.parts(),
            threads,
            window,
            worker_bytes: worker,
            memory_bytes,
            available_bytes: available,
            limit_bytes: budget.limit().as_u64(),
            disk_bytes: needs.iter().map(|(_, bytes)| bytes).sum(),
            disk_available_bytes: disk_available,
            fits: memory_bytes <= available && fits_disk,
        })
    }

    /// Refuses a job that cannot fit on its disks: the question before a run is entered anywhere. Folders need not exist yet. Nothing is written.
    ///
    /// # Errors
    /// [`JobError::DiskTooSmall`] with the numbers.
    pub fn check_disk(&self, files: &dyn Files, folder: &Path) -> Result<(), JobError> {
        fits_on_disks(&self.disk_needs(folder), files)
    }

    /// Bytes that one worker holds with windows of that size.
    fn worker_bytes(&self, window: u64, files: &dyn Files) -> Result<u64, JobError> {
        let mut bytes = self.row_bytes();
        for reading in &self.readings {
            bytes += reading.open(self, files)?.working_bytes(window);
        }
        Ok(bytes
            + self
                .outputs
                .iter()
                .map(|output| output.export.part_bytes())
                .sum::<u64>())
    }

    /// Bytes of the rows that are merged at once.
    pub(super) fn row_bytes(&self) -> u64 {
        let columns = self.target.grid.columns();
        Windows::most_chunk_rows(columns) * columns * 8 * self.layers.len() as u64
    }

    /// Folders that are written into, with an estimate of what.
    fn disk_needs(&self, folder: &Path) -> Vec<(PathBuf, u64)> {
        let cells = self
            .target
            .grid
            .columns()
            .saturating_mul(self.target.grid.rows());
        let mut needs = vec![(folder.to_owned(), 0)];
        for output in &self.outputs {
            let Some((_, plan)) = self
                .plan
                .outputs
                .iter()
                .find(|(name, _)| *name == output.name)
            else {
                continue;
            };
            let pixels: u64 = output
                .layers
                .iter()
                .map(|layer| self.layers[*layer].column.pixel.bytes())
                .sum();
            let cell = match &plan.kind {
                OutputKind::Csv(_) => TEXT_BYTES * (2 + output.layers.len() as u64),
                OutputKind::Parquet(_) => 16 + pixels,
                OutputKind::GeoParquet { .. } => 16 + pixels + 21,
                OutputKind::GeoTiff(_) => pixels,
                OutputKind::Cog(_) => pixels * 4 / 3 + 1,
            };
            let share = if plan.kind.compression() == "none" {
                1
            } else {
                COMPRESSED
            };
            let bytes = cells.saturating_mul(cell) / share;
            needs[0].1 += bytes;
            needs.push((
                output.path.parent().unwrap_or(Path::new("")).to_owned(),
                bytes,
            ));
        }
        needs
    }
}

/// The largest windows with which the work fits, and then as many workers as fit with them. If nothing fits, the smallest.
fn choose(sizes: &[(u64, u64)], available: u64, threads: usize) -> (u64, u64, usize) {
    for (window, worker) in sizes {
        let fitting = usize::try_from(available / (*worker).max(1)).unwrap_or(usize::MAX);
        if fitting >= 1 {
            return (*window, *worker, threads.min(fitting));
        }
    }
    sizes
        .last()
        .map_or((WINDOWS[2], 0, 1), |(window, worker)| (*window, *worker, 1))
}

/// The space of the disk of a folder that need not exist.
fn free(files: &dyn Files, folder: &Path) -> Option<Space> {
    preflight_space(files, folder, 0, 0).ok()
}

/// Whether every disk has room. Folders whose disks tell the same numbers are taken to be on one.
fn fits_on_disks(needs: &[(PathBuf, u64)], files: &dyn Files) -> Result<(), JobError> {
    let mut disks: Vec<(Space, &Path, u64)> = Vec::new();
    for (folder, bytes) in needs {
        let Some(space) = free(files, folder) else {
            continue;
        };
        match disks
            .iter_mut()
            .find(|(known, ..)| known.total == space.total)
        {
            Some((_, _, sum)) => *sum += bytes,
            None => disks.push((space, folder, *bytes)),
        }
    }
    for (space, folder, needed) in disks {
        match preflight_space(files, folder, needed, SPARE_BYTES) {
            Err(FilesError::Full { .. }) => {
                return Err(JobError::DiskTooSmall {
                    needed,
                    spare: SPARE_BYTES,
                    available: space.available,
                    folder: folder.to_owned(),
                });
            }
            _ => continue,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn windows_shrink_before_the_job_is_refused_and_threads_before_windows() {
        let sizes = [(2048, 100), (1024, 50), (512, 20), (256, 10)];
        assert_eq!(choose(&sizes, 250, 4), (2048, 100, 2));
        assert_eq!(choose(&sizes, 99, 4), (1024, 50, 1));
        assert_eq!(choose(&sizes, 45, 4), (512, 20, 2));
        assert_eq!(choose(&sizes, 5, 4), (256, 10, 1));
        assert_eq!(choose(&sizes, 10_000, 4), (2048, 100, 4));
    }
}
