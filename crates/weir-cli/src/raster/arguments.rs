use std::path::PathBuf;

use clap::{Args, Subcommand};
use weir_raster::{CellSize, CrsName, Fill, Notation};

use crate::arguments::BudgetArguments;

#[derive(Debug, Subcommand)]
pub enum RasterCommand {
    /// Show what the header of a GeoTIFF says.
    #[command(after_help = "Example:\n  weir raster info people.tif")]
    Info {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Bring one raster onto another grid.
    #[command(
        after_help = "Examples:\n  weir raster resample people.tif people-sixth.tif --cell 1/6 --method sum\n  weir raster resample -tr 0.25 0.25 -te -180 -60 180 75 -r average heat.tif heat.csv\n\nThe format follows the name: .tif, .csv, .csv.gz, .csv.zst, .parquet, .geoparquet. 0.1666667 is 1/6.\nGDAL's -tr, -te, -t_srs, -r, -ot, -srcnodata and -dstnodata are understood."
    )]
    Resample(Box<ResampleArguments>),
    /// Bring rasters onto one grid and merge them: one long table, or a GeoTIFF each.
    #[command(
        after_help = "Examples:\n  weir raster merge people.tif land.tif -o out.parquet --cell 1/6 -r sum -r mode\n  weir raster merge a.tif b.tif -o '{layer}-quarter.tif' -tr 0.25 0.25\n\nLayers are named by their files. Cells in which no layer has a value are no rows (--rows every keeps them)."
    )]
    Merge(Box<MergeArguments>),
    /// Run a plan.
    #[command(
        after_help = "Examples:\n  weir raster run plan.yaml --dry-run\n  weir raster run plan.yaml --budget 256MiB\n\nCtrl-C leaves a run that `weir raster resume` finishes; the result is the same to the byte."
    )]
    Run(RunArguments),
    /// Report every mistake of plans, with line, column and remedy; headers are read, nothing is written.
    #[command(after_help = "Example:\n  weir raster check plan.yaml")]
    Check {
        /// Plans.
        #[arg(required = true)]
        plans: Vec<PathBuf>,
    },
    /// Print the JSON Schema of plans.
    #[command(after_help = "Example:\n  weir raster schema > plan.schema.json")]
    Schema,
    /// Finish an interrupted run; the result is the same to the byte.
    #[command(after_help = "Example:\n  weir raster resume last")]
    Resume(ResumeArguments),
}

/// What no result depends on.
#[derive(Debug, Args)]
pub struct MeansArguments {
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Threads [default: as many as there are processors]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// How a run is entered into the library.
#[derive(Debug, Args)]
pub struct StartArguments {
    #[command(flatten)]
    pub means: MeansArguments,
    /// A name for the run [default: two words].
    #[arg(long)]
    pub name: Option<String>,
    /// A word to find the run by; may be given several times.
    #[arg(long = "tag", value_name = "WORD", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub tags: Vec<String>,
    /// Print sizes, memory and disk, write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// The plan.
    pub plan: PathBuf,
    #[command(flatten)]
    pub start: StartArguments,
}

#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// The run: name, id, start of an id, or `last`.
    pub run: String,
    #[command(flatten)]
    pub means: MeansArguments,
}

#[derive(Debug, Args)]
pub struct ResampleArguments {
    /// The GeoTIFF.
    pub input: String,
    /// The file to write; its name says the format.
    pub output: String,
    /// near, bilinear, cubic, average, sum, mode, min, max, med, q1, q3, q0.9 (any share), deviation, count, coverage.
    #[arg(long, short = 'r', default_value = "average")]
    pub method: String,
    #[command(flatten)]
    pub target: TargetArguments,
    #[command(flatten)]
    pub layer: LayerArguments,
    #[command(flatten)]
    pub format: FormatArguments,
    #[command(flatten)]
    pub start: StartArguments,
}

#[derive(Debug, Args)]
pub struct MergeArguments {
    /// The GeoTIFFs.
    #[arg(required = true)]
    pub inputs: Vec<String>,
    /// A file to write; its name says the format, {layer} stands for a layer's name. May be given several times.
    #[arg(long = "output", short = 'o', required = true, value_name = "FILE")]
    pub outputs: Vec<String>,
    /// How values come onto the grid, as for `resample`: once for all files, or once for each [default: average].
    #[arg(long = "method", short = 'r')]
    pub methods: Vec<String>,
    #[command(flatten)]
    pub target: TargetArguments,
    #[command(flatten)]
    pub layer: LayerArguments,
    #[command(flatten)]
    pub format: FormatArguments,
    #[command(flatten)]
    pub start: StartArguments,
}

/// The grid.
#[derive(Debug, Args)]
pub struct TargetArguments {
    /// Size of a cell, such as 0.25 or 1/6; two for columns and rows (GDAL: -tr) [default: the first file's cells].
    #[arg(long, alias = "tr", value_parser = notation::<CellSize>)]
    pub cell: Option<CellSize>,
    /// West, south, east, north (GDAL: -te) [default: what the files cover together].
    #[arg(long, alias = "te", value_name = "W S E N", allow_hyphen_values = true, value_parser = extent)]
    pub extent: Option<Extent>,
    /// Reference system, such as EPSG:3035 (GDAL: -t_srs) [default: the files'].
    #[arg(long, alias = "t_srs", value_parser = notation::<CrsName>)]
    pub crs: Option<CrsName>,
    /// A GeoTIFF whose grid and reference system are taken over.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cell", "extent", "crs"])]
    pub like: Option<String>,
    /// How areas are measured: planar or spherical [default: spherical in degrees, else planar].
    #[arg(long, value_parser = ["planar", "spherical"])]
    pub area: Option<String>,
}

/// What holds for every file.
#[derive(Debug, Args)]
pub struct LayerArguments {
    /// The band, from 1.
    #[arg(long, short = 'b', default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub band: u16,
    /// The stored value that means no value, or none (GDAL: -srcnodata) [default: what the file says].
    #[arg(long, alias = "srcnodata", allow_hyphen_values = true, value_parser = notation::<Fill>)]
    pub nodata: Option<Fill>,
    /// The least share of a cell that has to have values, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub coverage: f64,
    /// Apply the file's scale and offset.
    #[arg(long)]
    pub unscale: bool,
    /// Type of the results, by GDAL's name (GDAL: -ot) [default: as the method gives it].
    #[arg(long = "type", alias = "ot", value_name = "TYPE", value_parser = ["Byte", "Int8", "UInt16", "Int16", "UInt32", "Int32", "UInt64", "Int64", "Float32", "Float64"])]
    pub pixel: Option<String>,
    /// What stands for no value in a GeoTIFF (GDAL: -dstnodata).
    #[arg(long, alias = "dstnodata", allow_hyphen_values = true, value_parser = notation::<Fill>)]
    pub fill: Option<Fill>,
}

/// What files look like.
#[derive(Debug, Args)]
pub struct FormatArguments {
    /// none; gzip, zstd for tables; deflate, lzw, zstd for GeoTIFFs [default: zstd for Parquet, deflate for GeoTIFFs].
    #[arg(long)]
    pub compression: Option<String>,
    /// GeoTIFFs are cloud-optimised, with overviews.
    #[arg(long)]
    pub cog: bool,
    /// Columns and rows of a tile of a GeoTIFF.
    #[arg(long, value_parser = clap::value_parser!(u32).range(128..=1024))]
    pub tile: Option<u32>,
    /// Which cells are rows of a table: any, all or every.
    #[arg(long, value_parser = ["any", "all", "every"])]
    pub rows: Option<String>,
    /// The geometry of a GeoParquet's rows: point or cell.
    #[arg(long, value_parser = ["point", "cell"])]
    pub geometry: Option<String>,
    /// Tables begin with columns row and col.
    #[arg(long)]
    pub keys: bool,
}

/// West, south, east, north.
#[derive(Debug, Clone)]
pub struct Extent(pub Vec<f64>);

fn extent(text: &str) -> Result<Extent, String> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let numbers: Result<Vec<f64>, _> = words.map(str::parse::<f64>).collect();
    match numbers {
        Ok(numbers) if numbers.len() == 4 => Ok(Extent(numbers)),
        _ => Err("four numbers are needed: west, south, east, north".to_owned()),
    }
}

fn notation<T: Notation>(text: &str) -> Result<T, String> {
    T::read(text).map_err(|(message, remedy)| format!("{message}; {remedy}"))
}
