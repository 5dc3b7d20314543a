//! The stable codes of mistakes.

use std::fmt;

macro_rules! codes {
    ($($name:ident = $number:literal: $title:literal,)*) => {
        /// Stable code of a mistake or warning; documented in `docs/protocols.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as printed, such as `W0210`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => concat!("W0", stringify!($number)),)* }
            }

            /// What it stands for.
            pub const fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }
        }
    };
}

codes! {
    ProtocolHasMistakes = 201: "a protocol file has mistakes; each is listed with a code of its own",
    NotUtf8 = 202: "the file is not UTF-8 text",
    TooLarge = 203: "the file is larger than 1 MiB, or has too many values",
    Syntax = 204: "the file is not YAML",
    Tab = 205: "a tab where YAML wants spaces",
    SeveralDocuments = 206: "more than one YAML document in a file",
    Reference = 207: "an anchor, alias or merge key; write the value out",
    Tag = 208: "a YAML tag; values need none",
    TooDeep = 209: "values nested too deeply",
    UnknownKey = 210: "a key that does not exist here",
    DuplicateKey = 211: "the same key twice in one mapping",
    MissingKey = 212: "a key that must be given",
    WrongShape = 213: "a mapping, list or single value where another of them belongs",
    NotANumber = 214: "text where a number belongs",
    QuotedNumber = 215: "a number in quotes",
    Percent = 216: "a percentage where a share of 1 belongs",
    UnitInValue = 217: "a unit in the value; units stand in the keys",
    NotABoolean = 218: "something other than true or false",
    NotFinite = 219: "infinity or not-a-number",
    OutOfRange = 220: "a number outside its range",
    NotWhole = 221: "a fraction where a whole number belongs",
    UnknownChoice = 222: "a word that is not one of the choices",
    WrongUnit = 223: "a key with another unit, or without its unit",
    EmptyValue = 224: "a key without a value",
    TextLength = 225: "a text that is empty or too long",
    TextUnquoted = 226: "a value that YAML reads as a number or a boolean where text belongs",
    ControlCharacter = 227: "a control character in a text",
    ItemCount = 228: "too few or too many items in a list",
    Format = 229: "a missing or foreign format line",
    NewerFormat = 230: "a file for a newer weir",
    WrongKind = 231: "a key that belongs to another kind",
    KeyNotText = 232: "a key that is not a plain word",
    Misplaced = 233: "a key that belongs somewhere else in the file",
    DecimalComma = 234: "a decimal comma",
    NumberNotation = 235: "a notation of numbers that readers disagree about",
    EmptyFile = 236: "no protocol in the file",
    PresetConflict = 237: "a preset of another kind than the one given",
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
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
