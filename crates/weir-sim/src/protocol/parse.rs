//! Reading a protocol file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::declare::{FORMAT, FORMAT_VERSION};
use super::decode::{
    self, Code, Decoder, Entry, MAX_BYTES, Mistake, Mistakes, Node, Place, Report, Value,
    plain_words,
};
use super::{Protocol, check};

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
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // A lone carriage return ends a line in YAML too.
        let text = match text.contains('\r') {
            true => &text.replace("\r\n", "\n").replace('\r', "\n"),
            false => text,
        };
        let mut report = Report::new(text);
        match parse(text, &mut report) {
            Some(protocol) if report.is_empty() => {
                check::warnings(&protocol.0, &protocol.1, &mut report);
                Ok(Parsed {
                    protocol: protocol.0,
                    warnings: report.take(),
                })
            }
            _ => Err(report.into_mistakes(source_name)),
        }
    }

    /// Reads a protocol from the bytes of a file.
    ///
    /// # Errors
    ///
    /// As [`Protocol::parse`]; also when the bytes are not UTF-8.
    pub fn parse_bytes(source_name: &str, bytes: &[u8]) -> Result<Parsed, Mistakes> {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return Protocol::parse(source_name, text),
            Err(error) => error,
        };
        let offset = error.valid_up_to();
        let valid = String::from_utf8_lossy(&bytes[..offset.min(MAX_BYTES)]);
        let line = valid.matches('\n').count() + 1;
        let column = valid.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let mut report = Report::new(&valid);
        let place = Place {
            line,
            column,
            end_column: column + 1,
        };
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let message = format!(
            "not UTF-8 text: byte {:#04x} at offset {offset}",
            bytes[offset]
        );
        let remedy = if utf16 {
            "the file is UTF-16; save it as UTF-8"
        } else {
            "save the file as UTF-8"
        };
        report.add(Code::NotUtf8, "", place, message, remedy);
        Err(report.into_mistakes(source_name))
    }

    /// Reads a protocol file, and no more than 1 MiB of it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or as [`Protocol::parse_bytes`].
    pub fn read(path: &Path) -> Result<Parsed, ReadError> {
        let io = |source| ReadError::Io {
            path: path.to_owned(),
            source,
        };
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(io)?;
        file.take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(io)?;
        if bytes.len() > MAX_BYTES {
            // Cut at the limit, a character may be broken, which is not the mistake to report.
            bytes.fill(b' ');
        }
        Ok(Protocol::parse_bytes(&path.display().to_string(), &bytes)?)
    }
}

type Places = std::collections::BTreeMap<String, Place>;

fn parse(text: &str, report: &mut Report<'_>) -> Option<(Protocol, Places)> {
    let decoded = decode(text, report)?;
    check::drug(
        &decoded.protocol,
        decoded.drug.as_deref(),
        &decoded.places,
        report,
    );
    check::mistakes(&decoded.protocol, &decoded.places, report);
    Some((decoded.protocol, decoded.places))
}

/// What a file says, each value by itself.
pub(super) struct Decoded {
    pub(super) protocol: Protocol,
    places: Places,
    /// The drug as it stands in the file.
    drug: Option<String>,
}

/// Reads the values of a file; `report` says what was wrong with them.
pub(super) fn decode(text: &str, report: &mut Report<'_>) -> Option<Decoded> {
    if text.len() > MAX_BYTES {
        let message = format!("more than {MAX_BYTES} bytes");
        let remedy = "a protocol is a few kilobytes; check that this is one";
        report.add(Code::TooLarge, "", Place::START, message, remedy);
        return None;
    }
    let root = decode::read(text, report);
    let Some(root) = root else {
        if report.is_empty() {
            empty_file(report);
        }
        return None;
    };
    let entries = match &root.value {
        Value::Map(entries) => entries,
        Value::Scalar { text, plain: true } if text.is_empty() => {
            empty_file(report);
            return None;
        }
        Value::List(_) | Value::Scalar { .. } => {
            let message = "a protocol is a mapping of key: value lines";
            report.add(
                Code::WrongShape,
                "",
                root.place,
                message,
                "begin with weir: protocol/1",
            );
            return None;
        }
    };
    format(entries, report)?;
    let mut protocol = Protocol::blank();
    let places = Decoder::decode(&root, &mut protocol, report);
    let drug = scalar_at(&root, &["treatment", "drug"]).map(str::to_owned);
    Some(Decoded {
        protocol,
        places,
        drug,
    })
}

fn empty_file(report: &mut Report<'_>) {
    let remedy = "start from a shipped protocol: weir protocol show aflibercept-tae-8week";
    report.add(
        Code::EmptyFile,
        "",
        Place::START,
        "the file is empty",
        remedy,
    );
}

/// The text of the single value at a path of keys.
fn scalar_at<'a>(root: &'a Node, path: &[&str]) -> Option<&'a str> {
    let node = path.iter().try_fold(root, |node, key| match &node.value {
        Value::Map(entries) => entries
            .iter()
            .find(|entry| entry.key == *key)
            .map(|entry| &entry.value),
        _ => None,
    })?;
    match &node.value {
        Value::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

/// Checks the format line; `None` when nothing after it can be understood.
fn format(entries: &[Entry], report: &mut Report<'_>) -> Option<()> {
    let remedy = format!("write weir: {FORMAT}/{FORMAT_VERSION} on the first line");
    let Some(entry) = entries.iter().find(|entry| entry.key == "weir") else {
        report.add(Code::Format, "weir", Place::START, "missing", remedy);
        return Some(());
    };
    let text = match &entry.value.value {
        Value::Scalar { text, .. } => text.as_str(),
        _ => "",
    };
    let place = entry.value.place;
    let version = text
        .strip_prefix(FORMAT)
        .and_then(|rest| rest.strip_prefix('/'));
    match version.and_then(|version| version.parse::<u32>().ok()) {
        Some(FORMAT_VERSION) => Some(()),
        Some(version) if version > FORMAT_VERSION => {
            let message = format!(
                "this file is in version {version} of the format, this weir reads up to {FORMAT_VERSION}"
            );
            let remedy = "use a newer weir, or ask for the file in an older version";
            report.add(Code::NewerFormat, "weir", place, message, remedy);
            None
        }
        _ => {
            let message = format!("there is no format {}", plain_words(text));
            report.add(Code::Format, "weir", place, message, remedy);
            Some(())
        }
    }
}
