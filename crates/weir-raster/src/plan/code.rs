//! The stable codes of mistakes that only plans have.

use weir_yaml::Code;

macro_rules! codes {
    ($($name:ident = $number:literal: $title:literal,)*) => {
        $(#[doc = $title] pub(super) const $name: Code = Code::new(concat!("W0", $number), $title);)*

        /// The codes of mistakes that only plans have, in the order of their numbers; those that any file can have are
        /// [`weir_yaml::Code::GENERAL`].
        pub const PLAN_CODES: &[Code] = &[$($name,)*];
    };
}

codes! {
    HAS_MISTAKES = 601: "a raster plan has mistakes; each is listed with a code of its own",
    UNKNOWN_LAYER = 611: "an output of a layer that does not exist",
    NAME_MALFORMED = 612: "a name that cannot be one, or that a table's own columns have",
    EITHER_OR = 613: "two keys that exclude each other",
    NO_EXTENT = 614: "an extent with nothing in it",
    DOES_NOT_SUIT = 615: "a value that does not suit the method, the type or the format",
    SAME_PLACE = 616: "two outputs, or an output and a layer, in the same file",
    LAYER_IN_PATH = 617: "a path that needs {layer} in it, or that has no use for it",
    NOTHING_TO_DO = 618: "a key that changes nothing",
    NO_QUANTILE = 619: "a quantile that is not said, or that the method has no use for",
}
