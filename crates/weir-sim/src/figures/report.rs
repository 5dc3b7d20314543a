//! The one self-contained report.

use weir_chart::{Badge, FigureError, Report, Section, Tone};
use weir_memory::Bytes;

use super::about::About;
use super::acuity::CHANGE;
use super::wording::{counted, cut, one, patients, percent, signed, whole};
use super::{acuity, cohort, ends, injections, intervals, points, tables, tiles};
use crate::protocol::Biology;
use crate::simulate::TimeEngine;
use crate::summary::{Counts, Cube};

/// The report: headline numbers, figures with short sentences computed from the counts, tables, caveats and how it
/// was made.
///
/// # Errors
/// As [`all`](super::all).
pub fn report(about: &About<'_>, counts: &Counts) -> Result<Report, FigureError> {
    let mut report = Report::new(cut(&about.protocol.name)).subtitle(subtitle(about, counts));
    report = if about.is_partial() {
        report.badge(Badge::new("Partial results").tone(Tone::Caution))
    } else {
        report.badge(Badge::new("Complete").tone(Tone::Good))
    };
    if let Some(visits) = about.visits {
        report = report.badge(Badge::new(counted(visits, "visit")));
    }
    if let Some(bytes) = about.bytes_on_disk {
        report = report.badge(Badge::new(format!("{} on disk", Bytes::new(bytes))));
    }
    if let Some(words) = about.partial_words() {
        report = report.warning(format!(
            "{}{}. Every number below is of those patients only; resume the run to complete it.",
            words[..1].to_uppercase(),
            &words[1..]
        ));
    }
    for tile in tiles::tiles(about, counts) {
        report = report.tile(tile);
    }
    report = report
        .section(acuity_section(about, counts)?)
        .section(change_section(about, counts)?)
        .section(cohort_section(about, counts)?)
        .section(visits_section(about, counts)?)
        .section(ends_section(about, counts)?)
        .section(caveats(about));
    if let Some(stages) = tables::stages(about) {
        report = report.section(
            Section::new("Memory and time")
                .text("Resident memory of the whole process while each stage was at work.")
                .table(stages),
        );
    }
    Ok(provenance(about, report))
}

fn subtitle(about: &About<'_>, counts: &Counts) -> String {
    let run = match cut(about.run_name) {
        name if name.is_empty() => String::new(),
        name => format!(", run {name}"),
    };
    format!(
        "Simulation of {} over {}{run}",
        patients(counts.total("patients")),
        length(about.spec.years),
    )
}

fn length(years: f64) -> String {
    let s = if years == 1.0 { "" } else { "s" };
    format!("{years} year{s}")
}

fn acuity_section(about: &About<'_>, counts: &Counts) -> Result<Section, FigureError> {
    let section = Section::new("Visual acuity");
    let last = points::last(counts);
    let letters = |month| counts.distribution(Cube::LettersTrue, None, month);
    let (first, end) = (letters(0), letters(last.month));
    let words = match (first.mean(), end.mean()) {
        (Some(_), Some(_)) if last.month > 0 => format!(
            "Patients start with {} letters on average (SD {}). At {} the mean is {} (SD {}) over the {} alive and in follow-up; the \
             middle half of them lies between {} and {}.",
            one(first.mean()),
            one(first.sd()),
            last.words(),
            one(end.mean()),
            one(end.sd()),
            whole(end.count()),
            end.quantile(0.25).unwrap_or(0),
            end.quantile(0.75).unwrap_or(0),
        ),
        (Some(_), _) => format!(
            "Patients start with {} letters on average (SD {}).",
            one(first.mean()),
            one(first.sd())
        ),
        _ => "No patient's results are there yet.".to_owned(),
    };
    Ok(section
        .text(words)
        .text(
            "In the table, letters are true letters of living patients in follow-up; the change is of the last measured letters of all who \
             started, carried forward; injections are means per patient and full year.",
        )
        .pair(
            acuity::everybody(about, counts)?,
            acuity::on_treatment(about, counts)?,
        )
        .table(tables::by_year(about, counts))
        .pair(
            acuity::by_year(about, counts)?,
            acuity::distribution(about, counts)?,
        ))
}

fn change_section(about: &About<'_>, counts: &Counts) -> Result<Section, FigureError> {
    let mut section = Section::new("Change from baseline").text(CHANGE);
    let year_one = points::year_one(counts);
    let last = Some(points::last(counts)).filter(|last| last.month > 12 || year_one.is_none());
    let sentences: Vec<String> = year_one
        .into_iter()
        .chain(last.filter(|last| last.month > 0))
        .filter_map(|point| {
            let change = counts.distribution(Cube::LettersChange, None, point.month);
            change.mean().map(|mean| {
                format!(
                    "At {} the mean change is {} letters (SD {}); {} % gained 15 or more, {} % lost 15 or more.",
                    point.words(),
                    signed(Some(mean)),
                    one(change.sd()),
                    percent(change.share(|value| value >= 15)),
                    percent(change.share(|value| value <= -15)),
                )
            })
        })
        .collect();
    if !sentences.is_empty() {
        section = section.text(sentences.join(" "));
    }
    section = section.pair(
        acuity::change(about, counts)?,
        acuity::change_shares(about, counts)?,
    );
    Ok(if counts.months() > 0 {
        section.table(tables::change(counts))
    } else {
        section
    })
}

fn cohort_section(about: &About<'_>, counts: &Counts) -> Result<Section, FigureError> {
    let last = points::last(counts);
    let total = counts.total("patients");
    let mut section = Section::new("Where patients are");
    if total > 0 {
        let at = |group| counts.get(Cube::State, group, last.month, 0);
        section = section.text(format!(
            "At {}, of {}: {} {}, {} stopped and still followed, {} left, {} died.",
            last.words(),
            patients(total),
            whole(cohort::on_treatment(counts, last.month)),
            about.on_treatment(),
            whole(at(4)),
            whole(at(5)),
            whole(at(6)),
        ));
    }
    Ok(section
        .figure(cohort::states(about, counts)?)
        .figure(cohort::patterns(about, counts)?))
}

fn visits_section(about: &About<'_>, counts: &Counts) -> Result<Section, FigureError> {
    let mut section = Section::new("Visits and injections");
    let total = counts.total("patients");
    let missed = counts.total("missed_visits");
    let visits = counts.total("visits");
    if total > 0 {
        section = section.text(format!(
            "Study eyes had {} and {}; {} {} missed ({} % of all planned).",
            counted(visits, "visit"),
            counted(counts.total("injections"), "injection"),
            counted(missed, "planned visit"),
            if missed == 1 { "was" } else { "were" },
            percent((visits + missed > 0).then(|| missed as f64 / (visits + missed) as f64)),
        ));
    }
    if counts.total("fellow_eyes") > 0 {
        section = section.text(format!(
            "The fellow eye fell ill in {}; it had {} and {}, which no figure here counts.",
            patients(counts.total("fellow_eyes")),
            counted(counts.total("fellow_visits"), "visit"),
            counted(counts.total("fellow_injections"), "injection"),
        ));
    }
    section = section.pair(
        intervals::visits(about, counts)?,
        intervals::injections(about, counts)?,
    );
    if counts.months() >= 12 {
        section = section.pair(
            injections::by_year(about, counts)?,
            injections::distribution(about, counts)?,
        );
    }
    Ok(section.figure(intervals::longest(about, counts)?))
}

fn ends_section(about: &About<'_>, counts: &Counts) -> Result<Section, FigureError> {
    Ok(Section::new("Ends of treatment")
        .text(ends::DEFINITION)
        .text("Shares in the table are of all patients who started, up to the end of the year.")
        .figure(ends::ends(about, counts)?)
        .table(tables::ends(counts)))
}

fn caveats(about: &About<'_>) -> Section {
    let section = Section::new("What public data do not identify").text(
        "These numbers are of a model, not of a trial. The following of its parameters cannot be told from public data; results \
         rest on them.",
    );
    let section = Biology::caveats(&about.protocol.drugs())
        .into_iter()
        .fold(section, |section, caveat| section.text(caveat));
    section.text(
        "Letters are true letters of the study eye unless called measured; the change from baseline is of measured letters.",
    )
}

fn provenance(about: &About<'_>, mut report: Report) -> Report {
    let run = [cut(about.run_name), cut(about.run_id)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let mut line = |what: &str, value: String| {
        if !value.is_empty() {
            let so_far = std::mem::take(&mut report);
            report = so_far.provenance(what, value);
        }
    };
    let protocol = about.protocol;
    line("Run", run);
    line(
        "Protocol",
        format!("{}, version {}", protocol.name, protocol.version),
    );
    line("Protocol's SHA-256", about.protocol_digest.to_owned());
    line("What it is", protocol.description.trim().to_owned());
    for source in &protocol.sources {
        line("Source", source.clone());
    }
    line("Seed", about.spec.seed.to_string());
    line(
        "Patients",
        if about.is_partial() {
            format!(
                "{} of {}",
                whole(u64::from(about.patients_done)),
                whole(u64::from(about.patients_asked))
            )
        } else {
            whole(u64::from(about.patients_done))
        },
    );
    line("Follow-up", length(about.spec.years));
    line(
        "Time engine",
        match about.spec.engine {
            TimeEngine::BetweenVisits => "exact from one visit to the next",
            TimeEngine::WeeklyReference => "the weekly reference",
        }
        .to_owned(),
    );
    line(
        "Version",
        match about.weir_version {
            "" => String::new(),
            version => format!("weir {version}"),
        },
    );
    if let Some(seconds) = about.seconds {
        line("Time", format!("{seconds:.1} s"));
    }
    let memory = match (about.peak_resident_bytes, about.limit_bytes) {
        (Some(peak), Some(limit)) => format!(
            "{} resident at the peak, of a budget of {}",
            Bytes::new(peak),
            Bytes::new(limit)
        ),
        (Some(peak), None) => format!("{} resident at the peak", Bytes::new(peak)),
        (None, Some(limit)) => format!("a budget of {}", Bytes::new(limit)),
        (None, None) => String::new(),
    };
    line("Memory", memory);
    line("Month", "365.25/12 days, everywhere".to_owned());
    report
}
