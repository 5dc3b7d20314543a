//! What public data do not identify.

use super::{Biology, Drug};

impl Biology {
    /// What public data do not identify, for the drugs of a protocol; to be shown wherever the
    /// parameters or results that rest on them are shown. In a fixed order, never empty.
    pub fn caveats(drugs: &[Drug]) -> Vec<&'static str> {
        let mut caveats = Vec::new();
        if drugs.contains(&Drug::Aflibercept8mg) {
            caveats.push(
                "durability_ratio.aflibercept_8mg: published trials cannot tell a longer-lasting \
                 drug from a trial that tolerated more fluid before retreating; 1.10 is fitted, \
                 pharmacokinetics suggest 1.23 to 1.27",
            );
        }
        if drugs.contains(&Drug::Faricimab) {
            caveats.push(
                "durability_ratio.faricimab: published trials cannot tell a longer-lasting drug \
                 from a trial that tolerated more fluid before retreating; 1.03 is the edge of the \
                 range searched",
            );
        }
        caveats.push(
            "structural_loss_letters_per_year: 0 is the edge of the range searched; trials of two \
             years or less do not pin it, and after year 5 it cannot be told from survivorship",
        );
        caveats.push(
            "filling_weeks and escape_steepness: public data do not separate the two; the \
             steepness is fixed and the filling time follows from it",
        );
        caveats.push(
            "durability_log_growth_per_year and drying_weeks: both lie at the edge of the range \
             searched",
        );
        caveats
    }
}
