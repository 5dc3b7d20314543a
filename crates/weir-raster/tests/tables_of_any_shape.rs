//! Narrow and wide targets, few and many values, none at all, every type: what was written is what is read.
#![allow(clippy::unwrap_used)]

mod tables;

use std::fs::File;

use arrow_array::{Array, cast::AsArray, types::*};
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    file::{reader::FileReader, serialized_reader::SerializedFileReader, statistics::Statistics},
};
use proptest::prelude::*;
use weir_raster::{Axis, Crs, Export, Grid, Part, PixelType, TableExport, Target};
use weir_run::Cancel;

const TYPES: [PixelType; 10] = [
    PixelType::UInt8,
    PixelType::Int8,
    PixelType::UInt16,
    PixelType::Int16,
    PixelType::UInt32,
    PixelType::Int32,
    PixelType::UInt64,
    PixelType::Int64,
    PixelType::Float32,
    PixelType::Float64,
];

/// How values of a layer vary.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Same,
    Few,
    Many,
    /// Few in the first pages of a group, many later.
    FewThenMany,
    Nothing,
}

fn value(kind: Kind, pixel: PixelType, cell: u64, thin: u64) -> f64 {
    let hash = cell.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    if !hash.is_multiple_of(thin) {
        return f64::NAN;
    }
    let number = match kind {
        Kind::Same => 7,
        Kind::Few => hash % 100,
        Kind::FewThenMany if cell < 100_000 => hash % 5,
        Kind::Many | Kind::FewThenMany => hash % 100_000,
        Kind::Nothing => return f64::NAN,
    };
    let number = number as f64;
    match pixel {
        PixelType::UInt8 => number % 256.0,
        PixelType::Int8 => number % 256.0 - 128.0,
        PixelType::UInt16 => number % 65_536.0,
        PixelType::Int16 => number % 65_536.0 - 32_768.0,
        PixelType::UInt32 => number * 40_000.0,
        PixelType::Int32 => number * 20_000.0 - 1e9,
        PixelType::UInt64 => number * 1e13,
        PixelType::Int64 => number * -1e13,
        PixelType::Float32 => f64::from(number as f32 / 7.0),
        PixelType::Float64 => number / 7.0 - 1000.0,
    }
}

/// Values as doubles, NaN for none.
fn doubles(column: &dyn Array, pixel: PixelType) -> Vec<f64> {
    macro_rules! values {
        ($kind:ty) => {{
            let values = column.as_primitive::<$kind>().iter();
            values
                .map(|value| value.map_or(f64::NAN, |value| value as f64))
                .collect()
        }};
    }
    match pixel {
        PixelType::UInt8 => values!(UInt8Type),
        PixelType::Int8 => values!(Int8Type),
        PixelType::UInt16 => values!(UInt16Type),
        PixelType::Int16 => values!(Int16Type),
        PixelType::UInt32 => values!(UInt32Type),
        PixelType::Int32 => values!(Int32Type),
        PixelType::UInt64 => values!(UInt64Type),
        PixelType::Int64 => values!(Int64Type),
        PixelType::Float32 => values!(Float32Type),
        PixelType::Float64 => values!(Float64Type),
    }
}

fn check(columns: u64, rows: u64, layers: &[(Kind, PixelType)], thin: u64) {
    let target = Target {
        grid: Grid::new(
            Axis::new(-7.0, 0.001, columns).unwrap(),
            Axis::new(3.0, -0.01, rows).unwrap(),
        ),
        crs: Crs::Geographic(4326),
    };
    let names = layers.iter().enumerate();
    let names = names.map(|(at, layer)| tables::column(&format!("v{at}"), layer.1));
    let export = TableExport::new(
        tables::real(),
        &target,
        names.collect(),
        tables::options(tables::parquet()),
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let holder = tables::holder();
    let part = Part {
        number: 0,
        rows: 0..rows,
    };
    let path = folder.path().join("part");
    let mut writer = export.begin(&part, &path, &holder).unwrap();
    // Rows that are expected: places and values.
    let mut expected: Vec<(u64, u64, Vec<f64>)> = Vec::new();
    for row in 0..rows {
        let cells = |layer: &(Kind, PixelType)| -> Vec<f64> {
            (0..columns)
                .map(|column| value(layer.0, layer.1, row * columns + column, thin))
                .collect()
        };
        let cells: Vec<Vec<f64>> = layers.iter().map(cells).collect();
        for column in 0..columns {
            let values: Vec<f64> = cells.iter().map(|cells| cells[column as usize]).collect();
            if values.iter().any(|value| !value.is_nan()) {
                expected.push((row, column, values));
            }
        }
        let cells: Vec<&[f64]> = cells.iter().map(Vec::as_slice).collect();
        writer.row(row, &cells).unwrap();
    }
    writer.finish().unwrap();
    let out = folder.path().join("table.parquet");
    export
        .assemble(&[(part, &path)], &out, &holder, &Cancel::new())
        .unwrap();

    let footer = SerializedFileReader::new(File::open(&out).unwrap()).unwrap();
    let footer = footer.metadata().clone();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&out).unwrap()).unwrap();
    let mut next = expected.iter();
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); layers.len() + 2];
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let types = [PixelType::Float64; 2]
            .into_iter()
            .chain(layers.iter().map(|layer| layer.1));
        let read: Vec<Vec<f64>> = batch
            .columns()
            .iter()
            .zip(types)
            .map(|(column, pixel)| doubles(column, pixel))
            .collect();
        for at in 0..batch.num_rows() {
            let (row, column, values) = next.next().unwrap();
            let place = [target.grid.x.centre(*column), target.grid.y.centre(*row)];
            for (field, wanted) in read.iter().zip(place.iter().chain(values)) {
                let same = field[at] == *wanted || field[at].is_nan() && wanted.is_nan();
                assert!(
                    same,
                    "row {row}, column {column}: {} is not {wanted}",
                    field[at]
                );
            }
            for (range, value) in ranges.iter_mut().zip(place.iter().chain(values)) {
                *range = (range.0.min(*value), range.1.max(*value));
            }
        }
    }
    assert!(next.next().is_none());
    // Statistics are those of the values, signs of zero aside.
    for (at, range) in ranges.into_iter().enumerate() {
        let told = footer.row_groups().iter().filter_map(|group| {
            let unsigned =
                at > 1 && matches!(layers[at - 2].1, PixelType::UInt32 | PixelType::UInt64);
            Some(match group.column(at).statistics()? {
                Statistics::Int32(range) if unsigned => (
                    f64::from(*range.min_opt()? as u32),
                    f64::from(*range.max_opt()? as u32),
                ),
                Statistics::Int32(range) => {
                    (f64::from(*range.min_opt()?), f64::from(*range.max_opt()?))
                }
                Statistics::Int64(range) => (*range.min_opt()? as f64, *range.max_opt()? as f64),
                Statistics::Float(range) => {
                    (f64::from(*range.min_opt()?), f64::from(*range.max_opt()?))
                }
                Statistics::Double(range) => (*range.min_opt()?, *range.max_opt()?),
                other => panic!("{other:?}"),
            })
        });
        let told = told.fold((f64::INFINITY, f64::NEG_INFINITY), |range, group| {
            (range.0.min(group.0), range.1.max(group.1))
        });
        assert_eq!(told, range, "statistics of column {at}");
    }
}

#[test]
fn every_type_in_narrow_and_wide_targets() {
    let kinds = [Kind::Same, Kind::Few, Kind::Many, Kind::Nothing];
    for (columns, rows, thin) in [
        (1, 1, 1),
        (1, 3000, 2),
        (255, 90, 1),
        (257, 20, 3),
        (65_536, 2, 2),
        (65_537, 1, 100),
        (70_000, 3, 1),
    ] {
        let layers: Vec<(Kind, PixelType)> = TYPES
            .into_iter()
            .enumerate()
            .map(|(at, pixel)| (kinds[at % 4], pixel))
            .collect();
        check(columns, rows, &layers, thin);
    }
}

#[test]
fn dictionaries_that_fill_up_go_on_without() {
    let layers = [
        (Kind::FewThenMany, PixelType::Float32),
        (Kind::FewThenMany, PixelType::UInt32),
        (Kind::Many, PixelType::Float64),
    ];
    check(1000, 400, &layers, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_table(
        columns in 1_u64..600,
        rows in 1_u64..90,
        thin in 1_u64..40,
        layers in proptest::collection::vec((0_usize..5, 0_usize..10), 1..5),
    ) {
        let kinds = [Kind::Same, Kind::Few, Kind::Many, Kind::FewThenMany, Kind::Nothing];
        let layers: Vec<_> = layers.into_iter().map(|(kind, pixel)| (kinds[kind], TYPES[pixel])).collect();
        check(columns, rows, &layers, thin);
    }
}
