use super::eye_course::{Exit, Span};
use super::model::Model;
use crate::biology::{FluidState, larger, smaller};
use crate::summary::{Counts, Cube, EyeMonth, EyeStatus};

/// Most years whose injections are counted one by one.
const YEARS_MAX: usize = 51;

/// Groups of [`Cube::State`] after the four fluid states.
const STATE_OFF: u8 = 4;
const STATE_LEFT: u8 = 5;
const STATE_DEAD: u8 = 6;
/// Groups of [`Cube::Pattern`].
const PATTERN_OFF: u8 = 9;
const PATTERN_LEFT: u8 = 10;
const PATTERN_DEAD: u8 = 11;

/// The monthly record of one study eye.
#[derive(Debug)]
pub(super) struct MonthBook {
    /// 100 less the letters at baseline.
    below_100: u8,
    last_measured: u8,
    next_month: u32,
    injections: [u8; YEARS_MAX],
    off_in_year: u64,
}

/// The eye at the end of a month.
pub(super) struct MonthEnd {
    pub on_treatment: bool,
    pub letters_true: u8,
    pub state: FluidState,
    pub pattern: u8,
}

/// Last days of the pattern groups 1, 2, …; beyond them all, the next one.
const PATTERN_DAYS: [u32; 6] = [35, 63, 111, 119, 180, 365];

/// The pattern group of an interval, by days to the previous visit.
#[inline(always)]
pub(super) fn pattern_of_interval(days: u32) -> u8 {
    let beyond = |&last: &u32| u8::from(days > last);
    1 + PATTERN_DAYS.iter().map(beyond).sum::<u8>()
}
/// Pattern of the loading phase.
pub(super) const PATTERN_INITIAL: u8 = 0;
/// Pattern of restarts.
pub(super) const PATTERN_RESTARTED: u8 = 8;

impl MonthBook {
    pub(super) fn new(letters: f64) -> Self {
        let baseline = round_letters(letters);
        Self {
            below_100: 100 - baseline,
            last_measured: baseline,
            next_month: 0,
            injections: [0; YEARS_MAX],
            off_in_year: 0,
        }
    }

    pub(super) fn measured(&mut self, letters: u8) {
        self.last_measured = letters;
    }

    pub(super) fn injected(&mut self, year: u32) {
        if let Some(count) = self.injections.get_mut(year as usize) {
            *count = count.saturating_add(1);
        }
    }

    /// Records the end of the next month.
    #[inline(always)]
    pub(super) fn record(&mut self, counts: &mut Counts, end: &MonthEnd) {
        let month = self.next_month;
        let (state, pattern) = if end.on_treatment {
            (end.state as u8, end.pattern)
        } else {
            self.off_in_year |= 1 << (month.saturating_sub(1) / 12).min(63);
            (STATE_OFF, PATTERN_OFF)
        };
        counts.add_month(
            month,
            &EyeMonth {
                on_treatment: end.on_treatment,
                letters_true: end.letters_true,
                letters_measured: self.last_measured,
                status: self.status(state, pattern),
            },
        );
        self.next_month += 1;
    }

    #[inline(always)]
    fn status(&self, state: u8, pattern: u8) -> EyeStatus {
        EyeStatus {
            state,
            pattern,
            change_and_100: self.last_measured + self.below_100,
        }
    }

    /// Fills the months after the last day, and the years' injections.
    pub(super) fn close(&mut self, model: &Model, span: &Span<'_>, counts: &mut Counts) {
        let observed_months = self.next_month.saturating_sub(1);
        for year in 0..observed_months / 12 {
            let group = usize::from(self.off_in_year & (1 << year.min(63)) != 0);
            let injections = self.injections[(year as usize).min(YEARS_MAX - 1)];
            counts.add(
                Cube::InjectionsInYear,
                group,
                year,
                i32::from(injections),
                1,
            );
        }
        let (state, pattern) = match span.exit {
            Exit::Death => (STATE_DEAD, PATTERN_DEAD),
            _ => (STATE_LEFT, PATTERN_LEFT),
        };
        let status = self.status(state, pattern);
        for month in self.next_month..=model.months {
            counts.add_status(month, &status);
        }
    }
}

/// Letters as they are written down: rounded, 0–100.
#[inline(always)]
pub(super) fn round_letters(letters: f64) -> u8 {
    round_whole(smaller(larger(letters, 0.0), 100.0))
}

/// A number in 0–255 rounded to a whole one. From 2⁵² on a double's last bits are its units: adding that
/// much rounds, without the care that a cast takes of numbers that do not fit.
#[inline(always)]
pub(super) fn round_whole(number: f64) -> u8 {
    debug_assert!((0.0..255.5).contains(&number));
    (number + 4_503_599_627_370_496.0).to_bits() as u8
}
