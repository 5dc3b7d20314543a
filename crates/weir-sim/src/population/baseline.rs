use crate::protocol::BaselineLetters;
use crate::random::{normal, normal_cdf, normal_quantile, uniform};

/// Steps with which a density without closed quantile is tabulated.
const STEPS: usize = 2_000;

/// A prepared distribution of baseline letters: one word in, letters out, by inversion.
#[derive(Debug, Clone)]
pub struct BaselineSampler(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// `(share, letters)`, linear in between.
    Points(Vec<(f64, f64)>),
    Truncated {
        mean: f64,
        sd: f64,
        below: f64,
        inside: f64,
        min: f64,
        max: f64,
    },
    Clamped {
        mean: f64,
        sd: f64,
    },
}

impl BaselineSampler {
    /// Prepares a validated distribution.
    pub fn new(distribution: &BaselineLetters) -> Self {
        Self(match distribution {
            BaselineLetters::Piecewise { points } => Kind::Points(points.clone()),
            &BaselineLetters::Uniform { min, max } => Kind::Points(vec![(0.0, min), (1.0, max)]),
            &BaselineLetters::Normal { mean, sd } => Kind::Clamped { mean, sd },
            &BaselineLetters::TruncatedNormal { mean, sd, min, max } => {
                if sd <= 0.0 {
                    let letters = mean.clamp(min, max);
                    return Self(Kind::Points(vec![(0.0, letters), (1.0, letters)]));
                }
                let below = normal_cdf((min - mean) / sd);
                let inside = normal_cdf((max - mean) / sd) - below;
                Kind::Truncated {
                    mean,
                    sd,
                    below,
                    inside,
                    min,
                    max,
                }
            }
            &BaselineLetters::BetaWithThreshold {
                alpha,
                beta,
                min,
                max,
                threshold,
                reduction,
            } => Kind::Points(beta_points(alpha, beta, min, max, threshold, reduction)),
        })
    }

    /// Letters in 0–100 (not rounded) from one random word.
    pub fn letters(&self, word: u32) -> f64 {
        match &self.0 {
            Kind::Points(points) => between(points, uniform(word)),
            &Kind::Truncated {
                mean,
                sd,
                below,
                inside,
                min,
                max,
            } => (mean + sd * normal_quantile(below + inside * uniform(word))).clamp(min, max),
            &Kind::Clamped { mean, sd } => mean + sd * normal(word),
        }
        .clamp(0.0, 100.0)
    }
}

fn between(points: &[(f64, f64)], share: f64) -> f64 {
    let right = points
        .partition_point(|&(at, _)| at <= share)
        .clamp(1, points.len() - 1);
    let ((s0, l0), (s1, l1)) = (points[right - 1], points[right]);
    if s1 > s0 {
        l0 + (l1 - l0) * ((share - s0) / (s1 - s0)).clamp(0.0, 1.0)
    } else {
        l1
    }
}

/// Cumulates the density `x^(α−1)·(1−x)^(β−1)`, thinned above the threshold, by midpoints.
fn beta_points(
    alpha: f64,
    beta: f64,
    min: f64,
    max: f64,
    threshold: f64,
    reduction: f64,
) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(STEPS + 1);
    let mut sum = 0.0;
    points.push((0.0, min));
    for step in 0..STEPS {
        let x = (step as f64 + 0.5) / STEPS as f64;
        let letters = min + (max - min) * x;
        let kept = if letters > threshold {
            1.0 - reduction
        } else {
            1.0
        };
        sum += kept * libm::pow(x, alpha - 1.0) * libm::pow(1.0 - x, beta - 1.0);
        points.push((sum, min + (max - min) * (step + 1) as f64 / STEPS as f64));
    }
    for point in &mut points {
        point.0 /= sum;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(distribution: &BaselineLetters) -> Vec<f64> {
        let sampler = BaselineSampler::new(distribution);
        (0..100_000u32)
            .map(|i| sampler.letters(i * 42_949 + 17))
            .collect()
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn truncation_redraws_and_does_not_pile_up() {
        let values = sample(&BaselineLetters::TruncatedNormal {
            mean: 55.0,
            sd: 13.0,
            min: 25.0,
            max: 73.0,
        });
        assert!(values.iter().all(|v| (25.0..=73.0).contains(v)));
        let at_limit = values.iter().filter(|v| **v > 72.99).count();
        assert!(at_limit < 100, "{at_limit} of 100,000 at the limit");
        // Mean of the truncated normal: mu + sd·(phi(a) − phi(b))/(Phi(b) − Phi(a)) = 53.20.
        assert!((mean(&values) - 53.20).abs() < 0.1, "{}", mean(&values));
    }

    #[test]
    fn beta_follows_its_mean_and_its_threshold() {
        let full = BaselineLetters::BetaWithThreshold {
            alpha: 3.5,
            beta: 2.0,
            min: 0.0,
            max: 100.0,
            threshold: 70.0,
            reduction: 0.0,
        };
        assert!((mean(&sample(&full)) - 100.0 * 3.5 / 5.5).abs() < 0.1);
        let BaselineLetters::BetaWithThreshold {
            alpha,
            beta,
            min,
            max,
            threshold,
            ..
        } = full
        else {
            unreachable!()
        };
        let thinned = BaselineLetters::BetaWithThreshold {
            alpha,
            beta,
            min,
            max,
            threshold,
            reduction: 1.0,
        };
        assert!(sample(&thinned).iter().all(|v| *v <= 70.1));
    }

    #[test]
    fn piecewise_hits_its_points() {
        let sampler = BaselineSampler::new(&BaselineLetters::Piecewise {
            points: vec![(0.0, 10.0), (0.5, 62.0), (1.0, 90.0)],
        });
        assert!((sampler.letters(u32::MAX / 2) - 62.0).abs() < 1e-6);
        assert!((sampler.letters(0) - 10.0).abs() < 1e-6);
        assert!((sampler.letters(u32::MAX) - 90.0).abs() < 1e-6);
    }
}
