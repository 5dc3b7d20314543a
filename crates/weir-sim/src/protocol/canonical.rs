//! The canonical text of a protocol: every value spelled out, in the order of the declaration.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Protocol;

impl Protocol {
    /// The protocol as YAML with every default spelled out and presets resolved. Reading it gives
    /// the same protocol; equal protocols have equal texts.
    pub fn to_yaml(&self) -> String {
        weir_yaml::to_yaml(&mut self.clone())
    }

    /// SHA-256 of [`Protocol::to_yaml`], 64 hexadecimal digits.
    pub fn digest(&self) -> String {
        Sha256::digest(self.to_yaml().as_bytes()).iter().fold(
            String::with_capacity(64),
            |mut digest, byte| {
                // Writing to a string cannot fail.
                let _ = write!(digest, "{byte:02x}");
                digest
            },
        )
    }
}
