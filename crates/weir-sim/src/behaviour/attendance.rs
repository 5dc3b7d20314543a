use crate::protocol::Attendance;
use crate::random::{normal, uniform};

/// What becomes of a planned visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attended {
    /// Whether the patient comes.
    pub comes: bool,
    /// Days later (or, negative, earlier) than planned.
    pub delay_days: i32,
    /// A long gap before the next visit, days.
    pub gap_days: Option<u32>,
}

/// Decides with the four words of [`crate::random::Decision::Attendance`].
#[inline]
pub fn attend(rule: &Attendance, words: [u32; 4]) -> Attended {
    let delay_days = if rule.delay_sd_weeks > 0.0 {
        // Days, rounded half away from zero; beyond three standard deviations is somebody else's story.
        let weeks = (normal(words[1]) * rule.delay_sd_weeks)
            .clamp(-3.0 * rule.delay_sd_weeks, 3.0 * rule.delay_sd_weeks);
        (weeks * 7.0 + if weeks < 0.0 { -0.5 } else { 0.5 }) as i32
    } else {
        0
    };
    let gap_days = (rule.long_gap_probability > 0.0
        && uniform(words[2]) < rule.long_gap_probability)
        .then(|| {
            let months = rule.long_gap_min_months
                + (rule.long_gap_max_months - rule.long_gap_min_months) * uniform(words[3]);
            (months * crate::DAYS_PER_MONTH + 0.5) as u32
        });
    Attended {
        comes: uniform(words[0]) < rule.probability,
        delay_days,
        gap_days,
    }
}
