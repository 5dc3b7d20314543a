//! Opening a finished run and drawing all its figures and its report.

use std::path::Path;

use serde_json::{Value, json};
use weir_chart::Palette;
use weir_sim::figures::{self, About};
use weir_sim::job::ResultsChoice;
use weir_sim::results::Results;

use crate::Failure;
use crate::subject::Subject;
use crate::timing::Timing;

/// Measures it on the folder of a run of the bench's protocol with so many patients. `bench/run`
/// removes its rows first: none can be read.
pub(crate) fn measure(folder: &Path, patients: u32) -> Result<Value, Failure> {
    let subject = Subject::new(patients, ResultsChoice::Parquet)?;
    let mut opening = Timing::default();
    let mut both = Timing::default();
    let mut bytes = 0;
    for _ in 0..9 {
        opening.take(|| subject.job.open(&subject.files, folder).map(drop))?;
        bytes = both.take(|| draw(&subject, folder))?;
    }
    Ok(json!({
        "patients": patients,
        "open_seconds": opening.seconds(),
        "open_and_draw_seconds": both.seconds(),
        "report_bytes": bytes,
    }))
}

fn draw(subject: &Subject, folder: &Path) -> Result<usize, Failure> {
    let stored = subject.job.open(&subject.files, folder)?;
    let (patients_done, patients_asked) = stored.patients_done();
    let digest = subject.job.protocol().digest();
    let about = About {
        run_id: "",
        run_name: "",
        protocol: subject.job.protocol(),
        protocol_digest: &digest,
        spec: subject.job.spec(),
        patients_done,
        patients_asked,
        visits: Some(stored.rows("visits")),
        bytes_on_disk: Some(stored.bytes()),
        seconds: None,
        peak_resident_bytes: None,
        limit_bytes: None,
        stages: Vec::new(),
        weir_version: env!("CARGO_PKG_VERSION"),
    };
    let palette = Palette::default();
    // The report contains every figure, drawn for both widths.
    Ok(figures::report(&about, stored.counts())?
        .to_html(&palette)
        .len())
}
