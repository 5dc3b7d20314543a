use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use weir_files::{Files, RealFiles};
use weir_library::{RunRow, StageMemory};
use weir_memory::Bytes;
use weir_run::{MemorySample, MemoryUsage};

use super::{drawing, figure};
use crate::failure::{Exit, Failure};
use crate::output::{Output, count, seconds};
use crate::{library, plot};

/// `weir memory RUN`: by stage and operation, and over time.
pub fn run(run: &str, out: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let format = out.map(Format::of).transpose()?;
    let library = library::open()?;
    let row = library.find(run)?;
    let stages = library.memory_by_stage(row.id)?;
    let samples = library.samples(row.id)?;
    let memory = if row.memory.samples > 0 {
        row.memory
    } else {
        // The totals come when it ends.
        MemoryUsage::of(
            samples
                .iter()
                .map(|sample| (sample.resident, sample.reserved)),
        )
    };
    let mut text = header(&row, memory, &samples);
    if samples.is_empty() && stages.is_empty() {
        text.push_str("no sample of its memory is kept\n");
    } else {
        // The time it took comes with the totals, too.
        let time = row.seconds.or(samples.last().map(|sample| sample.seconds));
        text.push_str(&table(time.unwrap_or(0.0), memory, &stages));
    }
    if !samples.is_empty() {
        text.push('\n');
        text.push_str(&drawing::draw(&samples));
    }
    let mut written = None;
    if let (Some(out), Some(format)) = (out, format) {
        if samples.is_empty() {
            let what = format!("run {} has no sample of its memory to draw", row.name);
            return Err(Failure::new("W0116", what)
                .with("`weir memory last` for the newest run, `weir runs ls` for all"));
        }
        let figure =
            figure::figure(&row, &samples).map_err(|error| Failure::new("W0116", error))?;
        let files: Arc<dyn Files> = Arc::new(RealFiles);
        let bytes = match format {
            Format::Svg => figure.to_svg(&plot::palette()),
            Format::Html => figure::report(&row, &stages, figure).to_html(&plot::palette()),
        };
        let path = plot::write(&files, out, bytes.as_bytes())?;
        let _ = writeln!(text, "\nfigure     {}", path.display());
        written = Some(path);
    }
    output.result(
        &text,
        &json!({
            "run": row,
            "memory": memory,
            "memory_by_stage": stages,
            "memory_timeline": samples,
            "figure": written,
        }),
    );
    Ok(Exit::Done)
}

/// What a figure is written as.
#[derive(Clone, Copy)]
enum Format {
    Svg,
    Html,
}

impl Format {
    /// By the file's ending.
    fn of(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("html" | "htm") => Ok(Self::Html),
            _ => {
                let what = format!(
                    "--out needs a file that ends with .svg or .html: {}",
                    path.display()
                );
                Err(Failure::new("W0104", what)
                    .with("--out memory.svg for the figure alone")
                    .with("--out memory.html for the figure and the table")
                    .exit(Exit::Usage))
            }
        }
    }
}

fn header(row: &RunRow, memory: MemoryUsage, samples: &[MemorySample]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "name       {} ({})", row.name, row.id);
    let _ = writeln!(text, "state      {}", row.state.as_str());
    let limit = row.limit.or(samples.last().map(|sample| sample.limit));
    if let Some(limit) = limit.filter(|limit| *limit > 0) {
        let share = memory.peak_resident as f64 / limit as f64 * 100.0;
        let _ = writeln!(
            text,
            "limit      {}, of which {share:.0} % at the peak",
            Bytes::new(limit)
        );
    }
    let machine = |sample: &MemorySample| sample.system_percent();
    let most = samples.iter().filter_map(machine).fold(f64::NAN, f64::max);
    let least = samples
        .iter()
        .filter_map(|sample| sample.system_available)
        .min();
    if let Some(least) = least {
        let _ = writeln!(
            text,
            "machine    {most:.0} % in use at the most, {} available at the least",
            Bytes::new(least)
        );
    }
    text
}

fn table(time: f64, memory: MemoryUsage, stages: &[StageMemory]) -> String {
    let mut text = format!(
        "{:<32} {:>7} {:>8} {:>10} {:>10} {:>10} {:>10} {:>8}\n",
        "stage", "times", "time", "average", "peak", "minimum", "SD", "samples"
    );
    let mut line = |name: &str, times: Option<u64>, time: f64, memory: MemoryUsage| {
        let times = times.map(count).unwrap_or_default();
        let known = |bytes: u64, known: bool| match known {
            true => Bytes::new(bytes).to_string(),
            false => "–".to_owned(),
        };
        // Runs of earlier versions do not tell the least.
        let least = memory.min_resident > 0;
        let _ = writeln!(
            text,
            "{name:<32} {times:>7} {:>8} {:>10} {:>10} {:>10} {:>10} {:>8}",
            seconds(time),
            Bytes::new(memory.mean_resident).to_string(),
            Bytes::new(memory.peak_resident).to_string(),
            known(memory.min_resident, least),
            known(memory.sd_resident, least && memory.samples > 1),
            count(memory.samples)
        );
    };
    for stage in stages {
        match &stage.operation {
            Some(operation) => line(
                &format!("  {operation}"),
                Some(stage.count),
                stage.seconds,
                stage.memory,
            ),
            None => line(&stage.stage, None, stage.seconds, stage.memory),
        }
    }
    line("whole run", None, time, memory);
    text
}
