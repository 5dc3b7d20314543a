//! Merges rasters into one long table: `merge OUT RASTER...`.
//!
//! The target is the first raster's grid, or one of `--cell` degrees over its extent. Layers are copied where they have the target's grid, else they
//! are averaged. OUT's suffix chooses the format. `--budget` in MiB (64 unless told otherwise), `--keys` for columns `row` and `col`, `--method`, `--window`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{fs::File, num::NonZeroUsize, path::Path, sync::Arc};

use weir_files::{Files, RealFiles};
use weir_memory::{Budget, Bytes, HolderName};
use weir_raster::{
    Axis, ChunkRows, Column, Export, GeoTiff, Grid, Layer, LayerOptions, Method, Part, ReadLimits,
    TableExport, TableFormat, TableOptions, Target,
};
use weir_run::Cancel;

struct Options {
    budget: u64,
    cell: Option<f64>,
    keys: bool,
    window: u64,
    method: Method,
    paths: Vec<String>,
}

fn options() -> Options {
    let mut options = Options {
        budget: 64,
        cell: None,
        keys: false,
        window: 512,
        method: Method::Average,
        paths: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            "--budget" => options.budget = value().parse().unwrap(),
            "--cell" => options.cell = Some(value().parse().unwrap()),
            "--window" => options.window = value().parse().unwrap(),
            "--keys" => options.keys = true,
            "--method" => options.method = value().parse().unwrap(),
            _ => options.paths.push(argument),
        }
    }
    options
}

fn main() {
    let options = options();
    let [out, rasters @ ..] = &options.paths[..] else {
        panic!("merge OUT RASTER...");
    };
    let open = |path: &String| {
        let file = File::open(path).unwrap();
        GeoTiff::open(path.clone(), file, ReadLimits::default()).unwrap()
    };
    let first = open(&rasters[0]);
    let Grid { x, y } = first.info().grid;
    let across = |axis: Axis| match options.cell {
        Some(cell) => Axis::spanning(axis.edge(0), axis.edge(axis.cells()), cell).unwrap(),
        None => axis,
    };
    let target = Target {
        grid: Grid::new(across(x), across(y)),
        crs: first.info().crs.clone(),
    };
    let mut layers: Vec<_> = rasters
        .iter()
        .map(|path| Layer::open(open(path), &target, &[LayerOptions::new(options.method)]).unwrap())
        .collect();
    let columns = rasters.iter().zip(&layers);
    let columns: Vec<Column> = columns
        .map(|(path, layer)| Column {
            name: Path::new(path)
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned(),
            pixel: layer.pixel(0),
            nodata: None,
        })
        .collect();
    let table = TableOptions {
        format: TableFormat::from_path(Path::new(out))
            .expect(".csv, .csv.gz, .csv.zst, .parquet or .geoparquet"),
        keys: options.keys,
        chunk: ChunkRows::Fixed(NonZeroUsize::new(5000).unwrap()),
        ..TableOptions::default()
    };
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let export = TableExport::new(Arc::clone(&files), &target, columns, table).unwrap();
    // Whole blocks of the sources, so that each is decoded once.
    let block = layers
        .iter()
        .map(|layer| layer.info().block_rows)
        .max()
        .unwrap();
    let rows = export
        .part_rows()
        .max(if options.cell.is_none() { block } else { 0 });
    let budget = Budget::detached(Bytes::mib(options.budget));
    let holder = |operation| budget.holder(HolderName::new("merge", "merge", operation));
    let (reading, writing) = (holder("read"), holder("write"));
    let mut parts = Vec::new();
    let folder = Path::new(out).with_extension("parts");
    files.create_folder_all(&folder).unwrap();
    for start in (0..target.grid.rows()).step_by(rows as usize) {
        let part = Part {
            number: parts.len() as u32,
            rows: start..(start + rows).min(target.grid.rows()),
        };
        let path = folder.join(part.number.to_string());
        let mut writer = export.begin(&part, &path, &writing).unwrap();
        for layer in &mut layers {
            layer.start(part.rows.clone(), &reading).unwrap();
        }
        for row in part.rows.clone() {
            let cells: Vec<&[f64]> = layers
                .iter_mut()
                .map(|layer| {
                    let rows = layer
                        .next_row(&mut || options.window, &Cancel::new())
                        .unwrap()
                        .unwrap();
                    rows[0].as_slice()
                })
                .collect();
            writer.row(row, &cells).unwrap();
        }
        writer.finish().unwrap();
        parts.push((part, path));
    }
    layers.iter_mut().for_each(Layer::stop);
    let parts: Vec<(Part, &Path)> = parts
        .iter()
        .map(|(part, path)| (part.clone(), path.as_path()))
        .collect();
    let written = export
        .assemble(&parts, Path::new(out), &writing, &Cancel::new())
        .unwrap();
    files.remove_folder_all(&folder).unwrap();
    println!(
        "{} rows, {} bytes, part rows {}",
        written.rows,
        written.bytes,
        export.part_rows()
    );
}
