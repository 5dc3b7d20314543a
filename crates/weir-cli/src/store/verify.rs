use std::fmt::Write;

use serde_json::json;
use weir_memory::Bytes;
use weir_store::KeyPrefix;

use super::arguments::VerifyArguments;
use super::dataset;
use crate::budget;
use crate::failure::{Exit, Failure};
use crate::output::{Output, counted};

/// `weir store verify`.
pub fn run(arguments: &VerifyArguments, output: &Output) -> Result<Exit, Failure> {
    let budget = budget::resolve(&arguments.budget, output)?;
    let holder = dataset::holder(&budget, "verify");
    let store = dataset::open(&arguments.store)?;
    let keys = match &arguments.key {
        Some(key) => vec![store.key_schema().parse_key(key)?],
        None => store.keys(&KeyPrefix::all())?.keys,
    };
    let mut text = String::new();
    let mut reports = Vec::new();
    let mut damaged = 0;
    for key in &keys {
        // A manifest that cannot be read is damage too: the other datasets are looked at nevertheless.
        let verified = match store
            .dataset(key)
            .map_err(Failure::from)
            .and_then(|dataset| Ok(dataset.verify(&holder)?))
        {
            Ok(verified) => verified,
            Err(failure) if keys.len() > 1 && failure.exit != Exit::DoesNotFit => {
                damaged += 1;
                let _ = writeln!(text, "{key}: {}", failure.what);
                reports.push(json!({"key": key.to_string(), "findings": [{"what": failure.what}]}));
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let whole = if verified.findings.is_empty() {
            "all as written"
        } else {
            "DAMAGED"
        };
        let _ = writeln!(
            text,
            "{key}: {}, {}, {}: {whole}",
            counted(verified.files, "file"),
            counted(verified.rows, "row"),
            Bytes::new(verified.bytes)
        );
        for finding in &verified.findings {
            damaged += 1;
            let _ = writeln!(text, "  {finding}");
        }
        let findings: Vec<_> = verified
            .findings
            .iter()
            .map(|finding| json!({"path": finding.path, "offset": finding.offset, "what": finding.what}))
            .collect();
        reports.push(json!({"key": key.to_string(), "files": verified.files, "rows": verified.rows, "bytes": verified.bytes, "findings": findings}));
    }
    if keys.is_empty() {
        text.push_str("no datasets");
    }
    output.result(&text, &reports);
    Ok(if damaged == 0 {
        Exit::Done
    } else {
        Exit::Failed
    })
}
