//! Histograms and summary say what counting the rows of `patients` and `visits` says, exactly.
#![allow(clippy::unwrap_used)]

mod simulation;

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use simulation::{Place, job, job_of, protocol_with_fellow_eyes, real};
use weir_sim::calendar::month_end;
use weir_sim::job::{Job, ResultsChoice};
use weir_sim::results::{PART, Results};
use weir_sim::summary::Cube;

struct Patient {
    baseline: u8,
    followed_days: u32,
    end: Option<(String, u32)>,
    death: Option<u32>,
    visits: u64,
    missed: u64,
    injections: u64,
    fellow_injections: u64,
    /// Study eye: day and letters.
    measured: Vec<(u32, u8)>,
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> &'a dyn Array {
    &**batch.column_by_name(name).unwrap()
}

fn numbers(batch: &RecordBatch, name: &str) -> Vec<Option<u32>> {
    let array = column(batch, name);
    (0..batch.num_rows())
        .map(|row| {
            array.is_valid(row).then(|| match array.data_type() {
                arrow_schema::DataType::UInt8 => {
                    u32::from(array.as_primitive::<UInt8Type>().value(row))
                }
                arrow_schema::DataType::UInt16 => {
                    u32::from(array.as_primitive::<UInt16Type>().value(row))
                }
                _ => array.as_primitive::<UInt32Type>().value(row),
            })
        })
        .collect()
}

fn names(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let array = column(batch, name).as_dictionary::<UInt8Type>();
    let values = array.values().as_string::<i32>();
    (0..batch.num_rows())
        .map(|row| array.key(row).map(|key| values.value(key).to_owned()))
        .collect()
}

/// Everything as rows tell it, and the injections and visits of study and fellow eyes.
fn patients(results: &impl Results, patients: u32) -> (Vec<Patient>, BTreeMap<&'static str, u64>) {
    let mut rows = Vec::new();
    for batch in results.patients(0..patients).unwrap() {
        let batch = batch.unwrap();
        let of = |name| numbers(&batch, name);
        let (baseline, followed) = (of("baseline_letters"), of("followed_days"));
        let (ends, end_days) = (names(&batch, "first_end"), of("first_end_day"));
        let (deaths, visits, missed) = (of("death_day"), of("visits"), of("missed_visits"));
        let (injections, fellow) = (of("injections"), of("fellow_injections"));
        for row in 0..batch.num_rows() {
            rows.push(Patient {
                baseline: baseline[row].unwrap() as u8,
                followed_days: followed[row].unwrap(),
                end: ends[row].clone().zip(end_days[row]),
                death: deaths[row],
                visits: u64::from(visits[row].unwrap()),
                missed: u64::from(missed[row].unwrap()),
                injections: u64::from(injections[row].unwrap()),
                fellow_injections: u64::from(fellow[row].unwrap()),
                measured: Vec::new(),
            });
        }
    }
    let mut totals = BTreeMap::new();
    for batch in results.visits(0..patients).unwrap() {
        let batch = batch.unwrap();
        let (patient, day) = (numbers(&batch, "patient"), numbers(&batch, "day"));
        let letters = numbers(&batch, "letters_measured");
        let fellow = column(&batch, "fellow_eye").as_boolean();
        let drug = names(&batch, "drug");
        for row in 0..batch.num_rows() {
            let keys = if fellow.value(row) {
                ["fellow_visits", "fellow_injections"]
            } else {
                ["visits", "injections"]
            };
            *totals.entry(keys[0]).or_default() += 1;
            *totals.entry(keys[1]).or_default() += u64::from(drug[row].is_some());
            if let (false, Some(letters)) = (fellow.value(row), letters[row]) {
                let patient = &mut rows[patient[row].unwrap() as usize];
                patient.measured.push((day[row].unwrap(), letters as u8));
            }
        }
    }
    (rows, totals)
}

/// Last measured letters at the end of a month, baseline before the first.
fn last_letters(patient: &Patient, month: u32) -> u8 {
    let until = patient
        .measured
        .iter()
        .take_while(|(day, _)| *day <= month_end(month));
    until
        .last()
        .map_or(patient.baseline, |(_, letters)| *letters)
}

fn counted(values: impl Iterator<Item = i32>) -> BTreeMap<i32, u64> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

fn agree(job: &Job) {
    let place = Place::new();
    place.run(job, &real()).unwrap();
    let stored = place.open(job);
    let counts = stored.counts();
    let (patients, totals) = patients(&stored, job.spec().patients);
    let cells = |cube, month| -> BTreeMap<i32, u64> {
        let distribution = counts.distribution(cube, None, month);
        distribution.cells().filter(|cell| cell.1 > 0).collect()
    };
    for month in 0..=job.months() {
        let followed = |p: &&Patient| p.followed_days >= month_end(month);
        let measured = patients
            .iter()
            .filter(followed)
            .map(|p| i32::from(last_letters(p, month)));
        assert_eq!(
            counted(measured),
            cells(Cube::LettersMeasured, month),
            "letters at month {month}"
        );
        let change = patients
            .iter()
            .map(|p| i32::from(last_letters(p, month)) - i32::from(p.baseline));
        assert_eq!(
            counted(change),
            cells(Cube::LettersChange, month),
            "change at month {month}"
        );
    }
    for (group, end) in Cube::FirstEnd.groups().iter().enumerate() {
        let told: u64 = counts.over_all_periods(Cube::FirstEnd, Some(group)).count();
        let rows = patients
            .iter()
            .filter(|p| p.end.as_ref().is_some_and(|(name, _)| name == end))
            .count();
        assert_eq!(told, rows as u64, "{end}");
    }
    let deaths = patients.iter().filter(|p| p.death.is_some()).count();
    assert_eq!(
        counts.over_all_periods(Cube::Death, None).count(),
        deaths as u64
    );

    let sum = |of: fn(&Patient) -> u64| patients.iter().map(of).sum::<u64>();
    let row_count = |name| totals.get(name).copied().unwrap_or(0);
    assert_eq!(counts.total("patients"), patients.len() as u64);
    for name in ["visits", "injections", "fellow_visits", "fellow_injections"] {
        assert_eq!(counts.total(name), row_count(name), "{name}");
    }
    assert_eq!(sum(|p| p.injections), counts.total("injections"));
    assert_eq!(
        sum(|p| p.fellow_injections),
        counts.total("fellow_injections")
    );
    assert!(sum(|p| p.missed) >= counts.total("missed_visits"));
    assert_eq!(
        sum(|p| p.visits),
        counts.total("visits") + counts.total("fellow_visits")
    );
    assert_eq!(
        sum(|p| u64::from(p.followed_days)),
        counts.total("days_followed")
    );
    assert_eq!(stored.rows("visits"), sum(|p| p.visits));
    summary_agrees(&place, &patients, job.months());
}

/// `summary.parquet`, for one measure whose every value can be counted from the rows.
fn summary_agrees(place: &Place, patients: &[Patient], months: u32) {
    let file = std::fs::File::open(place.folder().join("summary.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    let mut seen = 0;
    for batch in reader {
        let batch = batch.unwrap();
        let (measure, group) = (names(&batch, "measure"), names(&batch, "group"));
        let month = column(&batch, "month").as_primitive::<Int32Type>();
        let count = column(&batch, "count").as_primitive::<Int64Type>();
        let mean = column(&batch, "mean").as_primitive::<Float64Type>();
        let sd = column(&batch, "sd").as_primitive::<Float64Type>();
        let whole = |name: &str, row| column(&batch, name).as_primitive::<Int32Type>().value(row);
        for row in 0..batch.num_rows() {
            if measure[row].as_deref() != Some("letters_measured")
                || group[row].as_deref() != Some("all")
            {
                continue;
            }
            let month = month.value(row) as u32;
            let mut letters: Vec<i32> = patients
                .iter()
                .filter(|p| p.followed_days >= month_end(month))
                .map(|p| i32::from(last_letters(p, month)))
                .collect();
            letters.sort_unstable();
            assert_eq!(count.value(row), letters.len() as i64);
            let n = letters.len() as f64;
            let sum: i64 = letters.iter().map(|&l| i64::from(l)).sum();
            assert_eq!(mean.value(row), sum as f64 / n, "month {month}");
            let spread: f64 = letters
                .iter()
                .map(|&l| (f64::from(l) - sum as f64 / n).powi(2))
                .sum();
            assert!((sd.value(row) - (spread / (n - 1.0)).sqrt()).abs() < 1e-9);
            assert_eq!(whole("min", row), letters[0]);
            assert_eq!(whole("max", row), letters[letters.len() - 1]);
            // The smallest value that at least this share of the patients does not exceed.
            for (name, share) in [("q05", 0.05), ("q25", 0.25), ("median", 0.5), ("q95", 0.95)] {
                let place = ((share * n).ceil() as usize).max(1) - 1;
                assert_eq!(whole(name, row), letters[place], "{name} of month {month}");
            }
            seen += 1;
        }
    }
    assert_eq!(seen, months + 1);
}

#[test]
fn with_one_eye() {
    agree(&job(PART + 500, 3.0, ResultsChoice::Parquet));
}

#[test]
fn with_fellow_eyes_and_recruitment() {
    agree(&job_of(
        protocol_with_fellow_eyes(),
        PART + 500,
        3.0,
        ResultsChoice::Parquet,
    ));
}
