//! The statistics.

use super::Statistic;
use crate::overlap::Shares;

/// `Σ v·o(s,t)/area(s)`: conserves the total.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum;

/// A sum, and whether anything was added to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Total {
    sum: f64,
    any: bool,
}

impl Statistic for Sum {
    type Part = Total;
    type Cell = Total;

    #[inline]
    fn gather(&self, part: &mut Total, values: &[f64], shares: Shares<'_>) {
        for (value, share) in values.iter().zip(shares.of_source) {
            let valid = !value.is_nan();
            part.sum += if valid { value * share } else { 0.0 };
            part.any |= valid;
        }
    }

    #[inline]
    fn fold(&self, cell: &mut Total, part: &Total, _overlap: f64, of_source: f64) {
        cell.sum += part.sum * of_source;
        cell.any |= part.any;
    }

    fn value(&self, cell: &mut Total) -> f64 {
        if cell.any { cell.sum } else { f64::NAN }
    }
}

/// `Σ v·o / Σ o` over cells with a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Average;

/// A weighted sum and its weights.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weighted {
    sum: f64,
    weight: f64,
}

impl Statistic for Average {
    type Part = Weighted;
    type Cell = Weighted;

    #[inline]
    fn gather(&self, part: &mut Weighted, values: &[f64], shares: Shares<'_>) {
        for (value, overlap) in values.iter().zip(shares.overlaps) {
            let valid = !value.is_nan();
            part.sum += if valid { value * overlap } else { 0.0 };
            part.weight += if valid { *overlap } else { 0.0 };
        }
    }

    #[inline]
    fn fold(&self, cell: &mut Weighted, part: &Weighted, overlap: f64, _of_source: f64) {
        cell.sum += part.sum * overlap;
        cell.weight += part.weight * overlap;
    }

    fn value(&self, cell: &mut Weighted) -> f64 {
        if cell.weight > 0.0 {
            cell.sum / cell.weight
        } else {
            f64::NAN
        }
    }
}

/// The least value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Minimum;

/// The greatest value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Maximum;

macro_rules! extremes {
    ($($name:ident $better:tt),*) => {$(
        impl Statistic for $name {
            type Part = Option<f64>;
            type Cell = Option<f64>;

            #[inline]
            fn gather(&self, part: &mut Option<f64>, values: &[f64], _shares: Shares<'_>) {
                for value in values {
                    if !value.is_nan() && part.is_none_or(|best| *value $better best) {
                        *part = Some(*value);
                    }
                }
            }

            #[inline]
            fn fold(&self, cell: &mut Option<f64>, part: &Option<f64>, _overlap: f64, _of_source: f64) {
                if let Some(value) = part
                    && cell.is_none_or(|best| *value $better best)
                {
                    *cell = Some(*value);
                }
            }

            fn value(&self, cell: &mut Option<f64>) -> f64 {
                cell.unwrap_or(f64::NAN)
            }
        }
    )*};
}

extremes!(Minimum <, Maximum >);

/// How many source cells with a value meet the target cell. 0 where there are none, and no nodata.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count;

impl Statistic for Count {
    type Part = u64;
    type Cell = u64;

    fn gather(&self, part: &mut u64, values: &[f64], _shares: Shares<'_>) {
        *part += values.iter().filter(|value| !value.is_nan()).count() as u64;
    }

    fn fold(&self, cell: &mut u64, part: &u64, _overlap: f64, _of_source: f64) {
        *cell += part;
    }

    fn value(&self, cell: &mut u64) -> f64 {
        *cell as f64
    }
}

/// Overlap of cells with a value over the overlap of all source cells; 0 where no source cell has a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coverage;

/// Overlap with and without values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Covered {
    valid: f64,
    all: f64,
}

impl Covered {
    fn share(self) -> f64 {
        if self.all > 0.0 {
            self.valid / self.all
        } else {
            0.0
        }
    }
}

impl Statistic for Coverage {
    type Part = Covered;
    type Cell = Covered;

    #[inline]
    fn gather(&self, part: &mut Covered, values: &[f64], shares: Shares<'_>) {
        for (value, overlap) in values.iter().zip(shares.overlaps) {
            part.valid += if value.is_nan() { 0.0 } else { *overlap };
            part.all += overlap;
        }
    }

    #[inline]
    fn fold(&self, cell: &mut Covered, part: &Covered, overlap: f64, _of_source: f64) {
        cell.valid += part.valid * overlap;
        cell.all += part.all * overlap;
    }

    fn value(&self, cell: &mut Covered) -> f64 {
        cell.share()
    }
}

/// Another statistic, with no value where less than a share of the cell is covered.
#[derive(Debug, Clone, Copy)]
pub struct Thresholded<S> {
    /// The statistic.
    pub statistic: S,
    /// The least coverage, 0 to 1, that a value needs.
    pub coverage: f64,
}

impl<S: Statistic> Statistic for Thresholded<S> {
    const HOLDS_VALUES: bool = S::HOLDS_VALUES;
    type Part = (S::Part, Covered);
    type Cell = (S::Cell, Covered);

    fn gather(&self, part: &mut Self::Part, values: &[f64], shares: Shares<'_>) {
        self.statistic.gather(&mut part.0, values, shares);
        Coverage.gather(&mut part.1, values, shares);
    }

    fn fold(&self, cell: &mut Self::Cell, part: &Self::Part, overlap: f64, of_source: f64) {
        self.statistic
            .fold(&mut cell.0, &part.0, overlap, of_source);
        Coverage.fold(&mut cell.1, &part.1, overlap, of_source);
    }

    fn value(&self, cell: &mut Self::Cell) -> f64 {
        if cell.1.share() >= self.coverage {
            self.statistic.value(&mut cell.0)
        } else {
            f64::NAN
        }
    }

    fn heap_bytes(&self, cell: &Self::Cell) -> usize {
        self.statistic.heap_bytes(&cell.0)
    }
}

/// Standard deviation of the values weighted by overlap: `√(Σ o·(v − average)² / Σ o)`, by West's weighted update
/// (D. H. D. West, 1979) along a row and Chan's merge (Chan, Golub, LeVeque, 1979) across rows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deviation;

/// Weight, mean and weighted squares about the mean.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moments {
    weight: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn merge(&mut self, other: Self) {
        let weight = self.weight + other.weight;
        if other.weight > 0.0 {
            let apart = other.mean - self.mean;
            self.squares += other.squares + apart * apart * (self.weight * other.weight / weight);
            self.mean += apart * (other.weight / weight);
            self.weight = weight;
        }
    }
}

impl Statistic for Deviation {
    type Part = Moments;
    type Cell = Moments;

    fn gather(&self, part: &mut Moments, values: &[f64], shares: Shares<'_>) {
        for (value, overlap) in values.iter().zip(shares.overlaps) {
            if !value.is_nan() {
                part.merge(Moments {
                    weight: *overlap,
                    mean: *value,
                    squares: 0.0,
                });
            }
        }
    }

    fn fold(&self, cell: &mut Moments, part: &Moments, overlap: f64, _of_source: f64) {
        cell.merge(Moments {
            weight: part.weight * overlap,
            squares: part.squares * overlap,
            mean: part.mean,
        });
    }

    fn value(&self, cell: &mut Moments) -> f64 {
        if cell.weight > 0.0 {
            libm::sqrt((cell.squares / cell.weight).max(0.0))
        } else {
            f64::NAN
        }
    }
}

/// The class with the largest overlap; of several the smallest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mode;

impl Statistic for Mode {
    const HOLDS_VALUES: bool = true;
    type Part = Vec<(f64, f64)>;
    type Cell = Vec<(f64, f64)>;

    fn gather(&self, part: &mut Vec<(f64, f64)>, values: &[f64], shares: Shares<'_>) {
        for (value, overlap) in values.iter().zip(shares.overlaps) {
            if !value.is_nan() {
                add_weight(part, *value, *overlap);
            }
        }
    }

    fn fold(
        &self,
        cell: &mut Vec<(f64, f64)>,
        part: &Vec<(f64, f64)>,
        overlap: f64,
        _of_source: f64,
    ) {
        for (class, weight) in part {
            add_weight(cell, *class, weight * overlap);
        }
    }

    fn value(&self, cell: &mut Vec<(f64, f64)>) -> f64 {
        let mut best: Option<(f64, f64)> = None;
        for (class, weight) in &*cell {
            let better = best.is_none_or(|(chosen, most)| {
                *weight > most || (*weight == most && *class < chosen)
            });
            if better {
                best = Some((*class, *weight));
            }
        }
        best.map_or(f64::NAN, |(class, _)| class)
    }

    fn heap_bytes(&self, cell: &Vec<(f64, f64)>) -> usize {
        cell.capacity() * 16
    }
}

/// Classes stay sorted, so that an entry is found in logarithmic time however many there are.
fn add_weight(classes: &mut Vec<(f64, f64)>, class: f64, weight: f64) {
    // −0 and 0 are one class.
    let class = class + 0.0;
    match classes.binary_search_by(|(known, _)| known.total_cmp(&class)) {
        Ok(at) => classes[at].1 += weight,
        Err(at) => classes.insert(at, (class, weight)),
    }
}

/// The value below which a share of the overlap lies: the least value at which the cumulated overlap passes `share`, and the mean of two
/// neighbours where it meets it exactly. With equal overlaps and share ½ that is the ordinary median.
#[derive(Debug, Clone, Copy)]
pub struct Quantile {
    /// 0 to 1; the median is 0.5.
    pub share: f64,
}

impl Statistic for Quantile {
    const HOLDS_VALUES: bool = true;
    type Part = Vec<(f64, f64)>;
    type Cell = Vec<(f64, f64)>;

    fn gather(&self, part: &mut Vec<(f64, f64)>, values: &[f64], shares: Shares<'_>) {
        part.extend(
            values
                .iter()
                .zip(shares.overlaps)
                .filter(|(value, _)| !value.is_nan())
                .map(|(value, overlap)| (*value, *overlap)),
        );
    }

    fn fold(
        &self,
        cell: &mut Vec<(f64, f64)>,
        part: &Vec<(f64, f64)>,
        overlap: f64,
        _of_source: f64,
    ) {
        cell.extend(
            part.iter()
                .map(|(value, weight)| (*value, weight * overlap)),
        );
    }

    fn value(&self, cell: &mut Vec<(f64, f64)>) -> f64 {
        // Stable, so that weights of equal values are summed in the order of the grid.
        cell.sort_by(|left, right| left.0.total_cmp(&right.0));
        let total: f64 = cell.iter().map(|(_, weight)| weight).sum();
        let wanted = total * self.share;
        // Weights of one ten-billionth of the total are rounding.
        let near = total * 1e-10;
        let mut passed = 0.0;
        for (at, (value, weight)) in cell.iter().enumerate() {
            passed += weight;
            if passed > wanted + near {
                return *value;
            }
            if passed >= wanted - near {
                return cell
                    .get(at + 1)
                    .map_or(*value, |(next, _)| f64::midpoint(*value, *next));
            }
        }
        cell.last().map_or(f64::NAN, |(value, _)| *value)
    }

    fn heap_bytes(&self, cell: &Vec<(f64, f64)>) -> usize {
        cell.capacity() * 16
    }
}
