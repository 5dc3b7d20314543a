use super::{Bounds, Field, Named, OptionalOf, Record, Visitor, field};
use crate::protocol::{Biology, Drug, Haemorrhage, PersistentFluid};

const FIT: &str = "fitted, docs/model.md";
const WEAK: &str = "fitted, not identifiable from public data";

static NO_HAEMORRHAGE: Named = Named {
    name: "none",
    doc: "off, as in the fitted set",
};

impl Record for Biology {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let weeks = Bounds::within(0.1, 104.0);
        let rate = Bounds::within(0.0, 10.0);
        let letters = Bounds::within(0.0, 60.0);
        let key = field(
            "durability_median_weeks",
            "Median fluid-free time after aflibercept 2 mg (D2), weeks",
        );
        v.number(
            &key.from(FIT),
            Bounds::within(1.0, 104.0),
            &mut self.durability_median_weeks,
        );
        let key = field(
            "durability_log_sd",
            "SD of log durability between eyes (s_D)",
        );
        v.number(
            &key.from(FIT),
            Bounds::within(0.0, 3.0),
            &mut self.durability_log_sd,
        );
        let key = field(
            "durability_log_growth_per_year",
            "Growth of log durability per year in the first two years (g_D)",
        );
        v.number(
            &key.from("fitted, at the edge of the range searched"),
            Bounds::within(-2.0, 2.0),
            &mut self.durability_log_growth_per_year,
        );
        v.record(
            &field(
                "durability_ratio",
                "Durability relative to aflibercept 2 mg (f), by drug",
            ),
            &mut ByDrug {
                values: &mut self.durability_ratio,
                bounds: Bounds::within(0.05, 10.0),
                fields: &RATIO,
            },
        );
        let key = field(
            "escape_steepness",
            "Steepness of the return of fluid in log time (s)",
        );
        v.number(
            &key.from(WEAK),
            Bounds::within(0.01, 2.0),
            &mut self.escape_steepness,
        );
        let key = field("filling_weeks", "Time constant of filling (t_on), weeks");
        v.number(&key.from(WEAK), weeks, &mut self.filling_weeks);
        let key = field("drying_weeks", "Time constant of drying (t_off), weeks");
        v.number(
            &key.from("fitted, at the edge of the range searched"),
            weeks,
            &mut self.drying_weeks,
        );
        v.record(
            &field("persistent_fluid", "Fluid that treatment does not clear"),
            &mut self.persistent_fluid,
        );
        let key = field(
            "reversible_mean_letters",
            "Mean reversible deficit of an eye that starts at 57 letters (r0), letters",
        );
        v.number(
            &key.from(FIT),
            Bounds::within(-12.0, 45.0),
            &mut self.reversible_mean_letters,
        );
        let key = field(
            "reversible_slope",
            "Its slope on 57 − baseline letters (rho)",
        );
        v.number(
            &key.from(FIT),
            Bounds::within(-2.0, 2.0),
            &mut self.reversible_slope,
        );
        let key = field(
            "reversible_sd_letters",
            "Its SD between eyes (s_R), letters",
        );
        v.number(&key.from(FIT), letters, &mut self.reversible_sd_letters);
        let key = field(
            "structural_loss_letters_per_year",
            "Structural loss without fluid (a0), letters per year",
        );
        v.number(
            &key.from(WEAK),
            rate,
            &mut self.structural_loss_letters_per_year,
        );
        let key = field(
            "fluid_loss_per_year",
            "Structural loss with fluid (k_F), per year",
        );
        v.number(&key.from(FIT), rate, &mut self.fluid_loss_per_year);
        let key = field(
            "fluid_loss_depth_letters",
            "Depth of the floor of that loss below the start (d_F), letters",
        );
        v.number(
            &key.from(FIT),
            Bounds::within(0.0, 100.0),
            &mut self.fluid_loss_depth_letters,
        );
        let key = field(
            "structural_sd_letters_per_sqrt_year",
            "Diffusion of structure (s_P), letters per square root of a year",
        );
        v.number(
            &key.from(FIT),
            letters,
            &mut self.structural_sd_letters_per_sqrt_year,
        );
        let key = field(
            "remission_hazard_per_year",
            "Hazard of remission while dry on 16 weeks or more (from 105 days on, as a visit may be a week early), or dry off treatment (r_R), per year",
        );
        v.number(
            &key.from("15–20 % of eyes stable by year 2; Aslanis 2022"),
            rate,
            &mut self.remission_hazard_per_year,
        );
        let key = field(
            "remission_loss_per_year",
            "Hazard of losing remission, per year",
        );
        v.number(
            &key.from("docs/model.md"),
            rate,
            &mut self.remission_loss_per_year,
        );
        v.optional(
            &field("haemorrhage", "Sudden loss by haemorrhage or RPE tear"),
            &NO_HAEMORRHAGE,
            &mut OptionalOf {
                value: &mut self.haemorrhage,
                visit: |h, f, v| v.record(f, h),
            },
        );
    }
}

/// One number a drug, in the order of [`Drug::ALL`].
struct ByDrug<'a> {
    values: &'a mut [f64; Drug::ALL.len()],
    bounds: Bounds,
    fields: &'static [Field; Drug::ALL.len()],
}

impl Record for ByDrug<'_> {
    fn visit(&mut self, v: &mut dyn Visitor) {
        for (field, value) in self.fields.iter().zip(self.values.iter_mut()) {
            v.number(field, self.bounds, value);
        }
    }
}

static RATIO: [Field; Drug::ALL.len()] = [
    field(
        Drug::ALL[0].name(),
        "1 by definition unless durability_median_weeks is of another drug",
    ),
    field(Drug::ALL[1].name(), "Ratio of aflibercept 8 mg").from(WEAK),
    field(Drug::ALL[2].name(), "Ratio of ranibizumab").from(FIT),
    field(Drug::ALL[3].name(), "Ratio of bevacizumab").from("CATT and LUCAS injection counts"),
    field(Drug::ALL[4].name(), "Ratio of faricimab").from(WEAK),
];

static SHARE: [Field; Drug::ALL.len()] = [
    field(Drug::ALL[0].name(), "Share of eyes on aflibercept 2 mg").from(FIT),
    field(Drug::ALL[1].name(), "Share of eyes on aflibercept 8 mg").from(FIT),
    field(Drug::ALL[2].name(), "Share of eyes on ranibizumab").from(FIT),
    field(Drug::ALL[3].name(), "Share of eyes on bevacizumab").from(FIT),
    field(Drug::ALL[4].name(), "Share of eyes on faricimab").from(FIT),
];

impl Record for PersistentFluid {
    fn visit(&mut self, v: &mut dyn Visitor) {
        v.record(
            &field("share", "Share of eyes with persistent fluid, by drug"),
            &mut ByDrug {
                values: &mut self.share,
                bounds: Bounds::within(0.0, 1.0),
                fields: &SHARE,
            },
        );
        let key = field("level", "Its level on the scale 0 (dry) to 1 (untreated)").from(FIT);
        v.number(&key, Bounds::within(0.0, 1.0), &mut self.level);
    }
}

impl Record for Haemorrhage {
    fn visit(&mut self, v: &mut dyn Visitor) {
        let hazard = Bounds::within(0.0, 10.0);
        let letters = Bounds::within(0.0, 100.0);
        let key = field(
            "hazard_dry_per_year",
            "Hazard while fluid is at most 0.6, per year",
        );
        v.number(&key, hazard, &mut self.hazard_dry_per_year);
        let key = field(
            "hazard_active_per_year",
            "Hazard while fluid is above 0.6, per year",
        );
        v.number(&key, hazard, &mut self.hazard_active_per_year);
        v.number(
            &field("min_letters", "Smallest loss, letters"),
            letters,
            &mut self.min_letters,
        );
        v.number(
            &field("max_letters", "Largest loss, letters"),
            letters,
            &mut self.max_letters,
        );
    }
}
