use super::Constants;
use crate::random::Normals;

/// The eye's Wiener path, keyed by calendar and not by visits.
///
/// One normal gives the path's increment over each month; a stop inside a month divides it by a
/// Brownian bridge. Increments over disjoint intervals are therefore independent normals with
/// variance equal to their length, whatever the stops are, and two protocols with different visit
/// days still follow the same path: pairs of patients stay paired.
#[derive(Debug, Clone, Copy)]
pub struct Wiener {
    day: u32,
    end: u32,
    /// Increment from `day` to `end`, square roots of days.
    left: f64,
    normals: Normals,
}

impl Wiener {
    /// A path that starts at `day` and has nowhere to go until [`Wiener::month`] is called.
    pub fn at(day: u32) -> Self {
        Self {
            day,
            end: day,
            left: 0.0,
            normals: Normals::new(),
        }
    }

    /// Opens the stretch up to `end`, at most a month, with its random word. What was left of the last is over.
    #[inline]
    pub fn month(&mut self, end: u32, word: u32, constants: &Constants) {
        self.end = end;
        self.left = self.normals.of(word) * constants.sqrt_days(end - self.day);
    }

    /// The increment over what is left of the open stretch.
    #[inline(always)]
    pub fn finish(&mut self) -> f64 {
        self.day = self.end;
        std::mem::take(&mut self.left)
    }

    /// The increment up to `day`, which is inside the open stretch; `word` divides it.
    #[inline(always)]
    pub fn advance(&mut self, day: u32, word: u32) -> f64 {
        if day >= self.end {
            return self.finish();
        }
        let (here, whole) = (f64::from(day - self.day), f64::from(self.end - self.day));
        let share = here / whole;
        let increment = self.left * share + self.normals.of(word) * (here * (1.0 - share)).sqrt();
        self.day = day;
        self.left -= increment;
        increment
    }
}
