//! Planned days become days on which the clinic is open.

use crate::protocol::{Tolerance, VisitRules, Weekday};

/// Days in a year, for ages, hazards and calendars.
pub const DAYS_PER_YEAR: f64 = 365.25;
/// Days in a month, everywhere.
pub const DAYS_PER_MONTH: f64 = DAYS_PER_YEAR / 12.0;

/// Last day of the m-th month of follow-up: `m · 365.25/12`, rounded. 0 is the baseline.
pub fn month_end(month: u32) -> u32 {
    (f64::from(month) * DAYS_PER_MONTH).round() as u32
}

/// Whole weeks of up to 2³¹ days. A multiplication and a shift: the compiler's division is right for
/// twice as many days and takes four times as long.
#[inline(always)]
pub(crate) const fn whole_weeks(days: u32) -> u32 {
    debug_assert!(days < 1 << 31);
    // 2³⁵/7 rounded up: 3/7·2⁻³⁵ too much per day.
    ((days as u64 * 4_908_534_053) >> 35) as u32
}

/// Days over whole weeks.
#[inline(always)]
const fn day_of_week(day: u32) -> usize {
    (day - 7 * whole_weeks(day)) as usize
}

/// Which days of the run are open.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    /// Days until the next open one by day of the week, 0 = the weekday of the run's day 0.
    until_open: [u8; 7],
    tolerance: Tolerance,
}

impl Calendar {
    /// The calendar of validated rules (weekdays are always open).
    pub fn new(rules: &VisitRules) -> Self {
        let first = match rules.first_weekday {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        let open = |day: usize| match (first + day) % 7 {
            5 => rules.saturday,
            6 => rules.sunday,
            _ => true,
        };
        let until_open = |day: usize| {
            (0..7)
                .find(|wait| open(day + wait))
                .map_or(0, |days| days as u8)
        };
        Self {
            until_open: std::array::from_fn(until_open),
            tolerance: rules.tolerance,
        }
    }

    /// Whether the clinic is open on a day of the run.
    #[inline]
    pub fn is_open(&self, day: u32) -> bool {
        self.until_open[day_of_week(day)] == 0
    }

    /// `day` or the next open one.
    #[inline]
    pub fn open_from(&self, day: u32) -> u32 {
        day + u32::from(self.until_open[day_of_week(day)])
    }

    /// The open day nearest to `planned`, the earlier one of two, inside the window that the tolerance
    /// allows for a visit `planned − previous` days after the previous one. `shift` turns days of
    /// follow-up into days of the run.
    #[inline]
    pub fn visit_day(&self, previous: u32, planned: u32, loading: bool, shift: u32) -> u32 {
        if self.is_open(planned + shift) {
            return planned;
        }
        let (low, high) = match self.tolerance {
            Tolerance::None => (previous + 1, planned + 7),
            Tolerance::Standard => {
                let (low, high) = window(planned.saturating_sub(previous), loading);
                (previous + low, previous + high)
            }
        };
        (1..7)
            .flat_map(|distance| [planned.checked_sub(distance), planned.checked_add(distance)])
            .flatten()
            .find(|&day| day > previous && (low..=high).contains(&day) && self.is_open(day + shift))
            .unwrap_or_else(|| self.open_from(planned + shift) - shift)
    }
}

/// Days from the previous visit that a visit planned after `interval` days may fall on.
fn window(interval: u32, loading: bool) -> (u32, u32) {
    match (loading, interval.div_ceil(7)) {
        (true, 4 | 5) => (28, 35),
        (_, 8 | 9) => (56, 63),
        (_, 11..=13) => (77, 91),
        (_, 15..=17) => (105, 119),
        _ => (interval.saturating_sub(7).max(1), interval + 7),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(saturday: bool, tolerance: Tolerance) -> VisitRules {
        VisitRules {
            saturday,
            sunday: false,
            first_weekday: Weekday::Monday,
            tolerance,
            letters_sd: 4.3,
            fluid_sd: 0.08,
            fluid_called_above: 0.22,
        }
    }

    #[test]
    fn weeks_are_those_of_a_division() {
        for days in (0..100_000)
            .chain((0..1 << 31).step_by(999_983))
            .chain([(1 << 31) - 1])
        {
            assert_eq!(whole_weeks(days), days / 7);
            assert_eq!(day_of_week(days), (days % 7) as usize);
        }
    }

    #[test]
    fn weekends_move_to_the_nearest_open_day() {
        let calendar = Calendar::new(&rules(false, Tolerance::None));
        assert_eq!(
            calendar.visit_day(0, 12, false, 0),
            11,
            "Saturday to Friday"
        );
        assert_eq!(calendar.visit_day(0, 13, false, 0), 14, "Sunday to Monday");
        assert_eq!(calendar.visit_day(0, 14, false, 0), 14, "Monday stays");
        assert_eq!(
            calendar.open_from(5),
            7,
            "a Saturday arrival is seen on Monday and not lost"
        );
        let calendar = Calendar::new(&rules(true, Tolerance::None));
        assert_eq!(calendar.visit_day(0, 12, false, 0), 12);
        assert_eq!(
            calendar.visit_day(0, 13, false, 0),
            12,
            "Sunday to the open Saturday"
        );
    }

    #[test]
    fn windows_decide_the_direction() {
        let calendar = Calendar::new(&rules(false, Tolerance::Standard));
        // Day 61 is a Saturday; 56 days before, on day 5, the window opens on day 61 itself.
        assert_eq!(
            calendar.visit_day(5, 61, false, 0),
            63,
            "56–63 days: Friday would be day 55"
        );
        assert_eq!(
            calendar.visit_day(5, 33, true, 0),
            35,
            "loading: not before 28 days"
        );
        assert_eq!(calendar.visit_day(5, 33, false, 0), 32, "± 7 otherwise");
    }

    #[test]
    fn every_interval_lands_on_an_open_day_after_the_last_visit() {
        for tolerance in [Tolerance::None, Tolerance::Standard] {
            let calendar = Calendar::new(&rules(false, tolerance));
            for previous in 0..7 {
                for interval in 7..200 {
                    let day = calendar.visit_day(previous, previous + interval, false, 3);
                    assert!(
                        day > previous && calendar.is_open(day + 3),
                        "{previous}+{interval}: {day}"
                    );
                }
            }
        }
    }
}
