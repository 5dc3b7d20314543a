//! Memory over time as a figure, and a page with it and the table of stages.

use weir_chart::{
    Axis, Band, BandMeaning, Cell, Figure, FigureError, Line, Reference, Report, Section, Table,
};
use weir_library::{RunRow, StageMemory};
use weir_memory::Bytes;
use weir_run::MemorySample;

use super::drawing::all_levels;
use crate::output::seconds;

/// Stages beyond these share one line: more colours cannot be told apart.
const MAX_STAGES: usize = 8;
const MIB: f64 = (1 << 20) as f64;

/// The levels that a drawing shows: all of them where a run came near its limit, else none, as they would press
/// what is drawn flat.
pub fn levels(peak: u64, limit: u64) -> Vec<(u64, String)> {
    if limit > 0 && peak >= limit / 2 {
        all_levels(limit)
    } else {
        Vec::new()
    }
}

/// What a drawing's upper edge stands for.
pub fn top(peak: u64, limit: u64) -> u64 {
    let highest = levels(peak, limit).iter().map(|(at, _)| *at).max();
    peak.max(highest.unwrap_or(0)).max(1)
}

/// Resident memory over time, its stages as shaded bands, reserved memory as a dashed line, the levels of pressure.
pub fn figure(row: &RunRow, samples: &[MemorySample]) -> Result<Figure, FigureError> {
    let end = samples.last().map_or(0.0, |sample| sample.seconds);
    let peak = samples.iter().map(|sample| sample.resident).max();
    let limit = samples.last().map_or(0, |sample| sample.limit);
    let levels = levels(peak.unwrap_or(0), limit);
    let reserved = rising(samples, |sample| sample.reserved as f64 / MIB);
    let mut figure = Figure::new("memory-timeline", "Memory over time")
        .x(Axis::linear(
            "Time since the start",
            "seconds",
            0.0,
            end.max(1e-3),
        ))
        .y(Axis::from_zero("Memory", "MiB"));
    for (stage, lasts) in stages(samples) {
        figure = figure.mark(of_stage(&stage, &lasts, samples));
    }
    figure = figure.mark(Line::new("reserved", reserved).dashed());
    for (at, label) in &levels {
        figure = figure.mark(Reference::horizontal(*at as f64 / MIB, label.clone()));
    }
    if levels.is_empty() {
        figure = figure.note(format!(
            "The limit of {} lies above what is drawn, and so do the levels of pressure.",
            Bytes::new(limit)
        ));
    }
    figure
        .source(
            format!("run {} ({})", row.name, row.id),
            format!("{} samples", samples.len()),
            "no filter",
        )
        .build()
}

/// The names of the stages in their order, empty for the time outside stages, and which samples are theirs.
fn stages(samples: &[MemorySample]) -> Vec<(String, Vec<bool>)> {
    let mut names: Vec<&str> = Vec::new();
    for sample in samples {
        let name = sample.stage.as_deref().unwrap_or_default();
        if !names.contains(&name) && names.len() < MAX_STAGES {
            names.push(name);
        }
    }
    let place = |sample: &MemorySample| {
        let name = sample.stage.as_deref().unwrap_or_default();
        names.iter().position(|known| *known == name)
    };
    let places: Vec<Option<usize>> = samples.iter().map(place).collect();
    let of = |wanted: Option<usize>| places.iter().map(|place| *place == wanted).collect();
    let mut stages: Vec<(String, Vec<bool>)> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let name = match *name {
                "" => "outside stages",
                name => name,
            };
            (name.to_owned(), of(Some(index)))
        })
        .collect();
    if places.contains(&None) {
        stages.push(("other stages".to_owned(), of(None)));
    }
    stages
}

/// A stage's resident memory, shaded down to zero. Its last sample is joined with the next stage's first, so that the
/// lines of all stages together have no gap.
fn of_stage(name: &str, lasts: &[bool], samples: &[MemorySample]) -> Line {
    let size = |index: usize| {
        let before = index.checked_sub(1).is_some_and(|before| lasts[before]);
        if lasts[index] || before {
            samples[index].resident as f64 / MIB
        } else {
            f64::NAN
        }
    };
    let times = rising(samples, |sample| sample.seconds);
    let indices = rising_indices(samples);
    let points: Vec<(f64, f64)> = indices
        .iter()
        .zip(&times)
        .map(|(index, (time, _))| (*time, size(*index)))
        .collect();
    let shade: Vec<(f64, f64, f64)> = points
        .iter()
        .map(|(time, size)| (*time, size * 0.0, *size))
        .collect();
    Line::new(name, points)
        .meaning("resident")
        .band(Band::new(BandMeaning::Other("stage at work".into()), shade))
}

/// Samples at rising moments, the first of those at the same one.
fn rising_indices(samples: &[MemorySample]) -> Vec<usize> {
    let mut before = f64::NEG_INFINITY;
    let mut kept = Vec::with_capacity(samples.len());
    for (index, sample) in samples.iter().enumerate() {
        if sample.seconds.is_finite() && sample.seconds > before && sample.seconds >= 0.0 {
            before = sample.seconds;
            kept.push(index);
        }
    }
    kept
}

fn rising(samples: &[MemorySample], value: impl Fn(&MemorySample) -> f64) -> Vec<(f64, f64)> {
    rising_indices(samples)
        .into_iter()
        .map(|index| (samples[index].seconds, value(&samples[index])))
        .collect()
}

/// The page: the figure, the table of stages and operations.
pub fn report(row: &RunRow, stages: &[StageMemory], figure: Figure) -> Report {
    let mut table = Table::new("Memory by stage and operation")
        .text("stage")
        .numeric("times")
        .numeric("time")
        .numeric("average")
        .numeric("peak")
        .numeric("minimum")
        .numeric("SD")
        .numeric("samples");
    for stage in stages {
        let name = match &stage.operation {
            Some(operation) => format!("{} › {operation}", stage.stage),
            None => stage.stage.clone(),
        };
        let bytes = |bytes: u64| Cell::from(Bytes::new(bytes).to_string());
        table = table.row([
            Cell::from(name),
            Cell::Number(stage.count as f64, 0),
            Cell::from(seconds(stage.seconds)),
            bytes(stage.memory.mean_resident),
            bytes(stage.memory.peak_resident),
            bytes(stage.memory.min_resident),
            bytes(stage.memory.sd_resident),
            Cell::Number(stage.memory.samples as f64, 0),
        ]);
    }
    Report::new(format!("Memory of {}", row.name))
        .subtitle(format!("{} run, {}", row.kind, row.state.as_str()))
        .section(Section::new("Over time").figure(figure))
        .section(Section::new("By stage").table(table))
        .provenance("run", row.id.to_string())
        .provenance("folder", row.folder.display().to_string())
}
