//! What the pipeline itself costs, beside its operators: run by hand on a large file.
#![allow(clippy::unwrap_used)]

use weir_flow::bars::{
    BarColumn, BarFunctions, BarsOperator, BarsSpec, Binning, Function, Period, Resolution,
};
use weir_flow::*;
use weir_memory::{Budget, Bytes};
use weir_store::{Settings, Store};

/// `WEIR_TICKS=FILE cargo test --release -p weir-flow --test pipeline_cost -- --ignored --nocapture`
#[test]
#[ignore = "needs a file of ticks in WEIR_TICKS"]
fn bars_of_a_file_of_ticks() {
    let Some(path) = std::env::var_os("WEIR_TICKS") else {
        println!("skipped: WEIR_TICKS names no file");
        return;
    };
    let resolution = |name: &str, period: &str| {
        let columns = vec![
            BarColumn::new("open", Function::First, "price"),
            BarColumn::new("close", Function::Last, "price"),
            BarColumn::new("low", Function::Min, "price"),
            BarColumn::new("high", Function::Max, "price"),
            BarColumn::new("volume", Function::Sum, "size"),
            BarColumn::rows("n"),
        ];
        Resolution::new(
            name,
            Binning::Period(Period::parse(period).unwrap()),
            columns,
        )
    };
    let spec = BarsSpec {
        keys: vec!["symbol".into()],
        resolutions: vec![resolution("hour", "1h"), resolution("day", "1D")],
    };
    let budget = Budget::detached(Bytes::mib(48));
    let holder = budget.holder(weir_memory::HolderName::new("test", "ticks", "read"));
    let columns = ["ts", "symbol", "price", "size"]
        .map(str::to_owned)
        .to_vec();
    let options = ParquetOptions {
        columns: Some(columns),
        ..ParquetOptions::default()
    };
    let source = ParquetSource::open(path, Some("ts"), &options, holder).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), "name".parse().unwrap()).unwrap();
    let sink = |name: &str| {
        let settings = Settings {
            duplicates_on: Some(vec!["symbol".into()]),
            ..Settings::default()
        };
        StoreSink::new(store.clone(), store.key_schema().parse_key(name).unwrap())
            .settings(settings)
    };
    let mut pipeline = Pipeline::builder("bars")
        .source("ticks", source)
        .then_with(
            "bars",
            BarsOperator::make(spec, BarFunctions::new()),
            NodeOptions {
                ways: 2,
                ..NodeOptions::default()
            },
        )
        .sink("hour", "bars", sink("hour"))
        .sink("day", Port::way("bars", 1), sink("day"))
        .build(&Setting::new(budget))
        .unwrap();
    let report = pipeline.run(&RunOptions::default()).unwrap();
    println!(
        "{} rows, {} hourly and {} daily bars; {:?}",
        report.rows,
        report.committed[0].1.rows,
        report.committed[1].1.rows,
        pipeline.counts("bars").unwrap(),
    );
}
