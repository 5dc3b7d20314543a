use std::fmt::Write;
use std::path::PathBuf;

use weir_files::RealFiles;
use weir_raster::RasterFacts;

use crate::failure::{Exit, Failure};
use crate::output::{Output, count, counted};

/// `weir raster info`.
pub fn run(files: &[PathBuf], output: &Output) -> Result<Exit, Failure> {
    let mut all = Vec::new();
    for path in files {
        all.push(RasterFacts::read(&RealFiles, path)?);
    }
    let text: Vec<String> = all.iter().map(text).collect();
    output.result(&text.join("\n"), &all);
    Ok(Exit::Done)
}

fn text(facts: &RasterFacts) -> String {
    let mut text = String::new();
    let [west, south, east, north] = facts.extent;
    let [wide, high] = facts.cell;
    let _ = writeln!(text, "file       {}", facts.path);
    let _ = writeln!(
        text,
        "size       {} × {} cells, {} of {}",
        count(facts.columns),
        count(facts.rows),
        counted(u64::from(facts.bands), "band"),
        facts.pixel
    );
    let _ = writeln!(text, "crs        {}", facts.crs);
    let _ = writeln!(
        text,
        "extent     {west} {south} {east} {north} (west, south, east, north)"
    );
    let _ = writeln!(text, "cell       {wide} × {high}");
    let nodata = facts
        .nodata
        .map_or_else(|| "none".to_owned(), |value| value.to_string());
    let _ = writeln!(text, "nodata     {nodata}");
    if (facts.scale, facts.offset) != (1.0, 0.0) {
        let _ = writeln!(
            text,
            "scale      stored · {} + {}",
            facts.scale, facts.offset
        );
    }
    let [columns, rows] = facts.block;
    let _ = writeln!(
        text,
        "blocks     {} of {columns} × {rows}, {}, predictor {}{}{}",
        if facts.tiled { "tiles" } else { "strips" },
        facts.compression,
        facts.predictor,
        if facts.planar {
            ", bands one after the other"
        } else {
            ""
        },
        if facts.big { ", BigTIFF" } else { "" }
    );
    text
}
