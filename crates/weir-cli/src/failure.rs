use std::fmt;
use std::process::ExitCode;

use serde_json::{Value, json};
use weir_files::FilesError;
use weir_library::LibraryError;
use weir_memory::{BudgetError, Refusal};
use weir_sim::job::JobError;
use weir_sim::protocol::{Mistakes, ReadError};
use weir_sim::results::ResultsError;

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: failed.
    Failed,
    /// 2: wrong usage.
    Usage,
    /// 3: the input has mistakes.
    Mistakes,
    /// 4: does not fit into memory or disk.
    DoesNotFit,
    /// 130: interrupted; the run can be resumed.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Mistakes => 3,
            Exit::DoesNotFit => 4,
            Exit::Interrupted => 130,
        })
    }
}

/// An error as the user sees it.
#[derive(Debug)]
pub struct Failure {
    /// The code that `docs/errors.md` explains.
    pub code: &'static str,
    /// What failed, in the user's words; possibly several lines.
    pub what: String,
    /// What to do.
    pub remedies: Vec<String>,
    /// More for programs.
    pub details: Value,
    /// The exit code.
    pub exit: Exit,
}

impl Failure {
    pub fn new(code: &'static str, what: impl fmt::Display) -> Self {
        Self {
            code,
            what: what.to_string(),
            remedies: Vec::new(),
            details: Value::Null,
            exit: Exit::Failed,
        }
    }

    pub fn with(mut self, remedy: impl Into<String>) -> Self {
        self.remedies.push(remedy.into());
        self
    }

    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    pub fn to_json(&self) -> Value {
        json!({"error": {
            "code": self.code,
            "message": self.what,
            "remedies": self.remedies,
            "details": self.details,
        }})
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error[{}]: {}", self.code, self.what.trim_end())?;
        for (index, remedy) in self.remedies.iter().enumerate() {
            let head = if index == 0 { "try" } else { "" };
            writeln!(f, "  {head:<8} {}. {remedy}", index + 1)?;
        }
        Ok(())
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        let exit = match &error {
            JobError::DoesNotFit { .. } | JobError::NoRoom(_) | JobError::DiskTooSmall { .. } => {
                Exit::DoesNotFit
            }
            JobError::OutOfRange { .. } => Exit::Usage,
            JobError::Protocol(_) | JobError::ProtocolFile(_) => Exit::Mistakes,
            _ => Exit::Failed,
        };
        let mut failure = Self::new(error.code().0, &error).exit(exit);
        failure.remedies = error.remedies();
        failure.details = match &error {
            JobError::DoesNotFit { refusal } => refusal_json(refusal),
            JobError::NoRoom(error) | JobError::Files(error) => files_json(error),
            JobError::DiskTooSmall {
                needed,
                spare,
                available,
                folder,
            } => json!({
                "needed_bytes": needed,
                "spare_bytes": spare,
                "available_bytes": available,
                "path": folder,
            }),
            JobError::Protocol(mistakes) => mistakes_json(mistakes),
            JobError::Results(ResultsError::Damaged { path, .. }) => json!({"path": path}),
            _ => Value::Null,
        };
        failure
    }
}

impl From<ResultsError> for Failure {
    fn from(error: ResultsError) -> Self {
        JobError::from(error).into()
    }
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        let full = matches!(error, FilesError::Full { .. });
        let mut failure = Self::new("W0109", error.summary());
        failure.remedies = error.remedies().iter().map(ToString::to_string).collect();
        failure.details = files_json(&error);
        failure.exit(if full { Exit::DoesNotFit } else { Exit::Failed })
    }
}

impl From<LibraryError> for Failure {
    fn from(error: LibraryError) -> Self {
        let exit = match &error {
            LibraryError::Full { .. }
            | LibraryError::Files(FilesError::Full { .. })
            | LibraryError::Home(FilesError::Full { .. }) => Exit::DoesNotFit,
            _ => Exit::Failed,
        };
        Self::new("W0301", error).exit(exit)
    }
}

impl From<BudgetError> for Failure {
    fn from(error: BudgetError) -> Self {
        Self::new("W0102", error).exit(Exit::DoesNotFit)
    }
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        // The report brings a heading of its own, for where it stands alone.
        let text = mistakes.to_string();
        let code = mistakes.code.as_str();
        let text = text
            .strip_prefix(&format!("error[{code}]: "))
            .unwrap_or(&text);
        let mut failure = Self::new(code, text).exit(Exit::Mistakes);
        failure.details = mistakes_json(&mistakes);
        failure
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Mistakes(mistakes) => mistakes.into(),
            other => Self::new("W0290", other).exit(Exit::Mistakes),
        }
    }
}

/// Mistakes for programs.
pub fn mistakes_json(mistakes: &Mistakes) -> Value {
    serde_json::to_value(mistakes).unwrap_or(Value::Null)
}

/// A refusal's numbers for programs.
pub fn refusal_json(refusal: &Refusal) -> Value {
    let holders: Vec<Value> = refusal
        .holders()
        .iter()
        .map(|held| json!({"name": held.name.to_string(), "bytes": held.bytes.as_u64()}))
        .collect();
    json!({
        "asked_by": refusal.asker().to_string(),
        "asked_bytes": refusal.asked().as_u64(),
        "available_bytes": refusal.available().as_u64(),
        "reserved_bytes": refusal.used().as_u64(),
        "unattributed_bytes": refusal.unattributed().as_u64(),
        "kept_bytes": refusal.reserve().as_u64(),
        "limit_bytes": refusal.limit().as_u64(),
        "limit_origin": refusal.origin().to_string(),
        "holders": holders,
    })
}

/// A disk's answer for programs.
fn files_json(error: &FilesError) -> Value {
    match error {
        FilesError::Full {
            path,
            needed,
            available,
            ..
        } => json!({"path": path, "needed_bytes": needed, "available_bytes": available}),
        other => json!({"path": other.path()}),
    }
}
