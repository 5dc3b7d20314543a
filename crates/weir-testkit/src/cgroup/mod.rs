//! Real memory limits: a program run inside a memory control group of its own.
//!
//! Peak memory is measured from outside the program, twice:
//!
//! * [`Outcome::peak_resident`] is its `VmHWM`, read every millisecond until it ends. What it
//!   touched in its very last millisecond can be missed, so it may be a little too low.
//! * [`Outcome::group_peak`] is the kernel's own count for the group. It misses nothing (but see
//!   version 2 before Linux 5.19, which keeps no peak: there it is the greatest of many looks) and
//!   counts page cache and kernel memory too, so for a program that writes files it is too high
//!   and may come close to the limit without meaning anything.
//!
//! ```
//! use std::process::Command;
//! use weir_memory::Bytes;
//! use weir_testkit::{cgroup::MemoryGroup, skip_unless};
//!
//! let Some(group) = skip_unless(MemoryGroup::create(Bytes::mib(64))) else { return };
//! let outcome = group.run(&Command::new("true")).unwrap();
//! assert!(outcome.status.success() && outcome.oom_kills == Some(0));
//! ```

#![allow(
    clippy::disallowed_methods,
    reason = "the kernel's own files: nothing to sync, nothing to tear"
)]

mod account;
mod delegation;

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use weir_memory::{Bytes, group_folders};

use crate::Unavailable;
use account::Account;
use delegation::offer;

/// How often the program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A program that has not ended by then is killed, unless told otherwise.
const TIME_OUT: Duration = Duration::from_secs(30 * 60);

/// Enters the group named first, then becomes the program named next.
const ENTER: &str = r#"echo $$ > "$0" && exec "$@""#;

/// A fresh control group with a limit on memory, for one program and what that starts.
///
/// Removed when dropped, with everything still in it. A test process that is killed leaves an
/// empty folder named `weir-test-*`.
#[derive(Debug)]
pub struct MemoryGroup {
    folder: PathBuf,
    version: u8,
    limit: Bytes,
    time_out: Duration,
}

/// What became of a program in its group.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit status; signal 9 where the kernel killed it for memory.
    pub status: ExitStatus,
    /// The most it had resident, as `VmHWM` told from outside. Not of what it started.
    pub peak_resident: Option<Bytes>,
    /// The most the whole group had, page cache and kernel memory included.
    pub group_peak: Option<Bytes>,
    /// How many processes the kernel killed for memory.
    pub oom_kills: Option<u64>,
    /// How often the group was at its limit; page cache then makes room, so not bad by itself.
    pub limit_hits: Option<u64>,
    /// The limit.
    pub limit: Bytes,
    /// How long it ran.
    pub lived: Duration,
    /// Whether it was killed because it ran out of time.
    pub timed_out: bool,
    /// What it printed, invalid UTF-8 replaced; empty where it was shared with this process.
    pub stdout: String,
    /// What it printed to stderr, likewise.
    pub stderr: String,
}

impl MemoryGroup {
    /// A group with this limit (the kernel rounds to whole pages) and no swap, version 1 or 2,
    /// below this process's own group or the nearest above that permits.
    ///
    /// Where nothing else permits and version 2 delegates this process's own group to it, every
    /// process of that group moves into a child of it first, `weir-test-rest`, under the same
    /// limits: a group with processes of its own cannot limit children.
    ///
    /// # Errors
    /// [`Unavailable`] with all that was tried, where this process may not make groups.
    pub fn create(limit: Bytes) -> Result<Self, Unavailable> {
        let mut tried = Vec::new();
        let groups = group_folders();
        let own = groups.iter().find(|group| group.version == 2);
        // Nobody is moved where there is another way.
        let ways = groups.iter().map(|group| (group, false));
        for (group, make_way) in ways.chain(own.map(|group| (group, true))) {
            match Self::create_in(&group.folder, group.version, limit, make_way) {
                Ok(group) => return Ok(group),
                Err(error) => tried.push(format!("{}: {error}", group.folder.display())),
            }
        }
        let tried = if tried.is_empty() {
            "none is mounted here".to_owned()
        } else {
            tried.join("; ")
        };
        Err(Unavailable::new(format!(
            "no memory control group can be made: {tried}"
        )))
    }

    fn create_in(parent: &Path, version: u8, limit: Bytes, make_way: bool) -> io::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        if version == 2 {
            offer(parent, "memory", make_way)?;
        }
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("weir-test-{}-{number}", std::process::id()));
        fs::create_dir(&folder)?;
        // From here on dropping it cleans up.
        let group = Self {
            folder,
            version,
            limit,
            time_out: TIME_OUT,
        };
        let bytes = limit.as_u64().to_string();
        if version == 2 {
            group.write("memory.max", &bytes)?;
            let _ = group.write("memory.swap.max", "0");
        } else {
            group.write("memory.limit_in_bytes", &bytes)?;
            let _ = group.write("memory.swappiness", "0");
            // Kernels without swap accounting have no such file, or refuse. Not where there is no
            // swap: kernels were seen that stop counting limit hits once both limits are equal.
            if swap_is_on() {
                let _ = group.write("memory.memsw.limit_in_bytes", &bytes);
            }
        }
        // Permission to make a group is not permission to enter it.
        let entered = group
            .enter(&Command::new("true"))
            .stderr(Stdio::null())
            .status()?;
        if !entered.success() {
            return Err(io::Error::other("a process may not enter a new group"));
        }
        Ok(group)
    }

    /// Kills the program after so long; by default after half an hour.
    #[must_use]
    pub fn time_out(mut self, time_out: Duration) -> Self {
        self.time_out = time_out;
        self
    }

    /// The group's folder, for what is not offered here.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs `command` in the group and keeps what it prints. Of the command its program,
    /// arguments, variables and folder are taken, nothing else; it reads nothing from stdin.
    ///
    /// # Errors
    /// When it cannot be started or its output cannot be kept in a temporary file.
    pub fn run(self, command: &Command) -> io::Result<Outcome> {
        // Files, not pipes: a full pipe would stop the program.
        let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
        let mut entering = self.enter(command);
        entering
            .stdin(Stdio::null())
            .stdout(stdout.try_clone()?)
            .stderr(stderr.try_clone()?);
        let outcome = self.watch(&mut entering)?;
        Ok(Outcome {
            stdout: contents(&mut stdout)?,
            stderr: contents(&mut stderr)?,
            ..outcome
        })
    }

    /// [`run`](Self::run) with stdin, stdout and stderr shared with this process.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run_attached(self, command: &Command) -> io::Result<Outcome> {
        self.watch(&mut self.enter(command))
    }

    fn enter(&self, command: &Command) -> Command {
        let mut entering = Command::new("sh");
        entering
            .arg("-c")
            .arg(ENTER)
            .arg(self.folder.join("cgroup.procs"));
        entering.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => entering.env(name, value),
                None => entering.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            entering.current_dir(folder);
        }
        entering
    }

    fn watch(&self, entering: &mut Command) -> io::Result<Outcome> {
        let begun = Instant::now();
        let mut child = Reaped(entering.spawn()?);
        // The same process becomes the program, so this is where it is told.
        let told = PathBuf::from(format!("/proc/{}/status", child.0.id()));
        let (mut peak, mut group_peak, mut timed_out) = (None, None, false);
        let status = loop {
            peak = peak.max(high_water_mark(&told));
            group_peak = group_peak.max(Account::now_without_peak(&self.folder, self.version));
            if let Some(status) = child.0.try_wait()? {
                break status;
            }
            if begun.elapsed() >= self.time_out && !timed_out {
                timed_out = true;
                child.0.kill()?;
            }
            thread::sleep(LOOK_EVERY);
        };
        let account = Account::read(&self.folder, self.version);
        Ok(Outcome {
            status,
            peak_resident: peak,
            group_peak: account.peak.max(group_peak),
            oom_kills: account.oom_kills,
            limit_hits: account.limit_hits,
            limit: self.limit,
            lived: begun.elapsed(),
            timed_out,
            stdout: String::new(),
            stderr: String::new(),
        })
    }

    fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.join(file), text)
            .map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))
    }
}

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        // Whatever the program left running; a killed process leaves the group only some
        // moments later.
        for _ in 0..200 {
            let left = fs::read_to_string(self.folder.join("cgroup.procs")).unwrap_or_default();
            for id in left.lines().filter_map(|line| line.parse().ok()) {
                if let Some(process) = rustix::process::Pid::from_raw(id) {
                    let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
                }
            }
            if fs::remove_dir(&self.folder).is_ok() || !self.folder.exists() {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Kills and waits for a program whose watcher failed.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

fn swap_is_on() -> bool {
    // A heading, then a line for each.
    fs::read_to_string("/proc/swaps").is_ok_and(|text| text.lines().count() > 1)
}

fn high_water_mark(status: &Path) -> Option<Bytes> {
    let text = fs::read_to_string(status).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value
        .trim()
        .strip_suffix("kB")?
        .trim()
        .parse()
        .ok()
        .map(Bytes::kib)
}

fn contents(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
