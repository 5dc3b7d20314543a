//! The `weir` program in a home of its own.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(unreachable_pub, reason = "a test has no outside")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use weir_testkit::checksum_tree;

pub const PROTOCOL: &str = "aflibercept-tae-8week";

pub struct Weir {
    folder: TempDir,
}

impl Weir {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A home in memory, where syncs cost nothing.
    pub fn in_memory() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self {
            folder: folder.unwrap(),
        }
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A folder for whatever a test writes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
        command
            .args(arguments)
            .env("WEIR_HOME", self.home())
            .env_remove("WEIR_BUDGET")
            .env_remove("NO_COLOR")
            .current_dir(self.folder.path())
            .stdin(std::process::Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs what has to succeed.
    pub fn good(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran
    }

    /// The newest run, as `weir runs show` tells it.
    pub fn last(&self) -> Option<Value> {
        let ran = self.run(&["--json", "runs", "show", "last"]);
        (ran.code == Some(0)).then(|| ran.json()["run"].clone())
    }

    /// The checksum of every file of a run but what tells when and how it was made.
    pub fn checksums(&self, folder: &Path) -> BTreeMap<PathBuf, String> {
        checksum_tree(folder, |path| {
            !path.ends_with("run.json") && !path.ends_with("journal.jsonl")
        })
        .unwrap()
    }
}

#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The folder of a run that `weir` told about.
pub fn folder_of(run: &Value) -> PathBuf {
    PathBuf::from(run["folder"].as_str().unwrap())
}
