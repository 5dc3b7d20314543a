use std::collections::BTreeMap;

use rusqlite::{Connection, Row};
use weir_run::{InputHash, OperationReport, RunId, StageEnd, StageReport};

use super::rows::{json, parsed, usage};
use super::{Library, unsigned};
use crate::{AuditEvent, LibraryError, RunDetails};

impl Library {
    /// Everything the catalogue knows about a run, samples aside.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnknownRun`], and what the catalogue refuses.
    pub fn show(&self, id: RunId) -> Result<RunDetails, LibraryError> {
        self.refresh()?;
        let row = self.known(id)?;
        let key = id.to_string();
        self.read(|connection| {
            let stages = stages(connection, &key)?;
            let events = all(
                connection,
                "SELECT sequence, at, event, detail FROM events WHERE run = ?1 ORDER BY number",
                &key,
                |row| {
                    Ok(AuditEvent {
                        sequence: unsigned(row.get("sequence")?),
                        at: parsed(row, "at")?,
                        event: row.get("event")?,
                        detail: json(row, "detail")?,
                    })
                },
            )?;
            let inputs = all(
                connection,
                "SELECT name, source, bytes, sha256 FROM inputs WHERE run = ?1 ORDER BY position",
                &key,
                |row| {
                    Ok(InputHash {
                        name: row.get("name")?,
                        source: row.get("source")?,
                        bytes: unsigned(row.get("bytes")?),
                        sha256: row.get("sha256")?,
                    })
                },
            )?;
            let texts = |sql| all(connection, sql, &key, |row| row.get::<_, String>(0));
            let tags = texts("SELECT tag FROM tags WHERE run = ?1 ORDER BY tag")?;
            let notes = texts("SELECT text FROM notes WHERE run = ?1 ORDER BY number")?;
            connection.query_row(
                "SELECT weir, seed, host_name, parameters, result FROM runs WHERE id = ?1",
                [&key],
                |run| {
                    let seed: Option<String> = run.get("seed")?;
                    Ok(RunDetails {
                        row,
                        weir: run.get("weir")?,
                        seed: seed.and_then(|digits| digits.parse().ok()),
                        host: run.get("host_name")?,
                        parameters: json(run, "parameters")?,
                        result: json(run, "result")?,
                        inputs,
                        stages,
                        tags,
                        notes,
                        events,
                    })
                },
            )
        })
    }
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    run: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection
        .prepare_cached(sql)?
        .query_map([run], read)?
        .collect()
}

fn stages(connection: &Connection, run: &str) -> rusqlite::Result<Vec<StageReport>> {
    let mut operations: BTreeMap<i64, Vec<OperationReport>> = BTreeMap::new();
    let rows = all(
        connection,
        "SELECT * FROM operations WHERE run = ?1 ORDER BY position, operation",
        run,
        |row| {
            let report = OperationReport {
                operation: row.get("operation")?,
                count: unsigned(row.get("count")?),
                seconds: row.get("seconds")?,
                memory: usage(row, "samples")?,
            };
            Ok((row.get("position")?, report))
        },
    )?;
    for (position, report) in rows {
        operations.entry(position).or_default().push(report);
    }
    all(
        connection,
        "SELECT * FROM stages WHERE run = ?1 ORDER BY position",
        run,
        |row| {
            let ending: String = row.get("ending")?;
            let error: Option<String> = row.get("error")?;
            Ok(StageReport {
                stage: row.get("stage")?,
                end: match ending.as_str() {
                    "finished" => StageEnd::Finished,
                    "failed" => StageEnd::Failed {
                        error: error.unwrap_or_default(),
                    },
                    _ => StageEnd::Unfinished,
                },
                began: row.get("began")?,
                seconds: row.get("seconds")?,
                done: unsigned(row.get("done")?),
                total: row.get::<_, Option<i64>>("total")?.map(unsigned),
                unit: row.get::<_, String>("unit")?.into(),
                memory: usage(row, "samples")?,
                operations: operations.remove(&row.get("position")?).unwrap_or_default(),
            })
        },
    )
}
