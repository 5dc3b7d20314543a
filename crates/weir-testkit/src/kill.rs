//! Processes that end without a warning.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::seed::Seeded;

/// How often the process and the condition are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// When a process is killed.
pub enum KillWhen<'test> {
    /// After a time drawn from the range with the seed.
    After {
        /// Chooses the moment.
        seed: u64,
        /// The earliest and the latest moment after the start.
        within: Range<Duration>,
    },
    /// As soon as this is true; it is asked about every millisecond.
    True(Box<dyn FnMut() -> bool + 'test>),
    /// Not at all, unless it runs out of time.
    Never,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Killed as planned.
    Killed,
    /// It ended by itself before that.
    Finished,
    /// Neither within the time given; it was killed.
    TimedOut,
}

/// What became of a process.
#[derive(Debug)]
pub struct KillReport {
    /// How it ended.
    pub ending: Ending,
    /// Its exit status; of a killed one the signal.
    pub status: ExitStatus,
    /// How long it lived.
    pub lived: Duration,
    /// What it printed.
    pub stdout: String,
    /// What it printed to stderr.
    pub stderr: String,
}

/// Starts `command`, sends it SIGKILL when the moment has come, and waits for its end, at most `time_out`.
///
/// # Errors
/// When it cannot be started or its output cannot be kept in a temporary file.
pub fn run_and_kill(
    command: &mut Command,
    when: KillWhen<'_>,
    time_out: Duration,
) -> io::Result<KillReport> {
    // Files, not pipes: a full pipe would stop the process at a place that has nothing to do with it.
    let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?);
    let mut due = moment(when);
    let started = Instant::now();
    let mut child = Reaped(command.spawn()?);
    let (ending, status) = loop {
        if let Some(status) = child.0.try_wait()? {
            break (Ending::Finished, status);
        }
        let lived = started.elapsed();
        let ending = if due(lived) {
            Ending::Killed
        } else if lived >= time_out {
            Ending::TimedOut
        } else {
            thread::sleep(LOOK_EVERY);
            continue;
        };
        child.0.kill()?;
        let status = child.0.wait()?;
        // It may have finished between the look and the kill.
        break (
            if status.code().is_some() {
                Ending::Finished
            } else {
                ending
            },
            status,
        );
    };
    let lived = started.elapsed();
    Ok(KillReport {
        ending,
        status,
        lived,
        stdout: text(stdout)?,
        stderr: text(stderr)?,
    })
}

fn moment<'test>(when: KillWhen<'test>) -> Box<dyn FnMut(Duration) -> bool + 'test> {
    match when {
        KillWhen::After { seed, within } => {
            let span = within.end.saturating_sub(within.start).as_nanos();
            let drawn = Seeded::new(seed).below(u64::try_from(span).unwrap_or(u64::MAX));
            let at = within.start + Duration::from_nanos(drawn);
            Box::new(move |lived| lived >= at)
        }
        KillWhen::True(mut condition) => Box::new(move |_| condition()),
        KillWhen::Never => Box::new(|_| false),
    }
}

fn text(mut file: File) -> io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Ends the process when a condition panics.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
