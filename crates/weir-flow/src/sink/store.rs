use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use serde::Deserialize;
use weir_memory::Holder;
use weir_store::sort::SpillFolder;
use weir_store::{
    DataError, Dataset, DatasetSpec, DatasetWriter, Key, MetadataPatch, OpenError, Settings, Store,
    WriteError, WriteOptions,
};

use super::provisional::{self, PROVISIONAL_KEY, Provisional};
use super::{Checkpoint, Committed, MakeSink, Sink, SinkError};
use crate::bars::FOLLOWED_KEY;
use crate::{Context, StreamSchema};

/// Where the checkpoint is in the dataset's metadata.
pub const CHECKPOINT_KEY: &str = "weir.flow";

/// Writes rows into a dataset of a store, which is created if it is not there. Each commit is one version of it, with the pipeline's checkpoint
/// in its metadata (`weir.flow`), so that a later run goes on from there.
///
/// With `duplicates_on` in the settings, a row replaces the one of equal order value and equal values in these columns, which name it: then open bars can be written
/// and replaced by a later run. Their names are kept in the metadata too (`weir.flow.provisional`), and that run's first commit takes them away, whatever
/// labels they have then.
pub struct StoreSink {
    store: Store,
    key: Key,
    settings: Option<Settings>,
}

impl StoreSink {
    /// Into the dataset under this key; its own settings, or default ones when it is created.
    #[must_use]
    pub fn new(store: Store, key: Key) -> Self {
        Self {
            store,
            key,
            settings: None,
        }
    }

    /// With these settings.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }
}

impl MakeSink for StoreSink {
    fn make(
        self: Box<Self>,
        stream: &StreamSchema,
        context: &Context,
    ) -> Result<Box<dyn Sink>, SinkError> {
        let name = format!("dataset {}", self.key);
        let Some(order) = stream.order_name() else {
            return Err(SinkError::Foreign {
                name,
                what: "rows without an order cannot be stored; sort them first".to_owned(),
            });
        };
        let dataset = match self.store.dataset(&self.key) {
            Err(OpenError::NoDataset { .. }) => {
                let mut spec = DatasetSpec::new(Arc::clone(stream.schema()), order);
                spec.settings = self.settings.clone().unwrap_or_default();
                self.store.create_dataset(&self.key, spec)
            }
            found => found,
        };
        let dataset = dataset.map_err(|error| failed(&name, error))?;
        let manifest = dataset.latest().map_err(|error| failed(&name, error))?;
        if manifest.order_column != order {
            return Err(SinkError::Foreign {
                name,
                what: format!(
                    "it is ordered by `{}`, not by `{order}`; write into another dataset",
                    manifest.order_column
                ),
            });
        }
        let same = manifest.schema.fields().len() == stream.schema().fields().len()
            && stream.schema().fields().iter().all(|field| {
                let stored = manifest.schema.field_with_name(field.name());
                stored.is_ok_and(|stored| stored.data_type() == field.data_type())
            });
        if !same {
            return Err(SinkError::Foreign {
                name,
                what: "its columns differ from those of the pipeline; write into another dataset"
                    .to_owned(),
            });
        }
        let settings = self.settings.unwrap_or_else(|| manifest.settings.clone());
        let mut spill = SpillFolder::default();
        if let Some(folder) = &context.spill {
            context
                .files
                .create_folder_all(folder)
                .map_err(|error| failed(&name, error))?;
            spill = SpillFolder::new(Arc::clone(&context.files), folder);
        }
        Ok(Box::new(StoreRows {
            name,
            dataset,
            holder: context.holder.clone(),
            spill,
            settings,
            stream: Arc::clone(stream.schema()),
            order: order.to_owned(),
            checkpoint: manifest.metadata.get(CHECKPOINT_KEY).cloned(),
            before: manifest.metadata.get(PROVISIONAL_KEY).cloned(),
            provisional: None,
            state: State::Idle,
        }))
    }
}

fn failed(name: &str, error: impl std::error::Error + Send + Sync + 'static) -> SinkError {
    SinkError::Write {
        name: name.to_owned(),
        source: Box::new(error),
    }
}

struct StoreRows {
    name: String,
    dataset: Dataset,
    holder: Holder,
    spill: SpillFolder,
    settings: Settings,
    stream: SchemaRef,
    order: String,
    /// The checkpoint in the dataset that this run goes on from: nobody else may have written one since.
    checkpoint: Option<serde_json::Value>,
    /// The names of the provisional rows in the dataset, which the next commit takes away.
    before: Option<serde_json::Value>,
    /// The names of those of this run, from its end on.
    provisional: Option<Provisional>,
    state: State,
}

enum State {
    /// Nothing since the last commit.
    Idle,
    Writing(Box<DatasetWriter>),
    /// A commit failed and its rows are gone.
    Failed,
}

impl StoreRows {
    fn writer(&mut self) -> Result<&mut DatasetWriter, SinkError> {
        if matches!(self.state, State::Idle) {
            let mut options = WriteOptions::new(self.holder.clone())
                .settings(self.settings.clone())
                .sorted();
            options.spill = self.spill.clone();
            options
                .expects
                .insert(CHECKPOINT_KEY.to_owned(), self.checkpoint.clone());
            options.expects.insert(FOLLOWED_KEY.to_owned(), None);
            options.remove = self.provisional_before()?;
            let writer = self
                .dataset
                .writer(options)
                .map_err(|error| self.error(error))?;
            self.state = State::Writing(Box::new(writer));
        }
        match &mut self.state {
            State::Writing(writer) => Ok(writer),
            State::Idle | State::Failed => Err(SinkError::Foreign {
                name: self.name.clone(),
                what: "a commit failed before; run again, it goes on from the last commit that succeeded".to_owned(),
            }),
        }
    }

    fn provisional_before(&self) -> Result<Vec<RecordBatch>, SinkError> {
        let (Some(before), Some(duplicates_on)) = (&self.before, &self.settings.duplicates_on)
        else {
            return Ok(Vec::new());
        };
        provisional::read(before, &self.stream, &self.order, duplicates_on).map_err(|error| {
            SinkError::Foreign {
                name: self.name.clone(),
                what: format!(
                    "its metadata `{PROVISIONAL_KEY}` name no rows of this pipeline ({error}); write into a new dataset"
                ),
            }
        })
    }

    fn error(&self, error: WriteError) -> SinkError {
        match error {
            WriteError::Data(DataError::Memory(refusal)) => SinkError::Memory(refusal),
            error => failed(&self.name, error),
        }
    }
}

impl Sink for StoreRows {
    fn last(&mut self) -> Result<Option<Checkpoint>, SinkError> {
        let manifest = self
            .dataset
            .latest()
            .map_err(|error| failed(&self.name, error))?;
        if manifest.metadata.contains_key(FOLLOWED_KEY) {
            return Err(SinkError::Followed {
                name: self.name.clone(),
            });
        }
        self.checkpoint = manifest.metadata.get(CHECKPOINT_KEY).cloned();
        self.before = manifest.metadata.get(PROVISIONAL_KEY).cloned();
        let Some(checkpoint) = &self.checkpoint else {
            return Ok(None);
        };
        let checkpoint =
            Checkpoint::deserialize(checkpoint).map_err(|error| SinkError::Foreign {
                name: self.name.clone(),
                what: format!("its checkpoint cannot be read ({error}); write into a new dataset"),
            })?;
        Ok(Some(checkpoint))
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<(), SinkError> {
        self.writer()?;
        if let Some(provisional) = &mut self.provisional {
            provisional.take(rows)?;
        }
        let pushed = self.writer()?.push(rows.clone());
        pushed.map_err(|error| self.error(error))
    }

    fn begin_provisional(&mut self, same_names: bool) -> Result<(), SinkError> {
        if let Some(duplicates_on) = &self.settings.duplicates_on {
            self.provisional = Some(Provisional::new(
                &self.name,
                &self.stream,
                &self.order,
                duplicates_on,
                same_names,
                &self.holder,
            )?);
        }
        Ok(())
    }

    fn commit(&mut self, checkpoint: &Checkpoint) -> Result<Committed, SinkError> {
        let value = serde_json::to_value(checkpoint).map_err(|error| failed(&self.name, error))?;
        let provisional = match &self.provisional {
            Some(provisional) => provisional.saved()?,
            None => None,
        };
        self.writer()?;
        let State::Writing(writer) = std::mem::replace(&mut self.state, State::Failed) else {
            return Ok(Committed::default());
        };
        let patch = MetadataPatch::from([
            (CHECKPOINT_KEY.to_owned(), Some(value.clone())),
            (PROVISIONAL_KEY.to_owned(), provisional.clone()),
        ]);
        let report = writer.commit(patch).map_err(|error| self.error(error))?;
        self.state = State::Idle;
        self.checkpoint = Some(value);
        self.before = provisional;
        self.provisional = None;
        Ok(Committed {
            version: Some(report.version.0),
            rows: report.rows,
        })
    }

    fn keeps_checkpoints(&self) -> bool {
        true
    }

    fn replaces(&self) -> bool {
        self.settings.duplicates_on.is_some()
    }
}
