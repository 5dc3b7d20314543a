//! Runs of Parquet's hybrid of run lengths and packed bits.

/// Seven bits a byte, least significant first.
fn varint(mut number: usize, page: &mut Vec<u8>) {
    while number >= 0x80 {
        page.push(number as u8 | 0x80);
        number >>= 7;
    }
    page.push(number as u8);
}

/// `count` times the same value of `width` bits.
pub(super) fn repeated(value: u32, count: usize, width: u32, page: &mut Vec<u8>) {
    varint(count << 1, page);
    page.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
}

/// Says that `count` values follow in packed bits, filled up to a multiple of eight values.
pub(super) fn packed(count: usize, page: &mut Vec<u8>) {
    varint(count.div_ceil(8) << 1 | 1, page);
}

/// Which of `rows` rows have a value, as bits, least significant first; their length stands before them.
pub(super) fn levels(bits: &[u8], rows: usize, values: usize, page: &mut Vec<u8>) {
    let start = page.len();
    page.extend_from_slice(&[0; 4]);
    if values == rows || values == 0 {
        repeated(u32::from(values == rows), rows, 1, page);
    } else {
        packed(rows, page);
        page.extend_from_slice(&bits[..rows.div_ceil(8)]);
    }
    let length = (page.len() - start - 4) as u32;
    page[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// How many bits numbers below `entries` need, at least one.
pub(super) fn width_of(entries: usize) -> u32 {
    (usize::BITS - entries.saturating_sub(1).leading_zeros()).max(1)
}

/// Packs indices into `width` bits each (16 at the most) after the run's header.
pub(super) fn indices(indices: &[u16], width: u32, page: &mut Vec<u8>) {
    packed(indices.len(), page);
    for eight in indices.chunks(8) {
        let bits = eight
            .iter()
            .rev()
            .fold(0_u128, |bits, &index| bits << width | u128::from(index));
        page.extend_from_slice(&bits.to_le_bytes()[..width as usize]);
    }
}
