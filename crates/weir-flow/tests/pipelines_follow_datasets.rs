//! A pipeline file of a dataset, filters, bars and datasets follows its source: run again after late, corrected and removed rows, its bars are those of a full run,
//! to the byte. Bars that follow and checkpoints of streams are not mixed up.
#![allow(clippy::unwrap_used)]

mod bar_rows;

use std::path::{Path, PathBuf};

use bar_rows::{Row, batch, row, schema};
use weir_flow::*;
use weir_memory::{Budget, Bytes, Holder, HolderName};
use weir_run::{Cancel, CancelReason};
use weir_store::{
    CompactOptions, Dataset, DatasetSpec, LateRows, OrderValue, RowGroupTarget, Settings, Store,
    WriteOptions,
};

/// Bars of what is dear, a minute and an hour long.
const BARS: &str = "weir: flow/1
name: follows
sources:
  ticks: {kind: store, store: market, key: ticks}
steps:
  dear: {kind: filter, from: ticks, where: [price >= 2]}
  held: {kind: buffer, from: dear}
  bars:
    kind: bars
    from: held
    keys: [key]
    columns: {open: first price, close: last price, mean: mean price, n: count}
    resolutions:
      minute: {period: 1min}
      hour: {period: 1h, where: [size > 0]}
sinks:
  hours: {kind: store, from: bars.hour, store: market, key: HOURS}
  minutes: {kind: store, from: bars.minute, store: market, key: MINUTES}
";

struct Place {
    folder: tempfile::TempDir,
    store: Store,
}

fn holder() -> Holder {
    Budget::detached(Bytes::mib(256)).holder(HolderName::new("test", "flow", "rows"))
}

fn place(late_rows: LateRows) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path().join("market"), "name".parse().unwrap()).unwrap();
    let mut spec = DatasetSpec::new(schema(), "ts");
    spec.settings = Settings {
        row_group: RowGroupTarget::Rows(64),
        duplicates_on: Some(vec!["key".to_owned()]),
        late_rows,
        ..Settings::default()
    };
    let key = store.key_schema().parse_key("ticks").unwrap();
    store.create_dataset(&key, spec).unwrap();
    Place { folder, store }
}

fn text(sinks: &str) -> String {
    BARS.replace("HOURS", &format!("{sinks}-hours"))
        .replace("MINUTES", &format!("{sinks}-minutes"))
}

fn file(text: &str) -> PipelineFile {
    PipelineFile::parse("p.yaml", text).unwrap().0
}

fn build(folder: &Path, text: &str) -> Built {
    let setting = Setting::new(Budget::detached(Bytes::mib(256)));
    file(text)
        .build(Surroundings::new(folder), &setting)
        .unwrap()
}

impl Place {
    fn dataset(&self, name: &str) -> Dataset {
        let key = self.store.key_schema().parse_key(name).unwrap();
        self.store.dataset(&key).unwrap()
    }

    fn write(&self, rows: &[Row], replace: Option<(i64, i64)>) {
        let mut options = WriteOptions::new(holder());
        if let Some((from, to)) = replace {
            options = options.replacing(OrderValue::Int(from), OrderValue::Int(to));
        }
        let mut writer = self.dataset("ticks").writer(options).unwrap();
        writer.push(batch(rows)).unwrap();
        writer.commit(Default::default()).unwrap();
    }

    fn run(&self, text: &str) -> FlowReport {
        build(self.folder.path(), text)
            .run(&RunOptions::default())
            .unwrap()
    }

    fn refused(&self, text: &str) -> FlowError {
        build(self.folder.path(), text)
            .run(&RunOptions::default())
            .unwrap_err()
    }

    /// The bytes of a dataset's files, compacted.
    fn bytes(&self, name: &str) -> Vec<Vec<u8>> {
        let dataset = self.dataset(name);
        dataset.compact(&CompactOptions::new(holder())).unwrap();
        let manifest = dataset.latest().unwrap();
        let files = manifest.files.iter();
        let paths = files.map(|file| dataset.file_path(&file.name, file.place).to_string());
        let folder = self.folder.path().join("market");
        paths
            .map(|path| std::fs::read(folder.join(path)).unwrap())
            .collect()
    }

    fn data_folder(&self, name: &str) -> PathBuf {
        self.folder
            .path()
            .join("market")
            .join(format!("name={name}"))
    }

    fn equals_a_full_run(&self, sinks: &str, anew: &str) {
        self.run(&text(anew));
        for way in ["hours", "minutes"] {
            assert!(
                self.bytes(&format!("{sinks}-{way}")) == self.bytes(&format!("{anew}-{way}")),
                "{way} of {sinks} are not those of {anew}"
            );
        }
    }
}

/// A row every ten seconds for some hours.
fn ticks() -> Vec<Row> {
    let each = (0..2_000).map(|i: i32| row(i64::from(i) * 10, i % 3, f64::from(i % 50) / 4.0, 1));
    each.collect()
}

fn replaced(report: &FlowReport) -> Vec<(u64, u64)> {
    let sinks = &report.followed.as_ref().unwrap().sinks;
    sinks
        .iter()
        .map(|(_, done)| (done.bars, done.replaced))
        .collect()
}

fn late_rows_are_followed(late_rows: LateRows) {
    let beside = late_rows == LateRows::Beside;
    let place = place(late_rows);
    place.write(&ticks(), None);
    let built = build(place.folder.path(), &text("a"));
    assert!(
        matches!(&built.following, Following::Followed { source, bars } if source == "ticks" && bars == "bars")
    );
    assert_eq!(built.rows, Some(2_000));
    let first = built.run(&RunOptions::default()).unwrap();
    assert_eq!(
        (first.rows, first.commits, first.up_to_date),
        (2_000, 2, false)
    );
    place.equals_a_full_run("a", "fresh");
    // Late ones, and corrections, in two minutes of one hour.
    place.write(
        &[
            row(3_601, 1, 9.0, 5),
            row(3_610, 1, 3.0, 5),
            row(3_670, 7, 4.0, 1),
        ],
        None,
    );
    let late = place.run(&text("a"));
    assert!(!late.up_to_date);
    if beside {
        // Twelve rows or so of two minutes, and those of their hour.
        assert!(late.rows < 400, "{late:?}");
        let [(minutes, minutes_before), (hours, hours_before)] = replaced(&late)[..] else {
            panic!("{late:?}");
        };
        // In the order of the resolutions; key 7 is new.
        assert_eq!((minutes, minutes_before), (minutes_before + 1, minutes - 1));
        assert_eq!((hours, hours_before), (4, 3));
    }
    place.equals_a_full_run("a", "late");
    let again = place.run(&text("a"));
    assert!(
        again.up_to_date && again.rows == 0 && again.commits == 0,
        "{again:?}"
    );
    // A minute that goes away, and its bars with it; rows at the end at once.
    place.write(&[], Some((7_200, 7_259)));
    place.write(&[row(20_000, 1, 5.0, 7)], None);
    place.run(&text("a"));
    place.equals_a_full_run("a", "gone");
    // The last hour goes away.
    place.write(&[], Some((18_000, 30_000)));
    place.run(&text("a"));
    place.equals_a_full_run("a", "shorter");
    // Everything goes away.
    place.write(&[], Some((0, 30_000)));
    place.run(&text("a"));
    assert_eq!(place.dataset("a-minutes").latest().unwrap().rows(), 0);
}

#[test]
fn merged_late_rows_are_followed() {
    late_rows_are_followed(LateRows::default());
}

#[test]
fn late_rows_beside_are_followed_and_only_what_they_touch_is_read() {
    late_rows_are_followed(LateRows::Beside);
}

#[test]
fn a_run_that_is_stopped_between_its_commits_is_done_by_the_next_one() {
    let place = place(LateRows::default());
    place.write(&ticks(), None);
    place.run(&text("a"));
    // As a kill between the two commits leaves it: the first target is new, the second as it was.
    let (second, kept) = (
        place.data_folder("a-hours"),
        place.folder.path().join("kept"),
    );
    copy(&second, &kept);
    place.write(&[row(3_601, 1, 9.0, 5)], None);
    place.run(&text("a"));
    std::fs::remove_dir_all(&second).unwrap();
    copy(&kept, &second);
    // Stopped at once by the user, a run leaves all as it is.
    let cancel = Cancel::new();
    cancel.cancel(CancelReason::User);
    let options = RunOptions {
        cancel: Some(cancel),
        ..RunOptions::default()
    };
    let stopped = build(place.folder.path(), &text("a")).run(&options);
    assert!(matches!(stopped, Err(FlowError::Cancelled(_))));
    let report = place.run(&text("a"));
    assert_eq!(report.commits, 1);
    assert_eq!(report.committed[0].0, "hours");
    place.equals_a_full_run("a", "fresh");
    assert!(place.run(&text("a")).up_to_date);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn what_a_stream_wrote_is_taken_over_and_what_follows_is_not_streamed_into() {
    let place = place(LateRows::default());
    place.write(&ticks(), None);
    // The same pipeline as a stream, as every run was before bars followed.
    let streamed = |text: &str| {
        let mut around = Surroundings::new(place.folder.path());
        around.streamed = true;
        let setting = Setting::new(Budget::detached(Bytes::mib(256)));
        let built = file(text).build(around, &setting).unwrap();
        built.run(&RunOptions::default())
    };
    streamed(&text("a")).unwrap();
    assert!(
        place
            .dataset("a-hours")
            .latest()
            .unwrap()
            .metadata
            .contains_key("weir.flow")
    );
    place.write(&[row(3_601, 1, 9.0, 5)], None);
    let taken_over = place.run(&text("a"));
    assert_eq!(taken_over.rows, 2_001);
    let metadata = place.dataset("a-hours").latest().unwrap().metadata.clone();
    assert!(metadata.contains_key("weir.bars") && !metadata.contains_key("weir.flow"));
    place.equals_a_full_run("a", "fresh");
    // The other way round it is refused, and nothing is written.
    let before = place.dataset("a-hours").latest().unwrap().version;
    let error = streamed(&text("a")).unwrap_err();
    assert!(
        matches!(
            &error,
            FlowError::Sink {
                source: SinkError::Followed { .. },
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(place.dataset("a-hours").latest().unwrap().version, before);
    // What another pipeline streamed is not taken over, and changed bars do not go among the old ones.
    streamed(&text("b").replace("price >= 2", "price >= 3")).unwrap();
    for (sinks, change) in [("b", "size > 0"), ("a", "size > 1")] {
        let error = place.refused(&text(sinks).replace("size > 0", change));
        assert!(matches!(&error, FlowError::Restart { .. }), "{error:?}");
    }
}

#[test]
fn an_older_version_and_bars_kept_open_are_followed_too() {
    let place = place(LateRows::default());
    place.write(&ticks(), None);
    let version = place.dataset("ticks").latest().unwrap().version.0;
    place.run(&text("old"));
    place.write(&[row(3_601, 1, 9.0, 5), row(90_000, 2, 9.0, 5)], None);
    place.run(&text("a"));
    let pinned = text("a").replace("key: ticks", &format!("key: ticks, version: {version}"));
    place.run(&pinned);
    for way in ["hours", "minutes"] {
        assert!(place.bytes(&format!("a-{way}")) == place.bytes(&format!("old-{way}")));
    }
    // Bars that are open are left out, and come when they are asked for.
    let open = RunOptions {
        ending: Ending::KeepOpen,
        ..RunOptions::default()
    };
    let rows = |name: &str| place.dataset(name).latest().unwrap().rows();
    let all = {
        place.run(&text("a"));
        rows("a-minutes")
    };
    build(place.folder.path(), &text("a")).run(&open).unwrap();
    assert_eq!(rows("a-minutes"), all - 1);
    assert!(
        build(place.folder.path(), &text("a"))
            .run(&open)
            .unwrap()
            .up_to_date
    );
    place.run(&text("a"));
    place.equals_a_full_run("a", "fresh");
}

#[test]
fn a_part_of_the_source_is_followed() {
    let place = place(LateRows::Beside);
    place.write(&ticks(), None);
    let part = |sinks: &str| {
        text(sinks).replace(
            "key: ticks",
            "key: ticks, from: \"1970-01-01T00:30:30\", to: \"1970-01-01T04:00:30\", columns: [ts, key, price, size]",
        )
    };
    place.run(&part("a"));
    // Before it, at its edges, within and behind it.
    for ts in [5, 1_801, 1_831, 7_777, 14_425, 14_431, 19_999] {
        place.write(&[row(ts, 1, 7.0, 2)], None);
        place.run(&part("a"));
    }
    place.run(&part("fresh"));
    for way in ["hours", "minutes"] {
        assert!(place.bytes(&format!("a-{way}")) == place.bytes(&format!("fresh-{way}")));
    }
}

#[test]
fn what_is_not_followed_says_why() {
    let place = place(LateRows::default());
    place.write(&ticks(), None);
    let cases = [
        (
            "minute: {period: 1min}",
            "minute: {rows: 10}",
            "counted in rows",
        ),
        (
            "minute: {period: 1min}",
            "minute: {period: 1min, empty_periods: true}",
            "empty_periods",
        ),
        (
            "{kind: buffer, from: dear}",
            "{kind: columns, from: dear, keep: [ts, key, price, size]}",
            "neither a filter nor a buffer",
        ),
        (
            "kind: store, from: bars.hour, store: market, key: a-hours",
            "kind: csv, from: bars.hour, path: hours.csv",
            "`hours` is no dataset",
        ),
        (
            "    kind: bars\n",
            "    kind: bars\n    accumulate: false\n",
            "starts afresh",
        ),
    ];
    for (from, to, why) in cases {
        let changed = text("a").replace(from, to);
        assert_ne!(changed, text("a"), "{from}");
        let mut around = Surroundings::new(place.folder.path());
        around.dry = true;
        let setting = Setting::new(Budget::detached(Bytes::mib(256)));
        let built = file(&changed).build(around, &setting).unwrap();
        assert!(
            matches!(&built.following, Following::Streamed { why: told } if told.contains(why)),
            "{why}: {}",
            built.following
        );
    }
}
