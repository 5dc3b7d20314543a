//! From a pipeline file to a pipeline.

use std::io::{Read, Write};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow_schema::{DataType, TimeUnit};
use weir_memory::{HolderName, Refusal};
use weir_store::{
    Key, LateRows, OrderRange, RowGroupTarget, Settings, Snapshot, Store, VersionRef,
};
use weir_yaml::{Code, Document as _, Mistakes, Report, Said, plain_words};

use super::PipelineFile;
use super::bars::BarsStep;
use super::built::{Built, FollowTarget, Follower};
use super::code::{CANNOT_OPEN, DOES_NOT_SUIT};
use super::dry::DrySink;
use super::follow::{Chain, Following};
use super::graph::{Giver, Givers};
use super::hold::Firing;
use super::join::{How, JoinStep};
use super::sink::{StoreTarget, Target};
use super::source::{Order, SourceSpec, StoreSource as StoreSpec};
use super::step::Work;
use super::words::{Comparison, RowGroup, Span, Test};
use crate::bars::{
    BarColumn, BarFunctions, BarsOperator, BarsSpec, Binning, Function, Period, Resolution,
    RowFilter,
};
use crate::{
    AsofJoin, Buffer, BuildError, Columns, CsvOptions, Distance, EqualJoin, FileSink, Filter,
    IntervalJoin, Limits, MakeOperator, MakeSink, NodeOptions, OpenedRows, Operator, OperatorError,
    Pipeline, PipelineBuilder, Port, Predicate, Registry, RowFormat, Setting, Sort, Source,
    SourceError, Split, StoreOptions, StoreSink, StoreSource, StreamError, StreamSchema, Union,
    WriterSink, open_rows, read_rows_once,
};

mod sinks;
mod steps;

use steps::*;

/// What a pipeline file is built with.
pub struct Surroundings {
    /// The folder that paths in the file start from: the file's own.
    pub folder: PathBuf,
    /// Operators of one's own.
    pub registry: Arc<Registry>,
    /// Binning and other functions of one's own for bars.
    pub functions: BarFunctions,
    /// Standard input, for a source of kind `stdin`; without it such a source cannot be opened.
    pub stdin: Option<Box<dyn Read + Send>>,
    /// Standard output, for a sink of kind `stdout`.
    pub stdout: Option<Box<dyn Write + Send>>,
    /// Sinks are left out: nothing is created or written, and the pipeline's rows go nowhere.
    pub dry: bool,
    /// Rows go through it as a stream with checkpoints, even where its bars could follow a dataset.
    pub streamed: bool,
}

impl Surroundings {
    /// With this folder and nothing else.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            registry: Arc::new(Registry::new()),
            functions: BarFunctions::new(),
            stdin: None,
            stdout: None,
            dry: false,
            streamed: false,
        }
    }
}

/// Why a pipeline file does not become a pipeline.
#[derive(Debug, thiserror::Error)]
pub enum BuildFileError {
    /// Something in the file does not suit what it names; with line, column and remedy.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    /// Memory is short.
    #[error(transparent)]
    Memory(#[from] Refusal),
}

impl PipelineFile {
    /// Opens the sources, makes the steps and the sinks.
    ///
    /// # Errors
    ///
    /// [`BuildFileError`]: everything that cannot be opened at once, or the first step that does not suit its rows, at its place in the
    /// file.
    pub fn build(&self, around: Surroundings, setting: &Setting) -> Result<Built, BuildFileError> {
        let mut build = Building {
            file: self,
            givers: Givers::of(self),
            report: Report::new(&self.places.text, PipelineFile::FORMAT),
            around,
            setting,
            notes: Vec::new(),
            types: vec![None; self.sources.len()],
        };
        let following = match build.around.streamed {
            true => Err("it was asked for as a stream".to_owned()),
            false => self.following(),
        };
        let chain = following.as_ref().ok();
        let result = build.all(chain);
        let notes = std::mem::take(&mut build.notes);
        match result {
            Ok((pipeline, rows, follower)) => Ok(Built {
                pipeline,
                notes,
                // An update reads what is touched, which is known only then.
                rows: rows.filter(|_| follower.as_ref().is_none_or(Follower::begins)),
                following: Following::of(following.as_ref()),
                follower,
            }),
            Err(Some(refusal)) => Err(refusal.into()),
            Err(None) => Err(build.report.into_mistakes(&self.places.source_name).into()),
        }
    }

    /// Removes what earlier runs left in its stores' datasets, so that the next run begins at the beginning. Other sinks are replaced by
    /// every run.
    ///
    /// # Errors
    ///
    /// Where a store cannot be opened or a dataset not removed.
    pub fn start_over(&self, folder: &Path) -> Result<u64, weir_store::OpenError> {
        let mut removed = 0;
        for (_, sink) in &self.sinks {
            let Target::Store(target) = &sink.to else {
                continue;
            };
            let store = Store::open(folder.join(&target.store))?;
            let key = store.key_schema().parse_key(&target.key).map_err(|error| {
                weir_store::OpenError::Invalid {
                    reason: error.to_string(),
                }
            })?;
            match store.remove(&key) {
                Ok(_) => removed += 1,
                Err(weir_store::OpenError::NoDataset { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }

    /// What results depend on: everything but where rows go, texts, limits, and the versions of the sources, which the positions know.
    pub(super) fn identity(&self) -> String {
        let mut sources = self.sources.clone();
        for (_, source) in &mut sources {
            if let SourceSpec::Store(store) = source {
                store.version = Said::default();
            }
        }
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|(name, step)| (name, &step.work, step.firing.accumulate))
            .collect();
        format!("{sources:?} {steps:?}")
    }
}

struct Building<'a> {
    file: &'a PipelineFile,
    givers: Givers<'a>,
    report: Report<'a>,
    around: Surroundings,
    setting: &'a Setting,
    notes: Vec<String>,
    /// The order columns' types of the sources.
    types: Vec<Option<DataType>>,
}

/// Nothing: mistakes were reported.
type Failed = Option<Refusal>;

impl Building<'_> {
    fn all(
        &mut self,
        chain: Option<&Chain<'_>>,
    ) -> Result<(Pipeline, Option<u64>, Option<Follower>), Failed> {
        let mut builder = Pipeline::builder(&self.file.name).identity(&self.file.identity());
        let mut opened = Vec::new();
        for (index, (name, source)) in self.file.sources.iter().enumerate() {
            match self.source(name, source) {
                Ok(source) => {
                    self.types[index] = source.stream().order_type().cloned();
                    opened.push(source);
                }
                Err(SourceError::Memory(refusal)) => return Err(Some(refusal)),
                Err(error) => {
                    let path = match source {
                        SourceSpec::Store(_) => format!("sources.{name}.store"),
                        SourceSpec::Stdin(_) => format!("sources.{name}"),
                        _ => format!("sources.{name}.path"),
                    };
                    self.mistake(
                        CANNOT_OPEN,
                        &path,
                        &error,
                        "check the path and the keys beside it",
                    );
                }
            }
        }
        if !self.report.is_empty() {
            return Err(None);
        }
        let rows = opened.iter().map(|source| source.total_rows()).sum();
        for ((name, spec), source) in self.file.sources.iter().zip(opened) {
            let sort = order_of(spec).and_then(|order| {
                let by = order.column()?;
                (!order.sorted).then(|| by.to_owned())
            });
            let Some(by) = sort else {
                builder = builder.source_boxed(name, source);
                continue;
            };
            let raw = raw_name(name);
            builder = builder.source_boxed(&raw, source);
            let make = move |inputs: &[StreamSchema]| -> Result<Box<dyn Operator>, OperatorError> {
                Ok(Box::new(Sort::new(inputs, &by)?))
            };
            let port = Port::from(raw.as_str());
            builder = builder.operator(name, [port], make, NodeOptions::default());
        }
        for (name, step) in &self.file.steps {
            let inputs: Vec<Port> = step
                .inputs()
                .iter()
                .map(|(_, from)| self.port(from))
                .collect();
            let options = NodeOptions {
                limits: self.limits(name, &step.firing)?,
                accumulate: step.firing.accumulate,
                ways: step.ways().len().max(1),
            };
            let make = self.make(name, &step.work)?;
            builder = builder.operator_boxed(name, inputs, make, options);
        }
        let follower = match chain {
            Some(chain) if !self.around.dry => Some(self.follower(chain)?),
            _ => None,
        };
        builder = self.sinks(builder, follower.is_some())?;
        match builder.build(self.setting) {
            Ok(pipeline) => Ok((pipeline, rows, follower)),
            Err(BuildError::Memory(refusal)) => Err(Some(refusal)),
            Err(error) => {
                let node = match &error {
                    BuildError::Operator { node, .. }
                    | BuildError::Sink { node, .. }
                    | BuildError::EventTime { node, .. }
                    | BuildError::Nowhere { node, .. } => node.clone(),
                    _ => String::new(),
                };
                let message = match &error {
                    BuildError::Operator { source, .. } => source.to_string(),
                    BuildError::Sink { source, .. } => source.to_string(),
                    other => other.to_string(),
                };
                let is_sink = self.file.sinks.iter().any(|(name, _)| *name == node);
                let path = self.path_of(&node, &error);
                let code = if is_sink { CANNOT_OPEN } else { DOES_NOT_SUIT };
                let remedy = match missing_column(&error) {
                    Some((column, columns)) => {
                        let known: Vec<&str> = columns.iter().map(String::as_str).collect();
                        match weir_yaml::nearest(column, &known) {
                            Some(meant) => meant.to_owned(),
                            None => {
                                "name a column that is there, or add it in a step before".to_owned()
                            }
                        }
                    }
                    None => "`weir flow explain` shows the columns of every step".to_owned(),
                };
                self.mistake(code, &path, message, &remedy);
                Err(None)
            }
        }
    }

    /// Where in the file a part of the pipeline stands.
    fn path_of(&self, node: &str, error: &BuildError) -> String {
        let parts = [
            (
                "sources",
                self.file.sources.iter().any(|(name, _)| name == node),
            ),
            (
                "sinks",
                self.file.sinks.iter().any(|(name, _)| name == node),
            ),
            (
                "steps",
                self.file.steps.iter().any(|(name, _)| name == node),
            ),
        ];
        let Some((part, _)) = parts.iter().find(|(_, is)| *is) else {
            return "name".to_owned();
        };
        let own = format!("{part}.{node}");
        // The value that names the column, if one does.
        if let Some((column, _)) = missing_column(error) {
            let mut inside = self
                .file
                .places
                .places
                .iter()
                .filter(|(path, _)| path.starts_with(&format!("{own}.")));
            let found = inside.find(|(_, place)| {
                let line = self.report.line(place.line);
                let text: String = line.chars().skip(place.column.saturating_sub(1)).collect();
                text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .any(|word| word == column)
            });
            if let Some((path, _)) = found {
                return path.clone();
            }
        }
        own
    }

    fn mistake(&mut self, code: Code, path: &str, message: impl ToString, remedy: &str) {
        let mut at = path;
        let place = loop {
            if let Some(place) = self.file.places.places.get(at) {
                break *place;
            }
            match at.rfind(['.', '[']) {
                Some(end) => at = &at[..end],
                None => break weir_yaml::Place::START,
            }
        };
        let message: String = message
            .to_string()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(2000)
            .collect();
        self.report.add(code, path, place, message, remedy);
    }

    fn holder(&self, name: &str) -> weir_memory::Holder {
        let name = HolderName::new(
            self.setting.run_name(),
            self.file.name.clone(),
            name.to_owned(),
        );
        self.setting.budget().holder(name)
    }

    fn source(&mut self, name: &str, spec: &SourceSpec) -> Result<Box<dyn Source>, SourceError> {
        let holder = self.holder(name);
        let opened: OpenedRows = match spec {
            SourceSpec::Parquet(file) => {
                let path = self.around.folder.join(&file.path);
                open_rows(
                    &path,
                    Some(RowFormat::Parquet),
                    csv(&file.order, &[], b','),
                    holder,
                )?
            }
            SourceSpec::Arrow(file) => {
                let path = self.around.folder.join(&file.path);
                open_rows(
                    &path,
                    Some(RowFormat::ArrowFile),
                    csv(&file.order, &[], b','),
                    holder,
                )?
            }
            SourceSpec::Csv(file) => {
                let path = self.around.folder.join(&file.path);
                let options = csv(&file.order, &file.types, file.delimiter.byte());
                open_rows(&path, Some(RowFormat::Csv), options, holder)?
            }
            SourceSpec::Stdin(stdin) => {
                let format = if stdin.format == 0 {
                    RowFormat::Csv
                } else {
                    RowFormat::ArrowStream
                };
                let options = csv(&stdin.order, &stdin.types, stdin.delimiter.byte());
                let reader = self.around.stdin.take().ok_or_else(|| SourceError::Read {
                    name: "standard input".to_owned(),
                    source: "it is looked at only when the pipeline runs".into(),
                })?;
                read_rows_once("standard input", reader, format, options)?
            }
            SourceSpec::Store(store) => return Ok(Box::new(self.dataset(store, holder)?)),
        };
        if !opened.inferred.is_empty() {
            self.notes.push(format!(
                "{name}: inferred from its first lines: {}; `types:` sets them",
                opened.inferred.join(", ")
            ));
        }
        Ok(opened.source)
    }

    fn dataset(
        &self,
        spec: &StoreSpec,
        holder: weir_memory::Holder,
    ) -> Result<StoreSource, SourceError> {
        let (snapshot, options) = self.snapshot(spec)?;
        StoreSource::open(snapshot, options, holder)
    }

    /// The version of a dataset that is read, and what of it.
    fn snapshot(&self, spec: &StoreSpec) -> Result<(Snapshot, StoreOptions), SourceError> {
        let path = self.around.folder.join(&spec.store);
        let name = format!("{} {}", path.display(), spec.key);
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| SourceError::Read {
            name: name.clone(),
            source: error,
        };
        let store = Store::open(&path).map_err(|error| failed(Box::new(error)))?;
        let key = store.key_schema().parse_key(&spec.key);
        let key: Key = key.map_err(|error| failed(Box::new(error)))?;
        let dataset = store
            .dataset(&key)
            .map_err(|error| failed(Box::new(error)))?;
        let version = match &spec.version.0 {
            None => VersionRef::Latest,
            Some(version) => match version.0.parse::<u64>() {
                Ok(number) => VersionRef::Number(weir_store::Version(number)),
                Err(_) => VersionRef::Name(version.0.clone()),
            },
        };
        let snapshot = dataset
            .snapshot_at(version)
            .map_err(|error| failed(Box::new(error)))?;
        let order_type = snapshot.order_type();
        let bound = |said: &Said<super::words::Plain>| match &said.0 {
            Some(text) => order_type
                .parse(&text.0)
                .map(Some)
                .map_err(|error| failed(Box::new(error))),
            None => Ok(None),
        };
        let options = StoreOptions {
            range: OrderRange {
                start: bound(&spec.from)?.map_or(Bound::Unbounded, Bound::Included),
                end: bound(&spec.to)?.map_or(Bound::Unbounded, Bound::Excluded),
            },
            columns: (!spec.columns.is_empty()).then(|| spec.columns.clone()),
        };
        Ok((snapshot, options))
    }

    /// What brings the bars of a chain up to date.
    fn follower(&mut self, chain: &Chain<'_>) -> Result<Follower, Failed> {
        let mut targets = Vec::new();
        for (name, target) in &chain.targets {
            let Some((store, key)) = self.store(name, target) else {
                continue;
            };
            let from = &self.file.sinks.iter().find(|(sink, _)| sink == name);
            let settings = from.and_then(|(_, sink)| self.settings(target, &sink.from));
            targets.push(FollowTarget {
                name: (*name).to_owned(),
                store,
                key,
                settings,
            });
        }
        if !self.report.is_empty() {
            return Err(None);
        }
        let (snapshot, source) = match self.snapshot(chain.source.1) {
            Ok(opened) => opened,
            Err(error) => {
                let path = format!("sources.{}.store", chain.source.0);
                self.mistake(
                    CANNOT_OPEN,
                    &path,
                    error,
                    "check the path and the keys beside it",
                );
                return Err(None);
            }
        };
        let (step, filters) = (chain.bars.1.clone(), chain.filters.concat());
        Ok(Follower {
            described: self.file.identity(),
            source_name: chain.source.0.to_owned(),
            step_name: chain.bars.0.to_owned(),
            describe: Box::new(move |input| {
                let filter = filter_of("filter", predicates(input, &filters)?);
                Ok((bars(&step, input)?, (!filters.is_empty()).then_some(filter)))
            }),
            functions: self.around.functions.clone(),
            snapshot,
            source,
            targets,
            holder: self.holder(chain.bars.0),
            files: Arc::clone(&self.setting.files),
            spill: self.setting.spill.clone(),
        })
    }

    /// A way out, by a name that has been checked.
    fn port(&self, from: &str) -> Port {
        match self.givers.resolve(from) {
            Ok((giver, way)) => Port::way(self.givers.name(giver), way),
            Err(_) => Port::from(from),
        }
    }

    fn limits(&mut self, name: &str, firing: &Firing) -> Result<Limits, Failed> {
        let Some(hold) = &firing.hold else {
            return Ok(Limits::default());
        };
        let mut limits = match hold.bytes.0 {
            None if hold.arrivals == 0 && hold.rows == 0 && hold.event_time.0.is_none() => {
                Limits::default()
            }
            None => Limits::unbounded(),
            Some(size) => limited(Limits::unbounded().bytes(size.0)),
        };
        if hold.arrivals > 0 {
            limits = limited(limits.every(hold.arrivals.into()));
        }
        if hold.rows > 0 {
            limits = limited(limits.rows(hold.rows.into()));
        }
        if let Some(span) = hold.event_time.0 {
            let units = match span {
                Span::Units(units) => i64::try_from(units).ok(),
                Span::Nanoseconds(span) => self.unit(name).and_then(|unit| {
                    let whole = span.is_multiple_of(unit).then_some(span / unit);
                    whole.and_then(|units| i64::try_from(units).ok())
                }),
            };
            match units {
                Some(units) if units > 0 => limits = limited(limits.event_time(units)),
                _ => {
                    let path = format!("steps.{name}.hold.event_time");
                    self.mistake(
                        DOES_NOT_SUIT,
                        &path,
                        "is no whole number of the order column's units above 0",
                        "write a number of its units",
                    );
                    return Err(None);
                }
            }
        }
        Ok(if hold.soft { limits.soft() } else { limits })
    }

    /// The unit of the order column of the source that a step's rows come from, nanoseconds.
    fn unit(&self, step: &str) -> Option<u64> {
        let mut giver = self.givers.by_name(step)?;
        for _ in 0..=self.file.steps.len() {
            match giver {
                Giver::Source(index) => return nanoseconds(self.types[index].as_ref()?),
                Giver::Step(index) => {
                    let (_, from) = self.file.steps[index].1.inputs().into_iter().next()?;
                    let from = from.split('.').next().unwrap_or(from).to_owned();
                    giver = self.givers.by_name(&from)?;
                }
            }
        }
        None
    }

    fn make(&mut self, name: &str, work: &Work) -> Result<Box<dyn MakeOperator>, Failed> {
        Ok(match work.clone() {
            Work::Filter { filter, .. } => make(move |inputs| {
                let predicates = predicates(&inputs[0], &filter)?;
                Ok(Box::new(Filter::all(inputs, predicates)?))
            }),
            Work::Columns(step) => make(move |inputs| {
                let input = &inputs[0];
                let mut columns = if step.keep.is_empty() && step.rename.is_empty() {
                    Columns::all(input)
                } else {
                    Columns::of(input)
                };
                for column in &step.keep {
                    columns = columns.keep(column)?;
                }
                for (new, column) in &step.rename {
                    columns = columns.keep_as(column, new)?;
                }
                for (new, said) in &step.compute {
                    if let Some(compute) = &said.0 {
                        columns = columns.compute(
                            new,
                            &compute.left,
                            &compute.operator,
                            &compute.right,
                        )?;
                    }
                }
                Ok(Box::new(columns.map()?))
            }),
            Work::Buffer { .. } => make(|inputs| Ok(Box::new(Buffer::new(inputs)?))),
            Work::Bars(step) => {
                let functions = self.around.functions.clone();
                make(move |inputs| {
                    let spec = bars(&step, &inputs[0])?;
                    Ok(Box::new(BarsOperator::new(&spec, &inputs[0], &functions)?))
                })
            }
            Work::Join(step) => join(&step),
            Work::Sort { by, .. } => make(move |inputs| Ok(Box::new(Sort::new(inputs, &by)?))),
            Work::Split(step) => make(move |inputs| {
                let ways: Vec<_> = step.ways.iter().map(|(_, said)| said.clone()).collect();
                let predicates = predicates(&inputs[0], &ways)?;
                Ok(Box::new(Split::new(inputs, predicates)?))
            }),
            Work::Union { .. } => make(|inputs| Ok(Box::new(Union::new(inputs)?))),
            Work::Registered(step) => {
                let registry = Arc::clone(&self.around.registry);
                if let Err(error) = registry.get(&step.operator) {
                    let path = format!("steps.{name}.operator");
                    let names: Vec<&str> = registry.names().collect();
                    let remedy = match weir_yaml::nearest(&step.operator, &names) {
                        Some(meant) => meant.to_owned(),
                        None => "operators of one's own are registered by a program; the command line has none".to_owned(),
                    };
                    self.mistake(DOES_NOT_SUIT, &path, error, &remedy);
                    return Err(None);
                }
                make(move |inputs| {
                    let options = step.options.iter().map(|(key, said)| {
                        let value = said.0.as_ref().map(|value| value.0.clone());
                        (key.clone(), serde_json::Value::from(value))
                    });
                    let options = serde_json::Value::Object(options.collect());
                    let operator = registry
                        .get(&step.operator)
                        .map_err(|error| OperatorError::User(Box::new(error)))?;
                    operator(inputs, &options)
                })
            }
        })
    }
}

/// The column that is not there, and those that are.
fn missing_column(error: &BuildError) -> Option<(&str, &[String])> {
    let BuildError::Operator { source, .. } = error else {
        return None;
    };
    match &**source {
        OperatorError::Stream(StreamError::NoColumn { column, columns }) => Some((column, columns)),
        _ => None,
    }
}

/// The name of a source whose rows are sorted under its own.
fn raw_name(name: &str) -> String {
    format!("{name}:unsorted")
}

fn order_of(source: &SourceSpec) -> Option<&Order> {
    match source {
        SourceSpec::Parquet(file) | SourceSpec::Csv(file) | SourceSpec::Arrow(file) => {
            Some(&file.order)
        }
        SourceSpec::Stdin(stdin) => Some(&stdin.order),
        SourceSpec::Store(_) => None,
    }
}

fn csv(order: &Order, types: &[(String, Said<crate::ColumnType>)], delimiter: u8) -> CsvOptions {
    let types = types
        .iter()
        .filter_map(|(name, said)| Some((name.clone(), said.0.clone()?.0)));
    CsvOptions {
        delimiter,
        types: types.collect(),
        order_by: order.column().filter(|_| order.sorted).map(str::to_owned),
        ..CsvOptions::default()
    }
}

/// Limits that the file's own checks have found valid.
fn limited(limits: Result<Limits, crate::LimitError>) -> Limits {
    limits.unwrap_or_default()
}
