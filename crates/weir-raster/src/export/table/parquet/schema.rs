//! The columns of a file, in their order.

use std::sync::Arc;

use parquet::{
    basic::{LogicalType, Repetition, Type as Physical},
    errors::Result,
    schema::types::{SchemaDescriptor, Type, TypePtr},
};

use crate::{
    PixelType,
    export::table::{
        layout::{BBOX, COORDINATES, GEOMETRY, KEYS, Layout},
        options::Geometry,
    },
};

/// The columns' description: `row`, `col` if asked for, `x`, `y`, layers, `geometry` if asked for, `bbox` with cells.
pub(super) fn schema(layout: &Layout) -> Result<SchemaDescriptor> {
    let mut fields: Vec<TypePtr> = Vec::new();
    if layout.options.keys {
        for name in KEYS {
            fields.push(field(name, Repetition::REQUIRED, PixelType::UInt32)?);
        }
    }
    for name in COORDINATES {
        fields.push(field(name, Repetition::REQUIRED, PixelType::Float64)?);
    }
    for layer in &layout.layers {
        fields.push(field(&layer.name, Repetition::OPTIONAL, layer.pixel)?);
    }
    if let Some(geometry) = layout.options.format.geometry() {
        let column = Type::primitive_type_builder(GEOMETRY, Physical::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED);
        fields.push(Arc::new(column.build()?));
        if geometry == Geometry::Cells {
            let edges = ["xmin", "ymin", "xmax", "ymax"]
                .map(|name| field(name, Repetition::REQUIRED, PixelType::Float64));
            let edges = edges.into_iter().collect::<Result<Vec<_>>>()?;
            let column = Type::group_type_builder(BBOX)
                .with_repetition(Repetition::REQUIRED)
                .with_fields(edges);
            fields.push(Arc::new(column.build()?));
        }
    }
    let root = Type::group_type_builder("schema")
        .with_fields(fields)
        .build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

fn field(name: &str, repetition: Repetition, pixel: PixelType) -> Result<TypePtr> {
    let integer = |bit_width, is_signed| Some(LogicalType::integer(bit_width, is_signed));
    let (physical, logical) = match pixel {
        PixelType::UInt8 => (Physical::INT32, integer(8, false)),
        PixelType::Int8 => (Physical::INT32, integer(8, true)),
        PixelType::UInt16 => (Physical::INT32, integer(16, false)),
        PixelType::Int16 => (Physical::INT32, integer(16, true)),
        PixelType::UInt32 => (Physical::INT32, integer(32, false)),
        PixelType::Int32 => (Physical::INT32, None),
        PixelType::UInt64 => (Physical::INT64, integer(64, false)),
        PixelType::Int64 => (Physical::INT64, None),
        PixelType::Float32 => (Physical::FLOAT, None),
        PixelType::Float64 => (Physical::DOUBLE, None),
    };
    let field = Type::primitive_type_builder(name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(field))
}
