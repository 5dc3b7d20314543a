//! How much of each source cell lies in a polygon.

/// A polygon's corners in source cells from the source's first edge: (column, row).
pub(super) type Ring = Vec<(f64, f64)>;

/// Cuts a ring to `0..columns × 0..rows`, moved by `shift` columns first (Sutherland and Hodgman, 1974). Fewer than three corners: nothing is left.
pub(super) fn cut(ring: &[(f64, f64)], shift: f64, columns: f64, rows: f64) -> Ring {
    let mut cut: Ring = ring.iter().map(|(x, y)| (x + shift, *y)).collect();
    for side in 0..4 {
        // Distance inside of each of the four sides.
        let depth = |(x, y): (f64, f64)| match side {
            0 => x,
            1 => columns - x,
            2 => y,
            _ => rows - y,
        };
        let mut next = Ring::with_capacity(cut.len() + 4);
        for (at, corner) in cut.iter().enumerate() {
            let before = cut[(at + cut.len() - 1) % cut.len()];
            let (from, to) = (depth(before), depth(*corner));
            if (from < 0.0) != (to < 0.0) {
                let t = from / (from - to);
                let mut edge = (
                    before.0 + t * (corner.0 - before.0),
                    before.1 + t * (corner.1 - before.1),
                );
                // On the side itself, not a rounding beside it.
                match side {
                    0 => edge.0 = 0.0,
                    1 => edge.0 = columns,
                    2 => edge.1 = 0.0,
                    _ => edge.1 = rows,
                }
                next.push(edge);
            }
            if to >= 0.0 {
                next.push(*corner);
            }
        }
        cut = next;
        if cut.len() < 3 {
            return Ring::new();
        }
    }
    cut
}

/// The shares of cells that a ring covers, a band of rows at a time: signed areas along each edge, summed from west to east. What two
/// polygons take of a cell on both sides of a common edge adds up to the cell.
#[derive(Debug, Default)]
pub(super) struct Shares {
    sums: Vec<f64>,
}

/// Cells of a band, unless one row alone has more.
const BAND_CELLS: usize = 1 << 16;

/// Bytes of a band.
pub(super) const BAND_BYTES: u64 = BAND_CELLS as u64 * 8;

impl Shares {
    /// Calls `row` with the number of each row that the ring meets, its first column and the shares (0 to 1) of the columns from there.
    pub(super) fn each_row<E>(
        &mut self,
        ring: &[(f64, f64)],
        mut row: impl FnMut(u64, u64, &mut [f64]) -> Result<(), E>,
    ) -> Result<(), E> {
        let fold = |pick: fn(&(f64, f64)) -> f64| {
            ring.iter()
                .map(pick)
                .fold((f64::MAX, f64::MIN), |(low, high), value| {
                    (low.min(value), high.max(value))
                })
        };
        let ((west, east), (north, south)) = (fold(|corner| corner.0), fold(|corner| corner.1));
        let (first, last) = (libm::floor(west) as u64, libm::ceil(east) as u64);
        let (top, bottom) = (libm::floor(north) as u64, libm::ceil(south) as u64);
        if last <= first || bottom <= top {
            return Ok(());
        }
        // One column more takes what an edge on the east side passes on.
        let width = (last - first) as usize + 2;
        let high = (BAND_CELLS / width).max(1) as u64;
        let mut from = top;
        while from < bottom {
            let to = bottom.min(from + high);
            self.sums.clear();
            self.sums.resize((to - from) as usize * width, 0.0);
            for (at, corner) in ring.iter().enumerate() {
                let next = ring[(at + 1) % ring.len()];
                self.edge(*corner, next, (first, from, to), width);
            }
            for (at, sums) in self.sums.chunks_exact_mut(width).enumerate() {
                let mut sum = 0.0;
                for share in sums.iter_mut() {
                    sum += *share;
                    *share = sum.abs().min(1.0);
                }
                row(from + at as u64, first, &mut sums[..width - 2])?;
            }
            from = to;
        }
        Ok(())
    }

    /// Adds the signed area between an edge and the east.
    fn edge(
        &mut self,
        a: (f64, f64),
        b: (f64, f64),
        (first, from, to): (u64, u64, u64),
        width: usize,
    ) {
        if a.1 == b.1 {
            return;
        }
        let (sign, low, high) = if a.1 < b.1 { (1.0, a, b) } else { (-1.0, b, a) };
        let slope = (high.0 - low.0) / (high.1 - low.1);
        let begin = (libm::floor(low.1) as u64).max(from);
        let end = (libm::ceil(high.1) as u64).min(to);
        let at = |y: f64| {
            // Within the edge's own ends whatever the rounding.
            let x = low.0 + (y - low.1) * slope;
            x.clamp(low.0.min(high.0), low.0.max(high.0)) - first as f64
        };
        for y in begin..end {
            let (upper, lower) = (low.1.max(y as f64), high.1.min((y + 1) as f64));
            let height = (lower - upper) * sign;
            let (x, x_next) = (at(upper), at(lower));
            let sums = &mut self.sums[(y - from) as usize * width..][..width];
            spread(sums, x.min(x_next), x.max(x_next), height);
        }
    }
}

/// Adds an edge from `west` to `east` within one row, of signed height `height`.
fn spread(sums: &mut [f64], west: f64, east: f64, height: f64) {
    let (begin, end) = (libm::floor(west), libm::ceil(east));
    let column = begin as usize;
    if end <= begin + 1.0 {
        let middle = f64::midpoint(west, east) - begin;
        sums[column] += height * (1.0 - middle);
        sums[column + 1] += height * middle;
        return;
    }
    // Each piece of the edge passes its height on to all columns east of it, and to its own in part.
    let across = 1.0 / (east - west);
    for at in column..end as usize {
        let (left, right) = (west.max(at as f64), east.min(at as f64 + 1.0));
        let part = height * (right - left) * across;
        let own = at as f64 + 1.0 - f64::midpoint(left, right);
        sums[at] += part * own;
        sums[at + 1] += part * (1.0 - own);
    }
}
