//! What is unusual only for a run of so many patients and years.

use std::path::Path;

use weir_yaml::{Document, Report, read_bytes};

use super::check::{Asked, for_run};
use super::{Mistake, Mistakes, Parsed, Protocol, ReadError};
use crate::simulate::Model;

impl Protocol {
    /// Reads a protocol from the text of a file, for a run of so many patients and years: the warnings also
    /// tell what cannot happen, or happens too late, in such a run.
    ///
    /// # Errors
    ///
    /// As [`Protocol::parse`]; what is unusual for the run is a warning, never an error.
    pub fn parse_for_run(
        source_name: &str,
        text: &str,
        patients: u32,
        years: f64,
    ) -> Result<Parsed, Mistakes> {
        let mut parsed = Protocol::parse(source_name, text)?;
        parsed.warnings.extend(unusual(text, patients, years));
        Ok(parsed)
    }

    /// Reads a protocol file for a run of so many patients and years.
    ///
    /// # Errors
    ///
    /// As [`Protocol::read`].
    pub fn read_for_run(path: &Path, patients: u32, years: f64) -> Result<Parsed, ReadError> {
        let bytes = read_bytes(path).map_err(|source| ReadError::Io {
            path: path.to_owned(),
            source,
        })?;
        let mut parsed = Protocol::parse_bytes(&path.display().to_string(), &bytes)?;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            parsed.warnings.extend(unusual(text, patients, years));
        }
        Ok(parsed)
    }
}

/// The warnings for a run of a text that has no mistakes.
fn unusual(text: &str, patients: u32, years: f64) -> Vec<Mistake> {
    // A number that no run takes is refused elsewhere.
    if !(years > 0.0 && years <= Model::YEARS_MAX) {
        return Vec::new();
    }
    // As the reader takes it, so that lines are the same.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut report = Report::new(&text, Protocol::FORMAT);
    if let Some(decoded) = weir_yaml::decode::<Protocol>(&text, &mut report)
        && report.is_empty()
    {
        let asked = Asked { patients, years };
        for_run(&decoded.document, asked, &decoded.places, &mut report);
    }
    report.take()
}
