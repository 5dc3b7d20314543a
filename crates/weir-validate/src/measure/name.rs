use serde::Serialize;

/// Of what kind a number is: it decides the study-to-study spread and the standard deviation that is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// ETDRS letters.
    Letters,
    /// Numbers of injections.
    Injections,
    /// Per cent of eyes.
    Percent,
    /// Numbers of visits.
    Visits,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
    /// logMAR.
    LogMar,
}

/// Weeks over which injections are counted, the last one not included: an injection at week 52 is the second year's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Window {
    /// From baseline to the row's week.
    Cumulative,
    /// The 52 weeks before it.
    Year,
    /// Named weeks.
    Weeks(u16, u16),
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Measured letters less baseline.
    Change,
    /// Share that gained at least so many letters.
    Gain(i32),
    /// Share that lost at least so many letters.
    Loss(i32),
    /// Share that lost fewer letters than so many.
    LossBelow(i32),
    /// Share that lost so many letters at this week and 16 weeks before.
    LossTwice(i32),
    /// Measured letters.
    Letters,
    /// Measured letters as logMAR, (85 − letters)/50.
    LogMar,
    /// Share with letters in `from ..= to`.
    LettersWithin(i32, i32),
    /// Share whose OCT is called dry.
    Dry,
    /// Injections in a window.
    Injections(Window),
    /// Injections per year in the extension after week 104.
    InjectionRate,
    /// Share with at most so many injections in a window.
    InjectionsAtMost(u32, Window),
    /// Attended visits since baseline, the first included.
    Visits,
    /// Share of visits at which the OCT is called wet.
    VisitsActive,
    /// Share on this interval: weeks.
    Interval(u16),
    /// Share on this interval or a longer one.
    IntervalFrom(u16),
    /// Share planned for this interval.
    IntervalIntended(u16),
    /// The interval that led to the last injection, weeks.
    LastInterval,
    /// Longest interval planned so far, weeks.
    LongestInterval,
    /// Share never treated more often than every so many weeks after loading.
    Maintained(u16),
    /// Change of letters of eyes whose longest interval is so many weeks.
    ChangeByLongest(u16),
    /// Share still followed.
    Followed,
    /// Share no longer followed.
    Left,
    /// Share dead.
    Dead,
    /// Share whose fellow eye has fallen ill.
    FellowEye,
    /// Share that stopped as planned and was not treated again in the year.
    Stopped,
    /// Share whose disease came back, by weeks since the last injection before the stop.
    Recurred,
    /// Time from that injection to the return, of those that returned by the week.
    TimeToRecurrence,
    /// Letters at the return less those at the stop.
    ChangeAtRecurrence,
    /// Letters twelve weeks after the return less those at the stop.
    ChangeAfterRetreatment,
}

/// A measure as named in a targets file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// What is measured.
    pub kind: Kind,
    /// A median instead of a mean.
    pub median: bool,
    /// What kind of number it is.
    pub quantity: Quantity,
}

/// Names that are understood, with N, A and B for whole numbers; what each one estimates.
pub const KNOWN: [(&str, &str); 46] = [
    (
        "va_change_mean",
        "mean of measured letters at the week less those at baseline",
    ),
    (
        "va_change_lsmean",
        "the same: the model's least-squares mean adjusts for nothing that differs between simulated arms",
    ),
    ("va_change_median", "its median"),
    ("va_mean", "mean of measured letters at the week"),
    ("va_median", "its median"),
    ("pct_gain_geN", "share that gained N or more letters"),
    ("pct_lose_geN", "share that lost N or more letters"),
    ("pct_lose_gtN", "share that lost more than N letters"),
    ("pct_lose_ltN", "share that lost fewer than N letters"),
    (
        "pct_sustained_loss_geN",
        "share that lost N or more letters at the week and 16 weeks before",
    ),
    ("pct_va_geN", "share with N or more letters"),
    ("pct_va_ltN", "share with fewer than N letters"),
    ("pct_va_A_B", "share with A to B letters"),
    ("pct_worse_than_20_200", "share with fewer than 35 letters"),
    ("logmar_mean", "mean of (85 − letters)/50"),
    ("logmar_median", "its median"),
    ("pct_dry_oct", "share whose OCT is called dry"),
    ("pct_dry", "the same"),
    ("pct_no_fluid", "the same"),
    (
        "injections_cumulative_mean",
        "mean number from baseline to before the week: in trials of everybody who started, else of those still followed",
    ),
    ("injections_cumulative_median", "its median"),
    (
        "injections_in_year",
        "mean number in the 52 weeks before the week",
    ),
    ("injections_in_year_median", "its median"),
    (
        "injections_weeks_A_B",
        "mean number from week A to before week B",
    ),
    (
        "injections_per_year_in_extension",
        "mean number a year from week 104 to the row's week",
    ),
    (
        "pct_leN_injections_wkA_B",
        "share with at most N injections from week A to before week B",
    ),
    ("visits_cumulative_mean", "mean number of attended visits"),
    ("visits_cumulative_median", "its median"),
    (
        "pct_visits_active",
        "mean share of visits at which the OCT is called wet",
    ),
    (
        "pct_interval_Nw",
        "share whose interval, rounded to four weeks where the study's steps are, is N weeks: the one planned before the last injection; in use for assigned and modified intervals",
    ),
    (
        "pct_interval_geNw",
        "share with that interval or a longer one",
    ),
    (
        "pct_interval_Nw_intended",
        "share whose next interval is planned to be N weeks",
    ),
    (
        "mean_last_interval",
        "mean of the interval planned before the last injection, weeks",
    ),
    (
        "mean_max_interval",
        "mean of the longest interval planned so far, weeks",
    ),
    (
        "pct_maintained_Nw",
        "share never planned for less than N weeks after loading",
    ),
    (
        "va_change_by_max_interval_Nw",
        "mean change of eyes whose longest planned interval is N weeks",
    ),
    (
        "pct_retained, pct_with_followup_data, pct_completed_Nw",
        "share still followed",
    ),
    (
        "pct_dropout, pct_noncompletion, pct_lost_to_followup",
        "share no longer followed",
    ),
    ("pct_dead_cumulative", "share dead"),
    (
        "pct_fellow_eye_nAMD",
        "share whose fellow eye has fallen ill",
    ),
    (
        "pct_stopped_never_restarted_in_year",
        "share that stopped as planned and was not treated again",
    ),
    (
        "pct_recurred_cumulative",
        "share wet again at a monitoring visit, by weeks since the last injection",
    ),
    (
        "mean_time_to_recurrence",
        "mean time from that injection to the wet visit, in months or weeks as the unit says",
    ),
    (
        "va_change_at_recurrence",
        "mean letters at the wet visit less those at the stop",
    ),
    ("va_change_after_retreatment", "the same twelve weeks later"),
    (
        "va_diff_A_minus_B",
        "difference of va_change_mean between the study's arms whose words match A and B",
    ),
];

impl Measure {
    /// The measure of this name; `unit` tells months from weeks.
    pub fn parse(name: &str, unit: &str) -> Option<Measure> {
        use Kind::*;
        let of = |kind, quantity| {
            Some(Measure {
                kind,
                median: false,
                quantity,
            })
        };
        let letters = |kind| of(kind, Quantity::Letters);
        let percent = |kind| of(kind, Quantity::Percent);
        let median = |measure: Option<Measure>| {
            measure.map(|measure| Measure {
                median: true,
                ..measure
            })
        };
        if let Some(rest) = name.strip_suffix("_median") {
            return match rest {
                "va_change" => median(letters(Change)),
                "va" => median(letters(Letters)),
                "logmar" => median(of(LogMar, Quantity::LogMar)),
                "visits_cumulative" => median(of(Visits, Quantity::Visits)),
                "injections_in_year" => median(of(Injections(Window::Year), Quantity::Injections)),
                "injections_cumulative" => {
                    median(of(Injections(Window::Cumulative), Quantity::Injections))
                }
                _ => None,
            };
        }
        let simple = match name {
            "va_change_mean" | "va_change_lsmean" | "va_change" => letters(Change),
            "va_mean" | "va" => letters(Letters),
            "logmar_mean" => of(LogMar, Quantity::LogMar),
            "pct_worse_than_20_200" => percent(LettersWithin(0, 34)),
            "pct_dry_oct" | "pct_dry" | "pct_no_fluid" => percent(Dry),
            "injections_cumulative_mean" | "injections_cumulative" | "injections_mean" => {
                of(Injections(Window::Cumulative), Quantity::Injections)
            }
            "injections_in_year" | "injections_in_year_mean" => {
                of(Injections(Window::Year), Quantity::Injections)
            }
            "injections_per_year_in_extension" => of(InjectionRate, Quantity::Injections),
            "visits_cumulative_mean" | "visits_cumulative" => of(Visits, Quantity::Visits),
            "pct_visits_active" => percent(VisitsActive),
            "mean_last_interval" | "mean_interval" => of(LastInterval, Quantity::Weeks),
            "mean_max_interval" => of(LongestInterval, Quantity::Weeks),
            "pct_retained" | "pct_with_followup_data" | "pct_completed" => percent(Followed),
            "pct_dropout" | "pct_noncompletion" | "pct_lost_to_followup" => percent(Left),
            "pct_dead_cumulative" | "pct_dead" => percent(Dead),
            "pct_fellow_eye_nAMD" | "pct_fellow_eye" => percent(FellowEye),
            "pct_stopped_never_restarted_in_year" => percent(Stopped),
            "pct_recurred_cumulative" | "pct_recurred" => percent(Recurred),
            "mean_time_to_recurrence" => of(
                TimeToRecurrence,
                if unit.starts_with("mo") {
                    Quantity::Months
                } else {
                    Quantity::Weeks
                },
            ),
            "va_change_at_recurrence" => letters(ChangeAtRecurrence),
            "va_change_after_retreatment" => letters(ChangeAfterRetreatment),
            _ => None,
        };
        simple.or_else(|| {
            let after = |prefix: &str| name.strip_prefix(prefix);
            let number = |text: &str| text.parse::<u16>().ok().filter(|number| *number <= 2_600);
            let weeks = |text: &str| text.strip_suffix('w').and_then(number);
            let pair = |text: &str| {
                text.split_once('_')
                    .and_then(|(a, b)| Some((number(a)?, number(b)?)))
                    .filter(|(a, b)| a < b)
            };
            if let Some(n) = after("pct_gain_ge").and_then(number) {
                return percent(Gain(n.into()));
            }
            if let Some(n) = after("pct_lose_ge").and_then(number) {
                return percent(Loss(n.into()));
            }
            if let Some(n) = after("pct_lose_gt").and_then(number) {
                return percent(Loss(i32::from(n) + 1));
            }
            if let Some(n) = after("pct_lose_lt").and_then(number) {
                return percent(LossBelow(n.into()));
            }
            if let Some(n) = after("pct_sustained_loss_ge").and_then(number) {
                return percent(LossTwice(n.into()));
            }
            if let Some(n) = after("pct_va_ge").and_then(number) {
                return percent(LettersWithin(n.into(), 100));
            }
            if let Some(n) = after("pct_va_lt").and_then(number) {
                return percent(LettersWithin(0, i32::from(n) - 1));
            }
            if let Some((a, b)) = after("pct_va_").and_then(pair) {
                return percent(LettersWithin(a.into(), b.into()));
            }
            if let Some((a, b)) = after("injections_weeks_").and_then(pair) {
                return of(Injections(Window::Weeks(a, b)), Quantity::Injections);
            }
            if let Some((n, rest)) =
                after("pct_le").and_then(|rest| rest.split_once("_injections_wk"))
            {
                let (a, b) = pair(rest)?;
                return percent(InjectionsAtMost(number(n)?.into(), Window::Weeks(a, b)));
            }
            if let Some(n) = after("pct_interval_")
                .and_then(|rest| rest.strip_suffix("_intended"))
                .and_then(weeks)
            {
                return percent(IntervalIntended(n));
            }
            if let Some(n) = after("pct_interval_ge").and_then(weeks) {
                return percent(IntervalFrom(n));
            }
            if let Some(n) = after("pct_interval_").and_then(weeks) {
                return percent(Interval(n));
            }
            if let Some(n) = after("pct_maintained_").and_then(weeks) {
                return percent(Maintained(n));
            }
            if let Some(n) = after("va_change_by_max_interval_").and_then(weeks) {
                return letters(ChangeByLongest(n));
            }
            after("pct_completed_")
                .and_then(weeks)
                .and_then(|_| percent(Followed))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_their_numbers() {
        let kind = |name| Measure::parse(name, "").map(|measure| measure.kind);
        assert_eq!(kind("pct_gain_ge10"), Some(Kind::Gain(10)));
        assert_eq!(kind("pct_lose_gt30"), Some(Kind::Loss(31)));
        assert_eq!(kind("pct_va_54_69"), Some(Kind::LettersWithin(54, 69)));
        assert_eq!(
            kind("injections_weeks_52_96"),
            Some(Kind::Injections(Window::Weeks(52, 96)))
        );
        assert_eq!(
            kind("pct_le3_injections_wk52_96"),
            Some(Kind::InjectionsAtMost(3, Window::Weeks(52, 96)))
        );
        assert_eq!(kind("pct_interval_ge12w"), Some(Kind::IntervalFrom(12)));
        assert_eq!(
            kind("pct_interval_16w_intended"),
            Some(Kind::IntervalIntended(16))
        );
        assert_eq!(kind("crt_change_mean"), None);
        assert_eq!(kind("pct_gain_ge"), None);
        assert!(
            Measure::parse("injections_in_year_median", "").is_some_and(|measure| measure.median)
        );
    }
}
