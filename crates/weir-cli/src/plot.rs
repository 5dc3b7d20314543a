//! `weir plot`: the report of a run, and its figures one by one. Reads counts, never visits.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use weir_chart::{Figure, Palette, Report};
use weir_files::{Files, RealFiles, write_atomically};
use weir_library::{Library, RunDetails, RunRow};
use weir_sim::figures::{self, About, StageRow};
use weir_sim::job::Job;
use weir_sim::results::{Results, Stored};

use crate::arguments::PlotArguments;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::{library, runs};

/// `weir plot`.
pub fn run(arguments: &PlotArguments, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let row = library.find(&arguments.run)?;
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let drawing = Drawing::open(&library, &row, &files)?;
    if drawing.stored.is_partial() {
        let (done, asked) = drawing.stored.patients_done();
        output.message(&format!(
            "warning: partial results, {done} of {asked} patients; `weir sim resume {}` computes the rest",
            row.name
        ));
    }
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => row.folder.join("report.html"),
    };
    let path = write(
        &files,
        &out,
        drawing.report()?.to_html(&palette()).as_bytes(),
    )?;
    let mut text = format!("report     {}\n", path.display());
    let mut written = Vec::new();
    if let Some(folder) = &arguments.svg {
        files.create_folder_all(folder)?;
        for figure in drawing.figures()? {
            let name = figure.id().to_owned();
            write(
                &files,
                &folder.join(format!("{name}.svg")),
                figure.to_svg(&palette()).as_bytes(),
            )?;
            write(
                &files,
                &folder.join(format!("{name}.csv")),
                figure.to_csv().as_bytes(),
            )?;
            written.push(name);
        }
        let _ = writeln!(
            text,
            "figures    {} as SVG and CSV in {}",
            written.len(),
            folder.display()
        );
    }
    output.result(
        &text,
        &json!({"report": path, "figures": written, "partial": drawing.stored.is_partial()}),
    );
    Ok(Exit::Done)
}

/// The report of a run.
pub fn report(library: &Library, row: &RunRow, files: &Arc<dyn Files>) -> Result<Report, Failure> {
    Drawing::open(library, row, files)?.report()
}

/// One colour per concept, everywhere.
pub fn palette() -> Palette {
    Palette::default()
}

/// Refuses a file that could not be written because its folder is not there.
pub fn check_target(files: &dyn Files, path: &Path) -> Result<PathBuf, Failure> {
    let path = std::path::absolute(path)
        .map_err(|error| Failure::new("W0104", format!("{}: {error}", path.display())))?;
    let Some(folder) = path.parent() else {
        let what = format!("--out needs a file, not a folder: {}", path.display());
        return Err(Failure::new("W0104", what)
            .with("--out report.html")
            .exit(Exit::Usage));
    };
    if !files.exists(folder)? {
        let what = format!(
            "cannot write {}: its folder is not there: {}",
            path.display(),
            folder.display()
        );
        return Err(Failure::new("W0104", what)
            .with(format!("mkdir -p '{}'", folder.display()))
            .with("--out with a file in a folder that is there"));
    }
    if path.is_dir() {
        let what = format!("--out is a folder, not a file: {}", path.display());
        return Err(Failure::new("W0104", what)
            .with(format!("--out {}", path.join("report.html").display()))
            .exit(Exit::Usage));
    }
    Ok(path)
}

/// Writes a whole file and returns its absolute path.
pub fn write(files: &Arc<dyn Files>, path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let path = check_target(&**files, path)?;
    write_atomically(files, &path, bytes).map_err(|error| {
        // The file under way has a temporary name, which says nothing to whoever asked for this one.
        let temporary = error.path().display().to_string();
        let mut failure = Failure::from(error).with("--out on another folder");
        failure.what = failure
            .what
            .replace(&temporary, &path.display().to_string());
        failure.details["path"] = json!(path);
        failure
    })?;
    Ok(path)
}

/// A run that is opened for drawing.
struct Drawing {
    job: Job,
    stored: Stored,
    details: RunDetails,
    digest: String,
    stages: Vec<StageRow>,
}

impl Drawing {
    fn open(library: &Library, row: &RunRow, files: &Arc<dyn Files>) -> Result<Self, Failure> {
        runs::refuse_gone(row, &**files)?;
        let job = runs::job_of(library, row, &**files)?;
        let stored = job.open(files, &row.folder)?;
        let stages = library
            .memory_by_stage(row.id)?
            .into_iter()
            .filter(|stage| stage.operation.is_none())
            .map(|stage| StageRow {
                stage: stage.stage,
                seconds: stage.seconds,
                peak_resident_bytes: stage.memory.peak_resident,
                mean_resident_bytes: stage.memory.mean_resident,
            })
            .collect();
        Ok(Self {
            digest: job.protocol().digest(),
            details: library.show(row.id)?,
            job,
            stored,
            stages,
        })
    }

    fn report(&self) -> Result<Report, Failure> {
        let (id, name) = (
            self.details.row.id.to_string(),
            self.details.row.name.to_string(),
        );
        figures::report(&self.about(&id, &name), self.stored.counts())
            .map_err(|error| Failure::new("W0116", error))
    }

    fn figures(&self) -> Result<Vec<Figure>, Failure> {
        let (id, name) = (
            self.details.row.id.to_string(),
            self.details.row.name.to_string(),
        );
        figures::all(&self.about(&id, &name), self.stored.counts())
            .map_err(|error| Failure::new("W0116", error))
    }

    fn about<'a>(&'a self, id: &'a str, name: &'a str) -> About<'a> {
        let (done, asked) = self.stored.patients_done();
        let row = &self.details.row;
        About {
            run_id: id,
            run_name: name,
            protocol: self.job.protocol(),
            protocol_digest: &self.digest,
            spec: self.job.spec(),
            patients_done: done,
            patients_asked: asked,
            visits: self.job.keeps_visits().then(|| self.stored.rows("visits")),
            bytes_on_disk: Some(self.stored.bytes()),
            seconds: row.seconds,
            peak_resident_bytes: Some(row.memory.peak_resident).filter(|peak| *peak > 0),
            limit_bytes: row.limit,
            stages: self.stages.clone(),
            weir_version: &self.details.weir,
        }
    }
}
