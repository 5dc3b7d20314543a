//! What people read of a run and of what one would take.

use std::fmt::Write;

use serde_json::json;
use weir_memory::{Budget, Bytes};
use weir_raster::{Job, Preflight};

use super::execute::Finished;
use crate::failure::Exit;
use crate::output::{Output, count, counted, seconds};

impl Finished {
    /// Tells how it went, as the end of a command.
    pub fn tell(&self, output: &Output) -> Exit {
        output.result(&self.text(), self);
        if self.completed.cancelled {
            Exit::Interrupted
        } else {
            Exit::Done
        }
    }

    fn text(&self) -> String {
        let done = &self.completed;
        let mut text = String::new();
        if done.cancelled {
            let there = u64::from(done.parts_before + done.parts_computed);
            let _ = writeln!(
                text,
                "stopped    {}: {} of {} are there",
                self.run,
                count(there),
                counted(u64::from(done.parts), "part")
            );
            let _ = writeln!(text, "next       weir raster resume {}", self.run);
            return text;
        }
        let _ = writeln!(
            text,
            "finished   {}: {} × {} cells, {}, in {}, {}",
            self.run,
            count(done.columns),
            count(done.rows),
            done.crs,
            seconds(self.seconds),
            counted(done.threads as u64, "thread"),
        );
        if done.parts_before > 0 {
            let _ = writeln!(
                text,
                "resumed    {} there, {} computed",
                counted(u64::from(done.parts_before), "part"),
                done.parts_computed
            );
        }
        if !done.copied.is_empty() {
            let _ = writeln!(
                text,
                "copied     {} (the same grid)",
                done.copied.join(", ")
            );
        }
        for written in &done.outputs {
            let _ = writeln!(
                text,
                "written    {}: {}, {}",
                written.path.display(),
                counted(written.rows, written.unit()),
                Bytes::new(written.bytes)
            );
        }
        let _ = writeln!(
            text,
            "memory     {} resident at its peak, of {} ({})",
            Bytes::new(self.peak_resident_bytes),
            Bytes::new(self.limit_bytes),
            self.limit_origin
        );
        if let Some(least) = done.windows.iter().map(|change| change.to).min() {
            let _ = writeln!(
                text,
                "windows    {} to {} pixels a side, {}",
                count(least),
                count(done.window),
                counted(done.windows.len() as u64, "change")
            );
        }
        text
    }
}

/// Tells what a job would take.
pub fn preflight(job: &Job, preflight: &Preflight, budget: &Budget, output: &Output) -> Exit {
    let mut text = String::new();
    let (target, layers) = (job.target(), job.layers());
    for layer in &layers {
        let how = if layer.copied {
            "copied"
        } else {
            &layer.method
        };
        let _ = writeln!(
            text,
            "layer      {}: {} × {} cells of {}, {how} as {}",
            layer.name,
            count(layer.columns),
            count(layer.rows),
            layer.path.display(),
            layer.pixel
        );
    }
    let (x, y) = (&target.grid.x, &target.grid.y);
    let _ = writeln!(
        text,
        "target     {} × {} cells of {} × {}, {}, from {} {}",
        count(preflight.columns),
        count(preflight.rows),
        x.step(),
        y.step().abs(),
        target.crs,
        x.origin(),
        y.origin()
    );
    for output in job.outputs() {
        let _ = writeln!(
            text,
            "output     {}: {}",
            output.name,
            output.path.display()
        );
    }
    let _ = writeln!(
        text,
        "memory     about {} for {} with windows of {} pixels; the budget of {} ({}) leaves {}",
        Bytes::new(preflight.memory_bytes),
        counted(preflight.threads as u64, "thread"),
        count(preflight.window),
        budget.limit(),
        budget.origin(),
        Bytes::new(preflight.available_bytes)
    );
    let free = preflight
        .disk_available_bytes
        .map_or_else(|| "unknown".to_owned(), |free| Bytes::new(free).to_string());
    let _ = writeln!(
        text,
        "disk       about {} for parts and outputs, {free} free",
        Bytes::new(preflight.disk_bytes)
    );
    if preflight.fits {
        let _ = writeln!(text, "fits       yes; nothing was written (--dry-run)");
    } else {
        let _ = writeln!(
            text,
            "fits       no\n  try      1. a larger --budget\n           2. fewer layers or outputs in one plan\n           3. a larger cell, or a smaller extent\n           4. outputs on a disk with more room"
        );
    }
    let value = json!({"preflight": preflight, "layers": layers});
    output.result(&text, &value);
    if preflight.fits {
        Exit::Done
    } else {
        Exit::DoesNotFit
    }
}
