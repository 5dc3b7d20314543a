//! Made-up numbers, one figure of each kind. Tests draw them too.

use weir_chart::{
    AtRisk, AtRiskRow, Axis, Badge, Band, BandMeaning, Bars, BoxSummary, Boxes, Cell, Figure,
    FigureBuilder, FigureError, Heat, Line, Report, Section, Stack, Table, Tile, Tone,
};

const MONTHS: u32 = 60;

/// Every figure.
pub(crate) fn all() -> Result<Vec<Figure>, FigureError> {
    Ok(vec![
        acuity()?,
        groups()?,
        occupancy()?,
        states()?,
        intervals()?,
        injections()?,
        injections_by_year()?,
        ends()?,
        distribution()?,
        density()?,
        nothing()?,
        crowded()?,
        slanted()?,
    ])
}

/// All of them in a report.
pub(crate) fn report() -> Result<Report, FigureError> {
    let table = Table::new("Key figures")
        .text("Measure")
        .numeric("Baseline")
        .numeric("Year 1")
        .numeric("Year 2")
        .numeric("Year 5")
        .row([
            "Mean acuity, letters".into(),
            n(58.6, 1),
            n(65.9, 1),
            n(64.7, 1),
            n(60.2, 1),
        ])
        .row([
            "≥ 70 letters, %".into(),
            n(24.1, 1),
            n(47.9, 1),
            n(45.0, 1),
            n(38.2, 1),
        ])
        .row([
            "Injections in the year".into(),
            Cell::Missing,
            n(7.6, 1),
            n(5.3, 1),
            n(4.4, 1),
        ])
        .row([
            "Patients on treatment".into(),
            n(100_000.0, 0),
            n(91_872.0, 0),
            n(81_204.0, 0),
            n(58_110.0, 0),
        ]);
    Ok(Report::new("Aflibercept 2 mg, treat-and-extend")
        .subtitle("Example data made up for this gallery: 100,000 patients over 5 years, run calm-heron")
        .badge(Badge::new("Example data").tone(Tone::Caution))
        .badge(Badge::new("Complete").tone(Tone::Good))
        .badge(Badge::new("On disk: Parquet, zstd"))
        .badge(Badge::new("3,412,806 visits"))
        .warning("Example: partial results, 3 of 7 parts. Every figure below is of 196,608 of 458,752 patients.")
        .tile(Tile::new("Mean change, year 1", "+7.3", "letters").note("SD 14.2"))
        .tile(Tile::new("Mean change, year 5", "+1.6", "letters").note("SD 18.9"))
        .tile(Tile::new("At least 70 letters, year 5", "38.2", "%").note("24.1 % at baseline"))
        .tile(Tile::new("Injections, year 1", "7.6", "per patient").note("5.3 in year 2"))
        .tile(Tile::new("Stopped by year 5", "41.9", "%").note("every reason counted once"))
        .section(
            Section::new("Visual acuity")
                .text("Means follow everybody who started; the shaded bands say how far patients differ, not how sure the mean is.")
                .figure(acuity()?)
                .pair(groups()?, distribution()?)
                .table(table),
        )
        .section(Section::new("Where patients are").figure(occupancy()?).figure(states()?))
        .section(
            Section::new("Visits and injections").pair(intervals()?, injections()?).figure(injections_by_year()?),
        )
        .section(Section::new("Ends of treatment").figure(ends()?))
        .section(Section::new("Other kinds").pair(density()?, nothing()?).pair(crowded()?, slanted()?))
        .provenance("Protocol", "aflibercept-2mg-tae-8w, sha256 3f1c…9a02")
        .provenance("Seed", "42")
        .provenance("Version", "weir 0.1.0, model 1")
        .provenance("Peak memory", "188 MiB of a budget of 256 MiB"))
}

fn n(value: f64, decimals: usize) -> Cell {
    Cell::Number(value, decimals)
}

fn sourced(figure: FigureBuilder) -> FigureBuilder {
    figure.source(
        "example data, run calm-heron",
        "100,000 patients",
        "no filter",
    )
}

fn years() -> impl Iterator<Item = f64> {
    (0..=MONTHS).map(|month| f64::from(month) / 12.0)
}

/// Rises in the first year, falls slowly afterwards.
fn mean_at(year: f64, gain: f64, fall: f64) -> f64 {
    58.6 + gain * (1.0 - 1.0 / (1.0 + 4.0 * year * year)) - fall * year
}

fn acuity() -> Result<Figure, FigureError> {
    let all = |year: f64| mean_at(year, 9.2, 1.5);
    let spread = |year: f64| 11.0 + 1.3 * year;
    let band = |low: u8, high: u8, z: f64| {
        let meaning = BandMeaning::Percentiles {
            low,
            high,
            of: "patients".into(),
        };
        Band::new(
            meaning,
            years().map(move |y| {
                (
                    y,
                    (all(y) - z * spread(y)).max(0.0),
                    (all(y) + 0.92 * z * spread(y)).min(100.0),
                )
            }),
        )
    };
    sourced(
        Figure::new("acuity", "Visual acuity over time")
            .subtitle("All patients who started, whether or not they are still treated")
            .x(Axis::years("Time since first visit", 5.0))
            .y(Axis::letters("Visual acuity"))
            .mark(
                Line::new("All patients", years().map(|y| (y, all(y))))
                    .meaning("mean")
                    .band(band(5, 95, 1.645))
                    .band(band(25, 75, 0.674)),
            )
            .letters_references(),
    )
    .note("A month is 365.25/12 days. Baseline is the acuity at the first visit.")
    .build()
}

fn groups() -> Result<Figure, FigureError> {
    let line = |name: &str, gain: f64, fall: f64| {
        let meaning = BandMeaning::Confidence {
            percent: 95,
            of: "the mean".into(),
        };
        let at = move |y: f64| mean_at(y, gain, fall);
        Line::new(name, years().map(move |y| (y, at(y))))
            .meaning("mean")
            .band(Band::new(
                meaning,
                years().map(move |y| (y, at(y) - 0.8 - 0.3 * y, at(y) + 0.8 + 0.3 * y)),
            ))
    };
    sourced(
        Figure::new("groups", "Everybody, and those still treated")
            .x(Axis::years("Time since first visit", 5.0))
            .y(Axis::letters("Visual acuity"))
            .mark(line("All patients", 9.2, 1.5))
            .mark(line("On treatment", 10.4, 0.9))
            .letters_references(),
    )
    .build()
}

fn occupancy() -> Result<Figure, FigureError> {
    let total = 100_000.0;
    let mut layers = vec![Vec::new(); 5];
    for y in years() {
        let ended = (total * 0.42 * (1.0 - 1.0 / (1.0 + 0.3 * y + 0.05 * y * y))).round();
        let naive = (total * if y == 0.0 { 1.0 } else { 0.0 }).round();
        let left = total - ended - naive;
        let stable = (left * (0.35 + 0.3 * (y / (y + 0.6)))).round();
        let active = ((left - stable) * (0.5 + 0.1 * y / 5.0)).round();
        for (layer, value) in
            layers
                .iter_mut()
                .zip([stable, active, left - stable - active, naive, ended])
        {
            layer.push(value);
        }
    }
    let names = ["Stable", "Active", "Highly active", "Naive", "Ended"];
    let stack = names
        .into_iter()
        .zip(layers)
        .fold(Stack::new(years(), total), |stack, (name, layer)| {
            stack.layer(name, layer)
        });
    sourced(
        Figure::new("occupancy", "Disease activity by month")
            .subtitle("Every patient is in exactly one state each month; the columns add up to everybody who started")
            .x(Axis::years("Time since first visit", 5.0))
            .y(Axis::share("Share of patients").within(0.0, 1.0).every(0.2))
            .mark(stack.as_shares()),
    )
    .build()
}

fn states() -> Result<Figure, FigureError> {
    let names = [
        "Intensive",
        "Regular",
        "Extended",
        "Maximum",
        "Gap of 3–6 months",
        "Gap of 6–12 months",
        "Longer gap",
        "Restarted after a gap",
        "Stopped",
    ];
    let total = 10_000.0;
    let mut layers = vec![Vec::new(); names.len()];
    for y in years() {
        let weights = [
            3.0 / (1.0 + 2.0 * y),
            1.0 + y,
            0.2 + 1.2 * y,
            0.7 * y,
            0.12 * y,
            0.06 * y,
            0.05 * y,
            0.08 * y,
            0.55 * y,
        ];
        let sum: f64 = weights.iter().sum();
        let mut left = total;
        for (i, weight) in weights.iter().enumerate() {
            let here = if i + 1 == names.len() {
                left
            } else {
                (total * weight / sum).round().min(left)
            };
            layers[i].push(here);
            left -= here;
        }
    }
    let stack = names
        .into_iter()
        .zip(layers)
        .fold(Stack::new(years(), total), |stack, (name, layer)| {
            stack.layer(name, layer)
        });
    Figure::new("states", "Treatment state by month")
        .subtitle("By the interval to the previous visit")
        .x(Axis::years("Time since first visit", 5.0))
        .y(Axis::count("Patients"))
        .mark(stack)
        .source(
            "example data, run calm-heron",
            "10,000 patients",
            "first part only",
        )
        .build()
}

fn intervals() -> Result<Figure, FigureError> {
    let edges: Vec<f64> = (3..=27).map(|week| f64::from(week) - 0.5).collect();
    let counts = edges.windows(2).map(|pair| {
        let week = pair[0] + 0.5;
        let peak = |at: f64, high: f64, wide: f64| {
            high / (1.0 + ((week - at) / wide) * ((week - at) / wide))
        };
        (peak(4.0, 21.0, 0.4) + peak(8.0, 15.0, 0.7) + peak(12.0, 9.0, 0.8) + peak(16.0, 8.0, 0.35))
            / 100.0
    });
    Figure::new("intervals", "Weeks between visits")
        .x(Axis::linear("Interval to the previous visit", "weeks", 2.0, 27.0).every(2.0))
        .y(Axis::share("Share of visits"))
        .mark(Bars::between(edges.clone()).series_as("Visits", "visits", counts))
        .source(
            "example data, run calm-heron",
            "3,312,806 intervals",
            "first visits have none",
        )
        .build()
}

fn injections() -> Result<Figure, FigureError> {
    let shares = [
        0.004, 0.012, 0.035, 0.061, 0.09, 0.121, 0.16, 0.174, 0.149, 0.098, 0.057, 0.028, 0.011,
    ];
    sourced(
        Figure::new("injections", "Injections in the first year")
            .x(Axis::categories(
                "Injections",
                (1..=13).map(|count: u32| count.to_string()),
            ))
            .y(Axis::share("Share of patients"))
            .mark(Bars::at_categories().series_as("Patients", "injections", shares)),
    )
    .build()
}

fn injections_by_year() -> Result<Figure, FigureError> {
    sourced(
        Figure::new("injections-by-year", "Injections per year of treatment")
            .subtitle("Mean per patient-year on treatment, two arms")
            .x(Axis::categories(
                "",
                (1..=5).map(|year: u32| format!("Year {year}")),
            ))
            .y(Axis::from_zero("Injections", "per patient-year"))
            .mark(
                Bars::at_categories()
                    .series("Aflibercept 2 mg", [7.6, 5.3, 4.9, 4.6, 4.4])
                    .series("Ranibizumab", [8.1, 6.2, 5.8, 5.5, 5.1]),
            ),
    )
    .build()
}

fn ends() -> Result<Figure, FigureError> {
    let line = |name: &str, share: f64, half: f64| {
        Line::steps(
            name,
            years().map(move |y| (y, share * y / (y + half) * (5.0 + half) / 5.0)),
        )
    };
    sourced(
        Figure::new("ends", "Ends of treatment by reason")
            .subtitle(
                "Cumulative incidence; the reasons compete, and every patient ends at most once",
            )
            .x(Axis::years("Time since first visit", 5.0))
            .y(Axis::share("Patients who ended")
                .within(0.0, 0.3)
                .every(0.05))
            .mark(line("Drop-out", 0.245, 9.0))
            .mark(line("Death", 0.152, 30.0))
            .mark(line("Planned stop", 0.073, 6.0))
            .mark(line("Futility", 0.069, 2.0))
            .mark(line("Transfer", 0.041, 12.0))
            .at_risk(AtRisk {
                label: "Patients at risk".into(),
                at: (0..=5).map(f64::from).collect(),
                rows: vec![AtRiskRow {
                    name: String::new(),
                    values: vec![100_000.0, 91_872.0, 81_204.0, 72_641.0, 65_012.0, 58_110.0],
                }],
            }),
    )
    .build()
}

fn distribution() -> Result<Figure, FigureError> {
    let summary = |middle: f64, spread: f64| {
        let at = |z: f64| (middle + z * spread).clamp(0.0, 100.0);
        Some(BoxSummary {
            p5: at(-1.7),
            p25: at(-0.7),
            p50: at(0.0),
            p75: at(0.66),
            p95: at(1.5),
            mean: Some(middle - 1.2),
        })
    };
    sourced(
        Figure::new("distribution", "Acuity at each anniversary")
            .x(Axis::categories(
                "Years since first visit",
                ["0", "1", "2", "3", "4", "5"],
            ))
            .y(Axis::letters("Visual acuity"))
            .mark(
                Boxes::new(
                    "patients",
                    [
                        (59.8, 12.0),
                        (67.4, 13.5),
                        (66.1, 15.0),
                        (64.3, 16.4),
                        (62.8, 17.5),
                        (61.3, 18.6),
                    ]
                    .map(|(middle, spread)| summary(middle, spread)),
                )
                .concept("All patients"),
            )
            .letters_references(),
    )
    .build()
}

fn density() -> Result<Figure, FigureError> {
    let x: Vec<f64> = (0..=20).map(|quarter| f64::from(quarter) / 4.0).collect();
    let y: Vec<f64> = (0..=20).map(|step| f64::from(step) * 5.0).collect();
    let mut values = Vec::new();
    for column in x.windows(2) {
        for row in y.windows(2) {
            let away = (row[0] + 2.5 - mean_at(column[0], 9.2, 1.5)) / (14.0 + 1.5 * column[0]);
            values.push(
                (9000.0 / (1.0 + away * away * away * away * 3.0) - 250.0)
                    .max(0.0)
                    .round(),
            );
        }
    }
    sourced(
        Figure::new("density", "Where patients' acuity lies")
            .x(Axis::years("Time since first visit", 5.0))
            .y(Axis::letters("Visual acuity"))
            .mark(Heat::new("patients", x, y, values)),
    )
    .build()
}

fn nothing() -> Result<Figure, FigureError> {
    Figure::new("nothing", "Costs")
        .subtitle("A figure without data says so")
        .x(Axis::years("Time since first visit", 5.0))
        .y(Axis::from_zero("Cost", "£ per patient"))
        .mark(Line::new("All patients", []))
        .source(
            "example data, run calm-heron",
            "no costed visits",
            "no filter",
        )
        .build()
}

fn crowded() -> Result<Figure, FigureError> {
    let line = |number: u32| {
        let name =
            format!("Protocol {number} with a name that somebody made far too long for any margin");
        Line::new(
            name,
            years().map(move |y| (y, mean_at(y, 9.0 + f64::from(number) * 0.3, 1.5))),
        )
    };
    let row = |name: &str, first: f64| AtRiskRow {
        name: name.into(),
        values: (0..=5)
            .map(|year| (first * (1.0 - 0.08 * f64::from(year))).round())
            .collect(),
    };
    sourced(
        Figure::new("crowded", "Names too long to stand beside their lines")
            .x(Axis::years("Time since first visit", 5.0))
            .y(Axis::letters("Visual acuity"))
            .marks((1..=4).map(line))
            .letters_references()
            .at_risk(AtRisk {
                label: "Patients at risk".into(),
                at: (0..=5).map(f64::from).collect(),
                rows: vec![row("Protocol 1", 50_000.0), row("Protocol 2", 12_500.0)],
            }),
    )
    .build()
}

fn slanted() -> Result<Figure, FigureError> {
    let names = [
        "Initial",
        "Intensive",
        "Regular",
        "Extended",
        "Maximum",
        "Gap of 3–6 months",
        "Gap of 6–12 months",
        "Longer gap",
        "Restarted after a gap",
    ];
    sourced(
        Figure::new("slanted", "Visits by treatment state")
            .x(Axis::categories("Treatment state", names))
            .y(Axis::count("Visits"))
            .mark(Bars::at_categories().series(
                "Visits",
                [
                    100_000.0, 410_230.0, 560_011.0, 720_450.0, 880_120.0, 91_200.0, 31_000.0,
                    12_040.0, 8_930.0,
                ],
            )),
    )
    .build()
}
