//! CSV: parts whose texts follow one another.

mod assemble;
mod encoder;
mod stream;

pub(super) use assemble::assemble;
pub(super) use encoder::TextEncoder;

use super::layout::{COORDINATES, KEYS, Layout};

/// Bytes that are given to a compressor or the disk at once; always full but for the last of a group.
const BLOCK: usize = 64 * 1024;

/// The most bytes that a coordinate's text has, and the comma after it.
const COORDINATE_TEXT: u64 = 26;

/// The most memory that an encoder holds.
pub(super) fn encoder_bytes(layout: &Layout) -> u64 {
    let compressor = stream::Stream::bytes(layout.options.format.compression());
    let places = layout
        .grid
        .columns()
        .saturating_mul(2 * COORDINATE_TEXT + 4);
    // A line is 26 bytes a value at the most.
    let lines = 4 * BLOCK as u64 + 64 * (layout.layers.len() as u64 + 4);
    places.saturating_add(lines + compressor)
}

/// The first line.
fn header(layout: &Layout) -> String {
    let keys = KEYS.iter().filter(|_| layout.options.keys).copied();
    let layers = layout.layers.iter().map(|layer| layer.name.as_str());
    let names: Vec<String> = keys.chain(COORDINATES).chain(layers).map(quoted).collect();
    names.join(",") + "\n"
}

/// A name as RFC 4180 has it.
fn quoted(name: &str) -> String {
    let plain = !name.contains([',', '"', ' ']);
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
