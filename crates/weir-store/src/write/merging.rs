//! One attempt of a write: new rows and stored ones into new files.

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use weir_memory::Holder;

use super::{
    Feed, Output, WriteError,
    feed::Until,
    late::{Late, decide},
    replaced::Replaced,
};
use crate::{
    commit::Writing,
    data::DataError,
    manifest::{FileEntry, LateRows, Place, RowGroupTarget, Settings},
    merge::{Duplicates, FileFacts, Input, Merge, Rows, Span, Spans, Target, plan},
    order::{OrderColumn, OrderType, OrderValue},
    scan::{Chain, ChainOptions, OrderRange},
    snapshot::Snapshot,
    sort::Sorted,
    storage::ReadCounter,
};

/// Rows of a batch inside a write.
const BATCH_ROWS: usize = 8192;
/// Rows of a late file at most, so that encoding it takes bounded memory.
const LATE_FILE_ROWS: u64 = 1 << 20;

/// What a write works with.
pub(crate) struct Job<'a> {
    pub(crate) base: &'a Snapshot,
    pub(crate) settings: &'a Settings,
    pub(crate) holder: &'a Holder,
    pub(crate) counter: ReadCounter,
    pub(crate) target: Target,
    pub(crate) order_type: OrderType,
    pub(crate) order_column: usize,
    /// Stored rows that are removed.
    pub(crate) replaced: Replaced,
}

/// The target in the form that planning needs.
pub(crate) fn target(settings: &Settings, order_type: &OrderType) -> Result<Target, WriteError> {
    match &settings.row_group {
        RowGroupTarget::Rows(0) => Err(WriteError::Settings {
            why: "a row-group target of 0 rows; it has to be 1 at least".to_owned(),
        }),
        RowGroupTarget::Rows(rows) => Ok(Target::Rows(*rows)),
        RowGroupTarget::Period(period) => {
            let period: crate::merge::Period = period.parse()?;
            period.check(order_type)?;
            Ok(Target::Period(period, order_type.clone()))
        }
    }
}

pub(crate) fn facts(files: &[FileEntry]) -> Vec<FileFacts> {
    files
        .iter()
        .map(|file| FileFacts {
            rows: file.rows,
            min: file.min.clone(),
            max: file.max.clone(),
        })
        .collect()
}

impl<'a> Job<'a> {
    pub(crate) fn new(
        writing: &'a Writing,
        settings: &'a Settings,
        holder: &'a Holder,
    ) -> Result<Self, WriteError> {
        let base = writing.base();
        let order_type = base.order_type();
        Ok(Self {
            base,
            settings,
            holder,
            counter: ReadCounter::new(),
            target: target(settings, &order_type)?,
            order_column: base
                .schema
                .index_of(&base.order_column)
                .map_err(DataError::unsupported)?,
            order_type,
            replaced: Replaced::default(),
        })
    }

    fn chain_options(&self, schema: &SchemaRef) -> ChainOptions {
        ChainOptions {
            schema: schema.clone(),
            range: OrderRange::all(),
            batch_rows: BATCH_ROWS,
            holder: self.holder.clone(),
            counter: self.counter.clone(),
            prune: Vec::new(),
        }
    }

    /// Rows of files that follow each other.
    pub(crate) fn stored(&self, files: &[FileEntry]) -> Rows<'static> {
        let options = self.chain_options(&self.base.schema);
        let rows = Box::new(Chain::new(self.base, files.to_vec(), options));
        self.replaced
            .left(rows, &self.order_type, self.order_column)
    }

    fn duplicates(&self) -> Result<Option<Duplicates>, DataError> {
        self.settings
            .duplicates_on
            .as_ref()
            .map(|names| Duplicates::new(&self.base.schema, self.order_column, names))
            .transpose()
    }

    pub(crate) fn merge<'r>(
        &self,
        inputs: Vec<Input<'r>>,
        keep_last: bool,
    ) -> Result<Merge<'r>, DataError> {
        Merge::new(
            &self.base.schema,
            &self.order_type,
            self.order_column,
            inputs,
            if keep_last { self.duplicates()? } else { None },
            BATCH_ROWS,
            self.holder,
        )
    }

    /// The rows of late files and the new ones as one sequence, nothing replaced yet.
    pub(crate) fn feed<'r>(
        &self,
        late: &[FileEntry],
        new: Option<&'r Sorted>,
    ) -> Result<Feed<'r>, DataError> {
        let mut inputs: Vec<Input<'r>> = late
            .iter()
            .map(|file| Input {
                rows: self.stored(std::slice::from_ref(file)),
                replaces: true,
            })
            .collect();
        if let Some(new) = new {
            inputs.push(Input {
                rows: Box::new(new.rows()?),
                replaces: true,
            });
        }
        let rows: Rows<'r> = if inputs.len() == 1 {
            inputs.remove(0).rows
        } else {
            Box::new(self.merge(inputs, false)?)
        };
        Ok(Feed::new(rows, &self.order_type, self.order_column))
    }

    /// Writes the new rows. Returns the names of the files that are replaced.
    pub(crate) fn write(
        &self,
        new: &Sorted,
        output: &mut Output<'_>,
    ) -> Result<Vec<String>, WriteError> {
        let late = self.base.late_files();
        let as_ever = self.settings.duplicates_on == self.base.settings.duplicates_on;
        if !as_ever && !late.is_empty() {
            // They mean what the dataset's settings say, the new rows what this write says.
            return Err(WriteError::Settings {
                why: "late rows are beside the files, and this write finds duplicates by other columns than the dataset; compact the dataset first".to_owned(),
            });
        }
        if !self.replaced.is_empty() {
            return self.merge_in(late, new, output);
        }
        let beside = self.settings.late_rows == LateRows::Beside && as_ever;
        if beside && let Some(removed) = self.beside(late, new, output)? {
            return Ok(removed);
        }
        // Without new rows late files stay where they are, unless this write is about merging them.
        let fold = if new.is_empty() && beside { &[] } else { late };
        self.merge_in(fold, new, output)
    }

    /// Merges the rows of late files and the new ones into the files that they belong to.
    fn merge_in(
        &self,
        late: &[FileEntry],
        new: &Sorted,
        output: &mut Output<'_>,
    ) -> Result<Vec<String>, WriteError> {
        let base = self.base.base_files();
        let facts = facts(base);
        let mut spans = Spans::new(&facts, self.settings.duplicates_on.is_some());
        new.count(&mut spans)?;
        self.count_late(late, &mut spans)?;
        let spans = self.replaced.touching(&facts, spans.finish());
        let mut feed = self.feed(late, Some(new))?;
        let mut removed: Vec<String> = late.iter().map(|file| file.name.clone()).collect();
        removed.extend(self.regions(&spans, &mut feed, output)?);
        feed.all_taken()?;
        Ok(removed)
    }

    fn count_late(&self, late: &[FileEntry], spans: &mut Spans<'_>) -> Result<(), DataError> {
        let field = self.base.schema.field(self.order_column).clone();
        let mut fields = vec![field];
        for name in self.replaced.columns() {
            if *name != self.base.order_column {
                let field = self.base.schema.field_with_name(name);
                fields.push(field.map_err(DataError::unsupported)?.clone());
            }
        }
        let order_only: SchemaRef = std::sync::Arc::new(Schema::new(fields));
        for file in late {
            if self.replaced.is_empty() && spans.same_place(&file.min, &file.max) {
                spans.add_range(file.rows, &file.min, &file.max);
                continue;
            }
            let options = self.chain_options(&order_only);
            let rows = Box::new(Chain::new(self.base, [file.clone()], options));
            for batch in self.replaced.left(rows, &self.order_type, 0) {
                spans.add(&OrderColumn::new(&self.order_type, batch?.column(0))?);
            }
        }
        Ok(())
    }

    fn regions(
        &self,
        spans: &[Span],
        feed: &mut Feed<'_>,
        output: &mut Output<'_>,
    ) -> Result<Vec<String>, DataError> {
        let base = self.base.base_files();
        let regions = plan(
            &facts(base),
            spans,
            &self.target,
            self.settings.max_off_target,
        );
        let mut removed = Vec::new();
        for region in regions {
            let files = &base[region.files.clone()];
            removed.extend(files.iter().map(|file| file.name.clone()));
            let inputs = vec![
                Input {
                    rows: self.stored(files),
                    replaces: false,
                },
                Input {
                    rows: Box::new(feed.portion(Until::Rows(region.rows))),
                    replaces: true,
                },
            ];
            let next = base.get(region.files.end);
            output.write_base(self.merge(inputs, true)?, &self.target, next)?;
        }
        Ok(removed)
    }

    /// Rows that are older than the stored ones go beside them, the others behind. Nothing when it is time to fold late rows in.
    fn beside(
        &self,
        late: &[FileEntry],
        new: &Sorted,
        output: &mut Output<'_>,
    ) -> Result<Option<Vec<String>>, WriteError> {
        let base = self.base.base_files();
        let (Some(last), Some((least, _))) = (base.last(), new.range()) else {
            return Ok(None);
        };
        let behind = self.behind(last, late);
        let below = match &behind {
            Until::Below(value) => *least < *value,
            Until::UpTo(value) => *least <= *value,
            Until::Rows(_) | Until::End => false,
        };
        if !below && late.is_empty() {
            return Ok(None);
        }
        let mut removed = Vec::new();
        let mut feed = self.feed(&[], Some(new))?;
        let mut behind_rows = new.len();
        if below {
            let late_rows = self.count_below(new, &behind)?;
            behind_rows -= late_rows;
            let from = late.iter().map(|file| &file.min).chain([least]).min();
            let among: u64 = base
                .iter()
                .filter(|file| from.is_some_and(|from| file.max >= *from))
                .map(|file| file.rows)
                .sum();
            let rows: Vec<u64> = late.iter().map(|file| file.rows).collect();
            let absorbed = match decide(&rows, late_rows, among) {
                Late::Fold => return Ok(None),
                Late::Beside { absorb } => &late[late.len() - absorb..],
            };
            let mut inputs: Vec<Input<'_>> = absorbed
                .iter()
                .map(|file| Input {
                    rows: self.stored(std::slice::from_ref(file)),
                    replaces: true,
                })
                .collect();
            inputs.push(Input {
                rows: Box::new(feed.portion(behind)),
                replaces: true,
            });
            let merged = self.merge(inputs, true)?;
            output.write(merged, &Target::Rows(LATE_FILE_ROWS), Place::Late)?;
            removed.extend(absorbed.iter().map(|file| file.name.clone()));
        }
        if let (Some(min), Some((_, max))) = (feed.peek()?, new.range()) {
            let spans = [Span {
                touched: base.len()..base.len(),
                rows: behind_rows,
                min,
                max: max.clone(),
            }];
            removed.extend(self.regions(&spans, &mut feed, output)?);
        }
        Ok(Some(removed))
    }

    /// Where late rows end. Rows equal to the last stored one go behind it, unless they may replace it or late rows are equal too, which
    /// readers put behind all stored ones. Late rows lie beyond all stored ones where these were removed meanwhile; then no row up to them
    /// is behind.
    fn behind(&self, last: &FileEntry, late: &[FileEntry]) -> Until {
        let beyond = late.iter().map(|file| &file.max);
        match beyond.filter(|max| **max >= last.max).max() {
            Some(greatest) => Until::UpTo(greatest.clone()),
            None if self.settings.duplicates_on.is_some() => Until::UpTo(last.max.clone()),
            None => Until::Below(last.max.clone()),
        }
    }

    fn count_below(&self, new: &Sorted, until: &Until) -> Result<u64, DataError> {
        let (value, equal): (&OrderValue, bool) = match until {
            Until::Below(value) => (value, false),
            Until::UpTo(value) => (value, true),
            Until::Rows(_) | Until::End => return Ok(0),
        };
        // One file of which everything is behind or not: rows in it or before it are late.
        let border = [FileFacts {
            rows: 1,
            min: value.clone(),
            max: value.clone(),
        }];
        let mut spans = Spans::new(&border, true);
        new.count(&mut spans)?;
        Ok(spans
            .finish()
            .iter()
            .filter(|span| span.touched.start == 0 && (equal || span.touched.is_empty()))
            .map(|span| span.rows)
            .sum())
    }
}

/// Whether a batch can be written to a dataset of this schema, and as which batch.
pub(crate) fn fitting(
    batch: &RecordBatch,
    schema: &SchemaRef,
    rows_before: u64,
) -> Result<RecordBatch, WriteError> {
    use arrow_array::Array;
    let found = batch.schema_ref();
    for field in found.fields() {
        if schema.field_with_name(field.name()).is_err() {
            let why = format!("column {:?} is not in the dataset", field.name());
            return Err(WriteError::Schema { why });
        }
    }
    let mut columns = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let Some(array) = batch.column_by_name(field.name()) else {
            let why = format!("column {:?} is missing", field.name());
            return Err(WriteError::Schema { why });
        };
        if array.data_type() != field.data_type() {
            let why = format!(
                "column {:?} is {}, the dataset's is {}",
                field.name(),
                array.data_type(),
                field.data_type()
            );
            return Err(WriteError::Schema { why });
        }
        if !field.is_nullable() && array.null_count() > 0 {
            let row = (0..array.len())
                .find(|row| array.is_null(*row))
                .unwrap_or(0);
            return Err(WriteError::Null {
                column: field.name().clone(),
                row: rows_before + row as u64,
            });
        }
        columns.push(array.clone());
    }
    RecordBatch::try_new(schema.clone(), columns).map_err(|error| WriteError::Schema {
        why: error.to_string(),
    })
}
