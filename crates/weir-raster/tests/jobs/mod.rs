//! Rasters made here, a plain format of rows, and runs of jobs over them.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(unreachable_pub, reason = "a test has no outside")]

mod tiff;

pub use tiff::{Tiff, classes, noise};

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

    /// The output of a fresh run, which is gone then: what is there later is another run's.
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
        let bytes = std::fs::read(self.path("out.csv")).unwrap();
        std::fs::remove_file(self.path("out.csv")).unwrap();
        bytes
    }
}

pub fn id() -> RunId {
    RunId::new(Timestamp::now()).unwrap()
}

pub fn mib(size: u64) -> Budget {
    Budget::detached(Bytes::mib(size))
}
