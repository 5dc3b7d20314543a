//! Runs as rows, in both directions.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Type;
use rusqlite::{Connection, Row, Transaction, named_params, params};
use serde_json::Value;
use weir_run::{
    Manifest, MemorySample, MemoryUsage, RunReport, RunState, StageEnd, StageReport, Timestamp,
};

use super::sql::{signed, unsigned};
use crate::{Owner, RunRow};

/// The columns that [`read_row`] reads.
pub(super) const COLUMNS: &str = "id, name, kind, state, folder, created, started, ended, seconds, error, \
     owner_pid, stage, done, total, unit, memory_limit, peak_resident, mean_resident, peak_reserved, \
     memory_samples, min_resident, sd_resident";

/// Parameters are searched by key; at most this many keys of a run are kept for that.
const MAX_PARAMETERS: usize = 4096;

pub(super) fn read_row(home: &Path, row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let folder: String = row.get("folder")?;
    let state: RunState = parsed(row, "state")?;
    let pid: Option<u32> = row.get("owner_pid")?;
    Ok(RunRow {
        id: parsed(row, "id")?,
        name: parsed(row, "name")?,
        kind: parsed(row, "kind")?,
        state,
        folder: home.join(folder),
        created: parsed(row, "created")?,
        started: parsed_option(row, "started")?,
        ended: parsed_option(row, "ended")?,
        seconds: row.get("seconds")?,
        error: row.get("error")?,
        pid: pid.filter(|_| state.is_active()),
        stage: row.get("stage")?,
        done: row.get::<_, Option<i64>>("done")?.map(unsigned),
        total: row.get::<_, Option<i64>>("total")?.map(unsigned),
        unit: row.get("unit")?,
        limit: row.get::<_, Option<i64>>("memory_limit")?.map(unsigned),
        memory: usage(row, "memory_samples")?,
    })
}

pub(super) fn usage(row: &Row<'_>, samples: &str) -> rusqlite::Result<MemoryUsage> {
    Ok(MemoryUsage {
        peak_resident: unsigned(row.get("peak_resident")?),
        mean_resident: unsigned(row.get("mean_resident")?),
        peak_reserved: unsigned(row.get("peak_reserved")?),
        samples: unsigned(row.get(samples)?),
        min_resident: unsigned(row.get::<_, Option<i64>>("min_resident")?.unwrap_or(0)),
        sd_resident: unsigned(row.get::<_, Option<i64>>("sd_resident")?.unwrap_or(0)),
    })
}

pub(super) fn parsed<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let index = row.as_ref().column_index(column)?;
    let text: String = row.get(index)?;
    text.parse().map_err(|error: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
    })
}

fn parsed_option<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => parsed(row, column).map(Some),
    }
}

/// A JSON column.
pub(super) fn json(row: &Row<'_>, column: &str) -> rusqlite::Result<Value> {
    parsed(row, column)
}

/// Inserts a run with its parameters, inputs and stages.
pub(crate) fn insert_run(
    transaction: &Transaction<'_>,
    manifest: &Manifest,
    folder: &str,
    owner: Option<&Owner>,
    limit: Option<u64>,
) -> rusqlite::Result<()> {
    let id = manifest.id.to_string();
    let told = manifest.timeline.last().map(|sample| sample.limit);
    transaction.execute(
        "INSERT INTO runs (id, name, kind, state, weir, folder, seed, parameters, result, host_name,
             host_system, host_threads, created, started, ended, seconds, error, memory_limit, owner_pid,
             owner_start, owner_boot, owner_space, owner_seen)
         VALUES (:id, :name, :kind, :state, :weir, :folder, :seed, :parameters, :result, :host_name,
             :host_system, :host_threads, :created, :started, :ended, :seconds, :error, :memory_limit, :pid,
             :start, :boot, :space, :seen)",
        named_params! {
            ":id": id,
            ":name": manifest.name.as_str(),
            ":kind": manifest.kind.as_str(),
            ":state": manifest.state.as_str(),
            ":weir": manifest.weir,
            ":folder": folder,
            ":seed": manifest.seed.map(|seed| seed.to_string()),
            ":parameters": manifest.parameters.to_string(),
            ":result": manifest.result.to_string(),
            ":host_name": manifest.host.name,
            ":host_system": manifest.host.system,
            ":host_threads": manifest.host.threads,
            ":created": manifest.created.to_string(),
            ":started": manifest.started().map(|moment| moment.to_string()),
            ":ended": manifest.ended.map(|moment| moment.to_string()),
            ":seconds": manifest.seconds,
            ":error": manifest.error,
            ":memory_limit": limit.or(told).map(signed),
            ":pid": owner.map(|owner| owner.pid),
            ":start": owner.map(|owner| signed(owner.start)),
            ":boot": owner.map(|owner| owner.boot.as_str()),
            ":space": owner.map(|owner| owner.namespace.as_str()),
            ":seen": owner.map(|_| weir_run::Timestamp::now().to_string()),
        },
    )?;
    let mut flat = BTreeMap::new();
    flatten("", &manifest.parameters, &mut flat);
    for (key, (value, kind)) in flat {
        transaction.execute(
            "INSERT INTO parameters (run, key, value, type) VALUES (?1, ?2, ?3, ?4)",
            params![id, key, value, kind],
        )?;
    }
    for (position, input) in manifest.inputs.iter().enumerate() {
        transaction.execute(
            "INSERT INTO inputs (run, position, name, source, bytes, sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                id,
                signed(position as u64),
                input.name,
                input.source,
                signed(input.bytes),
                input.sha256
            ],
        )?;
    }
    for sample in manifest.timeline.iter().take(Manifest::MAX_TIMELINE) {
        insert_sample(
            transaction,
            &id,
            sample,
            later(manifest.started(), sample.seconds),
        )?;
    }
    replace_manifest_totals(transaction, manifest)
}

/// The moment so many seconds after another.
pub(crate) fn later(moment: Option<Timestamp>, seconds: f64) -> Option<Timestamp> {
    // What is no number or beyond all time becomes the nearest integer.
    let micros = (seconds * 1e6) as i64;
    moment.map(|moment| Timestamp::from_micros(moment.as_micros().saturating_add(micros)))
}

/// Writes a report's totals, stages and timeline in place of those of an earlier attempt.
pub(crate) fn replace_report(
    transaction: &Transaction<'_>,
    report: &RunReport,
) -> rusqlite::Result<()> {
    let id = report.id.to_string();
    let started = Some(report.started);
    replace_totals(transaction, &id, report.memory, &report.stages, started)?;
    transaction.execute("DELETE FROM memory_samples WHERE run = ?1", [&id])?;
    for sample in &report.timeline {
        insert_sample(transaction, &id, sample, later(started, sample.seconds))?;
    }
    Ok(())
}

/// Inserts a sample that was taken at `at`.
pub(crate) fn insert_sample(
    connection: &Connection,
    id: &str,
    sample: &MemorySample,
    at: Option<Timestamp>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO memory_samples (run, seconds, stage, operation, resident, reserved, memory_limit,
                 pressure, at, system_available, system_total)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            id,
            sample.seconds,
            sample.stage,
            sample.operation,
            signed(sample.resident),
            signed(sample.reserved),
            signed(sample.limit),
            sample.pressure.as_str(),
            at.map(|moment| moment.to_string()),
            sample.system_available.map(signed),
            sample.system_total.map(signed)
        ])?;
    Ok(())
}

fn replace_totals(
    transaction: &Transaction<'_>,
    id: &str,
    memory: MemoryUsage,
    stages: &[StageReport],
    started: Option<Timestamp>,
) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE runs SET peak_resident = ?2, mean_resident = ?3, peak_reserved = ?4,
             memory_samples = ?5, min_resident = ?6, sd_resident = ?7
         WHERE id = ?1",
        params![
            id,
            signed(memory.peak_resident),
            signed(memory.mean_resident),
            signed(memory.peak_reserved),
            signed(memory.samples),
            minimum(memory),
            deviation(memory)
        ],
    )?;
    transaction.execute("DELETE FROM stages WHERE run = ?1", [id])?;
    for stage in stages {
        append_stage(transaction, id, stage, started)?;
    }
    Ok(())
}

/// The least resident size, where it is known: manifests of earlier versions do not tell.
pub(super) fn minimum(memory: MemoryUsage) -> Option<i64> {
    (memory.min_resident > 0).then(|| signed(memory.min_resident))
}

/// The standard deviation, where there is one.
pub(super) fn deviation(memory: MemoryUsage) -> Option<i64> {
    (memory.min_resident > 0 && memory.samples > 1).then(|| signed(memory.sd_resident))
}

/// Appends a stage after those that the run has, which started at `started`.
pub(crate) fn append_stage(
    connection: &Connection,
    id: &str,
    stage: &StageReport,
    started: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let position: i64 = connection.query_row(
        "SELECT coalesce(max(position) + 1, 0) FROM stages WHERE run = ?1",
        [id],
        |row| row.get(0),
    )?;
    let (ending, error) = match &stage.end {
        StageEnd::Finished => ("finished", None),
        StageEnd::Failed { error } => ("failed", Some(error)),
        StageEnd::Unfinished => ("unfinished", None),
    };
    connection.execute(
        "INSERT INTO stages (run, position, stage, ending, error, began, seconds, done, total, unit,
             peak_resident, mean_resident, peak_reserved, samples, min_resident, sd_resident, started_at,
             ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        params![
            id,
            position,
            stage.stage,
            ending,
            error,
            stage.began,
            stage.seconds,
            signed(stage.done),
            stage.total.map(signed),
            stage.unit.as_str(),
            signed(stage.memory.peak_resident),
            signed(stage.memory.mean_resident),
            signed(stage.memory.peak_reserved),
            signed(stage.memory.samples),
            minimum(stage.memory),
            deviation(stage.memory),
            later(started, stage.began).map(|moment| moment.to_string()),
            later(started, stage.began + stage.seconds).map(|moment| moment.to_string())
        ],
    )?;
    for operation in &stage.operations {
        connection.execute(
            "INSERT INTO operations (run, position, operation, count, seconds, peak_resident,
                 mean_resident, peak_reserved, samples, min_resident, sd_resident)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                id,
                position,
                operation.operation,
                signed(operation.count),
                operation.seconds,
                signed(operation.memory.peak_resident),
                signed(operation.memory.mean_resident),
                signed(operation.memory.peak_reserved),
                signed(operation.memory.samples),
                minimum(operation.memory),
                deviation(operation.memory)
            ],
        )?;
    }
    Ok(())
}

/// Objects by `outer.inner`, everything else as text with its JSON type.
fn flatten<'a>(
    prefix: &str,
    value: &'a Value,
    into: &mut BTreeMap<String, (Option<String>, &'a str)>,
) {
    if into.len() >= MAX_PARAMETERS {
        return;
    }
    let (text, kind) = match value {
        // serde_json bounds the depth of what it parses; values made in memory are our own.
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                flatten(&key, value, into);
            }
            return;
        }
        Value::Null => (None, "null"),
        Value::Bool(flag) => (Some(flag.to_string()), "boolean"),
        Value::Number(number) => (Some(number.to_string()), "number"),
        Value::String(text) => (Some(text.clone()), "string"),
        Value::Array(_) => (Some(value.to_string()), "array"),
    };
    if !prefix.is_empty() {
        into.insert(prefix.to_owned(), (text, kind));
    }
}

/// Writes the end that a manifest tells.
pub(crate) fn insert_manifest_end(
    transaction: &Transaction<'_>,
    manifest: &Manifest,
) -> rusqlite::Result<()> {
    let id = manifest.id.to_string();
    transaction.execute(
        "UPDATE runs SET state = ?2, ended = ?3, seconds = ?4, error = ?5, result = ?6 WHERE id = ?1",
        params![
            id,
            manifest.state.as_str(),
            manifest.ended.map(|moment| moment.to_string()),
            manifest.seconds,
            manifest.error,
            manifest.result.to_string()
        ],
    )?;
    replace_manifest_totals(transaction, manifest)
}

fn replace_manifest_totals(
    transaction: &Transaction<'_>,
    manifest: &Manifest,
) -> rusqlite::Result<()> {
    replace_totals(
        transaction,
        &manifest.id.to_string(),
        manifest.memory,
        &manifest.stages,
        manifest.started(),
    )
}
