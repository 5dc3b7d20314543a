use super::{Figure, FigureBuilder};
use crate::error::FigureError;
use crate::mark::Mark;
pub(super) fn has_data(_mark: &Mark) -> bool {
    true
}
pub(super) fn check(builder: FigureBuilder) -> Result<Figure, FigureError> {
    let x = builder.x.clone().ok_or_else(|| FigureError::AxisMissing {
        figure: builder.id.clone(),
        axis: "x",
    })?;
    let y = builder.y.clone().ok_or_else(|| FigureError::AxisMissing {
        figure: builder.id.clone(),
        axis: "y",
    })?;
    Ok(Figure::from_parts(builder, x, y))
}
