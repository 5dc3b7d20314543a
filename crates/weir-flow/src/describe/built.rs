//! A pipeline file's pipeline, and how it is run.

use std::path::PathBuf;
use std::sync::Arc;

use weir_files::Files;
use weir_memory::Holder;
use weir_store::sort::SpillFolder;
use weir_store::{Dataset, DatasetSpec, Key, OpenError, ScanOptions, Settings, Snapshot, Store};

use super::Following;
use crate::bars::{
    BarFunctions, Bars, BarsSpec, Follow, FollowError, FollowOptions, Followed, RowFilter,
};
use crate::{
    Committed, Ending, FlowError, FlowReport, FollowedSource, OperatorError, Pipeline, RunOptions,
    SinkError, StoreOptions, StreamSchema,
};

/// A pipeline that is ready to run.
pub struct Built {
    /// The pipeline, to be looked at; [`run`](Self::run) runs it as its shape allows.
    pub pipeline: Pipeline,
    /// What users should be told, such as types that were inferred.
    pub notes: Vec<String>,
    /// Rows that this run will read, where that is known.
    pub rows: Option<u64>,
    /// How it takes in what changed in its sources.
    pub following: Following,
    pub(super) follower: Option<Follower>,
}

impl Built {
    /// Runs it: bars that [follow](Following::Followed) a dataset are brought up to date; any other pipeline goes on from its last checkpoint
    /// ([`Pipeline::run`]). Built dry it follows nothing.
    ///
    /// Of the options, bars that follow heed `cancel`, `stage` and `ending`: each sink is committed once, at the end.
    ///
    /// # Errors
    ///
    /// [`FlowError`]. What was committed stays, and a pipeline built anew goes on from there.
    pub fn run(self, options: &RunOptions) -> Result<FlowReport, FlowError> {
        let Self {
            mut pipeline,
            follower,
            ..
        } = self;
        match follower {
            None => pipeline.run(options),
            Some(follower) => {
                // It was made to check the file; what it holds is not needed.
                let identity = pipeline.identity().to_owned();
                drop(pipeline);
                follower.run(identity, options)
            }
        }
    }
}

/// Describes bars, and the rows that they are of, for rows of this stream.
type Describe =
    dyn Fn(&StreamSchema) -> Result<(BarsSpec, Option<RowFilter>), OperatorError> + Send;

/// What brings bars up to date with a dataset.
pub(super) struct Follower {
    /// What tells the bars from others.
    pub(super) described: String,
    pub(super) source_name: String,
    pub(super) step_name: String,
    pub(super) describe: Box<Describe>,
    pub(super) functions: BarFunctions,
    pub(super) snapshot: Snapshot,
    pub(super) source: StoreOptions,
    pub(super) targets: Vec<FollowTarget>,
    pub(super) holder: Holder,
    pub(super) files: Arc<dyn Files>,
    pub(super) spill: Option<PathBuf>,
}

/// A dataset that bars go into.
pub(super) struct FollowTarget {
    pub(super) name: String,
    pub(super) store: Store,
    pub(super) key: Key,
    pub(super) settings: Option<Settings>,
}

impl Follower {
    /// Whether nothing was made yet, so that everything will be read once.
    pub(super) fn begins(&self) -> bool {
        let missing = |target: &FollowTarget| {
            let found = target.store.dataset(&target.key);
            matches!(found, Err(OpenError::NoDataset { .. }))
        };
        self.targets.iter().all(missing)
    }

    fn run(&self, identity: String, options: &RunOptions) -> Result<FlowReport, FlowError> {
        let mut scan = ScanOptions::new(self.holder.clone());
        scan.columns.clone_from(&self.source.columns);
        let schema = self.snapshot.scan(scan).map_err(FollowError::from)?;
        let input = StreamSchema::ordered(schema.schema().clone(), &self.snapshot.order_column)?;
        drop(schema);
        let (spec, filter) = (self.describe)(&input).map_err(|source| FlowError::Restart {
            sink: self.step_name.clone(),
            what: source.to_string(),
        })?;
        let bars = Bars::new(&spec, &input, &self.functions).map_err(FollowError::from)?;
        let mut targets = Vec::new();
        for (target, output) in self.targets.iter().zip(bars.outputs()) {
            targets.push(target.open(output)?);
        }
        let settings = self.targets.iter().map(|target| target.settings.clone());
        let follow = Follow {
            spec: &spec,
            functions: &self.functions,
            holder: self.holder.clone(),
            spill: self.spill()?,
            options: FollowOptions {
                described: Some(self.described.clone()),
                range: self.source.range.clone(),
                columns: self.source.columns.clone(),
                filter,
                keep_open: options.ending == Ending::KeepOpen,
                takes_over: Some(identity),
                settings: settings.collect(),
                cancel: options.cancel.clone(),
                stage: options.stage.clone(),
            },
        };
        let watched = options
            .stage
            .as_ref()
            .map(|stage| stage.operation(&self.step_name));
        let update = follow.update_to(&self.snapshot, &targets)?;
        drop(watched);
        let sinks: Vec<(String, Followed)> = self
            .targets
            .iter()
            .map(|target| target.name.clone())
            .zip(update.targets)
            .collect();
        let changed = sinks.iter().filter(|(_, done)| !done.up_to_date);
        let committed = changed.map(|(name, done)| {
            let committed = Committed {
                version: Some(done.version.0),
                rows: done.bars,
            };
            (name.clone(), committed)
        });
        let committed: Vec<_> = committed.collect();
        Ok(FlowReport {
            rows: update.rows,
            commits: committed.len() as u64,
            up_to_date: committed.is_empty(),
            committed,
            followed: Some(FollowedSource {
                source: self.source_name.clone(),
                version: update.source,
                sinks,
            }),
            ..FlowReport::default()
        })
    }

    fn spill(&self) -> Result<SpillFolder, FlowError> {
        let Some(folder) = &self.spill else {
            return Ok(SpillFolder::default());
        };
        let folder = folder.join(&self.step_name);
        self.files
            .create_folder_all(&folder)
            .map_err(|error| FlowError::Sink {
                node: self.step_name.clone(),
                source: SinkError::Write {
                    name: folder.display().to_string(),
                    source: Box::new(error),
                },
            })?;
        Ok(SpillFolder::new(Arc::clone(&self.files), folder))
    }
}

impl FollowTarget {
    /// The dataset, created if it is not there.
    fn open(&self, output: &StreamSchema) -> Result<Dataset, FollowError> {
        match self.store.dataset(&self.key) {
            Err(OpenError::NoDataset { .. }) => {
                // Bars have an order; without one the store says so.
                let order = output.order_name().unwrap_or_default();
                let mut spec = DatasetSpec::new(Arc::clone(output.schema()), order);
                spec.settings = self.settings.clone().unwrap_or_default();
                Ok(self.store.create_dataset(&self.key, spec)?)
            }
            found => Ok(found?),
        }
    }
}
