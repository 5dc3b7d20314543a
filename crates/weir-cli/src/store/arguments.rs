use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use weir_flow::{ColumnType, RowFormat};

use crate::arguments::BudgetArguments;

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Make a store: a folder of datasets under keys.
    #[command(
        after_help = "Examples:\n  weir store create sensors --keys \"quantity, city / sampling\"\n  weir store create market --keys \"symbol / year: int\""
    )]
    Create(CreateArguments),
    /// List the keys of a store.
    #[command(
        after_help = "Examples:\n  weir store ls sensors\n  weir store ls sensors \"temperature, berlin\""
    )]
    Ls(LsArguments),
    /// Show a dataset: columns, rows, range, settings, metadata.
    #[command(after_help = "Example:\n  weir store show sensors \"temperature, berlin / 1D\"")]
    Show(ShowArguments),
    /// Write rows: new, late and corrected ones, all or nothing.
    #[command(
        after_help = "Examples:\n  weir store write sensors \"temperature, berlin / 1D\" days.csv --order-column ts\n  weir store write sensors \"temperature, berlin / 1D\" late.parquet --late beside\n  curl -s URL | weir store write market ticks - --format csv --duplicates-on id\n\nThe first write of a key makes its dataset and needs --order-column. Columns of CSV have the\ndataset's types, or inferred ones (told on stderr), or those of --type.\n\nFor a dataset that is there, --row-group, --duplicates-on, --late and --max-off-target hold for this\nwrite only; `weir store alter` changes them for good."
    )]
    Write(Box<WriteArguments>),
    /// Read rows, in order: a range, some columns, any version.
    #[command(
        after_help = "Examples:\n  weir store read sensors \"temperature, berlin / 1D\" --from 2024-01-01 --to 2024-02-01\n  weir store read sensors \"temperature, berlin / 1D\" --columns ts,celsius --out january.parquet"
    )]
    Read(ReadArguments),
    /// Change a dataset's columns and settings, in one version; stored files stay as they are.
    #[command(
        override_usage = "weir store alter [OPTIONS] <STORE> <KEY>",
        after_help = "Examples:\n  weir store alter market ticks --add-column venue=text --widen size=int64\n  weir store alter sensors \"temperature, berlin / 1D\" --row-group 1D --late beside"
    )]
    Alter(AlterArguments),
    /// List the versions of a dataset; name one, or remove a name.
    #[command(
        after_help = "Examples:\n  weir store versions market ticks\n  weir store versions market ticks --name audit-2024 --at 17"
    )]
    Versions(VersionsArguments),
    /// Fold late rows in and cut all files at the target.
    #[command(after_help = "Example:\n  weir store compact market ticks")]
    Compact(CompactArguments),
    /// Remove files that no reader and no kept version needs.
    #[command(
        after_help = "Examples:\n  weir store vacuum market ticks --dry-run\n  weir store vacuum market ticks --keep 3 --grace 10min"
    )]
    Vacuum(VacuumArguments),
    /// Read every byte against its checksum and list all damage.
    #[command(after_help = "Example:\n  weir store verify market")]
    Verify(VerifyArguments),
    /// Go back to the newest sound version where the newest manifest is damaged; nothing is deleted.
    #[command(
        after_help = "Example:\n  weir store repair market ticks\n\nThe newest version that is sound is published anew as the next one. Damaged manifests are kept\nbeside it as ….damaged, until the dataset is removed. What was written after the sound version is\nlost, and told. Where no manifest is damaged nothing is done."
    )]
    Repair(RepairArguments),
    /// Remove a dataset with all its versions.
    #[command(after_help = "Example:\n  weir store rm market ticks --yes")]
    Rm(RmArguments),
    /// Take over a dataset of oups: a folder of Parquet files and its metadata file.
    #[command(
        after_help = "Example:\n  weir store import old/ticks --store market --key ticks --order-column ts\n\nPickled entries of the old metadata are never unpickled; what was not carried over is listed."
    )]
    Import(ImportArguments),
}

#[derive(Debug, Args)]
pub struct CreateArguments {
    /// The folder, which must be empty or missing.
    pub store: PathBuf,
    /// Fields of the keys, levels parted by /, such as "quantity, city / sampling" or "year: int".
    #[arg(long, value_name = "SCHEMA")]
    pub keys: String,
}

#[derive(Debug, Args)]
pub struct LsArguments {
    /// The store's folder.
    pub store: PathBuf,
    /// Only keys that begin so.
    pub prefix: Option<String>,
}

/// A dataset of a store.
#[derive(Debug, Args)]
pub struct DatasetArguments {
    /// The store's folder.
    pub store: PathBuf,
    /// The key, such as "temperature, berlin / 1D".
    pub key: String,
}

#[derive(Debug, Args)]
pub struct ShowArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    /// A version's number or name [default: the newest].
    #[arg(long, value_name = "VERSION")]
    pub at: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LateArgument {
    /// Into the row groups they belong to.
    Merge,
    /// Beside them, merged by readers.
    Beside,
}

#[derive(Debug, Args)]
pub struct WriteArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    /// Files of rows, or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub rows: Vec<PathBuf>,
    /// Format of the rows: csv, parquet, arrow, arrows [default: by the file's ending].
    #[arg(long)]
    pub format: Option<RowFormat>,
    /// The order column of a new dataset.
    #[arg(long, value_name = "COLUMN")]
    pub order_column: Option<String>,
    /// Type of a CSV column of a new dataset, such as ts=timestamp[us, UTC]; may be given several times.
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = typed)]
    pub types: Vec<(String, ColumnType)>,
    /// What stands between values of CSV.
    #[arg(long, default_value = ",", value_parser = delimiter)]
    pub delimiter: u8,
    /// How large row groups are: rows, or a period such as 1D.
    #[arg(long, value_name = "SIZE")]
    pub row_group: Option<String>,
    /// Columns in which (with the order column) two rows are the same row, of which the last is kept; "" for the order column alone.
    #[arg(long, value_name = "COLUMNS")]
    pub duplicates_on: Option<String>,
    /// Where rows go that are older than what is stored.
    #[arg(long, value_enum)]
    pub late: Option<LateArgument>,
    /// Row groups off target in a merged region before they are coalesced.
    #[arg(long, value_name = "N")]
    pub max_off_target: Option<u32>,
    /// Metadata to set, as JSON or text; KEY= removes; may be given several times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub metadata: Vec<(String, String)>,
    /// Refuse rows out of order instead of sorting them.
    #[arg(long)]
    pub sorted: bool,
    #[command(flatten)]
    pub budget: BudgetArguments,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
pub struct AlterArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    /// A new column at the end, null in the rows that are stored, such as venue=text; may be given several times.
    #[arg(long, value_name = "COLUMN=TYPE", value_parser = typed, group = "change")]
    pub add_column: Vec<(String, ColumnType)>,
    /// A wider type for a column, such as size=int64; may be given several times.
    #[arg(long, value_name = "COLUMN=TYPE", value_parser = typed, group = "change")]
    pub widen: Vec<(String, ColumnType)>,
    /// A column that may be null from now on; may be given several times.
    #[arg(long, value_name = "COLUMN", group = "change")]
    pub allow_null: Vec<String>,
    /// How large row groups are: rows, or a period such as 1D.
    #[arg(long, value_name = "SIZE", group = "change")]
    pub row_group: Option<String>,
    /// Columns in which (with the order column) two rows are the same row, of which the last is kept; "" for the order column alone.
    #[arg(long, value_name = "COLUMNS", group = "change")]
    pub duplicates_on: Option<String>,
    /// All rows are kept from now on, equal ones too.
    #[arg(long, conflicts_with = "duplicates_on", group = "change")]
    pub keep_duplicates: bool,
    /// Where rows go that are older than what is stored.
    #[arg(long, value_enum, group = "change")]
    pub late: Option<LateArgument>,
    /// Row groups off target in a merged region before they are coalesced.
    #[arg(long, value_name = "N", group = "change")]
    pub max_off_target: Option<u32>,
}

#[derive(Debug, Args)]
pub struct ReadArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    /// Least value of the order column; of a date or time a bare number counts its units since 1970 (2024 is no year).
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Value of the order column before which rows end.
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Columns, in this order [default: all].
    #[arg(long, value_delimiter = ',')]
    pub columns: Vec<String>,
    /// A version's number or name [default: the newest].
    #[arg(long, value_name = "VERSION")]
    pub at: Option<String>,
    /// The file, replaced when it is there [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// csv, parquet, arrow, arrows [default: by the file's ending, csv for standard output].
    #[arg(long)]
    pub format: Option<RowFormat>,
    #[command(flatten)]
    pub budget: BudgetArguments,
}

#[derive(Debug, Args)]
pub struct VersionsArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    /// Gives a version a name, which keeps it from vacuum.
    #[arg(long, conflicts_with = "remove_name")]
    pub name: Option<String>,
    /// The version to name, by number [default: the newest].
    #[arg(long, value_name = "VERSION", requires = "name")]
    pub at: Option<u64>,
    /// Removes a name; the version stays until a vacuum.
    #[arg(long, value_name = "NAME")]
    pub remove_name: Option<String>,
}

#[derive(Debug, Args)]
pub struct CompactArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    #[command(flatten)]
    pub budget: BudgetArguments,
}

#[derive(Debug, Args)]
pub struct VacuumArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    /// Newest versions to keep.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub keep: u64,
    /// Versions that were the newest within this time are kept.
    #[arg(long, default_value = "1h", value_parser = span)]
    pub grace: std::time::Duration,
    /// Only say what would go.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The store's folder.
    pub store: PathBuf,
    /// The key [default: every dataset].
    pub key: Option<String>,
    #[command(flatten)]
    pub budget: BudgetArguments,
}

#[derive(Debug, Args)]
pub struct RepairArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
}

#[derive(Debug, Args)]
pub struct RmArguments {
    #[command(flatten)]
    pub dataset: DatasetArguments,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The folder of Parquet files.
    pub path: PathBuf,
    /// The store, which must be there.
    #[arg(long)]
    pub store: PathBuf,
    /// The key of the new dataset.
    #[arg(long)]
    pub key: String,
    /// The column that the rows are in order by.
    #[arg(long, value_name = "COLUMN")]
    pub order_column: String,
    /// How large row groups are: rows, or a period such as 1D.
    #[arg(long, value_name = "SIZE")]
    pub row_group: Option<String>,
    #[command(flatten)]
    pub budget: BudgetArguments,
}

fn typed(text: &str) -> Result<(String, ColumnType), String> {
    let (column, data_type) = pair(text)?;
    let data_type = data_type
        .parse::<ColumnType>()
        .map_err(|error| error.to_string())?;
    Ok((column, data_type))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    if key.is_empty() {
        return Err("the name is missing before =".to_owned());
    }
    Ok((key.to_owned(), value.to_owned()))
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() => Ok(*byte),
        b"\\t" | b"tab" => Ok(b'\t'),
        _ => Err("one character, such as ; or tab".to_owned()),
    }
}

fn span(text: &str) -> Result<std::time::Duration, String> {
    weir_flow::parse_span(text)
}
