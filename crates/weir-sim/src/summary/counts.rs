use super::{Cube, Distribution, Period};

/// Exact counts of a run or a part of it.
///
/// About 45 KiB per year of follow-up. Adding is exact and in any order the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    months: u32,
    years: u32,
    /// First cell of each cube: of the monthly ones in the first month.
    offsets: [usize; Cube::ALL.len()],
    /// All monthly cubes month by month, so that what the engine counts at a month's end lies together; then
    /// the other cubes one by one.
    cells: Vec<u64>,
}

/// Cells of one month in all monthly cubes.
const MONTH_CELLS: usize = month_offset(Cube::ALL.len());

/// Cells of one month in the monthly cubes before the one of this number.
const fn month_offset(cube: usize) -> usize {
    let (mut before, mut cells) = (0, 0);
    while before < cube {
        if matches!(Cube::ALL[before].period(), Period::Month) {
            cells += Cube::ALL[before].groups().len() * Cube::ALL[before].values().1;
        }
        before += 1;
    }
    cells
}

/// One study eye at the end of a month of follow-up, as groups and values of the monthly cubes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EyeMonth {
    /// Group of the letters.
    pub on_treatment: bool,
    /// True letters.
    pub letters_true: u8,
    /// Last measured letters.
    pub letters_measured: u8,
    /// What is known also of those who have left.
    pub status: EyeStatus,
}

/// What is known of every patient in every month.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EyeStatus {
    /// Group of [`Cube::State`].
    pub state: u8,
    /// Group of [`Cube::Pattern`].
    pub pattern: u8,
    /// Last measured letters less baseline, plus 100.
    pub change_and_100: u8,
}

/// Cells of the letters of one group in one month.
const LETTERS: usize = Cube::LettersTrue.values().1;

/// Why counts could not be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountsError {
    /// The other run is longer or shorter.
    #[error("counts over {theirs} months cannot be added to counts over {ours} months")]
    OtherLength {
        /// Months here.
        ours: u32,
        /// Months there.
        theirs: u32,
    },
    /// A row names a cube, group, period or value that these counts do not have.
    #[error("no cell for cube {cube:?}, group {group:?}, period {period}, value {value}")]
    NoSuchCell {
        /// Cube.
        cube: String,
        /// Group.
        group: String,
        /// Period.
        period: i32,
        /// Value.
        value: i32,
    },
    /// A count is negative or the sum leaves 64 bits.
    #[error("the count {count} of cube {cube:?} is not possible")]
    Impossible {
        /// Cube.
        cube: String,
        /// The count.
        count: i64,
    },
}

impl Counts {
    /// Zero counts over `months` full months of follow-up.
    pub fn new(months: u32) -> Self {
        let years = months.div_ceil(12).max(1);
        let mut offsets = [0; Cube::ALL.len()];
        let mut end = MONTH_CELLS * (months as usize + 1);
        for cube in Cube::ALL {
            if cube.period() == Period::Month {
                offsets[cube as usize] = month_offset(cube as usize);
            } else {
                offsets[cube as usize] = end;
                end += cube.groups().len() * periods(cube, months, years) * cube.values().1;
            }
        }
        Self {
            months,
            years,
            offsets,
            cells: vec![0; end],
        }
    }

    /// Bytes that counts over so many months take.
    pub fn bytes(months: u32) -> u64 {
        let years = months.div_ceil(12).max(1);
        let cells: usize = Cube::ALL
            .iter()
            .map(|&cube| cube.groups().len() * periods(cube, months, years) * cube.values().1)
            .sum();
        8 * cells as u64
    }

    /// Full months of follow-up.
    pub fn months(&self) -> u32 {
        self.months
    }

    /// Years of follow-up, the last possibly not full.
    pub fn years(&self) -> u32 {
        self.years
    }

    /// Periods of a cube.
    pub fn periods(&self, cube: Cube) -> usize {
        periods(cube, self.months, self.years)
    }

    /// Adds `count` to one cell. Periods and values beyond the ends go to the last.
    #[inline(always)]
    pub fn add(&mut self, cube: Cube, group: usize, period: u32, value: i32, count: u64) {
        let index = self.index(cube, group, period, value);
        self.cells[index] += count;
    }

    /// Adds one eye to the cubes of the months 0 ..= `months`: [`Counts::add`] without its care for
    /// values beyond the ends. Letters are at most 100.
    #[inline(always)]
    pub(crate) fn add_month(&mut self, month: u32, eye: &EyeMonth) {
        let cells = self.month(month);
        let group = if eye.on_treatment { 0 } else { LETTERS };
        cells[const { month_offset(Cube::LettersTrue as usize) }
            + group
            + usize::from(eye.letters_true)] += 1;
        cells[const { month_offset(Cube::LettersMeasured as usize) }
            + group
            + usize::from(eye.letters_measured)] += 1;
        Self::add_to(cells, &eye.status);
    }

    /// The same for an eye of which only the last measurement is known any more.
    #[inline(always)]
    pub(crate) fn add_status(&mut self, month: u32, status: &EyeStatus) {
        Self::add_to(self.month(month), status);
    }

    #[inline(always)]
    fn add_to(cells: &mut [u64; MONTH_CELLS], status: &EyeStatus) {
        cells[const { month_offset(Cube::State as usize) } + usize::from(status.state)] += 1;
        cells[const { month_offset(Cube::Pattern as usize) } + usize::from(status.pattern)] += 1;
        cells[const { month_offset(Cube::LettersChange as usize) }
            + usize::from(status.change_and_100)] += 1;
    }

    #[inline(always)]
    fn month(&mut self, month: u32) -> &mut [u64; MONTH_CELLS] {
        debug_assert!(month <= self.months);
        self.cells[month as usize * MONTH_CELLS..]
            .first_chunk_mut()
            .expect("every month has its cells")
    }

    #[inline(always)]
    fn index(&self, cube: Cube, group: usize, period: u32, value: i32) -> usize {
        let (first, values) = cube.values();
        let periods = self.periods(cube);
        let value = ((value - first).max(0) as usize).min(values - 1);
        let period = (period as usize).min(periods - 1);
        self.offsets[cube as usize]
            + value
            + if cube.period() == Period::Month {
                period * MONTH_CELLS + group * values
            } else {
                (group * periods + period) * values
            }
    }

    /// One cell.
    pub fn get(&self, cube: Cube, group: usize, period: u32, value: i32) -> u64 {
        self.cells[self.index(cube, group, period, value)]
    }

    /// The distribution over values in one period, of one group or (`None`) of all groups.
    pub fn distribution(&self, cube: Cube, group: Option<usize>, period: u32) -> Distribution {
        let (first, values) = cube.values();
        let mut counts = vec![0; values];
        let groups = group.map_or(0..cube.groups().len(), |group| group..group + 1);
        for group in groups {
            let start = self.index(cube, group, period, first);
            for (sum, count) in counts.iter_mut().zip(&self.cells[start..start + values]) {
                *sum += count;
            }
        }
        Distribution::new(first, counts)
    }

    /// The distribution over values in all periods.
    pub fn over_all_periods(&self, cube: Cube, group: Option<usize>) -> Distribution {
        let mut sum = Distribution::new(cube.values().0, vec![0; cube.values().1]);
        for period in 0..self.periods(cube) {
            sum.add(&self.distribution(cube, group, period as u32));
        }
        sum
    }

    /// A total by the name of its group; 0 for an unknown one.
    pub fn total(&self, name: &str) -> u64 {
        Cube::Total
            .groups()
            .iter()
            .position(|group| *group == name)
            .map_or(0, |group| self.get(Cube::Total, group, 0, 0))
    }

    /// Adds another run's or part's counts.
    ///
    /// # Errors
    /// [`CountsError::OtherLength`] where the months differ; nothing is added then.
    pub fn merge(&mut self, other: &Counts) -> Result<(), CountsError> {
        if self.months != other.months {
            return Err(CountsError::OtherLength {
                ours: self.months,
                theirs: other.months,
            });
        }
        for (ours, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *ours += theirs;
        }
        Ok(())
    }

    /// Sets everything to zero.
    pub fn clear(&mut self) {
        self.cells.fill(0);
    }

    /// All cells that are not zero, in a fixed order: cube, group, period, value, count.
    pub fn rows(&self) -> impl Iterator<Item = (Cube, usize, u32, i32, u64)> + '_ {
        Cube::ALL.into_iter().flat_map(move |cube| {
            let (first, values) = cube.values();
            let periods = self.periods(cube);
            (0..cube.groups().len()).flat_map(move |group| {
                (0..periods as u32).flat_map(move |period| {
                    let start = self.index(cube, group, period, first);
                    let cells = self.cells[start..start + values].iter().enumerate();
                    cells
                        .filter(|(_, count)| **count > 0)
                        .map(move |(i, count)| (cube, group, period, first + i as i32, *count))
                })
            })
        })
    }

    /// Takes one row of [`Counts::rows`] back, by the names that files use.
    ///
    /// # Errors
    /// Names, periods and values that these counts do not have, and impossible counts.
    pub fn put(
        &mut self,
        cube: &str,
        group: &str,
        period: i32,
        value: i32,
        count: i64,
    ) -> Result<(), CountsError> {
        let no_such_cell = || CountsError::NoSuchCell {
            cube: cube.to_owned(),
            group: group.to_owned(),
            period,
            value,
        };
        let kind = Cube::ALL
            .into_iter()
            .find(|c| c.name() == cube)
            .ok_or_else(no_such_cell)?;
        let group = kind
            .groups()
            .iter()
            .position(|g| *g == group)
            .ok_or_else(no_such_cell)?;
        let (first, values) = kind.values();
        let inside = i64::from(value) - i64::from(first);
        if period < 0
            || period as usize >= self.periods(kind)
            || !(0..values as i64).contains(&inside)
        {
            return Err(no_such_cell());
        }
        let index = self.index(kind, group, period as u32, value);
        let impossible = || CountsError::Impossible {
            cube: cube.to_owned(),
            count,
        };
        let added = u64::try_from(count).map_err(|_| impossible())?;
        self.cells[index] = self.cells[index]
            .checked_add(added)
            .ok_or_else(impossible)?;
        Ok(())
    }
}

#[inline(always)]
fn periods(cube: Cube, months: u32, years: u32) -> usize {
    match cube.period() {
        Period::Month => months as usize + 1,
        Period::Year => years as usize,
        Period::Run => 1,
    }
}
