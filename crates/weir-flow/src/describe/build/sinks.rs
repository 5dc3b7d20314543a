//! The sinks of a pipeline file.

use super::*;

impl Building<'_> {
    /// The sinks; those of a pipeline that is followed have been opened, and are written by the follower.
    pub(super) fn sinks(
        &mut self,
        mut builder: PipelineBuilder,
        followed: bool,
    ) -> Result<PipelineBuilder, Failed> {
        for (name, sink) in &self.file.sinks {
            let port = self.port(&sink.from);
            if self.around.dry || followed {
                if let (Target::Store(target), false) = (&sink.to, followed) {
                    self.store(name, target);
                }
                builder = builder.sink_boxed(name, port, Box::new(DrySink));
                continue;
            }
            let make: Box<dyn MakeSink> = match &sink.to {
                Target::Parquet(path) => self.file_sink(path, RowFormat::Parquet),
                Target::Csv(path) => self.file_sink(path, RowFormat::Csv),
                Target::Arrow(path) => self.file_sink(path, RowFormat::ArrowFile),
                Target::Stdout(format) => {
                    let format = if *format == 0 {
                        RowFormat::Csv
                    } else {
                        RowFormat::ArrowStream
                    };
                    let Some(bytes) = self.around.stdout.take() else {
                        self.mistake(
                            CANNOT_OPEN,
                            &format!("sinks.{name}"),
                            "standard output is not to be written here",
                            "write into a file",
                        );
                        continue;
                    };
                    Box::new(WriterSink::new("standard output", format, bytes))
                }
                Target::Store(target) => {
                    let Some((store, key)) = self.store(name, target) else {
                        continue;
                    };
                    let mut made = StoreSink::new(store, key);
                    if let Some(settings) = self.settings(target, &sink.from) {
                        made = made.settings(settings);
                    }
                    Box::new(made)
                }
            };
            builder = builder.sink_boxed(name, port, make);
        }
        if self.report.is_empty() {
            Ok(builder)
        } else {
            Err(None)
        }
    }

    pub(super) fn file_sink(&self, path: &str, format: RowFormat) -> Box<dyn MakeSink> {
        Box::new(FileSink::new(self.around.folder.join(path), format))
    }

    pub(super) fn store(&mut self, name: &str, target: &StoreTarget) -> Option<(Store, Key)> {
        let path = self.around.folder.join(&target.store);
        let store = match Store::open(&path) {
            Ok(store) => store,
            Err(error) => {
                let remedy = format!("weir store create {} --keys …", path.display());
                self.mistake(CANNOT_OPEN, &format!("sinks.{name}.store"), error, &remedy);
                return None;
            }
        };
        match store.key_schema().parse_key(&target.key) {
            Ok(key) => Some((store, key)),
            Err(error) => {
                let remedy = format!(
                    "write a key of {}",
                    plain_words(&store.key_schema().to_string())
                );
                self.mistake(CANNOT_OPEN, &format!("sinks.{name}.key"), error, &remedy);
                None
            }
        }
    }

    /// The settings of a dataset, if the file says any or its rows are bars, which a later run replaces.
    pub(super) fn settings(&self, target: &StoreTarget, from: &str) -> Option<Settings> {
        let mut settings = Settings::default();
        let given =
            target.row_group.0.is_some() || !target.duplicates_on.is_empty() || target.late != 0;
        match &target.row_group.0 {
            Some(RowGroup::Rows(rows)) => settings.row_group = RowGroupTarget::Rows(rows.get()),
            Some(RowGroup::Period(period)) => {
                settings.row_group = RowGroupTarget::Period(period.clone())
            }
            None => {}
        }
        if target.late == 1 {
            settings.late_rows = LateRows::Beside;
        }
        settings.duplicates_on = match &target.duplicates_on[..] {
            [] => self.labels(from),
            columns => Some(columns.to_vec()),
        };
        (given || settings.duplicates_on.is_some()).then_some(settings)
    }

    /// The columns that with the label name a bar, where `from` are bars.
    pub(super) fn labels(&self, from: &str) -> Option<Vec<String>> {
        let (Giver::Step(index), way) = self.givers.resolve(from).ok()? else {
            return None;
        };
        let Work::Bars(step) = &self.file.steps[index].1.work else {
            return None;
        };
        let mut columns = step.keys.clone();
        match step.resolutions.get(way) {
            Some((_, resolution)) if resolution.rows > 0 => columns.insert(0, "bin".to_owned()),
            Some(_) => {}
            None => columns.insert(0, "bar".to_owned()),
        }
        Some(columns)
    }
}
