//! Which keys a store has: its folders, walked in key order.

use super::{
    Key, KeyPrefix, KeySchema, KeyValue,
    folder::{folder_name, is_foreign, value_of},
};
use crate::storage::{ObjectPath, Storage, StorageError};

/// The folders of keys.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    /// Keys and their folders, in key order.
    pub(crate) keys: Vec<(Key, ObjectPath)>,
    /// Folders that are not of a key, and why.
    pub(crate) unparsed: Vec<(ObjectPath, String)>,
}

/// Walks the folders of keys that begin with `prefix`.
pub(crate) fn discover(
    storage: &dyn Storage,
    schema: &KeySchema,
    prefix: &KeyPrefix,
) -> Result<Discovered, StorageError> {
    let mut found = Discovered::default();
    let mut values = Vec::new();
    walk(
        storage,
        schema,
        prefix,
        &ObjectPath::root(),
        &mut values,
        &mut found,
    )?;
    found.unparsed.sort();
    Ok(found)
}

/// One call deep per field, of which there are at most 16.
fn walk(
    storage: &dyn Storage,
    schema: &KeySchema,
    prefix: &KeyPrefix,
    folder: &ObjectPath,
    values: &mut Vec<KeyValue>,
    found: &mut Discovered,
) -> Result<(), StorageError> {
    let depth = values.len();
    let Some(field) = schema.fields().nth(depth) else {
        match schema.key(values.iter().cloned()) {
            Ok(key) => found.keys.push((key, folder.clone())),
            Err(error) => found.unparsed.push((folder.clone(), error.to_string())),
        }
        return Ok(());
    };
    let mut inside = Vec::new();
    if let Some(wanted) = prefix.values().get(depth) {
        inside.push((wanted.clone(), folder.join(&folder_name(field, wanted))));
    } else {
        for name in storage.list(folder)? {
            if is_foreign(&name) || !ObjectPath::is_name(&name) {
                continue;
            }
            let path = folder.join(&name);
            if !storage.facts(&path)?.is_some_and(|facts| facts.folder) {
                continue;
            }
            match value_of(field, &name) {
                Ok(value) => inside.push((value, path)),
                Err(reason) => found.unparsed.push((path, reason)),
            }
        }
        inside.sort();
    }
    for (value, path) in inside {
        values.push(value);
        walk(storage, schema, prefix, &path, values, found)?;
        values.pop();
    }
    Ok(())
}
