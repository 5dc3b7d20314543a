//! Rasters made here, a plain format of rows, and runs of jobs over them.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(unreachable_pub, reason = "a test has no outside")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use weir_files::{Files, RealFiles, write_atomically};
use weir_memory::{Budget, Bytes, Holder};
use weir_raster::{
    Completed, Export, ExportError, Exported, Job, JobError, Output, Part, PartWriter, Plan,
};
use weir_run::{Cancel, EventKind, Outcome, Recording, Run, RunId, RunKind, Timestamp};

/// A GeoTIFF of 32-bit floats, tiled, not compressed.
pub struct Tiff {
    pub columns: u32,
    pub rows: u32,
    /// West and north.
    pub origin: (f64, f64),
    /// Size of a cell.
    pub cell: f64,
    pub epsg: u16,
    /// Columns and rows of a tile.
    pub tile: u32,
    pub nodata: Option<f32>,
    pub values: fn(u32, u32) -> f32,
}

impl Tiff {
    /// A world of cells of so many degrees.
    pub fn world(columns: u32, values: fn(u32, u32) -> f32) -> Self {
        Self {
            columns,
            rows: columns / 2,
            origin: (-180.0, 90.0),
            cell: 360.0 / f64::from(columns),
            epsg: 4326,
            tile: 64,
            nodata: Some(-1.0),
            values,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let across = self.columns.div_ceil(self.tile);
        let down = self.rows.div_ceil(self.tile);
        let tiles = across * down;
        let tile_bytes = self.tile * self.tile * 4;
        let nodata = self
            .nodata
            .map(|value| format!("{value}\0"))
            .unwrap_or_default();
        // Header, directory of 15 entries, then what does not fit into entries, then tiles.
        let entries = if self.nodata.is_some() { 15u32 } else { 14 };
        let after = 8 + 2 + entries * 12 + 4;
        let mut extra: Vec<u8> = Vec::new();
        let mut directory: Vec<u8> = Vec::new();
        let mut entry = |tag: u16, kind: u16, count: u32, bytes: &[u8]| {
            directory.extend(tag.to_le_bytes());
            directory.extend(kind.to_le_bytes());
            directory.extend(count.to_le_bytes());
            if bytes.len() <= 4 {
                let mut inline = [0; 4];
                inline[..bytes.len()].copy_from_slice(bytes);
                directory.extend(inline);
            } else {
                directory.extend((after + extra.len() as u32).to_le_bytes());
                extra.extend(bytes);
            }
        };
        let doubles = |values: &[f64]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let shorts = |values: &[u16]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        let longs = |values: &[u32]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect::<Vec<u8>>()
        };
        entry(256, 4, 1, &self.columns.to_le_bytes());
        entry(257, 4, 1, &self.rows.to_le_bytes());
        entry(258, 3, 1, &32u16.to_le_bytes());
        entry(259, 3, 1, &1u16.to_le_bytes());
        entry(262, 3, 1, &1u16.to_le_bytes());
        entry(277, 3, 1, &1u16.to_le_bytes());
        entry(322, 4, 1, &self.tile.to_le_bytes());
        entry(323, 4, 1, &self.tile.to_le_bytes());
        // Offsets are known when all that is before the tiles is: its length is known already.
        let keys = match self.epsg {
            4000..5000 => [
                1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, self.epsg,
            ],
            _ => [
                1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, self.epsg,
            ],
        };
        let table = if tiles > 1 { tiles * 4 } else { 0 };
        let rest = 24
            + 48
            + 32
            + if nodata.len() > 4 {
                nodata.len() as u32
            } else {
                0
            };
        let data = after + 2 * table + rest;
        let offsets: Vec<u32> = (0..tiles).map(|tile| data + tile * tile_bytes).collect();
        entry(324, 4, tiles, &longs(&offsets));
        entry(325, 4, tiles, &longs(&vec![tile_bytes; tiles as usize]));
        entry(339, 3, 1, &3u16.to_le_bytes());
        entry(33550, 12, 3, &doubles(&[self.cell, self.cell, 0.0]));
        entry(
            33922,
            12,
            6,
            &doubles(&[0.0, 0.0, 0.0, self.origin.0, self.origin.1, 0.0]),
        );
        entry(34735, 3, 16, &shorts(&keys));
        if self.nodata.is_some() {
            entry(42113, 2, nodata.len() as u32, nodata.as_bytes());
        }
        assert_eq!(after + extra.len() as u32, data);
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((entries as u16).to_le_bytes());
        bytes.extend(directory);
        bytes.extend([0; 4]);
        bytes.extend(extra);
        for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
            for (row, column) in
                (0..self.tile).flat_map(|row| (0..self.tile).map(move |column| (row, column)))
            {
                let (row, column) = (y * self.tile + row, x * self.tile + column);
                let inside = row < self.rows && column < self.columns;
                let value = if inside {
                    (self.values)(row, column)
                } else {
                    0.0
                };
                bytes.extend(value.to_le_bytes());
            }
        }
        bytes
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).unwrap();
    }
}

/// Whole numbers that look random, a third of them none.
pub fn noise(row: u32, column: u32) -> f32 {
    let mut hash = row.wrapping_mul(0x9E37_79B1) ^ column.wrapping_mul(0x85EB_CA77);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2C1B_3C6D);
    hash ^= hash >> 12;
    if hash.is_multiple_of(3) {
        -1.0
    } else {
        (hash % 1000) as f32
    }
}

/// Small classes in blotches.
pub fn classes(row: u32, column: u32) -> f32 {
    ((row / 7 + column / 5) % 6) as f32
}

/// A text with a line a cell that has any value: row, column, values. Parts of 8 rows.
pub struct Lines(pub Arc<dyn Files>);

struct LinesPart {
    files: Arc<dyn Files>,
    path: PathBuf,
    text: String,
    rows: u64,
}

impl Export for Lines {
    fn part_rows(&self) -> u64 {
        8
    }

    fn part_bytes(&self) -> u64 {
        1 << 20
    }

    fn begin(
        &self,
        _part: &Part,
        path: &Path,
        _holder: &Holder,
    ) -> Result<Box<dyn PartWriter>, ExportError> {
        Ok(Box::new(LinesPart {
            files: Arc::clone(&self.0),
            path: path.to_owned(),
            text: String::new(),
            rows: 0,
        }))
    }

    fn assemble(
        &self,
        parts: &[(Part, &Path)],
        out: &Path,
        _holder: &Holder,
        cancel: &Cancel,
    ) -> Result<Exported, ExportError> {
        let mut all = Vec::new();
        for (_, path) in parts {
            cancel.check()?;
            all.extend(self.0.read(path, 1 << 30)?);
        }
        write_atomically(&self.0, out, &all)?;
        Ok(Exported {
            rows: all.iter().filter(|byte| **byte == b'\n').count() as u64,
            bytes: all.len() as u64,
        })
    }
}

impl PartWriter for LinesPart {
    fn row(&mut self, row: u64, columns: &[&[f64]]) -> Result<(), ExportError> {
        for cell in 0..columns[0].len() {
            if columns.iter().any(|values| !values[cell].is_nan()) {
                write!(self.text, "{row},{cell}").unwrap();
                for values in columns {
                    write!(self.text, ",{:?}", values[cell]).unwrap();
                }
                self.text.push('\n');
                self.rows += 1;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Exported, ExportError> {
        write_atomically(&self.files, &self.path, self.text.as_bytes())?;
        Ok(Exported {
            rows: self.rows,
            bytes: self.text.len() as u64,
        })
    }
}

/// A folder with rasters, plans and runs.
pub struct Place {
    folder: TempDir,
    pub files: Arc<dyn Files>,
}

/// A run that ended, or did not.
#[derive(Debug)]
pub struct Ran {
    pub result: Result<Completed, JobError>,
    pub events: Vec<EventKind>,
    pub report: weir_run::RunReport,
}

impl Place {
    pub fn new() -> Self {
        // In memory where there is such a disk: syncs cost nothing there.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self {
            folder: folder.unwrap(),
            files: Arc::new(RealFiles),
        }
    }

    /// With two worlds, `a.tif` of 360 × 180 cells of noise and `b.tif` of 240 × 120 classes.
    pub fn with_worlds() -> Self {
        let place = Self::new();
        Tiff::world(360, noise).write(&place.path("a.tif"));
        Tiff::world(240, classes).write(&place.path("b.tif"));
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The plan of the worlds, with this target.
    pub fn plan(&self, layers: &str, target: &str) -> Plan {
        let text = format!(
            "weir: raster/1\nname: test\nlayers: {{{layers}}}\ntarget: {{{target}}}\noutputs:\n  lines: {{kind: geotiff, path: 'out-{{layer}}.tif'}}\n"
        );
        Plan::parse("test.yaml", &text)
            .unwrap_or_else(|mistakes| panic!("{mistakes}"))
            .0
    }

    /// The job of a plan with rows as lines.
    pub fn job(&self, plan: Plan) -> Result<Job, JobError> {
        let layers = (0..plan.layers.len()).collect();
        let job = Job::open(plan, self.folder.path(), &self.files)?;
        Ok(job.with_outputs(vec![Output {
            name: "lines".into(),
            path: self.path("out.csv"),
            layers,
            export: Box::new(Lines(Arc::clone(&self.files))),
        }]))
    }

    /// Both worlds on cells of this size.
    pub fn worlds(&self, cell: &str) -> Job {
        let layers = "a: {path: a.tif, method: sum}, b: {path: b.tif, method: mode}";
        self.job(self.plan(layers, &format!("cell: {cell}")))
            .unwrap()
    }

    /// Runs a job in a folder of the place.
    pub fn run(
        &self,
        job: &Job,
        folder: &str,
        id: RunId,
        budget: &Budget,
        threads: usize,
        cancel: Cancel,
    ) -> Ran {
        let heard = Arc::new(Recording::new(100_000));
        let run = Run::builder(RunKind::new("raster").unwrap(), budget.clone())
            .id(id)
            .cancel(cancel)
            .without_sampling()
            .observer(heard.clone())
            .start()
            .unwrap();
        let result = job.run(&run, threads, &self.files, &self.path(folder));
        let report = run.finish(Outcome::Finished);
        Ran {
            result,
            events: heard.events().into_iter().map(|event| event.kind).collect(),
            report,
        }
    }

    /// The output of a fresh run.
    pub fn output(&self, job: &Job, budget: &str, threads: usize) -> Vec<u8> {
        let budget = Budget::detached(budget.parse().unwrap());
        let folder = format!("run-{}", id());
        let ran = self.run(job, &folder, id(), &budget, threads, Cancel::new());
        let done = ran.result.unwrap_or_else(|error| panic!("{error}"));
        assert!(!done.cancelled);
        assert!(
            !self.path(&folder).join("parts").exists(),
            "parts go when the outputs are there"
        );
        assert!(
            budget.ledger_is_empty(),
            "everything reserved was given back"
        );
        std::fs::read(self.path("out.csv")).unwrap()
    }
}

pub fn id() -> RunId {
    RunId::new(Timestamp::now()).unwrap()
}

pub fn mib(size: u64) -> Budget {
    Budget::detached(Bytes::mib(size))
}
