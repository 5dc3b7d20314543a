//! Bars stored beside a dataset follow it: appended, late, corrected and removed rows give what making everything anew gives.
#![allow(clippy::unwrap_used)]

mod bar_rows;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use bar_rows::{Row, batch, period, row, rows, schema, spec, whole};
use proptest::prelude::*;
use weir_flow::bars::{BarFunctions, Bars, BarsSpec, Follow, FollowError, Period};
use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_store::{
    Dataset, DatasetSpec, KeySchema, LateRows, OrderValue, RowGroupTarget, ScanOptions, Settings,
    Store, WriteOptions,
};

struct Stored {
    _folder: tempfile::TempDir,
    source: Dataset,
    targets: Vec<Dataset>,
    holder: Holder,
}

fn stored(spec: &BarsSpec, late_rows: LateRows) -> Stored {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), "name".parse::<KeySchema>().unwrap()).unwrap();
    let settings = Settings {
        row_group: RowGroupTarget::Rows(16),
        late_rows,
        ..Settings::default()
    };
    let dataset = |name: &str, schema: arrow_schema::SchemaRef| {
        let key = store.key_schema().parse_key(name).unwrap();
        let mut spec = DatasetSpec::new(schema, "ts");
        spec.settings = settings.clone();
        store.create_dataset(&key, spec).unwrap()
    };
    let bars = Bars::new(spec, &bar_rows::stream(), &BarFunctions::new()).unwrap();
    let targets = bars.outputs().iter().enumerate();
    let targets = targets
        .map(|(way, output)| dataset(&format!("bars{way}"), output.schema().clone()))
        .collect();
    let holder = Budget::detached(Bytes::mib(256)).holder(HolderName::new("test", "flow", "bars"));
    Stored {
        source: dataset("rows", schema()),
        targets,
        holder,
        _folder: folder,
    }
}

impl Stored {
    fn write(&self, rows: &[Row], replace: Option<(i64, i64)>) {
        let mut options = WriteOptions::new(self.holder.clone());
        if let Some((from, to)) = replace {
            options = options.replacing(OrderValue::Int(from), OrderValue::Int(to));
        }
        let mut writer = self.source.writer(options).unwrap();
        writer.push(batch(rows)).unwrap();
        writer.commit(Default::default()).unwrap();
    }

    fn update(&self, spec: &BarsSpec) -> Result<Vec<weir_flow::bars::Followed>, FollowError> {
        let functions = BarFunctions::new();
        let follow = Follow {
            spec,
            functions: &functions,
            holder: self.holder.clone(),
            spill: Default::default(),
            options: Default::default(),
        };
        Ok(follow.update(&self.source, &self.targets)?.targets)
    }

    fn read(&self, dataset: &Dataset) -> RecordBatch {
        let snapshot = dataset.snapshot().unwrap();
        let scan = snapshot
            .scan(ScanOptions::new(self.holder.clone()))
            .unwrap();
        let schema = scan.schema().clone();
        concat_batches(&schema, &scan.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
    }

    /// Whether the bars are those of the source's rows, made anew.
    fn agrees(&self, spec: &BarsSpec) -> bool {
        let rows = self.read(&self.source);
        let mut anew = Bars::new(spec, &bar_rows::stream(), &BarFunctions::new()).unwrap();
        anew.take_in(&[&rows]).unwrap();
        let mut made: Vec<Vec<RecordBatch>> = vec![Vec::new(); self.targets.len()];
        std::iter::from_fn(|| anew.next_finished()).for_each(|(way, rows)| made[way].push(rows));
        anew.open_bars()
            .unwrap()
            .into_iter()
            .for_each(|(way, rows)| made[way].push(rows));
        let outputs = anew.outputs().iter().zip(&made).zip(&self.targets);
        outputs.into_iter().all(|((output, made), target)| {
            let expected = concat_batches(output.schema(), made).unwrap();
            self.read(target).columns() == expected.columns()
        })
    }
}

fn description() -> BarsSpec {
    spec(vec![
        period("minute", "1min"),
        period("hour", "1h"),
        period("day", "1D"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_comes_the_bars_are_those_made_anew(batches in prop::collection::vec((rows(40), any::<bool>(), any::<usize>()), 1..5), beside in any::<bool>()) {
        let spec = description();
        let stored = stored(&spec, if beside { LateRows::Beside } else { LateRows::default() });
        for (rows, removes, place) in batches {
            let replace = rows.get(place % rows.len().max(1)).filter(|_| removes).map(|row| (row.ts - 100, row.ts + 3_000));
            let rows: Vec<Row> = if removes { rows.into_iter().step_by(5).collect() } else { rows };
            stored.write(&rows, replace);
            stored.update(&spec).unwrap();
            prop_assert!(stored.agrees(&spec));
        }
    }
}

#[test]
fn an_update_reads_the_touched_periods_only_and_a_second_one_nothing() {
    let spec = spec(vec![period("minute", "1min"), period("hour", "1h")]);
    let stored = stored(&spec, LateRows::default());
    let rows: Vec<Row> = (0..2_000)
        .map(|i| row(i * 10, (i % 3) as i32, i as f64, 1))
        .collect();
    stored.write(&rows, None);
    let first = stored.update(&spec).unwrap();
    assert_eq!(
        first.iter().map(|done| done.rows_read).collect::<Vec<_>>(),
        [2_000, 2_000]
    );
    assert!(stored.agrees(&spec));
    // Six rows of a minute go away: its bars vanish.
    stored.write(&[], Some((6_000, 6_059)));
    let late = stored.update(&spec).unwrap();
    assert!(stored.agrees(&spec));
    assert!(
        late[0].rows_read < 100 && late[1].rows_read <= 360,
        "{late:?}"
    );
    assert_eq!(stored.read(&stored.targets[0]).num_rows(), 334 * 3 - 3 - 1);
    // Rows at the end: the open bars go on.
    stored.write(&[row(20_000, 1, 5.0, 7)], None);
    stored.update(&spec).unwrap();
    assert!(stored.agrees(&spec));
    let again = stored.update(&spec).unwrap();
    assert!(
        again
            .iter()
            .all(|done| done.up_to_date && done.rows_read == 0)
    );
}

#[test]
fn bars_described_otherwise_do_not_go_into_the_same_datasets() {
    let spec = description();
    let stored = stored(&spec, LateRows::default());
    stored.write(&[row(0, 1, 1.0, 1)], None);
    stored.update(&spec).unwrap();
    let mut other = description();
    other.resolutions[1] = period("hour", "2h");
    let error = stored.update(&other).unwrap_err().to_string();
    assert!(error.contains("described otherwise"), "{error}");
    let shown = bar_rows::spec(vec![
        period("minute", "1min").with_snapshots(Period::parse("10s").unwrap()),
    ]);
    assert!(matches!(
        stored.update(&shown),
        Err(FollowError::Target { .. })
    ));
    assert_eq!(whole(&spec, &[]).len(), 3);
}
