//! Where intervals begin: pure.

use std::collections::BTreeSet;

use crate::order::OrderValue;

/// The inner boundaries of `[start, end)`, ascending: where a row group of any dataset begins, save the first of each dataset in the
/// span and those that begin with the value that the one before ends with. `groups`: the (least, greatest) values of each dataset's
/// row groups, ascending.
pub(super) fn boundaries(
    groups: &[Vec<(OrderValue, OrderValue)>],
    start: Option<&OrderValue>,
    end: Option<&OrderValue>,
) -> BTreeSet<OrderValue> {
    let mut found = BTreeSet::new();
    for groups in groups {
        let mut before: Option<&OrderValue> = None;
        for (min, max) in groups {
            if start.is_some_and(|start| max < start) || end.is_some_and(|end| min >= end) {
                continue;
            }
            if before.is_some_and(|before| before < min) {
                found.insert(min.clone());
            }
            before = Some(max);
        }
    }
    found
}
