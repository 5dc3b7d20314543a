use std::fmt::Write;

use serde_json::json;
use weir_memory::{Psi, detect, peak_resident, resident};

use crate::arguments::BudgetArguments;
use crate::budget;
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// `weir memory` without a run.
pub fn run(arguments: &BudgetArguments, output: &Output) -> Result<Exit, Failure> {
    let detected = detect();
    let plan = budget::asked(arguments)?.plan(&detected)?;
    let mut text = String::new();
    let _ = writeln!(text, "budget     {} ({})", plan.limit, plan.origin);
    if let Ok(detected) = &detected {
        let _ = writeln!(
            text,
            "memory     {} ({})",
            detected.memory(),
            detected.origin()
        );
        for found in detected.found() {
            let _ = writeln!(text, "  seen     {} ({})", found.bytes, found.origin);
        }
        for ignored in detected.ignored() {
            let _ = writeln!(text, "  ignored  {ignored}");
        }
    }
    if let (Some(now), Some(peak)) = (resident(), peak_resident()) {
        let _ = writeln!(text, "weir       {now} resident now, {peak} at its peak");
    }
    let psi = Psi::read();
    if let Some(psi) = &psi {
        let _ = writeln!(
            text,
            "pressure   {:.2} % of the last 10 s stalled for memory (PSI)",
            psi.some.avg10
        );
    }
    for warning in &plan.warnings {
        let _ = writeln!(text, "warning    {warning}");
    }
    let value = json!({
        "budget_bytes": plan.limit.as_u64(),
        "budget_origin": plan.origin.to_string(),
        "memory_bytes": plan.memory.map(|memory| memory.as_u64()),
        "memory_origin": detected.as_ref().ok().map(|detected| detected.origin().to_string()),
        "resident_bytes": resident().map(|bytes| bytes.as_u64()),
        "psi_some_avg10": psi.as_ref().map(|psi| psi.some.avg10),
        "warnings": plan.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    output.result(&text, &value);
    Ok(Exit::Done)
}
