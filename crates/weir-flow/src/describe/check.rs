//! What concerns several keys at once.

use std::collections::{BTreeMap, BTreeSet};

use weir_yaml::{Check, Places, Report, nearest, plain_words};

use super::PipelineFile;
use super::bars::BarsStep;
use super::code::*;
use super::graph::{Giver, Givers, Unresolved};
use super::sink::Target;
use super::source::{Order, SourceSpec};
use super::step::Work;
use crate::bars::Function;

/// Everything about several keys that cannot be used.
pub(super) fn mistakes(file: &PipelineFile, places: &Places, report: &mut Report<'_>) {
    let mut check = Check { places, report };
    names(file, &mut check);
    for (name, source) in &file.sources {
        order(source, &format!("sources.{name}"), &mut check);
    }
    for (name, step) in &file.steps {
        let path = format!("steps.{name}");
        match &step.work {
            Work::Bars(bars) => bars_step(bars, &path, &mut check),
            Work::Split(split) => {
                if split.ways.iter().any(|(way, _)| *way == split.otherwise) {
                    let message = format!("`{}` is a way already", plain_words(&split.otherwise));
                    check.mistake(
                        NAME_TAKEN,
                        &format!("{path}.otherwise"),
                        &[&format!("{path}.ways")],
                        message,
                        "give the rest a name of its own",
                    );
                }
                for (way, _) in &split.ways {
                    name_form(
                        &format!("{path}.ways.{}", plain_words(way)),
                        way,
                        &mut check,
                    );
                }
                name_form(&format!("{path}.otherwise"), &split.otherwise, &mut check);
            }
            Work::Columns(columns) => {
                let mut seen = BTreeSet::new();
                for column in &columns.keep {
                    if !seen.insert(column) {
                        let message = format!("`{}` is kept twice", plain_words(column));
                        check.mistake(
                            COLUMN_TWICE,
                            &format!("{path}.keep"),
                            &[],
                            message,
                            "name it once",
                        );
                    }
                }
                for (key, column) in columns
                    .rename
                    .iter()
                    .map(|(new, _)| ("rename", new))
                    .chain(columns.compute.iter().map(|(new, _)| ("compute", new)))
                {
                    if !seen.insert(column) {
                        let message =
                            format!("there is a column `{}` already", plain_words(column));
                        check.mistake(
                            COLUMN_TWICE,
                            &format!("{path}.{key}.{}", plain_words(column)),
                            &[],
                            message,
                            "give one of them another name",
                        );
                    }
                }
                if columns.keep.is_empty()
                    && columns.rename.is_empty()
                    && columns.compute.is_empty()
                {
                    check.mistake(
                        NOTHING_TO_DO,
                        &path,
                        &[],
                        "keeps all columns as they are",
                        "add keep:, rename: or compute:, or remove the step",
                    );
                }
            }
            Work::Join(join) if join.left == join.right && !join.left.is_empty() => {
                check.mistake(
                    SAME_PLACE,
                    &format!("{path}.right"),
                    &[&format!("{path}.left")],
                    "is the same as left",
                    "name the other rows",
                );
            }
            Work::Union { from } => {
                let mut seen = BTreeSet::new();
                for (index, from) in from.iter().enumerate() {
                    if !seen.insert(from) {
                        let message = format!("`{}` is there twice", plain_words(from));
                        check.mistake(
                            SAME_PLACE,
                            &format!("{path}.from[{index}]"),
                            &[],
                            message,
                            "remove it, or every row comes twice",
                        );
                    }
                }
            }
            _ => {}
        }
    }
    places_used_twice(file, &mut check);
    inputs(file, &mut check);
}

/// What can be used and is probably not meant.
pub(super) fn warnings(file: &PipelineFile, places: &Places, report: &mut Report<'_>) {
    let mut check = Check { places, report };
    for (name, step) in &file.steps {
        if !step.firing.accumulate && check.given(&format!("steps.{name}.accumulate")) {
            let message = "each firing starts afresh, so that what comes out depends on `hold` and on the memory there is";
            check.mistake(
                NOTHING_TO_DO,
                &format!("steps.{name}.accumulate"),
                &[],
                message,
                "leave it out unless that is meant",
            );
        }
        if let Some(hold) = &step.firing.hold
            && !hold.is_given()
        {
            check.mistake(
                NOTHING_TO_DO,
                &format!("steps.{name}.hold"),
                &[],
                "sets no limit",
                "write hold: adaptive, or a limit",
            );
        }
    }
}

fn name_form(path: &str, name: &str, check: &mut Check<'_, '_>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 60 || !name.chars().all(allowed) {
        let message = format!("`{}` cannot be a name", plain_words(name));
        check.mistake(
            NAME_MALFORMED,
            path,
            &[],
            message,
            "use letters, digits, _ and -, 60 characters at most",
        );
    }
}

fn names(file: &PipelineFile, check: &mut Check<'_, '_>) {
    if check.given("name") {
        name_form("name", &file.name, check);
    }
    let sources = file.sources.iter().map(|(name, _)| ("sources", name));
    let steps = file.steps.iter().map(|(name, _)| ("steps", name));
    let sinks = file.sinks.iter().map(|(name, _)| ("sinks", name));
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (part, name) in sources.chain(steps).chain(sinks) {
        let path = format!("{part}.{}", plain_words(name));
        name_form(&path, name, check);
        if let Some(other) = seen.insert(name, part) {
            let message = format!("there is a `{name}` in {other} already");
            check.mistake(
                NAME_TAKEN,
                &path,
                &[],
                message,
                "give each source, step and sink a name of its own",
            );
        }
    }
}

fn order(source: &SourceSpec, path: &str, check: &mut Check<'_, '_>) {
    let order: &Order = match source {
        SourceSpec::Parquet(file) | SourceSpec::Csv(file) | SourceSpec::Arrow(file) => &file.order,
        SourceSpec::Stdin(stdin) => &stdin.order,
        SourceSpec::Store(_) => return,
    };
    if order.sorted && order.by.0.is_none() {
        let by = format!("{path}.order_by");
        check.mistake(
            NO_ORDER,
            &format!("{path}.sorted"),
            &[&by],
            "sorted, but by which column?",
            "add order_by: and the column",
        );
    }
}

fn bars_step(bars: &BarsStep, path: &str, check: &mut Check<'_, '_>) {
    let mut seen: BTreeSet<&str> = bars.keys.iter().map(String::as_str).collect();
    if seen.len() < bars.keys.len() {
        check.mistake(
            COLUMN_TWICE,
            &format!("{path}.keys"),
            &[],
            "a key is named twice",
            "name each once",
        );
    }
    for (out, aggregate) in &bars.columns {
        let at = format!("{path}.columns.{}", plain_words(out));
        if !seen.insert(out) {
            let message = format!("there is a column `{}` already", plain_words(out));
            check.mistake(COLUMN_TWICE, &at, &[], message, "give it another name");
        }
        if let Some(aggregate) = &aggregate.0
            && aggregate.column.is_none()
            && aggregate.function != Function::Count
        {
            let message = format!("{} of which column?", aggregate.function);
            let remedy = format!(
                "write {} and the column, such as {} price",
                aggregate.function, aggregate.function
            );
            check.mistake(NO_COLUMN, &at, &[], message, remedy);
        }
    }
    for (name, resolution) in &bars.resolutions {
        let at = format!("{path}.resolutions.{}", plain_words(name));
        name_form(&at, name, check);
        let (period, rows) = (format!("{at}.period"), format!("{at}.rows"));
        match (resolution.period.0.is_some(), resolution.rows > 0) {
            (true, true) => check.mistake(
                EITHER_OR,
                &rows,
                &[&period],
                "period and rows exclude each other",
                "remove one of them",
            ),
            (false, false) => check.mistake(
                EITHER_OR,
                &at,
                &[&period, &rows],
                "where do its bars end?",
                "add period: such as 1h, or rows: such as 1000",
            ),
            (false, true) => {
                for (key, given) in [
                    ("empty_periods", resolution.empty_periods),
                    ("closed", check.given(&format!("{at}.closed"))),
                    ("zone", resolution.zone.0.is_some()),
                ] {
                    if given {
                        let message =
                            format!("{key} is of periods, and these bars are of so many rows");
                        check.mistake(
                            EITHER_OR,
                            &format!("{at}.{key}"),
                            &[&rows],
                            message,
                            format!("remove {key}"),
                        );
                    }
                }
            }
            (true, false) => {}
        }
    }
}

/// Two parts that read or write one place.
fn places_used_twice(file: &PipelineFile, check: &mut Check<'_, '_>) {
    let stdin: Vec<&String> = file
        .sources
        .iter()
        .filter(|(_, source)| matches!(source, SourceSpec::Stdin(_)))
        .map(|(name, _)| name)
        .collect();
    if let [first, second, ..] = stdin[..] {
        let message = format!("standard input is read by `{first}` already");
        check.mistake(
            SAME_PLACE,
            &format!("sources.{second}"),
            &[],
            message,
            "let both steps take their rows from it",
        );
    }
    let mut written: BTreeMap<String, &str> = BTreeMap::new();
    for (name, sink) in &file.sinks {
        let place = match &sink.to {
            Target::Store(store) => format!("{}\0{}", store.store, store.key),
            Target::Parquet(path) | Target::Csv(path) | Target::Arrow(path) => path.clone(),
            Target::Stdout(_) => "\0stdout".to_owned(),
        };
        if place.len() > 1
            && let Some(other) = written.insert(place, name)
        {
            let message = format!("goes where `{other}` goes");
            check.mistake(
                SAME_PLACE,
                &format!("sinks.{name}"),
                &[],
                message,
                "give it a place of its own, or unite the rows first",
            );
        }
    }
    for (name, source) in &file.sources {
        let read = match source {
            SourceSpec::Parquet(source) | SourceSpec::Csv(source) | SourceSpec::Arrow(source) => {
                source.path.clone()
            }
            SourceSpec::Store(source) => format!("{}\0{}", source.store, source.key),
            SourceSpec::Stdin(_) => continue,
        };
        if read.len() > 1
            && let Some(sink) = written.get(&read)
        {
            let message = format!("what `{name}` reads is what this writes");
            check.mistake(
                SAME_PLACE,
                &format!("sinks.{sink}"),
                &[],
                message,
                "write somewhere else",
            );
        }
    }
}

/// Inputs that are there, no circles, and rows that go somewhere.
fn inputs(file: &PipelineFile, check: &mut Check<'_, '_>) {
    let givers = Givers::of(file);
    let mut taken: BTreeSet<(Giver, usize)> = BTreeSet::new();
    let mut all: Vec<(String, &str, &str)> = Vec::new();
    for (name, step) in &file.steps {
        for (key, from) in step.inputs() {
            all.push((format!("steps.{name}.{key}"), from, name));
        }
    }
    for (name, sink) in &file.sinks {
        all.push((format!("sinks.{name}.from"), &sink.from, ""));
    }
    let mut unclear = false;
    for (path, from, own) in &all {
        if from.is_empty() {
            unclear = true;
            continue;
        }
        match givers.resolve(from) {
            Ok((giver, way)) => {
                if givers.name(giver) == *own {
                    check.mistake(
                        CIRCLE,
                        path,
                        &[],
                        "takes its own rows",
                        "name whose rows it is to take",
                    );
                    unclear = true;
                }
                taken.insert((giver, way));
            }
            Err(unresolved) => {
                unclear = true;
                unresolved_input(&unresolved, path, from, check);
            }
        }
    }
    if unclear {
        return;
    }
    if let Some(circle) = givers.circle() {
        let names: Vec<&str> = circle
            .iter()
            .map(|step| file.steps[*step].0.as_str())
            .collect();
        let message = format!("rows would go round: {}", names.join(" → "));
        check.mistake(
            CIRCLE,
            &format!("steps.{}", names[0]),
            &[],
            message,
            "let one of them take its rows from a source",
        );
        return;
    }
    let sources = file
        .sources
        .iter()
        .enumerate()
        .map(|(index, (name, _))| (Giver::Source(index), format!("sources.{name}")));
    let steps = file
        .steps
        .iter()
        .enumerate()
        .map(|(index, (name, _))| (Giver::Step(index), format!("steps.{name}")));
    for (giver, path) in sources.chain(steps) {
        let ways = givers.ways(giver);
        let name = givers.name(giver);
        for way in 0..ways.len().max(1) {
            if taken.contains(&(giver, way)) {
                continue;
            }
            let shown = match ways.get(way) {
                Some(way) if ways.len() > 1 => format!("{name}.{}", plain_words(way)),
                _ => name.to_owned(),
            };
            let message = format!("nobody takes the rows of {shown}");
            check.mistake(
                NOWHERE,
                &path,
                &[],
                message,
                format!("add a sink with from: {shown}, or remove it"),
            );
        }
    }
}

fn unresolved_input(unresolved: &Unresolved, path: &str, from: &str, check: &mut Check<'_, '_>) {
    let shown = plain_words(from);
    match unresolved {
        Unresolved::Name { known } => {
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let heads: Vec<&str> = names
                .iter()
                .map(|name| name.split('.').next().unwrap_or(name))
                .collect();
            let (name, way) = from
                .split_once('.')
                .map_or((from, None), |(name, way)| (name, Some(way)));
            let remedy = match (nearest(from, &names), nearest(name, &heads)) {
                (Some(meant), _) => meant.to_owned(),
                (None, Some(meant)) => match way {
                    Some(way) => format!("{meant}.{}", plain_words(way)),
                    None => meant.to_owned(),
                },
                (None, None) => format!("one of {}", names.join(", ")),
            };
            check.mistake(
                UNKNOWN_NAME,
                path,
                &[],
                format!("there is no source or step `{shown}`"),
                remedy,
            );
        }
        Unresolved::Way { giver, ways } if ways.is_empty() => {
            let message = format!("`{}` has no ways out to choose from", plain_words(giver));
            check.mistake(UNKNOWN_WAY, path, &[], message, plain_words(giver));
        }
        Unresolved::Way { giver, ways } => {
            let names: Vec<String> = ways.iter().map(|way| format!("{giver}.{way}")).collect();
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let remedy = match nearest(from, &known) {
                Some(meant) => meant.to_owned(),
                None => format!("one of {}", names.join(", ")),
            };
            check.mistake(
                UNKNOWN_WAY,
                path,
                &[],
                format!("there is no way out `{shown}`"),
                remedy,
            );
        }
        Unresolved::Unsaid { giver, ways } => {
            let names: Vec<String> = ways.iter().map(|way| format!("{giver}.{way}")).collect();
            let message = format!("`{shown}` has several ways out");
            check.mistake(
                UNKNOWN_WAY,
                path,
                &[],
                message,
                format!("one of {}", names.join(", ")),
            );
        }
    }
}
