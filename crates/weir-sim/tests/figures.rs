//! Figures and report say what the counts say, for every size of a run.
#![allow(clippy::unwrap_used)]

use weir_chart::{Axis, Domain, Figure, Item, Line, Mark, Palette, Report, Stack};
use weir_sim::figures::{self, About, StageRow};
use weir_sim::job::SimulationSpec;
use weir_sim::protocol::{Biology, Protocol};
use weir_sim::results::Compression;
use weir_sim::simulate::{Block, Model, TimeEngine};
use weir_sim::summary::{Counts, Cube};

/// A simulation and what is known about it.
struct Simulated {
    protocol: Protocol,
    spec: SimulationSpec,
    digest: String,
    counts: Counts,
    done: u32,
}

impl Simulated {
    fn new(id: &str, patients: u32, years: f64) -> Self {
        let text = Protocol::shipped_by_id(id).unwrap().text;
        let protocol = Protocol::parse(id, text).unwrap().protocol;
        let spec = SimulationSpec {
            patients,
            years,
            seed: 7,
            engine: TimeEngine::BetweenVisits,
            results: Default::default(),
            compression: Compression::default(),
        };
        let model = Model::new(&protocol, years, spec.seed, spec.engine);
        let mut block = Block::new(model.months(), false);
        model.simulate(0..patients, &mut block);
        Self {
            digest: protocol.digest(),
            counts: block.counts,
            done: patients,
            protocol,
            spec,
        }
    }

    fn routine(patients: u32, years: f64) -> Self {
        Self::new("aflibercept-tae-8week", patients, years)
    }

    fn about(&self) -> About<'_> {
        About {
            run_id: "run-id-1",
            run_name: "calm-heron",
            protocol: &self.protocol,
            protocol_digest: &self.digest,
            spec: &self.spec,
            patients_done: self.done,
            patients_asked: self.spec.patients,
            visits: None,
            bytes_on_disk: None,
            seconds: None,
            peak_resident_bytes: None,
            limit_bytes: None,
            stages: vec![],
            weir_version: "9.8.7",
        }
    }

    fn figures(&self) -> Vec<Figure> {
        figures::all(&self.about(), &self.counts).unwrap()
    }

    fn figure(&self, id: &str) -> Figure {
        let figures = self.figures();
        figures.into_iter().find(|f| f.id() == id).unwrap()
    }

    fn report(&self) -> Report {
        figures::report(&self.about(), &self.counts).unwrap()
    }

    fn html(&self) -> String {
        self.report().to_html(&Palette::default())
    }
}

fn lines(figure: &Figure) -> Vec<&Line> {
    let marks = figure.marks().iter();
    marks
        .filter_map(|mark| match mark {
            Mark::Line(line) => Some(line),
            _ => None,
        })
        .collect()
}

fn stack(figure: &Figure) -> &Stack {
    let mut marks = figure.marks().iter();
    marks
        .find_map(|mark| match mark {
            Mark::Stack(stack) => Some(stack),
            _ => None,
        })
        .unwrap()
}

#[test]
fn ids_are_stable_and_the_report_shows_every_figure_once() {
    let run = Simulated::routine(200, 3.0);
    let ids: Vec<String> = run.figures().iter().map(|f| f.id().to_owned()).collect();
    assert_eq!(
        ids,
        [
            "acuity",
            "acuity-on-treatment",
            "letters-by-year",
            "letters-distribution",
            "change",
            "change-shares",
            "states",
            "patterns",
            "visit-intervals",
            "injection-intervals",
            "injections-by-year",
            "injections-distribution",
            "longest-interval",
            "ends",
        ]
    );
    let report = run.report();
    let items = report.sections.iter().flat_map(|section| &section.items);
    let shown: Vec<String> = items
        .flat_map(|item| match item {
            Item::Figure(figure) => vec![figure.id().to_owned()],
            Item::Pair(left, right) => vec![left.id().to_owned(), right.id().to_owned()],
            Item::Text(_) | Item::Table(_) | Item::Forest(_) => vec![],
        })
        .collect();
    assert_eq!(shown, ids);
}

#[test]
fn patients_are_conserved_in_every_stack() {
    for id in [
        "aflibercept-tae-8week",
        "aflibercept-observe-and-stop",
        "untreated",
        "faricimab-assigned",
    ] {
        let run = Simulated::new(id, 400, 4.0);
        for figure in ["states", "patterns"].map(|figure| run.figure(figure)) {
            let stack = stack(&figure);
            assert_eq!(stack.x.len(), 49);
            for column in 0..stack.x.len() {
                let sum: f64 = stack.layers.iter().map(|layer| layer.values[column]).sum();
                assert_eq!(sum, 400.0, "{id}, {}, month {column}", figure.id());
            }
        }
    }
}

#[test]
fn counts_that_lose_a_patient_are_refused() {
    let mut run = Simulated::routine(50, 2.0);
    run.counts.add(Cube::State, 1, 5, 0, 1);
    assert!(figures::all(&run.about(), &run.counts).is_err());
    assert!(figures::report(&run.about(), &run.counts).is_err());
}

#[test]
fn means_and_bands_are_those_of_the_counts() {
    let run = Simulated::routine(500, 3.0);
    let cases = [
        ("acuity", Cube::LettersTrue, None),
        ("acuity-on-treatment", Cube::LettersTrue, Some(0)),
        ("change", Cube::LettersChange, None),
    ];
    for (id, cube, group) in cases {
        let figure = run.figure(id);
        let line = lines(&figure)[0];
        for (month, point) in line.points.iter().enumerate() {
            let distribution = run.counts.distribution(cube, group, month as u32);
            assert_eq!(point.1, distribution.mean().unwrap(), "{id} {month}");
            assert_eq!(point.0, month as f64 / 12.0);
            let (_, low, high) = line.bands[0].points[month];
            assert_eq!(low, f64::from(distribution.quantile(0.05).unwrap()));
            assert_eq!(high, f64::from(distribution.quantile(0.95).unwrap()));
        }
        assert_eq!(line.points.len(), 37);
    }
}

#[test]
fn a_handful_of_survivors_makes_no_curve() {
    let run = Simulated::routine(100, 40.0);
    let letters = |month| run.counts.distribution(Cube::LettersTrue, None, month);
    let figure = run.figure("acuity");
    for (month, (_, mean)) in lines(&figure)[0].points.iter().enumerate() {
        assert_eq!(mean.is_nan(), letters(month as u32).count() < 20, "{month}");
    }
    let left_out = "Months with fewer than 20 patients are left out.".to_owned();
    assert!(figure.notes().contains(&left_out));
    let whole = Simulated::routine(100, 2.0).figure("acuity");
    assert!(!whole.notes().contains(&left_out));
    // A run that begins with fewer shows whom it has.
    let few = Simulated::routine(3, 1.0).figure("acuity");
    assert!(lines(&few)[0].points[0].1.is_finite());
}

#[test]
fn a_protocol_that_never_treats_is_not_said_to() {
    let run = Simulated::new("untreated", 100, 2.0);
    let html = run.html();
    assert!(html.contains("In untreated care") && !html.to_lowercase().contains("on treatment"));
    assert!(Simulated::routine(100, 2.0).html().contains("On treatment"));
}

#[test]
fn bands_say_that_they_are_of_patients() {
    let run = Simulated::routine(100, 2.0);
    for id in ["acuity", "acuity-on-treatment", "change"] {
        let figure = run.figure(id);
        let words: Vec<String> = lines(&figure)[0]
            .bands
            .iter()
            .map(|b| b.meaning.words())
            .collect();
        assert_eq!(words, ["5–95 % of patients", "25–75 % of patients"]);
    }
}

#[test]
fn incidences_end_at_counts_over_patients_and_never_exceed_all() {
    let run = Simulated::routine(800, 5.0);
    let figure = run.figure("ends");
    let mut sum = 0.0;
    let names = [
        "Planned stop",
        "Dropped out",
        "Futility",
        "Transferred",
        "Died",
        "Study ended",
    ];
    for (reason, name) in names.into_iter().enumerate() {
        let counted = run
            .counts
            .over_all_periods(Cube::FirstEnd, Some(reason))
            .count();
        let line = lines(&figure).into_iter().find(|line| line.name == name);
        let end = line.map_or(0.0, |line| line.points.last().unwrap().1);
        assert_eq!(end, counted as f64 / 800.0, "{name}");
        if let Some(line) = line {
            assert!(line.points.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        }
        sum += end;
    }
    assert!(sum > 0.1 && sum <= 1.0, "{sum}");
    let at_risk = figure.at_risk().unwrap();
    let numbers = &at_risk.rows[0].values;
    assert!(numbers.windows(2).all(|pair| pair[0] >= pair[1]));
    assert!((numbers.last().unwrap() - 800.0 * (1.0 - sum)).abs() < 1e-6);
}

#[test]
fn letters_run_from_0_to_100_wherever_they_are_drawn() {
    let run = Simulated::routine(100, 2.0);
    let letters = |axis: &Axis| axis.label == "Visual acuity";
    let mut seen = 0;
    for figure in run.figures() {
        for axis in [figure.x(), figure.y()]
            .into_iter()
            .filter(|axis| letters(axis))
        {
            assert_eq!(
                axis.domain,
                Domain::Fixed {
                    from: 0.0,
                    to: 100.0
                },
                "{}",
                figure.id()
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

#[test]
fn shares_of_a_histogram_add_up_to_one() {
    let run = Simulated::routine(300, 3.0);
    let ids = [
        "letters-distribution",
        "visit-intervals",
        "injection-intervals",
        "longest-interval",
        "injections-distribution",
    ];
    for id in ids {
        let figure = run.figure(id);
        let Mark::Bars(bars) = &figure.marks()[0] else {
            unreachable!("{id} has bars")
        };
        for series in &bars.series {
            let sum: f64 = series.values.iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "{id}, {}: {sum}", series.name);
        }
    }
}

#[test]
fn every_figure_says_source_count_seed_and_filters() {
    let run = Simulated::routine(1_234, 1.0);
    for figure in run.figures() {
        let words = figure.caption().words();
        for part in [
            "calm-heron",
            &run.protocol.name,
            "version 1.0",
            "seed 7",
            "no filter",
        ] {
            assert!(
                words.contains(part),
                "{}: {part:?} in {words:?}",
                figure.id()
            );
        }
        assert!(!words.contains("partial"), "{words}");
        assert!(!figure.caption().count.is_empty());
    }
}

#[test]
fn partial_results_say_so_in_the_report_and_under_every_figure() {
    let mut run = Simulated::routine(300, 2.0);
    run.spec.patients = 1_000;
    let report = run.report();
    assert_eq!(report.warnings.len(), 1);
    assert!(report.warnings[0].starts_with("Partial results: 300 of 1,000 patients."));
    for figure in run.figures() {
        let words = figure.caption().words();
        assert!(
            words.contains("partial results: 300 of 1,000 patients"),
            "{words}"
        );
    }
    let whole = Simulated::routine(300, 2.0);
    assert_eq!(whole.report().warnings.len(), 0);
    assert!(!whole.html().contains("artial results"));
}

#[test]
fn no_size_of_a_run_breaks_a_figure() {
    for (patients, years) in [
        (0, 5.0),
        (1, 0.01),
        (1, 1.0),
        (1, 50.0),
        (2, 0.5),
        (30, 2.6),
        (60, 50.0),
    ] {
        let run = Simulated::routine(patients, years);
        let html = run.html();
        for wrong in ["NaN", "inf%", "-0.0<"] {
            assert!(
                !html.contains(wrong),
                "{wrong} with {patients} patients, {years} years"
            );
        }
        for figure in run.figures() {
            assert!(figure.to_svg(&Palette::default()).starts_with("<svg"));
            if patients == 0 {
                assert!(figure.is_empty(), "{}", figure.id());
            }
        }
    }
}

#[test]
fn names_of_any_length_fit() {
    let mut run = Simulated::routine(10, 1.0);
    run.protocol.name = "ÄÖ<b>".repeat(24);
    run.protocol.version = "v".repeat(5_000);
    let name = "n".repeat(5_000);
    let about = About {
        run_name: &name,
        ..run.about()
    };
    assert_eq!(figures::all(&about, &run.counts).unwrap().len(), 14);
    let html = figures::report(&about, &run.counts)
        .unwrap()
        .to_html(&Palette::default());
    assert!(!html.contains("<b>"));
}

#[test]
fn counts_of_ten_million_patients_are_enough() {
    // Counts are all that is handed over; merging stands for a run too large to read.
    let one = Simulated::routine(100, 5.0);
    let mut run = Simulated::routine(100, 5.0);
    for _ in 0..17 {
        let twice = run.counts.clone();
        run.counts.merge(&twice).unwrap();
    }
    let patients = 100 << 17;
    run.spec.patients = patients;
    run.done = patients;
    let (small, large) = (one.figure("acuity"), run.figure("acuity"));
    assert_eq!(lines(&small)[0].points, lines(&large)[0].points);
    assert_eq!(stack(&run.figure("states")).totals[0], f64::from(patients));
    assert!(run.html().contains("13,107,200 patients"));
}

#[test]
fn headline_numbers_are_those_of_the_counts() {
    let run = Simulated::routine(600, 3.0);
    let report = run.report();
    let tile = |label: &str| {
        let tile = report.tiles.iter().find(|tile| tile.label == label);
        tile.unwrap_or_else(|| unreachable!("no tile {label}"))
            .value
            .clone()
    };
    let letters = |month| run.counts.distribution(Cube::LettersTrue, None, month);
    let change = run
        .counts
        .distribution(Cube::LettersChange, None, 36)
        .mean()
        .unwrap();
    assert_eq!(
        tile("Mean letters, baseline"),
        format!("{:.1}", letters(0).mean().unwrap())
    );
    assert_eq!(
        tile("Mean letters, year 1"),
        format!("{:.1}", letters(12).mean().unwrap())
    );
    assert_eq!(
        tile("Mean letters, year 3"),
        format!("{:.1}", letters(36).mean().unwrap())
    );
    let note = |label: &str| {
        let tile = report.tiles.iter().find(|tile| tile.label == label);
        tile.unwrap().note.clone()
    };
    let sign = if change < 0.0 { "−" } else { "+" };
    let written = format!("mean change of all who started {sign}{:.1}", change.abs());
    assert!(note("Mean letters, year 3").ends_with(&written));
    let seventy = 100.0 * letters(36).share(|value| value >= 70).unwrap();
    assert_eq!(tile("≥ 70 letters, year 3"), format!("{seventy:.1}"));
    let treated: u64 = (0..4)
        .map(|state| run.counts.get(Cube::State, state, 36, 0))
        .sum();
    assert_eq!(
        tile("On treatment, year 3"),
        format!("{:.1}", treated as f64 / 6.0)
    );
}

#[test]
fn the_report_names_what_it_rests_on() {
    for id in ["aflibercept-tae-8week", "faricimab-assigned"] {
        let run = Simulated::new(id, 50, 2.0);
        let mut about = run.about();
        about.stages = vec![StageRow {
            stage: "simulate".to_owned(),
            seconds: 1.25,
            peak_resident_bytes: 64 << 20,
            mean_resident_bytes: 32 << 20,
        }];
        about.peak_resident_bytes = Some(64 << 20);
        about.limit_bytes = Some(256 << 20);
        let report = figures::report(&about, &run.counts).unwrap();
        let texts: Vec<&str> = report
            .sections
            .iter()
            .flat_map(|section| &section.items)
            .filter_map(|item| match item {
                Item::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        for caveat in Biology::caveats(&run.protocol.drugs()) {
            assert!(texts.contains(&caveat), "{caveat}");
        }
        let values: Vec<&str> = report
            .provenance
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        assert!(values.contains(&run.digest.as_str()));
        assert!(values.contains(&"weir 9.8.7") && values.contains(&"7"));
        assert!(values.contains(&"calm-heron, run-id-1"));
        for source in &run.protocol.sources {
            assert!(values.contains(&source.as_str()));
        }
        let html = report.to_html(&Palette::default());
        assert!(html.contains("64 MiB") && html.contains("32 MiB") && html.contains("256 MiB"));
    }
}
