//! The decision: facts in, decision out, no storage and no clock.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Conflict};
use crate::manifest::{FileEntry, Manifest, Place};

/// Whether `change`, made from `base`, can be published on top of `latest` as it is.
///
/// It can when the outcome is the same as if it had been made from `latest`:
///
/// * nothing was published since, or
/// * neither side changed the schema or the settings while the other wrote, the metadata keys that it patches are as they were,
///   every file that it replaces is still there, and no file that others added or replaced overlaps, ends included, with one that it
///   adds or replaces or with the range that it relied on.
///
/// Two exceptions, because the outcome is that of the two done one after the other: a change that only adds late files fits on any
/// rows, and a change that leaves the rows as they are ([`Change::same_rows`]) fits on late files that others added.
///
/// # Errors
/// The first conflict, in the order of the list.
pub(crate) fn decide(base: &Manifest, change: &Change, latest: &Manifest) -> Result<(), Conflict> {
    if latest.version == base.version {
        return Ok(());
    }
    let theirs = Difference::of(base, latest);
    let defines = change.schema.is_some() || change.settings.is_some();
    let writes = !change.add.is_empty() || !change.remove.is_empty() || change.touched.is_some();
    let redefined = latest.schema != base.schema
        || latest.settings != base.settings
        || latest.order_column != base.order_column;
    if (redefined && (defines || writes)) || (defines && !theirs.is_nothing()) {
        return Err(Conflict::DefinitionChanged);
    }
    for key in change.metadata.keys() {
        // Also when both wrote the same value: two that counted to one are not two.
        if latest.metadata.get(key) != base.metadata.get(key) {
            return Err(Conflict::MetadataChanged { key: key.clone() });
        }
    }
    let kept: BTreeSet<&str> = names(latest);
    if let Some(gone) = change
        .remove
        .iter()
        .find(|name| !kept.contains(name.as_str()))
    {
        return Err(Conflict::FileReplaced { name: gone.clone() });
    }
    rows(base, change, &theirs)
}

fn rows(base: &Manifest, change: &Change, theirs: &Difference<'_>) -> Result<(), Conflict> {
    let only_late = change.remove.is_empty()
        && change.touched.is_none()
        && change.add.iter().all(|file| file.place == Place::Late);
    if only_late {
        return Ok(());
    }
    let removed: BTreeSet<&str> = change.remove.iter().map(String::as_str).collect();
    let replaced = base
        .files
        .iter()
        .filter(|file| removed.contains(file.name.as_str()));
    let mine: Vec<_> = replaced
        .chain(&change.add)
        .map(|file| (&file.min, &file.max))
        .chain(change.touched.iter().map(|(min, max)| (min, max)))
        .collect();
    let harmless = |file: &FileEntry| change.same_rows && file.place == Place::Late;
    let added = theirs.added.iter().filter(|file| !harmless(file));
    for file in theirs.removed.iter().chain(added) {
        if mine
            .iter()
            .any(|(min, max)| **min <= file.max && file.min <= **max)
        {
            let order = base.order_type();
            return Err(Conflict::RowsWritten {
                min: order.show(&file.min),
                max: order.show(&file.max),
            });
        }
    }
    Ok(())
}

/// What others did between two versions. Files never change, so names tell.
struct Difference<'m> {
    removed: Vec<&'m FileEntry>,
    added: Vec<&'m FileEntry>,
}

impl<'m> Difference<'m> {
    fn of(base: &'m Manifest, latest: &'m Manifest) -> Self {
        let only = |of: &'m Manifest, other: &BTreeSet<&str>| {
            of.files
                .iter()
                .filter(|file| !other.contains(file.name.as_str()))
                .collect()
        };
        Self {
            removed: only(base, &names(latest)),
            added: only(latest, &names(base)),
        }
    }

    fn is_nothing(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }
}

fn names(manifest: &Manifest) -> BTreeSet<&str> {
    manifest
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect()
}

/// The files of the next version: `change` done to `latest`, which it fits on.
///
/// Files are in order. Where several files hold one and the same value only, they stay in the order of arrival: a new file stands where
/// the change says, else where the first file stood that it replaces, or behind all that were there.
pub(crate) fn files_after(latest: &Manifest, change: &Change) -> Vec<FileEntry> {
    let removed: BTreeSet<&str> = change.remove.iter().map(String::as_str).collect();
    let next = latest.version.next().0;
    let mut base: Vec<(usize, FileEntry)> = Vec::new();
    let mut late: Vec<FileEntry> = Vec::new();
    let mut first_replaced: BTreeMap<usize, &FileEntry> = BTreeMap::new();
    for (position, file) in latest.files.iter().enumerate() {
        if removed.contains(file.name.as_str()) {
            first_replaced.insert(position, file);
        } else if file.place == Place::Late {
            late.push(file.clone());
        } else {
            // Odd, so that there is room in front of each.
            base.push((2 * position + 1, file.clone()));
        }
    }
    for file in &change.add {
        let mut file = file.clone();
        file.commit = next;
        if file.place == Place::Late {
            late.push(file);
            continue;
        }
        let told = match change.before.get(&file.name) {
            Some(None) => Some(usize::MAX),
            Some(Some(before)) => latest
                .files
                .iter()
                .position(|stored| stored.name == *before)
                .map(|position| 2 * position),
            None => None,
        };
        let replaces = first_replaced
            .iter()
            .find(|(_, replaced)| {
                replaced.place == Place::Base
                    && replaced.min <= file.min
                    && file.max <= replaced.max
            })
            .map_or(usize::MAX, |(position, _)| 2 * position);
        base.push((told.unwrap_or(replaces), file));
    }
    // Stable: what a writer adds stays in its order.
    base.sort_by(|(place, file), (other_place, other)| {
        (&file.min, &file.max, place).cmp(&(&other.min, &other.max, other_place))
    });
    late.sort_by_key(|file| file.commit);
    base.into_iter().map(|(_, file)| file).chain(late).collect()
}
