//! Labels beside the plot: as near as possible to where they belong, never on top of each other.

/// A label's wanted centre and its height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wanted {
    pub(super) center: f64,
    pub(super) height: f64,
}

/// Centres for labels between `from` and `to`, in the order given, with the least sum of squared moves that keeps their order
/// (by wanted centre, then as given) and lets none overlap. `None` when they do not fit.
///
/// With the heights taken out, the labels must not fall: isotonic regression, solved by pooling adjacent violators
/// (Barlow et al. 1972); cutting its result to the limits keeps it the best.
pub(super) fn spread(labels: &[Wanted], from: f64, to: f64) -> Option<Vec<f64>> {
    let needed: f64 = labels.iter().map(|label| label.height).sum();
    if needed > to - from {
        return None;
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|a, b| labels[*a].center.total_cmp(&labels[*b].center));
    // Where each label's centre would be if all were packed from zero.
    let mut packed = vec![0.0; labels.len()];
    let mut foot = 0.0;
    for &i in &order {
        packed[i] = foot + labels[i].height / 2.0;
        foot += labels[i].height;
    }
    // Blocks of labels that touch: (sum of wanted shifts, count).
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for &i in &order {
        blocks.push((labels[i].center - packed[i], 1));
        while let [.., (below, m), (above, n)] = blocks[..] {
            if below / m as f64 <= above / n as f64 {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push((below + above, m + n));
        }
    }
    let mut centers = vec![0.0; labels.len()];
    let mut next = order.iter();
    for (sum, count) in blocks {
        let shift = (sum / count as f64).clamp(from, to - needed);
        for &i in next.by_ref().take(count) {
            centers[i] = packed[i] + shift;
        }
    }
    Some(centers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_that_do_not_touch_stay() {
        let labels = [10.0, 50.0, 30.0].map(|center| Wanted {
            center,
            height: 10.0,
        });
        assert_eq!(spread(&labels, 0.0, 100.0), Some(vec![10.0, 50.0, 30.0]));
    }

    #[test]
    fn two_on_one_place_part_evenly() {
        let labels = [Wanted {
            center: 50.0,
            height: 10.0,
        }; 2];
        assert_eq!(spread(&labels, 0.0, 100.0), Some(vec![45.0, 55.0]));
        assert_eq!(spread(&labels, 0.0, 19.0), None);
    }

    proptest! {
        #[test]
        fn never_overlapping_never_outside_never_out_of_order(
            wanted in prop::collection::vec((0.0..300.0_f64, 5.0..30.0_f64), 0..12)
        ) {
            let labels: Vec<Wanted> = wanted.iter().map(|&(center, height)| Wanted { center, height }).collect();
            let needed: f64 = labels.iter().map(|label| label.height).sum();
            match spread(&labels, 0.0, 300.0) {
                None => prop_assert!(needed > 300.0),
                Some(centers) => {
                    for (i, a) in labels.iter().enumerate() {
                        prop_assert!(centers[i] - a.height / 2.0 >= -1e-9 && centers[i] + a.height / 2.0 <= 300.0 + 1e-9);
                        for (j, b) in labels.iter().enumerate().skip(i + 1) {
                            prop_assert!((centers[i] - centers[j]).abs() >= (a.height + b.height) / 2.0 - 1e-9);
                            if a.center < b.center {
                                prop_assert!(centers[i] < centers[j]);
                            }
                        }
                    }
                }
            }
        }
    }
}
