//! Predictors: a row of cells becomes what compresses better. The inverse is in the reader's `block`.

/// Writes into `out` the row `cells` (little-endian cells of `width` bytes) as `predictor` has it: 1 as it is, 2 differences of integers, 3
/// differences of the bytes of floating-point cells (Adobe Photoshop TIFF Technical Note 3).
pub(super) fn predict(predictor: u16, width: usize, cells: &[u8], out: &mut [u8]) {
    match (predictor, width) {
        (2, 1) => differences::<1>(cells, out, |a, b| [a[0].wrapping_sub(b[0])]),
        (2, 2) => differences::<2>(cells, out, |a, b| {
            u16::from_le_bytes(a)
                .wrapping_sub(u16::from_le_bytes(b))
                .to_le_bytes()
        }),
        (2, 4) => differences::<4>(cells, out, |a, b| {
            u32::from_le_bytes(a)
                .wrapping_sub(u32::from_le_bytes(b))
                .to_le_bytes()
        }),
        (2, _) => differences::<8>(cells, out, |a, b| {
            u64::from_le_bytes(a)
                .wrapping_sub(u64::from_le_bytes(b))
                .to_le_bytes()
        }),
        (3, 4) => planes::<4>(cells, out),
        (3, _) => planes::<8>(cells, out),
        _ => out.copy_from_slice(cells),
    }
}

#[inline(always)]
fn differences<const WIDTH: usize>(
    cells: &[u8],
    out: &mut [u8],
    subtract: impl Fn([u8; WIDTH], [u8; WIDTH]) -> [u8; WIDTH],
) {
    let mut before = [0; WIDTH];
    for (cell, out) in cells.chunks_exact(WIDTH).zip(out.chunks_exact_mut(WIDTH)) {
        let cell = cell.try_into().expect("chunks have the width of the type");
        out.copy_from_slice(&subtract(cell, before));
        before = cell;
    }
}

#[inline(always)]
fn planes<const WIDTH: usize>(cells: &[u8], out: &mut [u8]) {
    let count = cells.len() / WIDTH;
    // The most significant byte first; the last byte of a plane is the one before the first of the next.
    let mut before = 0u8;
    for (plane, out) in out.chunks_exact_mut(count).enumerate() {
        let byte = WIDTH - 1 - plane;
        for (cell, out) in cells.chunks_exact(WIDTH).zip(out) {
            *out = cell[byte].wrapping_sub(before);
            before = cell[byte];
        }
    }
}
