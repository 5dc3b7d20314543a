//! What can be used and is probably not meant.

use super::Check;
use crate::protocol::decode::Code;
use crate::protocol::{BaselineLetters, Policy, Protocol};

/// Longest interval that a trial of these drugs has tested, weeks.
const LONGEST_TESTED_WEEKS: u8 = 24;

pub(super) fn check(protocol: &Protocol, check: &mut Check<'_, '_>) {
    biology(protocol, check);
    let longest = match &protocol.treatment.policy {
        Policy::Fixed(grid) => Some(("interval_weeks", grid.interval_weeks)),
        Policy::TreatAndTreat { interval_weeks, .. } => Some(("interval_weeks", *interval_weeks)),
        Policy::TreatAndExtend(rule) => Some(("max_weeks", rule.max_weeks)),
        Policy::DoseRegimenModification { max_weeks, .. } => Some(("max_weeks", *max_weeks)),
        _ => None,
    };
    if let Some((key, weeks)) = longest
        && weeks > LONGEST_TESTED_WEEKS
    {
        check.mistake(
            Code::UnusualInterval,
            &format!("treatment.policy.{key}"),
            &[],
            format!("{weeks} weeks is longer than any trial has tested"),
            format!("check that {weeks} weeks is meant; trials go up to {LONGEST_TESTED_WEEKS}"),
        );
    }
    if let BaselineLetters::TruncatedNormal { mean, sd, min, max } =
        &protocol.population.baseline_letters
    {
        // With the mean inside its limits, less than half is left only when both limits are
        // within 0.67 standard deviations.
        if max - min < 1.2 * sd {
            check.mistake(
                Code::MostRemoved,
                "population.baseline_letters.sd_letters",
                &[],
                format!("the limits {min} to {max} keep less than half of {mean} ± {sd}"),
                "widen the limits, or use kind: uniform",
            );
        }
    }
    if protocol.visits.letters_sd == 0.0 {
        check.mistake(
            Code::NoNoise,
            "visits.letters_sd",
            &[],
            "letters are measured without error",
            "write 4.3 (trials) or 5.0 (routine)",
        );
    }
}

fn biology(protocol: &Protocol, check: &mut Check<'_, '_>) {
    let biology = &protocol.biology;
    // The ranges searched in the fit.
    for (key, value, low, high) in [
        (
            "durability_median_weeks",
            biology.durability_median_weeks,
            9.0,
            14.0,
        ),
        ("durability_log_sd", biology.durability_log_sd, 0.9, 1.3),
        (
            "durability_ratio.aflibercept_8mg",
            biology.durability_ratio[1],
            1.0,
            1.7,
        ),
        (
            "durability_ratio.ranibizumab",
            biology.durability_ratio[2],
            0.5,
            0.75,
        ),
        (
            "durability_ratio.bevacizumab",
            biology.durability_ratio[3],
            0.4,
            0.65,
        ),
        (
            "durability_ratio.faricimab",
            biology.durability_ratio[4],
            1.0,
            1.6,
        ),
        (
            "structural_sd_letters_per_sqrt_year",
            biology.structural_sd_letters_per_sqrt_year,
            6.0,
            8.0,
        ),
        (
            "structural_loss_letters_per_year",
            biology.structural_loss_letters_per_year,
            0.0,
            1.0,
        ),
    ] {
        if !(low..=high).contains(&value) {
            check.mistake(
                Code::UnusualBiology,
                &format!("biology.{key}"),
                &[],
                format!("{value} is outside the range ever searched, {low} to {high}"),
                "check the value; results outside the range rest on nothing published",
            );
        }
    }
}
