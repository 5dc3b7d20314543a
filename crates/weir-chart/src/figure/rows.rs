use super::Figure;
use crate::table::Table;
pub(super) fn table(figure: &Figure) -> Table {
    Table::new(figure.title()).text("All patients: mean")
}
