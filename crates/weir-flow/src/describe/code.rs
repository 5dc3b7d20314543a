//! The stable codes of mistakes that only pipeline files have.

use weir_yaml::Code;

macro_rules! codes {
    ($($name:ident = $number:literal: $title:literal,)*) => {
        $(#[doc = $title] pub(super) const $name: Code = Code::new(concat!("W0", $number), $title);)*

        /// The codes of mistakes that only pipeline files have, in the order of their numbers; those that any
        /// file can have are [`weir_yaml::Code::GENERAL`].
        pub const PIPELINE_CODES: &[Code] = &[$($name,)*];
    };
}

codes! {
    HAS_MISTAKES = 401: "a pipeline file has mistakes; each is listed with a code of its own",
    UNKNOWN_NAME = 411: "rows from a source or step that does not exist",
    NAME_TAKEN = 412: "a name that is used twice",
    NAME_MALFORMED = 413: "a name that cannot be one",
    CIRCLE = 414: "rows would go round in a circle",
    NOWHERE = 415: "rows that go nowhere",
    UNKNOWN_WAY = 416: "a way out that does not exist, or is not named",
    NO_ORDER = 417: "an order that is claimed without its column",
    EITHER_OR = 418: "two keys that exclude each other, or none of the two",
    COLUMN_TWICE = 419: "two columns of one name",
    SAME_PLACE = 420: "two parts that read or write the same place",
    NO_COLUMN = 421: "a function without the column that it needs",
    CANNOT_OPEN = 422: "a source or sink that cannot be opened",
    DOES_NOT_SUIT = 423: "a step that does not suit the rows that it is given",
    NOTHING_TO_DO = 424: "a step that does nothing",
}
