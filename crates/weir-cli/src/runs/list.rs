use std::fmt::Write;

use weir_library::Filter;
use weir_memory::Bytes;

use crate::failure::{Exit, Failure};
use crate::library;
use crate::output::{Output, seconds};

/// `weir runs ls`.
pub fn run(limit: u64, tag: Option<String>, output: &Output) -> Result<Exit, Failure> {
    let library = library::open()?;
    let runs = library.list(&Filter {
        tag: tag.clone(),
        limit,
        ..Filter::default()
    })?;
    let mut text = String::new();
    if let (true, Some(tag)) = (runs.is_empty(), &tag) {
        let _ = writeln!(text, "no run has the tag {tag:?}");
    } else if runs.is_empty() {
        let _ = writeln!(
            text,
            "no runs yet in {}; try `weir demo`",
            library.home().path().display()
        );
    } else {
        let width = runs
            .iter()
            .map(|run| run.name.to_string().len())
            .max()
            .unwrap_or(4)
            .max(4);
        let _ = writeln!(
            text,
            "{:<width$}  {:<9}  {:<16}  {:>7}  {:>9}  done",
            "name", "state", "created", "time", "peak"
        );
        for run in &runs {
            let time = run.seconds.map_or_else(|| "–".to_owned(), seconds);
            let peak = match run.memory.peak_resident {
                0 => "–".to_owned(),
                peak => Bytes::new(peak).to_string(),
            };
            let done = match (run.done, run.total) {
                (Some(done), Some(total)) if done < total => {
                    format!("{:.0} %", 100.0 * done as f64 / total as f64)
                }
                _ => String::new(),
            };
            let created = run.created.to_string();
            let created = created.get(..16).unwrap_or(&created).replace('T', " ");
            let _ = writeln!(
                text,
                "{:<width$}  {:<9}  {created:<16}  {time:>7}  {peak:>9}  {done}",
                run.name.to_string(),
                run.state.as_str()
            );
        }
    }
    output.result(&text, &runs);
    Ok(Exit::Done)
}
