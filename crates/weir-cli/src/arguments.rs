use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use weir_memory::BudgetSpec;

use crate::flow::arguments::FlowCommand;
use crate::raster::arguments::RasterCommand;
use crate::store::arguments::StoreCommand;

/// Simulations, streams and rasters inside one memory budget, every run kept.
#[derive(Debug, Parser)]
#[command(
    name = "weir",
    version,
    about = "Simulations, streams and rasters inside one memory budget, every run kept",
    arg_required_else_help = true,
    propagate_version = true,
    after_help = "Examples:\n  weir demo\n  weir sim run aflibercept-tae-8week --patients 100000 --years 5\n  weir plot last\n  weir flow run bars.yaml\n\nExit codes:\n  0 done    1 failed    2 wrong usage    3 mistakes in a protocol, pipeline or plan\n  4 does not fit into memory or disk\n  130 interrupted, the run can be resumed\n\nRuns are kept in WEIR_HOME, else ./.weir where there is one, else in the\nuser's data folder."
)]
pub struct Arguments {
    /// Print results and errors as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate patients under a protocol.
    #[command(subcommand)]
    Sim(SimCommand),
    /// Check, show and list protocols.
    #[command(subcommand)]
    Protocol(ProtocolCommand),
    /// List, show and remove runs.
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Keep rows in order under keys: write, read, versions, compaction.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Run pipelines: bars, joins and filters over ordered rows.
    #[command(subcommand)]
    Flow(FlowCommand),
    /// Bring rasters onto one grid, merge and export them: GeoTIFF, COG, CSV, Parquet, GeoParquet.
    #[command(subcommand)]
    Raster(RasterCommand),
    /// Draw a run: one HTML report, or its figures as SVG and CSV.
    #[command(
        after_help = "Examples:\n  weir plot last\n  weir plot quiet-heron --out report.html --svg figures/"
    )]
    Plot(PlotArguments),
    /// Show the memory there is and the budget, or what a run took by stage and over time.
    #[command(
        after_help = "Examples:\n  weir memory --budget 50%\n  weir memory last\n  weir memory quiet-heron --out memory.svg"
    )]
    Memory(MemoryArguments),
    /// Simulate a small population and write a report: no data, no network, under a minute.
    #[command(after_help = "Example:\n  weir demo --out demo.html")]
    Demo(DemoArguments),
    /// Print a completion script for a shell.
    #[command(
        after_help = "Example:\n  weir completions bash > ~/.local/share/bash-completion/completions/weir"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum SimCommand {
    /// Run a protocol: a shipped one by name, or a YAML file.
    #[command(
        after_help = "Examples:\n  weir sim run aflibercept-tae-8week --patients 100000 --years 5\n  weir sim run my-protocol.yaml --patients 20000 --years 2 --seed 7 --budget 256MiB --dry-run\n\nCtrl-C stops after the parts under way; `weir sim resume` goes on from there."
    )]
    Run(RunArguments),
    /// Finish an interrupted run; the result is the same to the byte.
    #[command(after_help = "Example:\n  weir sim resume last --threads 2")]
    Resume(ResumeArguments),
    /// Simulate the arms of published trials and score every published number.
    #[command(
        after_help = "Examples:\n  weir sim validate --out validation.html\n  weir sim validate --targets more-studies.json --json\n  weir sim validate --schema > targets.schema.json\n\nz = (simulated − published)/√(SE² + tau²). docs/validation.md has the rule, the measures and the wordings of regimens."
    )]
    Validate(ValidateArguments),
}

#[derive(Debug, Args, Clone)]
pub struct BudgetArguments {
    /// Limit on resident memory, such as 256MiB, 1GiB or 50% [env: WEIR_BUDGET] [default: 75% of the container or the machine]
    #[arg(long, value_name = "SIZE")]
    pub budget: Option<BudgetSpec>,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// A shipped protocol's name (`weir protocol ls`) or the path of a YAML file.
    pub protocol: String,
    /// Patients to simulate.
    #[arg(long, default_value_t = 100_000, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    pub patients: u32,
    /// Years of follow-up, up to 50.
    #[arg(long, default_value_t = 5.0, allow_negative_numbers = true)]
    pub years: f64,
    /// Seed: the same seed gives the same patients under every protocol.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub seed: u64,
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Threads [default: as many as there are processors]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Folder for the results [default: a new one in the library].
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// What is kept, and where while it runs.
    #[arg(long, value_enum, default_value_t = ResultsArgument::Auto)]
    pub results: ResultsArgument,
    /// Compression of the Parquet files.
    #[arg(long, value_enum, default_value_t = CompressionArgument::Zstd)]
    pub compression: CompressionArgument,
    /// Time engine; `weekly` is the slow reference.
    #[arg(long, value_enum, default_value_t = EngineArgument::Exact)]
    pub engine: EngineArgument,
    /// A name for the run [default: two words].
    #[arg(long)]
    pub name: Option<String>,
    /// A word to find the run by; may be given several times.
    #[arg(long = "tag", value_name = "WORD", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub tags: Vec<String>,
    /// What Ctrl-C leaves.
    #[arg(long, value_enum, default_value_t = OnCancel::Keep)]
    pub on_cancel: OnCancel,
    /// Estimate memory, disk and time, write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct ValidateArguments {
    /// A JSON file of published outcomes by arm [default: the shipped ones].
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// A YAML file of biology's parameters [default: the shipped set].
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
    /// Simulated eyes of each arm.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub eyes: u32,
    /// Seed.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub seed: u64,
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Threads [default: as many as there are processors]; the results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Also write a report with forest plots.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// A measure that is not known, or a key that is not used, is a mistake.
    #[arg(long)]
    pub strict: bool,
    /// Print the JSON Schema of targets files instead.
    #[arg(long)]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// The run: name, id, start of an id, or `last`.
    pub run: String,
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Threads [default: as many as there are processors].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Throw away the finished parts and start again.
    #[arg(long)]
    pub restart: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ResultsArgument {
    /// In memory up to 1,000 patients and an eighth of the budget, else Parquet.
    Auto,
    /// In memory until the end, then saved.
    Memory,
    /// Parquet, part by part.
    Parquet,
    /// Parquet without visits.
    Summary,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CompressionArgument {
    None,
    Snappy,
    Gzip,
    Zstd,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum EngineArgument {
    /// Exact between visits.
    Exact,
    /// The weekly reference step.
    Weekly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnCancel {
    /// Keep what is finished; the run can be resumed.
    Keep,
    /// Remove the run.
    Discard,
}

#[derive(Debug, Subcommand)]
pub enum ProtocolCommand {
    /// List the shipped protocols.
    #[command(after_help = "Example:\n  weir protocol ls")]
    Ls,
    /// Report every mistake of protocol files, with line, column and remedy.
    #[command(after_help = "Example:\n  weir protocol check my-protocol.yaml")]
    Check {
        /// Files, or names of shipped protocols.
        #[arg(required = true)]
        protocols: Vec<String>,
    },
    /// Show a protocol in full: every default, its sources, and what public data cannot tell.
    #[command(after_help = "Example:\n  weir protocol show aflibercept-tae-8week > mine.yaml")]
    Show {
        /// A file, or the name of a shipped protocol.
        protocol: String,
        /// The text as it was written, with its comments, instead of the full form.
        #[arg(long)]
        as_written: bool,
    },
    /// Print the JSON Schema of protocol files.
    #[command(after_help = "Example:\n  weir protocol schema > protocol.schema.json")]
    Schema,
}

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List runs, newest first.
    #[command(after_help = "Example:\n  weir runs ls --limit 20")]
    Ls {
        /// At most so many.
        #[arg(long, default_value_t = 50, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
        limit: u64,
        /// Only those with this tag.
        #[arg(long)]
        tag: Option<String>,
    },
    /// Show one run: parameters, memory by stage, files.
    #[command(after_help = "Example:\n  weir runs show last")]
    Show {
        /// Name, id, start of an id, or `last`.
        run: String,
    },
    /// Read every file of a run against its checksum.
    #[command(after_help = "Example:\n  weir runs verify last")]
    Verify {
        /// Name, id, start of an id, or `last`.
        run: String,
    },
    /// Remove runs and their folders.
    #[command(after_help = "Example:\n  weir runs rm quiet-heron --yes")]
    Rm {
        /// Names, ids, starts of ids, or `last`.
        #[arg(required = true)]
        runs: Vec<String>,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Make the catalogue again from the runs' folders: those in the home, those of --out that the home
    /// remembers, and the folders named here.
    #[command(
        after_help = "Examples:\n  weir runs rebuild\n  weir runs rebuild /data/my-run /data/more-runs"
    )]
    Rebuild {
        /// More folders: a run's own, or one that holds runs' folders.
        folders: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct PlotArguments {
    /// Name, id, start of an id, or `last`.
    pub run: String,
    /// The report [default: report.html in the run's folder].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Also write every figure as SVG and CSV into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub svg: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct MemoryArguments {
    /// A run: name, id, start of an id, or `last`; without it, the memory there is now.
    #[arg(conflicts_with = "budget")]
    pub run: Option<String>,
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Also draw the run's memory over time into this file: .svg, or .html with the table.
    #[arg(long, value_name = "FILE", requires = "run")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Patients to simulate.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub patients: u32,
    /// The report.
    #[arg(long, value_name = "FILE", default_value = "weir-demo.html")]
    pub out: PathBuf,
    #[command(flatten)]
    pub budget: BudgetArguments,
}
