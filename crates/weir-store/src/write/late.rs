//! Whether late rows stay beside the files that they belong to.

/// Late files that a dataset has at most.
pub(crate) const MOST_LATE_FILES: usize = 8;

/// Late rows are folded in when they are more than one in so many of the rows that they lie among.
const SHARE: u64 = 4;

/// What to do with late rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Late {
    /// Merge all late rows into the files they belong to.
    Fold,
    /// Write the new ones as one file beside, together with the rows of so many of the newest late files.
    Beside {
        /// How many of the newest late files vanish into the new one.
        absorb: usize,
    },
}

/// Decides from counts: `late` rows of the late files, oldest first; `new` late rows; `among` rows of the base files that all these
/// lie among.
///
/// Files are absorbed as in a log-structured merge: a file is written again only with as many newer rows, so each late row is written
/// about log₂(writes / 8) times more. Folding costs at most `SHARE` times the late rows, so a dataset's writes stay within
/// (1 + `SHARE` + log) × the late rows beside the rows themselves.
pub(crate) fn decide(late: &[u64], new: u64, among: u64) -> Late {
    let total = late.iter().sum::<u64>().saturating_add(new);
    if total.saturating_mul(SHARE) > among {
        return Late::Fold;
    }
    if late.len() < MOST_LATE_FILES {
        return Late::Beside { absorb: 0 };
    }
    let needed = late.len() + 1 - MOST_LATE_FILES;
    let mut rows = new;
    let mut absorb = 0;
    for file in late.iter().rev() {
        if absorb >= needed && *file > rows {
            break;
        }
        rows = rows.saturating_add(*file);
        absorb += 1;
    }
    Late::Beside { absorb }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a hundred commits of `late` rows each beside `among` rows; returns rows written beside and the most files.
    fn simulate(late: u64, among: impl Fn(u64) -> u64) -> (u64, usize, u64) {
        let (mut files, mut written, mut most, mut folded): (Vec<u64>, u64, usize, u64) =
            (Vec::new(), 0, 0, 0);
        for commit in 1..=100 {
            match decide(&files, late, among(commit)) {
                Late::Fold => {
                    folded += among(commit);
                    files.clear();
                }
                Late::Beside { absorb } => {
                    let kept = files.len() - absorb;
                    let rows = late + files.drain(kept..).sum::<u64>();
                    written += rows;
                    files.push(rows);
                }
            }
            most = most.max(files.len());
        }
        (written, most, folded)
    }

    #[test]
    fn five_percent_of_late_rows_are_written_a_few_times_and_never_folded() {
        let (written, most, folded) = simulate(5_000, |commit| commit * 95_000 * 2);
        assert_eq!(folded, 0);
        assert!(most <= MOST_LATE_FILES, "{most}");
        assert!(written <= 500_000 * 7, "{written}");
    }

    #[test]
    fn many_late_rows_are_folded_in() {
        assert_eq!(decide(&[20], 10, 100), Late::Fold);
        assert_eq!(decide(&[15], 10, 100), Late::Beside { absorb: 0 });
        let (_, _, folded) = simulate(5_000, |_| 100_000);
        assert!(folded <= 100 * 5_000 * (SHARE + 1), "{folded}");
    }
}
