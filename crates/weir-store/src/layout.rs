//! Names in a dataset's folder.

use crate::{
    manifest::{Place, Version},
    storage::ObjectPath,
};

/// weir's own folder, in the store's root and in every dataset's folder.
const OWN: &str = "_weir";

/// Digits of a writer's name.
const WRITER_DIGITS: usize = 16;

/// Where everything of a dataset lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    folder: ObjectPath,
    own: ObjectPath,
}

/// What a name in a dataset's `_weir/` folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnName {
    /// A manifest.
    Manifest(Version),
    /// A manifest that a vacuum takes away.
    Retired(Version),
    /// A damaged manifest that a repair has set aside.
    Damaged(Version),
    /// A late file.
    Late,
    /// Anything else.
    Other,
}

impl Layout {
    pub(crate) fn new(folder: ObjectPath) -> Self {
        Self {
            own: folder.join(OWN),
            folder,
        }
    }

    /// The folder of base files.
    pub(crate) fn folder(&self) -> &ObjectPath {
        &self.folder
    }

    /// The folder of all else.
    pub(crate) fn own(&self) -> &ObjectPath {
        &self.own
    }

    pub(crate) fn manifest(&self, version: Version) -> ObjectPath {
        self.own.join(&format!("{:020}.json", version.0))
    }

    pub(crate) fn retired(&self, version: Version) -> ObjectPath {
        self.own.join(&format!("{:020}.retired", version.0))
    }

    pub(crate) fn damaged(&self, version: Version) -> ObjectPath {
        self.own.join(&format!("{:020}.damaged", version.0))
    }

    pub(crate) fn file(&self, name: &str, place: Place) -> ObjectPath {
        self.folder_of(place).join(name)
    }

    pub(crate) fn folder_of(&self, place: Place) -> &ObjectPath {
        match place {
            Place::Base => &self.folder,
            Place::Late => &self.own,
        }
    }

    /// The folder of what readers and writers hold.
    pub(crate) fn holds(&self) -> ObjectPath {
        self.own.join("holds")
    }

    /// The folder of the names of versions.
    pub(crate) fn names(&self) -> ObjectPath {
        self.own.join("names")
    }

    pub(crate) fn writers_lock(&self) -> ObjectPath {
        self.own.join("writers.lock")
    }

    pub(crate) fn vacuum_lock(&self) -> ObjectPath {
        self.own.join("vacuum.lock")
    }
}

/// The store's own file.
pub(crate) fn store_file() -> ObjectPath {
    ObjectPath::root().join(OWN).join("store.json")
}

pub(crate) fn own_name(name: &str) -> OwnName {
    let version = |stem: &str| {
        let digits = stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit());
        let version = stem.parse().ok().filter(|version| digits && *version > 0)?;
        Some(Version(version))
    };
    if let Some(found) = name.strip_suffix(".json").and_then(version) {
        OwnName::Manifest(found)
    } else if let Some(found) = name.strip_suffix(".retired").and_then(version) {
        OwnName::Retired(found)
    } else if let Some(found) = name.strip_suffix(".damaged").and_then(version) {
        OwnName::Damaged(found)
    } else if name.ends_with(".late") {
        OwnName::Late
    } else {
        OwnName::Other
    }
}

/// The name of the `number`-th file of a writer; sorts as `sortable` does.
pub(crate) fn file_name(sortable: &str, writer: &str, number: u64, place: Place) -> String {
    let ending = match place {
        Place::Base => "parquet",
        Place::Late => "late",
    };
    format!("{sortable}-{writer}-{number:06}.{ending}")
}

/// The writer in the name of a data file; nothing for files that no writer of weir named.
pub(crate) fn writer_of(name: &str) -> Option<&str> {
    let stem = name
        .strip_suffix(".parquet")
        .or_else(|| name.strip_suffix(".late"))?;
    let (before, number) = stem.rsplit_once('-')?;
    let (_, writer) = before.rsplit_once('-')?;
    let numbered = number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    (numbered && is_writer(writer)).then_some(writer)
}

/// What a hold's label says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Label {
    /// A reader of one version.
    Reader(Version),
    /// A writer, which needs its base version, and that no later version goes.
    Writer { base: Version, id: String },
}

impl Label {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Reader(version) => format!("r{version}"),
            Self::Writer { base, id } => format!("w{base}-{id}"),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(version) = text.strip_prefix('r') {
            return Some(Self::Reader(Version(version.parse().ok()?)));
        }
        let (base, id) = text.strip_prefix('w')?.split_once('-')?;
        is_writer(id).then_some(Self::Writer {
            base: Version(base.parse().ok()?),
            id: id.to_owned(),
        })
    }
}

fn is_writer(text: &str) -> bool {
    text.len() == WRITER_DIGITS
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A random name for a writer.
pub(crate) fn new_writer() -> String {
    let mut bytes = [0; WRITER_DIGITS / 2];
    if getrandom::fill(&mut bytes).is_err() {
        // Without the system's randomness: the clock and a counter, in which no two writers of this machine agree.
        static COUNTER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos() as u64);
        let count = COUNTER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mixed = (now ^ u64::from(std::process::id()).rotate_left(40))
            .wrapping_add(u64::from(count) << 20);
        bytes = mixed.to_be_bytes();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_read_back_and_foreign_ones_are_not_ours() {
        let writer = new_writer();
        for place in [Place::Base, Place::Late] {
            let name = file_name("-0001-x", &writer, 7, place);
            assert_eq!(writer_of(&name), Some(writer.as_str()));
        }
        for foreign in [
            "mine.parquet",
            "a-b-000001.parquet",
            "a-0123456789abcdef-1.parquet",
            "a-0123456789abcdef-000001.csv",
            "0123456789abcdef-000001.parquet",
        ] {
            assert_eq!(writer_of(foreign), None, "{foreign}");
        }
        assert_eq!(
            own_name("00000000000000000007.json"),
            OwnName::Manifest(Version(7))
        );
        assert_eq!(own_name("7.json"), OwnName::Other);
        assert_eq!(own_name("00000000000000000000.json"), OwnName::Other);
        for label in [
            Label::Reader(Version(3)),
            Label::Writer {
                base: Version(12),
                id: writer,
            },
        ] {
            assert_eq!(Label::parse(&label.text()), Some(label));
        }
        assert_eq!(Label::parse("w1-x"), None);
    }
}
