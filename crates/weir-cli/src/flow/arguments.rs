use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::arguments::BudgetArguments;

#[derive(Debug, Subcommand)]
pub enum FlowCommand {
    /// Run a pipeline file: from its sources through its steps to its sinks.
    #[command(
        after_help = "Examples:\n  weir flow run bars.yaml\n  weir flow run bars.yaml --budget 256MiB --checkpoint-rows 1000000\n\nRun again, a pipeline goes on behind the rows that its stores have taken in. Bars of one dataset,\nwritten into datasets, follow it: those that late rows touch are made anew. Late rows in other\npipelines need --again, which makes the results anew (`weir flow explain` says which). Ctrl-C leaves a run that `weir flow resume` finishes."
    )]
    Run(RunArguments),
    /// Report every mistake of pipeline files, with line, column and remedy; sources are opened, nothing is written.
    #[command(after_help = "Example:\n  weir flow check bars.yaml")]
    Check {
        /// Pipeline files.
        #[arg(required = true)]
        pipelines: Vec<PathBuf>,
    },
    /// Print the operators, what makes them fire, their share of the memory, and the columns they pass on.
    #[command(after_help = "Example:\n  weir flow explain bars.yaml --budget 128MiB")]
    Explain {
        /// The pipeline file.
        pipeline: PathBuf,
        #[command(flatten)]
        budget: BudgetArguments,
    },
    /// Print the JSON Schema of pipeline files.
    #[command(after_help = "Example:\n  weir flow schema > pipeline.schema.json")]
    Schema,
    /// Finish an interrupted run; the result is the same.
    #[command(after_help = "Example:\n  weir flow resume last")]
    Resume(ResumeArguments),
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// The pipeline file.
    pub pipeline: PathBuf,
    #[command(flatten)]
    pub means: MeansArguments,
    /// Begin at the beginning: what earlier runs wrote into its stores is removed first.
    #[arg(long)]
    pub again: bool,
    /// Leave open bars and unmatched rows for a later run with more rows.
    #[arg(long)]
    pub keep_open: bool,
    /// A name for the run [default: two words].
    #[arg(long)]
    pub name: Option<String>,
    /// A word to find the run by; may be given several times.
    #[arg(long = "tag", value_name = "WORD")]
    pub tags: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ResumeArguments {
    /// The run: name, id, start of an id, or `last`.
    pub run: String,
    #[command(flatten)]
    pub means: MeansArguments,
}

/// What no result depends on.
#[derive(Debug, Args)]
pub struct MeansArguments {
    #[command(flatten)]
    pub budget: BudgetArguments,
    /// Threads [default: as many as there are processors]; all but one decode ahead.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Commit after about so many rows read, where all sinks are stores.
    #[arg(long, value_name = "ROWS", default_value_t = 5_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub checkpoint_rows: u64,
}
