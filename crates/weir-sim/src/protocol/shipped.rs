//! The protocols that come with weir, the files of the root's `protocols/` folder.

use super::Protocol;

/// A protocol file that comes with weir.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// Its name on the command line: the file name without `.yaml`.
    pub id: &'static str,
    /// The file.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($id:literal),* $(,)?) => {
        &[$(Shipped { id: $id, text: include_str!(concat!("../../../../protocols/", $id, ".yaml")) }),*]
    };
}

/// In alphabetical order; a test compares it with the folder.
static SHIPPED: &[Shipped] = shipped![
    "aflibercept-2q8-view",
    "aflibercept-2q8-view-year2",
    "aflibercept-8mg-pulsar",
    "aflibercept-observe-and-stop",
    "aflibercept-tae-4week",
    "aflibercept-tae-8week",
    "aflibercept-treat-and-treat-8week",
    "bevacizumab-tae-4week",
    "faricimab-assigned",
    "ranibizumab-monthly",
    "ranibizumab-prn",
    "untreated",
];

impl Protocol {
    /// Every protocol that comes with weir, in alphabetical order of their ids.
    pub fn shipped() -> &'static [Shipped] {
        SHIPPED
    }

    /// The shipped protocol of this id, such as `aflibercept-tae-8week`.
    pub fn shipped_by_id(id: &str) -> Option<&'static Shipped> {
        SHIPPED.iter().find(|shipped| shipped.id == id)
    }
}
