//! What concerns several keys at once.

mod people;
mod run;
mod switches;
mod treatment;
mod unusual;

use std::collections::BTreeMap;

pub(crate) use run::Asked;

use super::Protocol;
use super::decode::{Code, Place, Report};

/// Where each value of the file stands.
pub(crate) type Places = BTreeMap<String, Place>;

/// Reports mistakes at the places of a file.
pub(crate) struct Check<'a, 'text> {
    places: &'a Places,
    report: &'a mut Report<'text>,
}

impl Check<'_, '_> {
    /// Reports at `path`, or at its nearest parent in the file, unless one of the values
    /// concerned already has a mistake.
    fn mistake(
        &mut self,
        code: Code,
        path: &str,
        with: &[&str],
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if std::iter::once(&path)
            .chain(with)
            .any(|path| self.report.concerns(path))
        {
            return;
        }
        self.report
            .add(code, path, self.place(path), message, remedy);
    }

    fn place(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return *place;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return Place::START,
            }
        }
    }

    fn given(&self, path: &str) -> bool {
        self.places.contains_key(path)
    }
}

/// Everything about several keys that cannot be used.
pub(crate) fn mistakes(protocol: &Protocol, places: &Places, report: &mut Report<'_>) {
    let mut check = Check { places, report };
    people::check(protocol, &mut check);
    treatment::check(protocol, &mut check);
    switches::check(protocol, &mut check);
}

/// What can be used and is probably not meant.
pub(crate) fn warnings(protocol: &Protocol, places: &Places, report: &mut Report<'_>) {
    unusual::check(protocol, &mut Check { places, report });
}

/// What can be used, but not in a run of so many patients and years.
pub(crate) fn for_run(protocol: &Protocol, asked: Asked, places: &Places, report: &mut Report<'_>) {
    run::check(protocol, asked, &mut Check { places, report });
}

/// The drug against the policy; `given` is what the file says.
pub(crate) fn drug(
    protocol: &Protocol,
    given: Option<&str>,
    places: &Places,
    report: &mut Report<'_>,
) {
    treatment::drug(protocol, given, &mut Check { places, report });
}
