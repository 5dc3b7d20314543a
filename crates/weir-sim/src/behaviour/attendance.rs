use crate::biology::{larger, smaller};
use crate::protocol::Attendance;
use crate::random::{normal, uniform, word_of};

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

/// Decides with one random word; `gap_word` is asked for the length of a long gap, which is rare.
///
/// What decides one question is divided by the share of its answer and decides the next one: given
/// that `u < p`, `u/p` is uniform again. 32 bits leave every probability within 10⁻⁸ of the rule's.
#[inline(always)]
pub fn attend(rule: &Attendance, word: u32, gap_word: impl FnOnce() -> u32) -> Attended {
    let mut u = uniform(word);
    let comes = u < rule.probability;
    let mut gap_days = None;
    if comes {
        u /= rule.probability;
        if u < rule.long_gap_probability {
            u /= rule.long_gap_probability;
            let months = rule.long_gap_min_months
                + (rule.long_gap_max_months - rule.long_gap_min_months) * uniform(gap_word());
            gap_days = Some((months * crate::DAYS_PER_MONTH + 0.5) as u32);
        } else if rule.long_gap_probability > 0.0 {
            u = (u - rule.long_gap_probability) / (1.0 - rule.long_gap_probability);
        }
    } else {
        u = (u - rule.probability) / (1.0 - rule.probability);
    }
    let delay_days = if rule.delay_sd_weeks > 0.0 {
        // Days, rounded half away from zero; beyond three standard deviations is somebody else's story.
        let z = smaller(larger(normal(word_of(u)), -3.0), 3.0);
        let days = z * (7.0 * rule.delay_sd_weeks);
        (days + 0.5_f64.copysign(days)) as i32
    } else {
        0
    };
    Attended {
        comes,
        delay_days,
        gap_days,
    }
}
