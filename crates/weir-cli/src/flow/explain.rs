use std::fmt::Write;
use std::path::Path;

use serde_json::json;
use weir_flow::{ColumnType, Following, NodePlan, NodeRole, OperatorKind, Setting};
use weir_memory::Bytes;

use super::load;
use crate::arguments::BudgetArguments;
use crate::budget;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir flow explain`.
pub fn run(path: &Path, budget: &BudgetArguments, output: &Output) -> Result<Exit, Failure> {
    let file = load::load(path, output)?;
    let budget = budget::resolve(budget, output)?;
    let mut around = load::dry(path)?;
    if file.reads_stdin() {
        around.stdin = Some(Box::new(std::io::stdin()));
    }
    let built = file.build(around, &Setting::new(budget.clone()))?;
    for note in &built.notes {
        output.message(note);
    }
    let plan = built.pipeline.plan();
    let mut text = String::new();
    let _ = writeln!(text, "pipeline   {}", plan.pipeline);
    let _ = writeln!(
        text,
        "memory     {} ({}), of which held rows at most {}",
        budget.limit(),
        budget.origin(),
        Bytes::new(plan.share)
    );
    let _ = writeln!(text, "followed   {}", built.following);
    for node in &plan.nodes {
        let _ = writeln!(text, "\n{:<10} {}", role(node), node.name);
        if !node.inputs.is_empty() {
            let _ = writeln!(text, "  from     {}", inputs(node));
        }
        if let NodeRole::Operator(_) = node.role {
            let share = match node.share {
                0 => String::new(),
                share => format!(", up to {}", Bytes::new(share)),
            };
            let afresh = if node.accumulate {
                ""
            } else {
                "; starts afresh after each firing"
            };
            let _ = writeln!(text, "  fires    {}{share}{afresh}", node.limits);
        }
        if node.role != NodeRole::Sink {
            let _ = writeln!(text, "  gives    {}", columns(node));
        }
    }
    let nodes: Vec<_> = plan
        .nodes
        .iter()
        .map(|node| {
            json!({
                "name": node.name,
                "role": role(node),
                "inputs": node.inputs.iter().map(|(from, way)| json!({"from": from, "way": way})).collect::<Vec<_>>(),
                "limits": node.limits.to_string(),
                "accumulate": node.accumulate,
                "share_bytes": node.share,
                "order_column": node.stream.order_name(),
                "columns": node.stream.schema().fields().iter().map(|field| json!({"name": field.name(), "type": ColumnType(field.data_type().clone()).to_string()})).collect::<Vec<_>>(),
            })
        })
        .collect();
    output.result(
        &text,
        &json!({"pipeline": plan.pipeline, "limit_bytes": budget.limit().as_u64(), "share_bytes": plan.share, "followed": matches!(built.following, Following::Followed { .. }), "following": built.following.to_string(), "nodes": nodes}),
    );
    Ok(Exit::Done)
}

fn role(node: &NodePlan) -> &'static str {
    match node.role {
        NodeRole::Source => "source",
        NodeRole::Operator(OperatorKind::Aggregation) => "aggregate",
        NodeRole::Operator(OperatorKind::Join) => "join",
        NodeRole::Operator(OperatorKind::Other) => "operator",
        NodeRole::Sink => "sink",
    }
}

fn inputs(node: &NodePlan) -> String {
    let named = node.inputs.iter().map(|(from, way)| match way {
        0 => from.clone(),
        way => format!("{from} (way {})", way + 1),
    });
    named.collect::<Vec<_>>().join(", ")
}

fn columns(node: &NodePlan) -> String {
    let order = node.stream.order_name();
    let columns = node.stream.schema().fields().iter().map(|field| {
        let mark = if Some(field.name().as_str()) == order {
            " (order)"
        } else {
            ""
        };
        format!(
            "{} {}{mark}",
            field.name(),
            ColumnType(field.data_type().clone())
        )
    });
    columns.collect::<Vec<_>>().join(", ")
}
