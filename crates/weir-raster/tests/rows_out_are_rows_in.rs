//! What is read is what was written: any shape, type and option; and the file's bytes do not depend on how its parts were made.
#![allow(clippy::unwrap_used)]

mod exported;

use std::path::Path;

use exported::{
    TYPES, assemble, column, files, holder, parts, read, same, target, write, write_part,
};
use proptest::prelude::*;
use weir_raster::{
    Compression, Export, GeoTiffExport, GeoTiffOptions, Overviews, PixelType, TiffLayout,
};

fn mixed(row: u64, column: u64) -> u64 {
    let hash = (row << 32 | column).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}

/// Values that every type has, a few missing, in patches that compress and patches that do not.
fn row(columns: u64) -> impl Fn(u64) -> Vec<f64> + Sync {
    move |row| {
        (0..columns)
            .map(|column| match (row / 90 + column / 70) % 3 {
                0 => f64::NAN,
                1 => 17.0,
                _ if mixed(row, column).is_multiple_of(11) => f64::NAN,
                _ => (mixed(row, column) % 100) as f64,
            })
            .collect()
    }
}

fn options() -> impl Strategy<Value = GeoTiffOptions> {
    let layout = prop_oneof![Just(TiffLayout::Tiled), Just(TiffLayout::Cog)];
    let compression = prop_oneof![
        Just(Compression::None),
        Just(Compression::Deflate),
        Just(Compression::Lzw),
        Just(Compression::Zstd),
    ];
    let overviews = prop_oneof![
        Just(Overviews::None),
        Just(Overviews::Average),
        Just(Overviews::Mode),
        Just(Overviews::Nearest),
    ];
    let tile = prop_oneof![Just(128), Just(144), Just(256), Just(1024)];
    let all = (layout, compression, overviews, tile, any::<bool>());
    all.prop_map(
        |(layout, compression, overviews, tile, sparse)| GeoTiffOptions {
            layout,
            compression,
            overviews,
            tile,
            sparse,
            ..GeoTiffOptions::tiled()
        },
    )
}

fn shape() -> impl Strategy<Value = (u64, u64)> {
    prop_oneof![
        Just((1, 1)),
        (Just(1), 1u64..2500),
        (1u64..2500, Just(1)),
        (1u64..600, 1u64..600),
        // Several parts.
        (1u64..150, 1025u64..2600),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_shape_comes_back((columns, rows) in shape(), options in options(), pixel in prop::sample::select(&TYPES[..])) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.tif");
        let row = row(columns);
        write(&target(columns, rows), column(pixel, Some(101.0)), options, &out, &row).unwrap();
        let (info, values) = read(&out);
        prop_assert_eq!((info.grid.columns(), info.grid.rows()), (columns, rows));
        let wanted: Vec<f64> = (0..rows).flat_map(row).collect();
        prop_assert!(same(&values, &wanted));
    }
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn the_bytes_do_not_depend_on_the_parts() {
    let folder = tempfile::tempdir().unwrap();
    let (columns, rows) = (517, 4600);
    let row = row(columns);
    for overviews in [Overviews::None, Overviews::Average, Overviews::Mode] {
        let options = GeoTiffOptions {
            overviews,
            tile: 128,
            ..GeoTiffOptions::cog()
        };
        let target = target(columns, rows);
        let column = column(PixelType::Float32, Some(-1.0));
        let once = folder.path().join("once.tif");
        write(&target, column.clone(), options.clone(), &once, &row).unwrap();
        let export = GeoTiffExport::new(files(), &target, column, 0, options).unwrap();
        let holder = holder();
        let again = folder.path().join("again.tif");

        // Larger parts, the last of them first.
        for times in [2, 3, 5] {
            let parts = parts(&export, rows, times, folder.path());
            for part in parts.iter().rev() {
                write_part(&export, part, &holder, &row).unwrap();
            }
            assemble(&export, &parts, &again, &holder).unwrap();
            assert!(
                bytes(&once) == bytes(&again),
                "{overviews:?}, parts × {times}"
            );
        }
        // All at the same time.
        let parts = parts(&export, rows, 1, folder.path());
        std::thread::scope(|scope| {
            for part in &parts {
                let (export, holder, row) = (&export, &holder, &row);
                scope.spawn(move || write_part(export, part, holder, row).unwrap());
            }
        });
        assemble(&export, &parts, &again, &holder).unwrap();
        assert!(bytes(&once) == bytes(&again), "{overviews:?}, threads");
        // A part that is written again is the same.
        let before = bytes(&parts[1].1);
        write_part(&export, &parts[1], &holder, &row).unwrap();
        assert!(before == bytes(&parts[1].1));
        assert!(holder.budget().ledger_is_empty());
    }
}

/// A row of tiles of more than 8 MiB goes through a scratch file, of which nothing stays.
#[test]
fn wide_rows_take_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.tif");
    let (columns, rows) = (13_001, 300);
    let row = row(columns);
    let target = target(columns, rows);
    let column = column(PixelType::Float64, None);
    let options = GeoTiffOptions {
        compression: Compression::Zstd,
        ..GeoTiffOptions::cog()
    };
    let export = GeoTiffExport::new(files(), &target, column.clone(), 0, options.clone()).unwrap();
    assert!(export.part_bytes() < 32 << 20, "{}", export.part_bytes());
    write(&target, column, options, &out, &row).unwrap();
    let wanted: Vec<f64> = (0..rows).flat_map(row).collect();
    assert!(same(&read(&out).1, &wanted));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn parts_that_are_not_whole_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = target(20, 3000);
    let options = GeoTiffOptions::tiled();
    let export =
        GeoTiffExport::new(files(), &target, column(PixelType::UInt8, None), 0, options).unwrap();
    let holder = holder();
    let refused = |rows: std::ops::Range<u64>| {
        let part = weir_raster::Part { number: 0, rows };
        export
            .begin(&part, &folder.path().join("part"), &holder)
            .err()
            .unwrap()
            .to_string()
    };
    assert_eq!(
        refused(0..1000),
        "GeoTIFF: a part of the rows 0 to 1000 of 3000; parts are whole multiples of 1024 rows"
    );
    refused(1..1024);
    refused(2048..2048);
    refused(2048..4096);

    let part = (
        weir_raster::Part {
            number: 0,
            rows: 0..1024,
        },
        folder.path().join("part"),
    );
    let mut writer = export.begin(&part.0, &part.1, &holder).unwrap();
    writer.row(0, &[&[1.0; 20]]).unwrap();
    let error = writer.row(0, &[&[1.0; 20]]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("where row 1 of 20 values belongs"),
        "{error}"
    );
    let error = writer.row(1, &[&[1.0; 19]]).unwrap_err();
    assert!(error.to_string().contains("19 values"), "{error}");
    assert!(
        writer
            .finish()
            .unwrap_err()
            .to_string()
            .contains("ended before row 1")
    );
    assert!(!part.1.exists());

    write_part(&export, &part, &holder, &|_| vec![1.0; 20]).unwrap();
    let error = assemble(&export, &[part], &folder.path().join("out.tif"), &holder).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GeoTIFF: the parts end at row 1024 of 3000"
    );
}
