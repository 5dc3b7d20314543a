/// A visit as the estimators see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub day: i32,
    /// Measured letters, where letters were taken.
    pub letters: Option<u8>,
    /// Whether the OCT was called wet, where one was taken.
    pub wet: Option<bool>,
    pub injected: bool,
    /// Weeks to the next planned visit.
    pub planned_weeks: Option<u16>,
}

/// One simulated study eye; days since treatment began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'a> {
    pub visits: &'a [Seen],
    /// Day, letters and whether wet, at named weeks.
    pub exams: &'a [(i32, u8, bool)],
    /// The study's baseline.
    pub baseline_day: i32,
    /// The last day on which the patient is followed.
    pub followed_until: i32,
    pub dead_on: Option<i32>,
    pub fellow_ill_on: Option<i32>,
    /// The planned stop.
    pub stopped_on: Option<i32>,
    /// The last week of the arm's outcomes, from baseline.
    pub last_week: f64,
    pub estimand: crate::arm::Estimand,
    /// Examined at named weeks; else at visits only.
    pub examines: bool,
    /// Intervals are those between visits; else those between injections are measured.
    pub planned_intervals: bool,
    /// Interval in use instead of the one before the last injection.
    pub interval_in_use: bool,
    /// Weeks between monitoring visits after a stop.
    pub monitor_weeks: f64,
    /// Monthly loading doses.
    pub loading: u8,
}

/// A trial's examination may be missed by as much.
const GRACE_DAYS: i32 = 14;
/// Routine visits count for a week that is as near.
const NEAR_DAYS: i32 = 45;

impl Course<'_> {
    pub(crate) fn day(&self, week: f64) -> i32 {
        self.baseline_day + (7.0 * week).round() as i32
    }

    /// Whether the patient is still followed at the week.
    pub(crate) fn is_followed(&self, week: f64) -> bool {
        let grace = if self.examines { GRACE_DAYS } else { NEAR_DAYS };
        self.followed_until >= self.day(week) - grace
    }

    /// Whether the patient counts at the week under the estimand; carried forward, everybody does.
    pub(crate) fn counts(&self, week: f64) -> bool {
        match self.estimand {
            crate::arm::Estimand::Completers => self.is_followed(self.last_week),
            crate::arm::Estimand::Observed => self.is_followed(week),
            crate::arm::Estimand::Locf => true,
        }
    }

    /// Letters at the study's baseline.
    pub(crate) fn baseline_letters(&self) -> Option<f64> {
        if self.baseline_day == 0 {
            return self
                .visits
                .first()
                .and_then(|visit| visit.letters)
                .map(f64::from);
        }
        self.exam(self.baseline_day)
            .map(|(letters, _)| letters)
            .or_else(|| {
                self.last_seen(self.baseline_day)
                    .map(|(letters, _)| letters)
            })
    }

    fn exam(&self, day: i32) -> Option<(f64, bool)> {
        self.exams
            .iter()
            .find(|exam| exam.0 == day)
            .map(|exam| (f64::from(exam.1), exam.2))
    }

    fn last_seen(&self, day: i32) -> Option<(f64, bool)> {
        let until = day.min(self.followed_until);
        self.visits
            .iter()
            .rev()
            .filter(|visit| visit.day <= until)
            .find_map(|visit| Some((f64::from(visit.letters?), visit.wet?)))
    }

    /// Measured letters and whether wet at a week: the examination of those followed; at routine visits the
    /// nearest; else, carried forward, what was seen last.
    pub(crate) fn seen(&self, week: f64) -> Option<(f64, bool)> {
        if !self.counts(week) {
            return None;
        }
        let day = self.day(week);
        if self.is_followed(week) {
            if self.examines
                && let Some(exam) = self.exam(day)
            {
                return Some(exam);
            }
            let near = self
                .visits
                .iter()
                .filter(|visit| {
                    (visit.day - day).abs() <= NEAR_DAYS && visit.day > self.baseline_day
                })
                .filter_map(|visit| Some((visit.day, f64::from(visit.letters?), visit.wet?)))
                .min_by_key(|(at, ..)| (at - day).abs());
            if let Some((_, letters, wet)) = near {
                return Some((letters, wet));
            }
        }
        self.last_seen(day)
    }

    /// Injections from week `from` to before week `to`.
    pub(crate) fn injections(&self, from: f64, to: f64) -> u32 {
        let first = if from <= 0.0 {
            self.baseline_day
        } else {
            self.day(from) - 3
        };
        let before = self.day(to) - 3;
        let given = self
            .visits
            .iter()
            .filter(|visit| visit.injected && (first..before).contains(&visit.day));
        given.count() as u32
    }
}
