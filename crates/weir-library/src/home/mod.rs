//! Where weir keeps what it remembers.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// The folder that holds the catalogue and the runs, and why it is this one.
///
/// Layout: `library.sqlite` (with SQLite's `-wal` and `-shm` beside it) and
/// `runs/<name>-<end of id>/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    path: PathBuf,
    origin: HomeOrigin,
}

/// Why a home is where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeOrigin {
    /// The caller named it.
    Given,
    /// The environment variable `WEIR_HOME` names it.
    Variable,
    /// There is a folder `.weir` in the working folder.
    WorkingFolder,
    /// `XDG_DATA_HOME` names the platform's data folder.
    DataHome,
    /// The platform's data folder below the user's home folder.
    UserFolder,
}

impl fmt::Display for HomeOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Given => "given",
            Self::Variable => "from WEIR_HOME",
            Self::WorkingFolder => "there is a .weir in the working folder",
            Self::DataHome => "from XDG_DATA_HOME",
            Self::UserFolder => "the user's data folder",
        })
    }
}

/// What the choice of a home depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomeFacts {
    /// `WEIR_HOME`.
    pub weir_home: Option<OsString>,
    /// The working folder.
    pub working_folder: PathBuf,
    /// Whether the working folder holds a folder `.weir`.
    pub has_local: bool,
    /// `XDG_DATA_HOME`.
    pub xdg_data_home: Option<OsString>,
    /// `HOME`.
    pub user_home: Option<OsString>,
}

impl Home {
    /// The home in this folder, which is made when the library is opened.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            origin: HomeOrigin::Given,
        }
    }

    /// The home that applies here: `WEIR_HOME`, else `./.weir` when there is one, else
    /// `$XDG_DATA_HOME/weir`, else `~/.local/share/weir`.
    ///
    /// # Errors
    ///
    /// [`HomeError`] when none of these is known.
    pub fn resolve() -> Result<Self, HomeError> {
        let working_folder = std::env::current_dir().unwrap_or_default();
        Self::choose(HomeFacts {
            weir_home: std::env::var_os("WEIR_HOME"),
            has_local: working_folder.join(".weir").is_dir(),
            working_folder,
            xdg_data_home: std::env::var_os("XDG_DATA_HOME"),
            user_home: std::env::var_os("HOME"),
        })
    }

    /// The choice itself. Pure. Empty variables count as unset, and so does a relative
    /// `XDG_DATA_HOME`, as its standard demands; a relative `WEIR_HOME` is below the working folder.
    ///
    /// # Errors
    ///
    /// [`HomeError`] when nothing names a folder.
    pub fn choose(facts: HomeFacts) -> Result<Self, HomeError> {
        let set = |value: Option<OsString>| value.filter(|text| !text.is_empty());
        let (path, origin) = if let Some(path) = set(facts.weir_home) {
            (facts.working_folder.join(path), HomeOrigin::Variable)
        } else if facts.has_local {
            (
                facts.working_folder.join(".weir"),
                HomeOrigin::WorkingFolder,
            )
        } else if let Some(data) = set(facts.xdg_data_home)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
        {
            (data.join("weir"), HomeOrigin::DataHome)
        } else if let Some(user) = set(facts.user_home) {
            let path = Path::new(&user).join(".local/share/weir");
            (path, HomeOrigin::UserFolder)
        } else {
            return Err(HomeError);
        };
        Ok(Self { path, origin })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why it is this one.
    pub fn origin(&self) -> HomeOrigin {
        self.origin
    }

    /// The catalogue's file.
    pub fn library_path(&self) -> PathBuf {
        self.path.join("library.sqlite")
    }

    /// The folder of the runs' folders.
    pub fn runs_folder(&self) -> PathBuf {
        self.path.join("runs")
    }
}

impl fmt::Display for Home {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.path.display(), self.origin)
    }
}

/// Nothing says where weir should keep its runs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing says where to keep runs: set WEIR_HOME to a folder, or make a folder .weir here \
     (neither XDG_DATA_HOME nor HOME is set)"
)]
pub struct HomeError;
