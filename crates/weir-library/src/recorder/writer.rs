use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use weir_run::{Event, EventKind, Timestamp};

use super::Message;
use crate::catalogue::{append_stage, insert_sample, later, signed, sql_error};
use crate::{LibraryError, Registration};

/// Events that arrive within this time of the first go into one transaction with it.
const BATCH: Duration = Duration::from_millis(200);
/// At most this many events make a transaction.
const MAX_BATCH: usize = 512;
/// A run that has nothing to tell is heard of this often.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// At most this many entries of the audit log are kept for a run.
const MAX_EVENTS: i64 = 2000;
/// After so many samples only every second one is kept, after as many again every fourth, and so on;
/// the run's end replaces them by its own timeline.
const SAMPLES_PER_STRIDE: u64 = 1024;

/// The writing thread's state.
pub(super) struct Writer {
    connection: Connection,
    library: PathBuf,
    run: String,
    /// Whether nothing of an earlier attempt is left to be replaced.
    started: bool,
    samples: u64,
    stride: u64,
    kept: u64,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        library: PathBuf,
        registration: &Registration,
    ) -> Self {
        Self {
            connection,
            library,
            run: registration.id().to_string(),
            started: false,
            samples: 0,
            stride: 1,
            kept: 0,
        }
    }

    /// Writes until it is told to stop. After a refusal it takes in what comes and writes nothing,
    /// so that the run is not held up, and returns the refusal in the end.
    pub(super) fn run(mut self, receiver: &Receiver<Message>) -> Result<Connection, LibraryError> {
        let mut refused = None;
        loop {
            let (batch, stop) = next_batch(receiver);
            if refused.is_none() {
                refused = self.write(&batch).err();
            }
            if stop {
                break;
            }
        }
        match refused {
            None => Ok(self.connection),
            Some(error) => Err(sql_error(&self.library, error)),
        }
    }

    fn write(&mut self, batch: &[Event]) -> rusqlite::Result<()> {
        let mut counts = (self.started, self.samples, self.stride, self.kept);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE runs SET owner_seen = ?2 WHERE id = ?1 AND owner_seen IS NOT NULL",
            (&self.run, Timestamp::now().to_string()),
        )?;
        for event in batch {
            write_event(&transaction, &self.run, event, &mut counts)?;
        }
        if batch.iter().any(|event| !event.kind.may_be_skipped()) {
            transaction.execute(
                "DELETE FROM events WHERE run = ?1 AND number <= (
                     SELECT number FROM events WHERE run = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
                params![self.run, MAX_EVENTS],
            )?;
        }
        transaction.commit()?;
        (self.started, self.samples, self.stride, self.kept) = counts;
        Ok(())
    }
}

/// The events of the next transaction, none for a heartbeat; and whether they are the last. However fast they
/// come, those of the first moment do not wait longer than [`BATCH`]: what is written survives a kill.
fn next_batch(receiver: &Receiver<Message>) -> (Vec<Event>, bool) {
    let mut batch = Vec::new();
    let mut until: Option<Instant> = None;
    while batch.len() < MAX_BATCH {
        let patience = until.map_or(HEARTBEAT, |until| {
            until.saturating_duration_since(Instant::now())
        });
        match receiver.recv_timeout(patience) {
            Ok(Message::Event(event)) => batch.push(*event),
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return (batch, true),
            Err(RecvTimeoutError::Timeout) => break,
        }
        until.get_or_insert_with(|| Instant::now() + BATCH);
    }
    (batch, false)
}

fn write_event(
    transaction: &Transaction<'_>,
    run: &str,
    event: &Event,
    (started, samples, stride, kept): &mut (bool, u64, u64, u64),
) -> rusqlite::Result<()> {
    match &event.kind {
        EventKind::Started { limit, .. } if !*started => {
            *started = true;
            transaction.execute(
                "UPDATE runs SET state = 'running', started = ?2, memory_limit = ?3
                 WHERE id = ?1 AND state = 'registered'",
                params![run, event.at.to_string(), signed(*limit)],
            )?;
            transaction.execute("DELETE FROM stages WHERE run = ?1", [run])?;
            transaction.execute("DELETE FROM memory_samples WHERE run = ?1", [run])?;
        }
        EventKind::StageStarted { stage, total } => {
            set_progress(
                transaction,
                run,
                stage,
                0,
                total.count(),
                total.unit().as_str(),
            )?;
        }
        EventKind::StageEnded(report) => {
            let started = later(Some(event.at), -(report.began + report.seconds));
            append_stage(transaction, run, report, started)?;
        }
        EventKind::Progress(progress) => {
            let unit = progress.unit.as_str();
            set_progress(
                transaction,
                run,
                &progress.stage,
                progress.done,
                progress.total,
                unit,
            )?;
        }
        EventKind::MemorySample(sample) => {
            if samples.is_multiple_of(*stride) {
                insert_sample(transaction, run, sample, Some(event.at))?;
                *kept += 1;
                if kept.is_multiple_of(SAMPLES_PER_STRIDE) {
                    *stride *= 2;
                }
            }
            *samples += 1;
        }
        _ => {}
    }
    if matches!(
        event.kind,
        EventKind::Progress(_) | EventKind::MemorySample(_)
    ) {
        return Ok(());
    }
    let detail = serde_json::to_string(&event.kind)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    transaction
        .prepare_cached(
            "INSERT INTO events (run, sequence, at, event, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            run,
            signed(event.sequence),
            event.at.to_string(),
            event.kind.word(),
            detail
        ])?;
    Ok(())
}

fn set_progress(
    transaction: &Transaction<'_>,
    run: &str,
    stage: &str,
    done: u64,
    total: Option<u64>,
    unit: &str,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE runs SET stage = ?2, done = ?3, total = ?4, unit = ?5 WHERE id = ?1",
        )?
        .execute(params![run, stage, signed(done), total.map(signed), unit])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::mpsc::sync_channel;

    use super::*;

    /// Events that kept coming once made a transaction only when there were 512 of them, and a killed run had
    /// none on disk.
    #[test]
    fn events_that_never_pause_are_written_all_the_same() {
        let (sender, receiver) = sync_channel(1024);
        let talking = std::thread::spawn(move || {
            let event = Event {
                run: weir_run::RunId::new(Timestamp::now()).unwrap(),
                sequence: 1,
                at: Timestamp::now(),
                kind: EventKind::Note {
                    text: "on and on".to_owned(),
                },
            };
            // One every 20 ms, far from 512 in a moment; ends when nobody listens.
            while sender.send(Message::Event(Box::new(event.clone()))).is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let (batch, stop) = next_batch(&receiver);
        assert!(
            !stop && !batch.is_empty() && batch.len() < MAX_BATCH,
            "{}",
            batch.len()
        );
        drop(receiver);
        talking.join().unwrap();
    }
}
