use crate::biology::{larger, smaller};
use crate::protocol::Attendance;
use crate::random::{Normals, uniform, word_of};

/// What becomes of a planned visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attended {
    /// Whether the patient comes.
    pub comes: bool,
    /// Days later (or, negative, earlier) than planned.
    pub delay_days: i32,
    /// A long gap before the next visit, days; only after visits that take place.
    pub gap_days: Option<u32>,
}

/// A rule of attendance prepared for deciding with one random word a visit.
///
/// The word is a uniform; its range is divided among *comes, with a long gap afterwards*, *comes* and
/// *misses*, and where it falls inside its part is uniform again and gives the delay. 32 bits leave every
/// probability within 10⁻⁸ of the rule's.
#[derive(Debug, Clone, Copy)]
pub struct Attending {
    /// Upper ends of the three parts, and what stretches each to the unit interval.
    gap_below: f64,
    comes_below: f64,
    stretch: [f64; 3],
    gap_months: (f64, f64),
    /// Standard deviation of the delay, days.
    delay_sd_days: f64,
    normals: Normals,
}

impl Attending {
    /// Prepares a validated rule.
    pub fn new(rule: &Attendance) -> Self {
        let comes_below = rule.probability;
        let gap_below = comes_below * rule.long_gap_probability;
        // A part without width is never asked.
        let stretch = |from: f64, to: f64| if to > from { 1.0 / (to - from) } else { 0.0 };
        Self {
            gap_below,
            comes_below,
            stretch: [
                stretch(0.0, gap_below),
                stretch(gap_below, comes_below),
                stretch(comes_below, 1.0),
            ],
            gap_months: (rule.long_gap_min_months, rule.long_gap_max_months),
            delay_sd_days: 7.0 * rule.delay_sd_weeks,
            normals: Normals::new(),
        }
    }

    /// Decides; `gap_word` is asked for the length of a long gap, which is rare.
    #[inline(always)]
    pub fn attend(&self, word: u32, gap_word: impl FnOnce() -> u32) -> Attended {
        let u = uniform(word);
        let comes = u < self.comes_below;
        let mut gap_days = None;
        let u = if u < self.gap_below {
            let (shortest, longest) = self.gap_months;
            let months = shortest + (longest - shortest) * uniform(gap_word());
            gap_days = Some((months * crate::DAYS_PER_MONTH + 0.5) as u32);
            u * self.stretch[0]
        } else if comes {
            (u - self.gap_below) * self.stretch[1]
        } else {
            (u - self.comes_below) * self.stretch[2]
        };
        let delay_days = if self.delay_sd_days > 0.0 {
            // Beyond three standard deviations is somebody else's story.
            let z = smaller(larger(self.normals.of(word_of(u)), -3.0), 3.0);
            // At 3·2⁵¹ a double's last bits are its units, also of negative numbers: this rounds.
            (z * self.delay_sd_days + 6_755_399_441_055_744.0).to_bits() as i32
        } else {
            0
        };
        Attended {
            comes,
            delay_days,
            gap_days,
        }
    }
}
