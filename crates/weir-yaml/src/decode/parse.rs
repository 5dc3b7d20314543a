//! Reading a file of a format.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::decoder::Decoder;
use crate::declare::{Document, Format};
use crate::report::{Code, Mistake, Mistakes, Report};
use crate::tree::{self, Entry, MAX_BYTES, Node, Place, Value, plain_words};

/// Where each value of a file stands, by its path, such as `treatment.policy.max_weeks`.
pub type Places = BTreeMap<String, Place>;

/// A document that can be used, and what is unusual about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<D> {
    /// The document.
    pub document: D,
    /// What is allowed but probably not meant, in the order of the file.
    pub warnings: Vec<Mistake>,
    /// Where the values stand.
    pub places: Places,
}

/// What a file says, each value by itself.
pub struct Decoded<D> {
    /// The values; defaults where the file gives none, or wrong ones.
    pub document: D,
    /// Where they stand.
    pub places: Places,
    root: Node,
}

impl<D> Decoded<D> {
    /// The text of the single value at a path of keys, as it stands in the file.
    pub fn scalar_at(&self, path: &[&str]) -> Option<&str> {
        let node = path
            .iter()
            .try_fold(&self.root, |node, key| match &node.value {
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
}

/// Reads a document from the text of a file, at most 1 MiB.
///
/// # Errors
///
/// All mistakes of the file together, each with line, column and remedy. Nothing is ignored: a
/// key that does not exist is a mistake.
pub fn parse<D: Document>(source_name: &str, text: &str) -> Result<Parsed<D>, Mistakes> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A lone carriage return ends a line in YAML too.
    let text = match text.contains('\r') {
        true => &text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text,
    };
    let mut report = Report::new(text, D::FORMAT);
    if let Some(decoded) = decode::<D>(text, &mut report) {
        D::check(&decoded, &mut report);
        if report.is_empty() {
            D::warnings(&decoded, &mut report);
            return Ok(Parsed {
                document: decoded.document,
                warnings: report.take(),
                places: decoded.places,
            });
        }
    }
    Err(report.into_mistakes(source_name))
}

/// Reads a document from the bytes of a file.
///
/// # Errors
///
/// As [`parse`]; also when the bytes are not UTF-8.
pub fn parse_bytes<D: Document>(source_name: &str, bytes: &[u8]) -> Result<Parsed<D>, Mistakes> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return parse(source_name, text),
        Err(error) => error,
    };
    let offset = error.valid_up_to();
    let valid = String::from_utf8_lossy(&bytes[..offset.min(MAX_BYTES)]);
    let line = valid.matches('\n').count() + 1;
    let column = valid.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let mut report = Report::new(&valid, D::FORMAT);
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
    report.add(Code::NOT_UTF8, "", place, message, remedy);
    Err(report.into_mistakes(source_name))
}

/// The bytes of a file for [`parse_bytes`]: no more than 1 MiB is read; a longer one comes back
/// as blanks of a length that [`parse`] refuses.
///
/// # Errors
///
/// When the file cannot be opened or read.
pub fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        // Cut at the limit, a character may be broken, which is not the mistake to report.
        bytes.fill(b' ');
    }
    Ok(bytes)
}

/// Reads the values of a file; `report` says what was wrong with them.
pub fn decode<D: Document>(text: &str, report: &mut Report<'_>) -> Option<Decoded<D>> {
    let format = D::FORMAT;
    if text.len() > MAX_BYTES {
        let message = format!("more than {MAX_BYTES} bytes");
        report.add(Code::TOO_LARGE, "", Place::START, message, format.too_large);
        return None;
    }
    let Some(root) = tree::read(text, report) else {
        if report.is_empty() {
            empty_file(format, report);
        }
        return None;
    };
    let entries = match &root.value {
        Value::Map(entries) => entries,
        Value::Scalar { text, plain: true } if text.is_empty() => {
            empty_file(format, report);
            return None;
        }
        Value::List(_) | Value::Scalar { .. } => {
            let message = format!("a {} is a mapping of key: value lines", format.noun);
            let remedy = format!("begin with weir: {}", format.line.name);
            report.add(Code::WRONG_SHAPE, "", root.place, message, remedy);
            return None;
        }
    };
    first_line(format, entries, report)?;
    let mut document = D::blank();
    let places = Decoder::decode(&root, &mut document, report);
    Some(Decoded {
        document,
        places,
        root,
    })
}

fn empty_file(format: Format, report: &mut Report<'_>) {
    report.add(
        Code::EMPTY_FILE,
        "",
        Place::START,
        "the file is empty",
        format.start,
    );
}

/// Checks the format line; `None` when nothing after it can be understood.
fn first_line(format: Format, entries: &[Entry], report: &mut Report<'_>) -> Option<()> {
    let remedy = format!("write weir: {} on the first line", format.line.name);
    let Some(entry) = entries.iter().find(|entry| entry.key == "weir") else {
        report.add(Code::FORMAT, "weir", Place::START, "missing", remedy);
        return Some(());
    };
    let text = match &entry.value.value {
        Value::Scalar { text, .. } => text.as_str(),
        _ => "",
    };
    let place = entry.value.place;
    let version = text
        .strip_prefix(format.name())
        .and_then(|rest| rest.strip_prefix('/'));
    match version.and_then(|version| version.parse::<u32>().ok()) {
        Some(version) if version == format.version() => Some(()),
        Some(version) if version > format.version() => {
            let message = format!(
                "this file is in version {version} of the format, this weir reads up to {}",
                format.version()
            );
            let remedy = "use a newer weir, or ask for the file in an older version";
            report.add(Code::NEWER_FORMAT, "weir", place, message, remedy);
            None
        }
        _ => {
            let message = format!("there is no format {}", plain_words(text));
            report.add(Code::FORMAT, "weir", place, message, remedy);
            Some(())
        }
    }
}
