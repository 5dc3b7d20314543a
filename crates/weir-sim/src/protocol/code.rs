//! The stable codes of mistakes.

use weir_yaml::Code as Given;

macro_rules! codes {
    ($($name:ident = $number:literal: $title:literal,)*) => {
        /// Stable code of a mistake or warning that only protocols have; documented in
        /// `docs/protocols.md`. Those that any file can have are [`weir_yaml::Code::GENERAL`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Every code of protocols alone, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            pub(super) const fn given(self) -> Given {
                match self { $(Code::$name => Given::new(concat!("W0", $number), $title),)* }
            }
        }
    };
}

codes! {
    ProtocolHasMistakes = 201: "a protocol file has mistakes; each is listed with a code of its own",
    MinAboveMax = 240: "a lower limit above its upper limit",
    StartOutside = 241: "a starting value outside its limits",
    MeanOutside = 242: "a mean outside its limits",
    VisitsDoNotDivide = 243: "visits that do not fall on the injections",
    PointsEnds = 244: "a distribution that does not run from share 0 to share 1",
    PointsUnsorted = 245: "points of a distribution out of order",
    ThresholdOutside = 246: "a threshold outside its distribution",
    NeverExtends = 247: "an interval that can never grow",
    NeverShortens = 248: "an interval that can never shrink",
    WeeksUnsorted = 249: "weeks out of order or twice",
    CapTooShort = 250: "a longest gap shorter than the rhythm of visits",
    IntervalsUnsorted = 251: "intervals that fall with less activity",
    AssessmentTooEarly = 252: "an assessment before loading is over or before the policy begins",
    DrugMissing = 253: "treatment without a drug",
    DrugUntreated = 254: "a drug that is never given",
    LoadingUntreated = 255: "loading doses that are never given",
    StopUnreachable = 256: "a planned stop that can never come",
    SwitchChangesNothing = 257: "a switch that changes nothing",
    SwitchSameDrug = 258: "a switch to the drug already given",
    SwitchSamePolicy = 259: "a switch to the policy already followed",
    SwitchNeverFires = 260: "a switch whose condition can never be met",
    SwitchesUnsorted = 261: "switches out of order",
    SwitchNeedsDrug = 262: "a switch from no treatment to treatment without a drug",
    ReloadWithoutLoading = 263: "loading again where there is no loading",
    ClosedOnFirstDay = 264: "a first day on which the clinic is closed",
    FloorAboveStart = 265: "futility that ends treatment at once",
    StepTooLarge = 266: "a step larger than the whole range",
    UnusualBiology = 280: "a biology parameter outside the range ever searched",
    UnusualInterval = 281: "an interval longer than any trial has tested",
    MostRemoved = 282: "limits that cut off most of a distribution",
    NoNoise = 283: "measurements without error",
    LateArrivals = 284: "patients who arrive when the run is over",
    SlowRecruitment = 285: "recruitment that takes longer than the run",
    SwitchAfterEnd = 286: "a switch after the end of the run",
}

impl Code {
    /// Every code that a protocol file can have, in the order of their numbers.
    pub fn of_files() -> Vec<Given> {
        let mut codes: Vec<Given> = Code::ALL.iter().map(|code| code.given()).collect();
        // Protocols have no values with a notation of their own.
        let general = Given::GENERAL.iter().copied();
        codes.extend(general.filter(|code| *code != Given::NOT_IN_FORM));
        codes.sort();
        codes
    }
}

impl From<Code> for Given {
    fn from(code: Code) -> Given {
        code.given()
    }
}
