//! Whether two folders hold the same bytes.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// The SHA-256, in hexadecimal, of every file below `folder` that `wanted` says yes to; keyed by path relative to
/// `folder`. A link counts by its target's name.
///
/// # Errors
/// When something below cannot be read, for instance because it went meanwhile.
pub fn checksum_tree(
    folder: &Path,
    wanted: impl Fn(&Path) -> bool,
) -> io::Result<BTreeMap<PathBuf, String>> {
    let mut sums = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inside))? {
            let entry = entry?;
            let (kind, path) = (entry.file_type()?, inside.join(entry.file_name()));
            if kind.is_dir() {
                folders.push(path);
            } else if wanted(&path) {
                let sum = if kind.is_symlink() {
                    hexadecimal(Sha256::digest(
                        fs::read_link(entry.path())?.as_os_str().as_encoded_bytes(),
                    ))
                } else {
                    checksum(&entry.path())?
                };
                sums.insert(path, sum);
            }
        }
    }
    Ok(sums)
}

/// The SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn checksum(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hexadecimal(sum.finalize())),
            read => sum.update(&buffer[..read]),
        }
    }
}

fn hexadecimal(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
