//! Reading a protocol file.

use std::path::{Path, PathBuf};

use super::Protocol;
use super::decode::{Mistake, Mistakes};

/// A protocol that can be used, and what is unusual about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The protocol.
    pub protocol: Protocol,
    /// What is allowed but probably not meant, in the order of the file.
    pub warnings: Vec<Mistake>,
}

/// Why a protocol file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be opened or read.
    #[error("cannot read the protocol {}: {source}; check the path, or name a shipped protocol such as aflibercept-tae-8week", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It was read and has mistakes.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
}

impl Protocol {
    /// Reads a protocol from the text of a file, at most 1 MiB.
    ///
    /// # Errors
    ///
    /// All mistakes of the file together, each with line, column and remedy. Nothing is ignored:
    /// a key that does not exist is a mistake.
    ///
    /// # Examples
    ///
    /// ```
    /// use weir_sim::protocol::Protocol;
    ///
    /// let shipped = Protocol::shipped_by_id("aflibercept-tae-8week").expect("it is shipped");
    /// let misspelt = shipped.text.replace("max_weeks", "max_week");
    /// let mistakes = Protocol::parse("my.yaml", &misspelt).unwrap_err();
    /// assert_eq!(mistakes.mistakes[0].path, "treatment.policy.max_week");
    /// assert_eq!(mistakes.mistakes[0].remedy, "max_weeks");
    ///
    /// let parsed = Protocol::parse("my.yaml", shipped.text).expect("it has no mistakes");
    /// assert!(parsed.protocol.to_yaml().contains("max_weeks: 16"));
    /// ```
    pub fn parse(source_name: &str, text: &str) -> Result<Parsed, Mistakes> {
        Ok(weir_yaml::parse(source_name, text)?.into())
    }

    /// Reads a protocol from the bytes of a file.
    ///
    /// # Errors
    ///
    /// As [`Protocol::parse`]; also when the bytes are not UTF-8.
    pub fn parse_bytes(source_name: &str, bytes: &[u8]) -> Result<Parsed, Mistakes> {
        Ok(weir_yaml::parse_bytes(source_name, bytes)?.into())
    }

    /// Reads a protocol file, and no more than 1 MiB of it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or as [`Protocol::parse_bytes`].
    pub fn read(path: &Path) -> Result<Parsed, ReadError> {
        let bytes = weir_yaml::read_bytes(path).map_err(|source| ReadError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Protocol::parse_bytes(&path.display().to_string(), &bytes)?)
    }
}

impl From<weir_yaml::Parsed<Protocol>> for Parsed {
    fn from(parsed: weir_yaml::Parsed<Protocol>) -> Parsed {
        Parsed {
            protocol: parsed.document,
            warnings: parsed.warnings,
        }
    }
}
