//! Where an object is, below the root of a store.

use std::fmt;

/// A path below the root of a storage: names separated by `/`, none empty, `.` or `..`. The empty path is the root.
///
/// Built by code from checked names, never from text of a file without [`ObjectPath::is_name`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ObjectPath(String);

impl ObjectPath {
    /// The root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether `name` can be one part of a path: not empty, `.` or `..`, no `/` and no NUL, at most 255 bytes.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        !name.is_empty()
            && name != "."
            && name != ".."
            && name.len() <= 255
            && !name.contains(['/', '\0'])
    }

    /// The path of `name` inside this folder.
    ///
    /// # Panics
    /// In debug builds, when `name` is not a name.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        debug_assert!(Self::is_name(name), "not a name: {name:?}");
        if self.0.is_empty() {
            Self(name.to_owned())
        } else {
            Self(format!("{}/{name}", self.0))
        }
    }

    /// The folder that it is in; nothing for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        let parent = self.0.rsplit_once('/').map_or("", |(parent, _)| parent);
        Some(Self(parent.to_owned()))
    }

    /// The last part; empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// With `/` between the parts, without one at the start.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
