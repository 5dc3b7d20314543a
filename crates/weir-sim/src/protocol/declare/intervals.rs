use super::policy::{FLUID, LETTERS};
use super::{Record, Visitor, field};
use crate::protocol::{FixedGrid, TreatAndExtend};

impl Record for FixedGrid {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let key = field("interval_weeks", "Weeks between injections").required();
        v.whole8(&key, 1, 52, &mut self.interval_weeks);
        if v.reads() {
            self.visit_interval_weeks = self.interval_weeks;
        }
        v.whole8(
            &field(
                "visit_interval_weeks",
                "Weeks between visits; divides interval_weeks",
            )
            .follows("interval_weeks"),
            1,
            52,
            &mut self.visit_interval_weeks,
        );
    }
}

impl Record for TreatAndExtend {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let weeks = |name, doc| field(name, doc).required();
        v.whole8(
            &weeks("start_weeks", "Interval after the last loading dose, weeks"),
            1,
            52,
            &mut self.start_weeks,
        );
        v.whole8(
            &weeks("min_weeks", "Shortest interval, weeks"),
            1,
            52,
            &mut self.min_weeks,
        );
        v.whole8(
            &weeks("max_weeks", "Longest interval, weeks"),
            1,
            52,
            &mut self.max_weeks,
        );
        let key = field("extend_weeks", "Added when the eye is dry, weeks");
        v.whole8(&key, 0, 26, &mut self.extend_weeks);
        let key = field("shorten_weeks", "Taken off when it is active, weeks");
        v.whole8(&key, 0, 26, &mut self.shorten_weeks);
        let key = field(
            "fluid_increase",
            "Measured fluid, 0 to 1, up from the last visit by more than this shortens",
        );
        v.number(&key.from("docs/model.md"), FLUID, &mut self.fluid_increase);
        let key = field(
            "letters_loss",
            "Letters down from the best of the last two visits by this, with fluid, shorten",
        );
        v.number(&key.from("docs/model.md"), LETTERS, &mut self.letters_loss);
        v.whole8(
            &field(
                "retry_failed_extension_after_visits",
                "An interval that failed is not tried again before this many further dry visits; 0 forgets at once",
            ),
            0,
            52,
            &mut self.retry_failed_extension_after_visits,
        );
    }
}
