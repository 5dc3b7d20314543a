use weir_sim::protocol::BaselineLetters;
use weir_sim::random::normal_cdf;

/// Limits of baseline letters by study (the first that the study's name holds).
const LIMITS: [(&str, f64, f64); 13] = [
    ("VIEW", 25.0, 73.0),
    ("MARINA", 25.0, 73.0),
    ("ANCHOR", 25.0, 73.0),
    ("PIER", 25.0, 73.0),
    ("ALTAIR", 25.0, 73.0),
    ("ARIES", 25.0, 73.0),
    ("HARBOR", 25.0, 73.0),
    ("EXCITE", 25.0, 73.0),
    ("PULSAR", 24.0, 78.0),
    ("TENAYA", 24.0, 78.0),
    ("LUCERNE", 24.0, 78.0),
    ("CATT", 23.0, 82.0),
    ("IVAN", 25.0, 85.0),
];

/// Letters of those who entered: a truncated normal whose *truncated* mean and standard deviation are the
/// published ones as nearly as its limits allow, as these are what a paper prints of the patients it took.
pub(super) fn letters(study: &str, routine: bool, mean: f64, sd: f64) -> BaselineLetters {
    let upper = study.to_uppercase();
    let by_study = LIMITS
        .iter()
        .find(|(name, ..)| upper.contains(name))
        .map(|&(_, min, max)| (min, max));
    let (min, max) = by_study.unwrap_or(if routine { (5.0, 92.0) } else { (23.0, 80.0) });
    // Limits that hardly leave room for the published mean are not the study's.
    let (min, max) = if mean < min + 8.0 || mean > max - 8.0 {
        (
            (mean - 30.0).clamp(0.0, min),
            (mean + 20.0).clamp(max, 95.0),
        )
    } else {
        (min, max)
    };
    let (mean, sd) = untruncated(mean.clamp(min + 1.0, max - 1.0), sd, min, max);
    BaselineLetters::TruncatedNormal { mean, sd, min, max }
}

/// Mean and SD of the normal whose part within the limits has this mean and, as nearly as it can, this SD.
fn untruncated(mean: f64, sd: f64, min: f64, max: f64) -> (f64, f64) {
    let (mut low, mut high) = (1.0_f64, 60.0_f64);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        let mu = centre(mean, middle, min, max);
        if moments(mu, middle, min, max).1 < sd {
            low = middle;
        } else {
            high = middle;
        }
    }
    let sd = 0.5 * (low + high);
    (centre(mean, sd, min, max), sd)
}

/// The mean of the normal whose part within the limits has this mean.
fn centre(mean: f64, sd: f64, min: f64, max: f64) -> f64 {
    let (mut low, mut high) = (min - 6.0 * sd, max + 6.0 * sd);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if moments(middle, sd, min, max).0 < mean {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Mean and SD of a normal within its limits.
fn moments(mu: f64, sd: f64, min: f64, max: f64) -> (f64, f64) {
    let (a, b) = ((min - mu) / sd, (max - mu) / sd);
    let inside = normal_cdf(b) - normal_cdf(a);
    if inside < 1e-12 {
        let end = if mu < min { min } else { max };
        return (end, 0.0);
    }
    let density = |x: f64| libm::exp(-0.5 * x * x) / (2.0 * std::f64::consts::PI).sqrt();
    let shift = (density(a) - density(b)) / inside;
    let spread = (a * density(a) - b * density(b)) / inside;
    (
        mu + sd * shift,
        sd * (1.0 + spread - shift * shift).max(0.0).sqrt(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_entered_have_the_published_mean_and_sd() {
        for (study, mean, sd) in [
            ("VIEW 1", 55.7, 12.8),
            ("CATT", 60.1, 13.4),
            ("other", 61.0, 12.0),
        ] {
            let BaselineLetters::TruncatedNormal {
                mean: mu,
                sd: sigma,
                min,
                max,
            } = letters(study, false, mean, sd)
            else {
                panic!()
            };
            let (found, spread) = moments(mu, sigma, min, max);
            assert!((found - mean).abs() < 0.01, "{study} {found}");
            assert!((spread - sd).abs() < 0.5, "{study} {spread}");
        }
    }

    #[test]
    fn an_sd_wider_than_the_limits_keeps_the_mean() {
        let BaselineLetters::TruncatedNormal {
            mean: mu,
            sd,
            min,
            max,
        } = letters("MARINA", false, 53.6, 14.1)
        else {
            panic!()
        };
        assert!((moments(mu, sd, min, max).0 - 53.6).abs() < 0.05);
    }
}
