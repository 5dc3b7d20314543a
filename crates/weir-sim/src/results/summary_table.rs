use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{Float64Builder, Int32Builder, Int64Builder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, UInt8Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use weir_files::Files;

use super::decoding::decoding;
use super::error::ResultsError;
use super::file_record::FileRecord;
use super::layout::Layout;
use super::schema::{counts_schema, summary_schema};
use super::table_file::{Stamp, TableFile};
use crate::DAYS_PER_YEAR;
use crate::calendar::month_end;
use crate::summary::{Counts, Cube, Distribution};

type Names = StringDictionaryBuilder<UInt8Type>;

/// Writes counts as a histogram table.
///
/// # Errors
/// What the disk answers.
pub fn write_counts(
    files: &Arc<dyn Files>,
    layout: &Layout,
    name: &str,
    counts: &Counts,
    part: Option<u32>,
    stamp: &Stamp,
) -> Result<FileRecord, ResultsError> {
    let (mut measures, mut groups) = (Names::new(), Names::new());
    let (mut periods, mut values) = (Int32Builder::new(), Int32Builder::new());
    let mut numbers = Int64Builder::new();
    for (cube, group, period, value, count) in counts.rows() {
        measures.append_value(cube.name());
        groups.append_value(cube.groups()[group]);
        periods.append_value(period as i32);
        values.append_value(value);
        // A count is at most patients × days.
        numbers.append_value(i64::try_from(count).unwrap_or(i64::MAX));
    }
    let path = layout.folder().join(name);
    let batch = RecordBatch::try_new(
        counts_schema(),
        vec![
            Arc::new(measures.finish()),
            Arc::new(groups.finish()),
            Arc::new(periods.finish()),
            Arc::new(values.finish()),
            Arc::new(numbers.finish()),
        ],
    )
    .map_err(|error| ResultsError::arrow(&error, "building the histograms", &path))?;
    let mut file = TableFile::create(
        files,
        layout.folder(),
        name,
        counts_schema(),
        "histograms",
        part,
        stamp,
    )?;
    file.write(&batch)?;
    file.finish()
}

/// Reads counts back from the bytes of a histogram table.
///
/// # Errors
/// Anything that is not such a table of a run of `months`, with the path.
pub fn read_counts(bytes: bytes::Bytes, path: &Path, months: u32) -> Result<Counts, ResultsError> {
    let reading = "reading the histograms";
    decoding(reading, path, || {
        decode_counts(bytes, path, months, reading)
    })
}

fn decode_counts(
    bytes: bytes::Bytes,
    path: &Path,
    months: u32,
    reading: &'static str,
) -> Result<Counts, ResultsError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .and_then(|builder| builder.build())
        .map_err(|error| ResultsError::parquet(error, reading, path))?;
    let mut counts = Counts::new(months);
    for batch in reader {
        let batch = batch.map_err(|error| ResultsError::arrow(&error, reading, path))?;
        if batch.schema_ref().fields() != counts_schema().fields() {
            return Err(ResultsError::Damaged {
                what: "its columns are not those of a histogram table".to_owned(),
                path: path.to_owned(),
            });
        }
        let names = |column: usize| {
            let dictionary = batch.column(column).as_dictionary::<UInt8Type>().clone();
            let values = dictionary.values().as_string::<i32>().clone();
            move |row: usize| dictionary.key(row).map(|key| values.value(key).to_owned())
        };
        let (measure, group) = (names(0), names(1));
        let periods = batch.column(2).as_primitive::<Int32Type>();
        let values = batch.column(3).as_primitive::<Int32Type>();
        let numbers = batch.column(4).as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            counts
                .put(
                    &measure(row).unwrap_or_default(),
                    &group(row).unwrap_or_default(),
                    periods.value(row),
                    values.value(row),
                    numbers.value(row),
                )
                .map_err(|reason| ResultsError::Counts {
                    reason,
                    path: path.to_owned(),
                })?;
        }
    }
    Ok(counts)
}

/// Writes `summary.parquet`: every monthly letters measure by group, and all groups together.
///
/// # Errors
/// What the disk answers.
pub fn write_summary(
    files: &Arc<dyn Files>,
    layout: &Layout,
    counts: &Counts,
    stamp: &Stamp,
) -> Result<FileRecord, ResultsError> {
    let mut rows = SummaryRows::default();
    for cube in [
        Cube::LettersTrue,
        Cube::LettersMeasured,
        Cube::LettersChange,
    ] {
        for month in 0..=counts.months() {
            rows.push(cube, "all", month, &counts.distribution(cube, None, month));
            if cube.groups().len() > 1 {
                for (group, name) in cube.groups().iter().enumerate() {
                    rows.push(
                        cube,
                        name,
                        month,
                        &counts.distribution(cube, Some(group), month),
                    );
                }
            }
        }
    }
    let name = "summary.parquet";
    let batch = rows
        .finish()
        .map_err(|error| ResultsError::arrow(&error, "building the summary", &layout.summary()))?;
    let mut file = TableFile::create(
        files,
        layout.folder(),
        name,
        summary_schema(),
        "summary",
        None,
        stamp,
    )?;
    file.write(&batch)?;
    file.finish()
}

#[derive(Default)]
struct SummaryRows {
    month: Int32Builder,
    years: Float64Builder,
    measure: Names,
    group: Names,
    count: Int64Builder,
    mean: Float64Builder,
    sd: Float64Builder,
    values: [Int32Builder; 7],
}

impl SummaryRows {
    fn push(&mut self, cube: Cube, group: &str, month: u32, distribution: &Distribution) {
        self.month.append_value(month as i32);
        self.years
            .append_value(f64::from(month_end(month)) / DAYS_PER_YEAR);
        self.measure.append_value(cube.name());
        self.group.append_value(group);
        self.count
            .append_value(i64::try_from(distribution.count()).unwrap_or(i64::MAX));
        self.mean.append_option(distribution.mean());
        self.sd.append_option(distribution.sd());
        let values = [
            distribution.min(),
            distribution.quantile(0.05),
            distribution.quantile(0.25),
            distribution.quantile(0.5),
            distribution.quantile(0.75),
            distribution.quantile(0.95),
            distribution.max(),
        ];
        for (column, value) in self.values.iter_mut().zip(values) {
            column.append_option(value);
        }
    }

    fn finish(mut self) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let mut columns: Vec<arrow_array::ArrayRef> = vec![
            Arc::new(self.month.finish()),
            Arc::new(self.years.finish()),
            Arc::new(self.measure.finish()),
            Arc::new(self.group.finish()),
            Arc::new(self.count.finish()),
            Arc::new(self.mean.finish()),
            Arc::new(self.sd.finish()),
        ];
        columns.extend(
            self.values
                .iter_mut()
                .map(|c| Arc::new(c.finish()) as arrow_array::ArrayRef),
        );
        RecordBatch::try_new(summary_schema(), columns)
    }
}
