//! The defaults: UK routine care for people and clinics, the fitted set for biology.

use super::{
    Age, Attendance, BaselineLetters, Behaviour, Biology, DropOut, FellowEye, FollowUp, Futility,
    Haemorrhage, Loading, Mortality, ObserveAndStop, PersistentFluid, Population, Recruitment,
    Restart, Return, Tolerance, Transfer, TreatAndExtend, VisitRules, Weekday,
};

impl Default for Biology {
    /// The set fitted to 50 published outcomes in 14 trial arms. [`Biology::caveats`] names what
    /// those outcomes do not pin down.
    fn default() -> Self {
        Biology {
            durability_median_weeks: 11.4,
            durability_log_sd: 1.12,
            durability_log_growth_per_year: 0.35,
            durability_ratio: [1.0, 1.10, 0.61, 0.53, 1.03],
            escape_steepness: 0.178,
            filling_weeks: 7.1,
            drying_weeks: 1.0,
            persistent_fluid: PersistentFluid::default(),
            reversible_mean_letters: 12.0,
            reversible_slope: 0.05,
            reversible_sd_letters: 13.0,
            structural_loss_letters_per_year: 0.0,
            fluid_loss_per_year: 0.54,
            fluid_loss_depth_letters: 25.0,
            structural_sd_letters_per_sqrt_year: 7.2,
            remission_hazard_per_year: 0.15,
            remission_loss_per_year: 0.05,
            haemorrhage: None,
        }
    }
}

impl Default for PersistentFluid {
    fn default() -> Self {
        PersistentFluid {
            share: [0.27, 0.22, 0.35, 0.45, 0.25],
            level: 0.34,
        }
    }
}

impl Default for Haemorrhage {
    /// 0.01 a year when dry, 0.06 when highly active, 10–30 letters. Not in the fitted set.
    fn default() -> Self {
        Haemorrhage {
            hazard_dry_per_year: 0.01,
            hazard_active_per_year: 0.06,
            min_letters: 10.0,
            max_letters: 30.0,
        }
    }
}

impl Default for Population {
    /// UK routine care: everybody at day 0, followed from enrolment, study eye alone.
    fn default() -> Self {
        Population {
            age: Age::default(),
            female_share: 0.60,
            baseline_letters: BaselineLetters::default(),
            recruitment: Recruitment::AllAtStart,
            follow_up: FollowUp::FromEnrolment,
            fellow_eye: None,
        }
    }
}

impl Default for Age {
    fn default() -> Self {
        Age {
            mean_years: 79.2,
            sd_years: 8.5,
            min_years: 50.0,
            max_years: 98.0,
        }
    }
}

/// Share of eyes at or below, and letters: the UK routine baseline, with the kink that a
/// 70-letter treatment threshold makes.
const UK_ROUTINE_POINTS: [(f64, f64); 9] = [
    (0.0, 10.0),
    (0.05, 29.0),
    (0.10, 35.0),
    (0.25, 50.0),
    (0.50, 62.0),
    (0.75, 70.0),
    (0.90, 75.0),
    (0.95, 78.0),
    (1.0, 90.0),
];

impl Default for BaselineLetters {
    fn default() -> Self {
        BaselineLetters::Piecewise {
            points: UK_ROUTINE_POINTS.to_vec(),
        }
    }
}

impl Default for FellowEye {
    fn default() -> Self {
        FellowEye {
            hazard_first_two_years_per_year: 0.12,
            hazard_later_per_year: 0.08,
            starts_better_by_letters: 5.0,
        }
    }
}

impl Default for Loading {
    fn default() -> Self {
        Loading {
            doses: 3,
            interval_weeks: 4,
        }
    }
}

impl Default for TreatAndExtend {
    /// 8 to 16 weeks in steps of 2.
    fn default() -> Self {
        TreatAndExtend {
            start_weeks: 8,
            extend_weeks: 2,
            shorten_weeks: 2,
            min_weeks: 8,
            max_weeks: 16,
            fluid_increase: 0.12,
            letters_loss: 5.0,
            retry_failed_extension_after_visits: 2,
        }
    }
}

impl Default for ObserveAndStop {
    fn default() -> Self {
        ObserveAndStop {
            stable_visits: 3,
            monitor_interval_weeks: 12,
        }
    }
}

impl Default for Restart {
    fn default() -> Self {
        Restart {
            doses: 3,
            interval_weeks: 4,
            shorten_previous_by_weeks: 2,
        }
    }
}

impl Default for VisitRules {
    /// Routine care: weekends off, measured letters with an SD of 5.0.
    fn default() -> Self {
        VisitRules {
            saturday: false,
            sunday: false,
            first_weekday: Weekday::Monday,
            tolerance: Tolerance::Standard,
            letters_sd: 5.0,
            fluid_sd: 0.08,
            fluid_called_above: 0.22,
        }
    }
}

impl VisitRules {
    /// As in trials: [`VisitRules::default`] with trial refraction, an SD of 4.3 letters.
    pub fn trial() -> Self {
        VisitRules {
            letters_sd: 4.3,
            ..VisitRules::default()
        }
    }
}

impl Default for Behaviour {
    /// [`Behaviour::routine`].
    fn default() -> Self {
        Behaviour::routine()
    }
}

impl Behaviour {
    /// Routine care: 90 % attendance with delays and long gaps, drop-out with return, futility.
    pub fn routine() -> Self {
        Behaviour {
            attendance: Attendance::default(),
            drop_out: DropOut::default(),
            returning: Some(Return::default()),
            transfer: None,
            futility: Some(Futility::default()),
            mortality: Some(Mortality::default()),
        }
    }

    /// Trials: 95 % attendance on time, drop-out for good, a healthier population at first.
    pub fn trial() -> Self {
        Behaviour {
            attendance: Attendance {
                probability: 0.95,
                rebook_after_weeks: 0,
                delay_sd_weeks: 0.0,
                long_gap_probability: 0.0,
                ..Attendance::default()
            },
            drop_out: DropOut::default(),
            returning: None,
            transfer: None,
            futility: None,
            mortality: Some(Mortality {
                hazard_ratio_first_two_years: 0.42,
                hazard_ratio_later: 0.95,
            }),
        }
    }
}

impl Default for Attendance {
    fn default() -> Self {
        Attendance {
            probability: 0.90,
            rebook_after_weeks: 2,
            delay_sd_weeks: 1.5,
            long_gap_probability: 0.015,
            long_gap_min_months: 3.0,
            long_gap_max_months: 9.0,
        }
    }
}

impl Default for DropOut {
    fn default() -> Self {
        DropOut {
            hazards_per_year: vec![0.08, 0.12, 0.10],
            frailty_shape: 2,
        }
    }
}

impl Default for Return {
    fn default() -> Self {
        Return {
            share: 0.5,
            mean_months: 9.0,
        }
    }
}

impl Default for Transfer {
    fn default() -> Self {
        Transfer {
            hazard_per_year: 0.02,
        }
    }
}

impl Default for Futility {
    fn default() -> Self {
        Futility {
            below_letters: 15.0,
            visits: 2,
        }
    }
}

impl Default for Mortality {
    fn default() -> Self {
        Mortality {
            hazard_ratio_first_two_years: 0.95,
            hazard_ratio_later: 0.95,
        }
    }
}
