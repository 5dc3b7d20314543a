use super::words::{after, any, figures, intervals, plain, unit, whole};
use super::{Regimen, Rule, Stage};

/// A regimen whose words name no rule that can be simulated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the regimen {0:?} names no rule that is understood; word it as in docs/validation.md, such as \"3 monthly then fixed q8w\""
)]
pub struct NotUnderstood(pub String);

/// Words that mark routine care.
const ROUTINE: [&str; 14] = [
    "routine",
    "real-world",
    "real world",
    "nhs",
    "registry",
    "frb",
    "fight retinal",
    "luminous",
    "moorfields",
    "western eye",
    "vestrum",
    "audit",
    "clinical practice",
    "medicare",
];
/// Words after which an interval is one of visits, not of injections.
const LOOKS: [&str; 6] = [
    "monitor",
    "review",
    "visit",
    "follow-up",
    "assess",
    "evaluat",
];

impl Regimen {
    /// Reads a regimen as published; `arm` and `study` tell what its own words leave open, such as the interval of
    /// an arm called 2q8.
    ///
    /// # Errors
    /// [`NotUnderstood`] where no rule is named.
    pub fn parse(regimen: &str, arm: &str, study: &str) -> Result<Regimen, NotUnderstood> {
        let not_understood = || NotUnderstood(regimen.to_owned());
        if regimen.chars().count() > 500 {
            return Err(not_understood());
        }
        let text = plain(regimen);
        let arm_text = plain(arm);
        let everywhere = format!("{text} {arm_text} {}", plain(study));
        let mut found = Reading::default();
        let from_stop = text.trim_start().starts_with("stop");
        if from_stop {
            found.stopping(&text, &arm_text);
        } else if any(&text, &["activity", "q8/q12/q16", "8/12/16", "personali"]) {
            found.loading = found
                .loading
                .or(doses(&text).map(|(doses, _)| doses))
                .or(Some(4));
            found.push(0, Rule::Assigned);
            if let Some(at) = text.rfind("t&e") {
                let week = after(&text[..at], &["to wk", "until wk", "through wk", "wk"], 1.0)
                    .unwrap_or(60.0);
                let week = after(&text[..at], &["to wk"], 1.0).unwrap_or(week.max(52.0));
                found.push(
                    week as u16,
                    Rule::Extend {
                        start: 0,
                        step: 4,
                        min: 8,
                        max: 16,
                    },
                );
            }
        } else {
            for segment in segments(&text) {
                found.segment(&segment, &arm_text);
            }
            if found.stages.is_empty() {
                // An arm may be called by its rhythm alone.
                found.segment(&arm_text, &arm_text);
            }
        }
        if found.stages.is_empty() && found.loading.is_some_and(|doses| doses > 6) {
            // "12 monthly" and nothing after it.
            found.push(0, Rule::Fixed { weeks: 4 });
        }
        let routine = any(&everywhere, &ROUTINE);
        if found.stages.is_empty() && routine {
            found
                .assumed
                .push("routine care is treat-and-extend, 4 to 12 weeks in steps of 2".into());
            found.push(
                0,
                Rule::Extend {
                    start: 4,
                    step: 2,
                    min: 4,
                    max: 12,
                },
            );
        }
        found
            .finish(&text, from_stop, routine)
            .ok_or_else(not_understood)
    }
}

/// Stretches of a regimen that follow each other in time.
fn segments(text: &str) -> Vec<String> {
    text.replace(" then ", ";")
        .replace(" thence ", ";")
        .replace(" after which ", ";")
        .split([';', ','])
        .map(|part| format!(" {} ", part.trim()))
        .filter(|part| !part.trim().is_empty())
        .collect()
}

/// "3 monthly", "3 loading", "3 initial monthly doses", "loading x3": how many, and the text without it.
fn doses(segment: &str) -> Option<(u8, String)> {
    if any(segment, &["no loading", "without loading"]) {
        let rest = segment
            .replace("no loading", "")
            .replace("without loading", "");
        return Some((1, rest));
    }
    for figure in figures(segment) {
        if figure.value.fract() != 0.0 || !(1.0..=12.0).contains(&figure.value) {
            continue;
        }
        let before = &segment[..figure.from];
        if before.ends_with(['q', '-', '.', '/']) || before.trim_end().ends_with("cycles of") {
            continue;
        }
        let tail = &segment[figure.to..];
        let rest = tail.trim_start_matches([' ', '-', 'x']);
        let words = [
            "monthly",
            "loading",
            "initial",
            "mandatory",
            "inject",
            "doses",
            "q4w",
            "consecutive",
            "upload",
        ];
        let word = words.iter().find(|word| rest.starts_with(**word));
        let loads =
            before.trim_end().ends_with("loading") || before.trim_end().ends_with("loading x");
        if word.is_none() && !loads {
            continue;
        }
        let mut left = rest;
        loop {
            let trimmed = left.trim_start();
            let Some(word) = words
                .iter()
                .chain(&["ions", "ion", "dose", "phase", "of"])
                .find(|word| trimmed.starts_with(**word))
            else {
                break;
            };
            left = &trimmed[word.len()..];
        }
        let head = before
            .trim_end()
            .trim_end_matches("after")
            .trim_end_matches("loading");
        return Some((figure.value as u8, format!("{head} {left}")));
    }
    None
}

#[derive(Default)]
struct Reading {
    loading: Option<u8>,
    stages: Vec<Stage>,
    /// Where the stage after the last one begins.
    next_from: u16,
    stop_after: Option<u8>,
    monitor_weeks: Option<u8>,
    run_in_weeks: u16,
    first_after_loading: Option<f64>,
    assumed: Vec<String>,
}

impl Reading {
    fn push(&mut self, from_week: u16, rule: Rule) {
        self.stages.push(Stage { from_week, rule });
    }

    /// Studies of eyes whose treatment stops: treat-and-extend until then.
    fn stopping(&mut self, text: &str, arm: &str) {
        let longest = intervals(arm)
            .first()
            .or(intervals(text).first())
            .map_or(12, |&(weeks, _)| weeks);
        self.stop_after = Some(
            figures(arm)
                .first()
                .map_or(3, |figure| figure.value.clamp(1.0, 6.0) as u8),
        );
        self.monitor_weeks = Some(if any(text, &["3-4 monthly", "3-4 mo"]) {
            14
        } else {
            4
        });
        self.assumed.push(format!("before the stop: treat-and-extend to {longest} weeks in steps of 2, three loading doses"));
        self.push(
            0,
            Rule::Extend {
                start: 4,
                step: 2,
                min: 4,
                max: longest,
            },
        );
    }

    fn segment(&mut self, segment: &str, arm: &str) {
        if segment.contains("stop after") || segment.trim_start().starts_with("stop") {
            self.stop_after = Some(
                after(segment, &["stop after"], 1.0)
                    .map_or(3, |visits| visits.clamp(1.0, 6.0) as u8),
            );
            return;
        }
        if matches!(
            self.stages.last(),
            Some(Stage {
                rule: Rule::Modification { .. },
                ..
            })
        ) {
            // What follows describes the modification.
            return;
        }
        let mut segment = segment.to_owned();
        let timed = any(&segment, &[" yr"]) && unit_of_first(&segment) == Some(52.0);
        if !timed && let Some((doses, rest)) = doses(&segment) {
            self.loading.get_or_insert(doses);
            segment = format!(" {} ", rest.trim());
        }
        segment = segment.replace("monthly", "q4w");
        let from = self.begins(&segment);
        let rule = self.rule(&segment, arm);
        let Some(rule) = rule else {
            self.detail(&segment);
            return;
        };
        if any(&segment, &["yr 2+", "(yr 2", "pre-treated", "pretreated"]) {
            self.run_in_weeks = 52;
        }
        let from = if self.run_in_weeks > 0 {
            0
        } else {
            from.unwrap_or(self.next_from)
        };
        if let Some(end) = ends(&segment) {
            self.next_from = end;
        }
        // Two names of one rule, such as "sham" and "untreated".
        if self
            .stages
            .last()
            .is_some_and(|last| last.from_week >= from)
            && from > 0
        {
            return;
        }
        if self.stages.is_empty() || from > 0 {
            let from = if self.stages.is_empty() { 0 } else { from };
            self.push(from, rule);
        }
    }

    /// The week that a stretch says it begins at.
    fn begins(&self, segment: &str) -> Option<u16> {
        let week = after(
            segment,
            &["from wk", "after wk", "starting at wk", "from mo"],
            1.0,
        )
        .or_else(|| {
            segment
                .contains("wk ")
                .then(|| range_start(segment))
                .flatten()
        })
        .or_else(|| {
            any(
                segment,
                &[
                    " yr 2 ",
                    "second yr",
                    "after yr 1",
                    "after 1 yr",
                    "after first yr",
                ],
            )
            .then_some(52.0)
        })?;
        (week > 0.0 && week < 2_600.0).then_some(week as u16)
    }

    fn rule(&mut self, segment: &str, arm: &str) -> Option<Rule> {
        let every = intervals(segment);
        if any(
            segment,
            &[
                "sham",
                "untreated",
                "natural history",
                "no treatment",
                "observation only",
            ],
        ) {
            return Some(Rule::Untreated);
        }
        if segment.contains("drm") {
            let start = every.first().map_or(12, |&(weeks, _)| weeks);
            return Some(Rule::Modification { start });
        }
        if any(segment, &["t&e", "extend"]) {
            return Some(self.extend(segment, arm));
        }
        if segment.contains("prn") {
            let capped = any(segment, &["capped", ">=", "at least q"]);
            let looks = any(segment, &LOOKS);
            let visits = every
                .first()
                .filter(|_| looks && !capped)
                .map_or(4, |&(weeks, _)| weeks.min(52));
            return Some(Rule::Prn {
                visits,
                cap: capped.then(|| every.first().map_or(12, |&(weeks, _)| weeks)),
                cycle: after(segment, &["cycles of", "cycle of"], 1.0)
                    .map_or(1, |doses| doses.clamp(1.0, 6.0) as u8),
            });
        }
        let looks_only = any(segment, &LOOKS) && !any(segment, &["fixed", "inject", "dosing"]);
        if let Some(&(weeks, _)) = every.first().filter(|_| !looks_only) {
            return Some(Rule::Fixed { weeks });
        }
        if any(segment, &["fixed", "continuous", "continued"]) {
            // The interval stands in the arm's name.
            let arm = arm.replace("monthly", "q4w");
            let weeks = intervals_in_name(&arm).unwrap_or(4);
            return Some(Rule::Fixed { weeks });
        }
        None
    }

    fn extend(&mut self, segment: &str, arm: &str) -> Rule {
        let range = range_weeks(segment);
        let step = step(segment).or_else(|| step(arm)).unwrap_or(2);
        let min = after(segment, &[">=", "min ", "minimum "], 1.0)
            .and_then(whole)
            .or(range.map(|(low, _)| low));
        let max = after(
            segment,
            &[" to ", "max ", "maximum ", "up to ", "max. "],
            1.0,
        )
        .and_then(whole)
        .or(range.map(|(_, high)| high));
        let max = max.unwrap_or(if min.is_some_and(|min| min >= 8) {
            16
        } else {
            12
        });
        let min = min.unwrap_or(4).min(max);
        if range.is_none() {
            self.assumed
                .push(format!("treat-and-extend between {min} and {max} weeks"));
        }
        let start = match self.stages.last() {
            Some(Stage {
                rule: Rule::Fixed { weeks },
                ..
            }) => (*weeks).clamp(min, max),
            Some(_) => 0,
            None => min,
        };
        Rule::Extend {
            start,
            step,
            min,
            max,
        }
    }

    /// A stretch without a rule of its own says more about the one before it.
    fn detail(&mut self, segment: &str) {
        let every = intervals(segment);
        let wanted = range_weeks(segment);
        let stepped = step(segment);
        if self.stages.is_empty() {
            // "3 monthly, wk 16, then T&E": the dose after loading.
            self.first_after_loading = after(segment, &["wk"], 1.0).or(self.first_after_loading);
            return;
        }
        let Some(last) = self.stages.last_mut() else {
            return;
        };
        match &mut last.rule {
            Rule::Prn { visits, .. } if any(segment, &LOOKS) => {
                if let Some(&(weeks, _)) = every.first() {
                    *visits = weeks.min(52);
                }
            }
            Rule::Extend {
                start,
                step,
                min,
                max,
            } => {
                if let Some((low, high)) = wanted {
                    if *start == *min {
                        *start = low;
                    }
                    (*min, *max) = (low, high);
                }
                *step = stepped.unwrap_or(*step);
                *max = after(segment, &["max ", "maximum ", "up to "], 1.0)
                    .and_then(whole)
                    .unwrap_or(*max);
                *min = (*min).min(*max);
            }
            _ => {}
        }
    }

    fn finish(mut self, text: &str, from_stop: bool, routine: bool) -> Option<Regimen> {
        let first = self.stages.first()?.rule;
        let loading = match (self.loading, first) {
            (_, Rule::Untreated) => 0,
            (Some(doses), _) => doses,
            (None, Rule::Fixed { weeks: 4..=5 }) => 1,
            (None, _) => {
                self.assumed.push("three monthly loading doses".into());
                3
            }
        };
        if let (
            Some(week),
            Some(Stage {
                rule: Rule::Extend {
                    start, min, max, ..
                },
                ..
            }),
        ) = (self.first_after_loading, self.stages.first_mut())
        {
            let last_dose = 4.0 * f64::from(loading.saturating_sub(1));
            if week > last_dose {
                *start = ((week - last_dose) as u8).clamp(*min, *max);
            }
        }
        if self.stages.len() > 6 || text.is_empty() {
            return None;
        }
        Some(Regimen {
            loading,
            stages: self.stages,
            stop_after: self.stop_after,
            from_stop,
            monitor_weeks: self.monitor_weeks.unwrap_or(12),
            run_in_weeks: self.run_in_weeks,
            routine,
            assumed: self.assumed,
        })
    }
}

fn unit_of_first(segment: &str) -> Option<f64> {
    figures(segment)
        .first()
        .and_then(|figure| unit(&segment[figure.to..]))
}

/// The week that a stretch says it ends at: "to wk 40", "yr 1", "2 yr q4w", "for 6 mo".
fn ends(segment: &str) -> Option<u16> {
    let explicit = after(
        segment,
        &[
            "to wk",
            "until wk",
            "through wk",
            "up to wk",
            "till wk",
            "to mo",
            "until mo",
            "for ",
        ],
        1.0,
    );
    let explicit = explicit.or_else(|| after(segment, &["until yr", "to yr"], 52.0));
    let by_year = || any(segment, &["yr 1", "first yr", "1st yr"]).then_some(52.0);
    let leading = || {
        let figure = figures(segment).into_iter().next()?;
        let long = unit(&segment[figure.to..]).filter(|weeks| *weeks > 1.0)?;
        (segment[..figure.from].trim().is_empty()).then_some(figure.value * long)
    };
    let week = explicit.or_else(by_year).or_else(leading)?;
    (week > 0.0 && week < 2_600.0).then_some(week as u16)
}

/// "wk 52-96": 52.
fn range_start(segment: &str) -> Option<f64> {
    let figures = figures(segment);
    figures.windows(2).find_map(|pair| {
        let between = &segment[pair[0].to..pair[1].from];
        let before = segment[..pair[0].from].trim_end();
        (between == "-" && before.ends_with("wk")).then_some(pair[0].value)
    })
}

/// "4-12w", "1-3 mo", "8 to 16 wk": shortest and longest interval.
fn range_weeks(segment: &str) -> Option<(u8, u8)> {
    let figures = figures(segment);
    figures.windows(2).find_map(|pair| {
        let between = &segment[pair[0].to..pair[1].from];
        let before = segment[..pair[0].from].trim_end();
        let joined = ["-", " - ", "w-", "w to ", " to ", " wk to ", "-q"].contains(&between);
        if !joined || before.ends_with(['/', '>', '=']) || before.ends_with("wk") {
            return None;
        }
        let weeks = unit(&segment[pair[1].to..])?;
        let (low, high) = (whole(pair[0].value * weeks)?, whole(pair[1].value * weeks)?);
        (low < high && weeks < 52.0).then_some((low, high))
    })
}

/// "+/-2w", "2-wk steps", "1-mo steps", "by 2 wk", "2-wk adjustment".
fn step(text: &str) -> Option<u8> {
    for figure in figures(text) {
        let before = text[..figure.from].trim_end();
        let after = &text[figure.to..];
        let weeks = unit(after);
        let stepped = any(after, &["step", "adjust", "increment", "interval change"])
            && (after.starts_with('-') || after.starts_with(" wk") || after.starts_with("w"));
        if before.ends_with("+/-")
            || before.ends_with('+')
            || before.ends_with(" by")
            || before.ends_with("steps of")
            || before.ends_with("increments of")
            || stepped
        {
            return whole(figure.value * weeks.unwrap_or(1.0)).filter(|weeks| *weeks <= 8);
        }
    }
    None
}

/// The rhythm in an arm's name: "Rq4", "2q8", "q12".
fn intervals_in_name(arm: &str) -> Option<u8> {
    figures(arm).into_iter().find_map(|figure| {
        let named = arm[..figure.from].ends_with('q');
        whole(figure.value).filter(|_| named)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(regimen: &str, arm: &str) -> Regimen {
        Regimen::parse(regimen, arm, "A study").unwrap_or_else(|error| panic!("{error}"))
    }

    fn rules(regimen: &str, arm: &str) -> (u8, Vec<(u16, Rule)>) {
        let read = read(regimen, arm);
        (
            read.loading,
            read.stages
                .iter()
                .map(|stage| (stage.from_week, stage.rule))
                .collect(),
        )
    }

    fn extend(start: u8, step: u8, min: u8, max: u8) -> Rule {
        Rule::Extend {
            start,
            step,
            min,
            max,
        }
    }

    fn prn(visits: u8, cap: Option<u8>, cycle: u8) -> Rule {
        Rule::Prn { visits, cap, cycle }
    }

    #[test]
    fn regimens_of_the_shipped_targets() {
        let fixed = |weeks| Rule::Fixed { weeks };
        let cases = [
            (
                "sham monthly (untreated natural history)",
                "sham",
                0,
                vec![(0, Rule::Untreated)],
            ),
            ("fixed q4w", "0.3 mg", 1, vec![(0, fixed(4))]),
            (
                "3 monthly then fixed q12w",
                "0.5 mg",
                3,
                vec![(0, fixed(12))],
            ),
            (
                "PRN, monthly monitoring, no loading",
                "x",
                1,
                vec![(0, prn(4, None, 1))],
            ),
            (
                "PRN in cycles of 3 after 3 loading, monthly review",
                "x",
                3,
                vec![(0, prn(4, None, 3))],
            ),
            (
                "year 1 fixed; weeks 52-96 capped PRN (>= q12w)",
                "Rq4",
                1,
                vec![(0, fixed(4)), (52, prn(4, Some(12), 1))],
            ),
            (
                "year 1 fixed; weeks 52-96 capped PRN (>= q12w)",
                "2q8",
                3,
                vec![(0, fixed(8)), (52, prn(4, Some(12), 1))],
            ),
            ("T&E 4-12w, +/-2w", "T&E", 3, vec![(0, extend(4, 2, 4, 12))]),
            (
                "3 monthly, wk 16, then T&E 8-16w, +/-4w",
                "4-week adjustment",
                3,
                vec![(0, extend(8, 4, 8, 16))],
            ),
            (
                "T&E >=8w (year 2+)",
                "T&E",
                3,
                vec![(0, extend(8, 2, 8, 16))],
            ),
            (
                "4 monthly, activity check wk 20/24 -> q8/q12/q16 fixed to wk 60, then T&E",
                "faricimab",
                4,
                vec![(0, Rule::Assigned), (60, extend(0, 4, 8, 16))],
            ),
            (
                "3 monthly then q12w with DRM (shorten from wk 16; extend from wk 52)",
                "8q12",
                3,
                vec![(0, Rule::Modification { start: 12 })],
            ),
            (
                "2 y monthly, then investigator discretion (visits q3-6 mo)",
                "x",
                1,
                vec![(0, fixed(4)), (104, prn(12, None, 1))],
            ),
            (
                "3 loading, q8w to wk 40, then T&E +/-2w to 12 (16)w; stop after 3 stable q12w",
                "x",
                3,
                vec![(0, fixed(8)), (40, extend(8, 2, 4, 12))],
            ),
            (
                "routine care, mostly T&E (85% of visits injected)",
                "x",
                3,
                vec![(0, extend(4, 2, 4, 12))],
            ),
            (
                "2q8 yr 1 then PRN",
                "x",
                3,
                vec![(0, fixed(8)), (52, prn(4, None, 1))],
            ),
            (
                "3 loading, T&E 1-mo steps, 1-3 mo",
                "T&E",
                3,
                vec![(0, extend(4, 4, 4, 12))],
            ),
            (
                "T&E to 12w; stop after 3 stable q12w",
                "all",
                3,
                vec![(0, extend(4, 2, 4, 12))],
            ),
        ];
        for (regimen, arm, loading, stages) in cases {
            assert_eq!(rules(regimen, arm), (loading, stages), "{regimen}");
        }
        assert_eq!(read("fixed q8w (year 2+)", "q8").run_in_weeks, 52);
        assert_eq!(
            read("T&E to 12w; stop after 3 stable q12w", "all").stop_after,
            Some(3)
        );
        assert!(
            read(
                "stop + monitor at 4,6,8,10,12 mo after last injection",
                "stop after dry at 3 x q12w"
            )
            .from_stop
        );
    }

    #[test]
    fn other_words_for_the_same() {
        let fixed = |weeks| Rule::Fixed { weeks };
        let cases = [
            ("Monthly", 1, vec![(0, fixed(4))]),
            ("ranibizumab every 4 weeks", 1, vec![(0, fixed(4))]),
            (
                "three monthly loading doses, then every 8 weeks",
                3,
                vec![(0, fixed(8))],
            ),
            (
                "3 initial monthly injections followed by quarterly",
                3,
                vec![(0, fixed(12))],
            ),
            (
                "3 monthly then PRN, monthly monitoring",
                3,
                vec![(0, prn(4, None, 1))],
            ),
            (
                "pro re nata with monthly visits after 3 loading",
                3,
                vec![(0, prn(4, None, 1))],
            ),
            (
                "treat-and-extend, 4–12 weeks, 2-week steps",
                3,
                vec![(0, extend(4, 2, 4, 12))],
            ),
            (
                "3 monthly then T&E 4-16w +/-4w",
                3,
                vec![(0, extend(4, 4, 4, 16))],
            ),
            (
                "fixed q8w to week 52, then PRN",
                3,
                vec![(0, fixed(8)), (52, prn(4, None, 1))],
            ),
            ("12 monthly then PRN", 12, vec![(0, prn(4, None, 1))]),
            ("untreated", 0, vec![(0, Rule::Untreated)]),
        ];
        for (regimen, loading, stages) in cases {
            assert_eq!(rules(regimen, "an arm"), (loading, stages), "{regimen}");
        }
    }

    #[test]
    fn nothing_is_made_of_other_words() {
        for regimen in [
            "",
            "implant refilled",
            "port delivery",
            "\u{0}\u{202e}",
            &"q".repeat(600),
        ] {
            assert!(
                Regimen::parse(regimen, "an arm", "a study").is_err(),
                "{regimen}"
            );
        }
    }
}
