use std::fmt;
use std::path::PathBuf;

use weir_files::FilesError;
use weir_run::{ManifestError, RunId, RunIdError, RunName, RunState};

/// Why the library refused something.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// There is a file where the catalogue should be, and it is no catalogue. It was not touched.
    #[error(
        "this is no catalogue of weir ({reason}); move it away, or set WEIR_HOME to another \
         folder: {path}"
    )]
    NotACatalogue {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// A run was to be put into a folder that has something in it. Nothing was touched.
    #[error(
        "the folder for the run is not empty, and removing the run would remove everything in it; name a \
         new folder, such as --out {}: {}", path.join("run").display(), path.display()
    )]
    FolderNotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A run was to be put into a folder, and there is a file. Nothing was touched.
    #[error("the folder for the run is a file; name a new folder (--out): {}", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// The home cannot be made or looked at.
    #[error("the home for runs cannot be used: {}; set WEIR_HOME to a folder that can be written", .0.summary())]
    Home(FilesError),
    /// The catalogue was written by a newer weir. It was not touched.
    #[error(
        "the catalogue has schema version {found}, this weir knows versions up to {known}: use \
         the weir that wrote it, or a newer one, or set WEIR_HOME to another folder: {path}"
    )]
    Newer {
        /// The catalogue.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The newest version this weir knows.
        known: u32,
    },
    /// The catalogue's file is damaged.
    #[error(
        "the catalogue is damaged ({reason}); move it and its -wal and -shm away, and the next \
         command makes it again from the runs' folders: {path}"
    )]
    Damaged {
        /// The catalogue.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The disk with the catalogue is full. What was committed is intact.
    #[error(
        "the catalogue's disk is full; free some space, remove runs (`weir runs rm`), or set \
         WEIR_HOME to a folder on another disk: {path}"
    )]
    Full {
        /// The catalogue.
        path: PathBuf,
    },
    /// The catalogue may only be read, or not even that.
    #[error(
        "the catalogue cannot be written ({reason}); make its folder writable, or set WEIR_HOME \
         to a folder that is: {path}"
    )]
    ReadOnly {
        /// The catalogue.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Another process kept the catalogue locked for the whole time that is waited, 10 s.
    #[error("another process kept the catalogue locked for 10 seconds; try again: {path}")]
    Locked {
        /// The catalogue.
        path: PathBuf,
    },
    /// SQLite refused for another reason.
    #[error("the catalogue refused: {reason}: {path}")]
    Database {
        /// The catalogue.
        path: PathBuf,
        /// SQLite's words.
        reason: String,
    },
    /// No run has this id, name, or beginning.
    #[error(
        "no run is called {text:?}{}; `weir runs ls` lists them", did_you_mean(.suggestions)
    )]
    UnknownRun {
        /// What was looked for.
        text: String,
        /// Names that look like it, best first, at most three.
        suggestions: Vec<RunName>,
    },
    /// The newest run was asked for, and there is none.
    #[error(
        "there is no last run: no run was kept yet in {}; start one (`weir demo`, `weir sim run`), or set \
         WEIR_HOME to the folder that has your runs", path.display()
    )]
    NoRuns {
        /// The home.
        path: PathBuf,
    },
    /// Several runs begin with this.
    #[error(
        "{text:?} fits several runs: {}; give more of the name or id", listed(.candidates)
    )]
    AmbiguousRun {
        /// What was looked for.
        text: String,
        /// The runs, newest first, at most ten.
        candidates: Vec<Candidate>,
    },
    /// Another process works on the run.
    #[error("process {pid} is working on run {name}; wait for it, or stop it first (`kill {pid}`)")]
    InUse {
        /// The run.
        name: RunName,
        /// The process.
        pid: u32,
    },
    /// The run is in a state that cannot be resumed.
    #[error("run {name} is {state} and cannot be resumed; start a new run instead")]
    NotResumable {
        /// The run.
        name: RunName,
        /// Its state.
        state: RunState,
    },
    /// The registration is not the run's owner any more: another process took the run over.
    #[error("run {name} was taken over by another process; this one's result was not recorded")]
    TakenOver {
        /// The run.
        name: RunName,
    },
    /// A name that another run has.
    #[error("another run is called {name}; choose another name")]
    NameTaken {
        /// The name.
        name: RunName,
    },
    /// No id could be made.
    #[error(transparent)]
    Id(#[from] RunIdError),
    /// A run's folder cannot be made, written, moved or removed.
    #[error("the run's folder: {0}")]
    Files(#[from] FilesError),
    /// A run's manifest cannot be read or written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The thread that records events cannot start, or ended early.
    #[error("the thread that records the run's events failed: {reason}")]
    Recorder {
        /// Why.
        reason: String,
    },
}

/// A run that an ambiguous text fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: RunId,
    /// Its name.
    pub name: RunName,
}

impl fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.name, self.id)
    }
}

fn did_you_mean(suggestions: &[RunName]) -> String {
    if suggestions.is_empty() {
        String::new()
    } else {
        format!(", did you mean {}", joined(suggestions, " or "))
    }
}

fn listed(candidates: &[Candidate]) -> String {
    joined(candidates, ", ")
}

fn joined<T: fmt::Display>(items: &[T], between: &str) -> String {
    let items: Vec<String> = items.iter().map(T::to_string).collect();
    items.join(between)
}
