//! Python, DuckDB and the `sqlite3` shell read the views.
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

use std::path::Path;
use std::process::Command;

use crate::known_run::{VIEWS, known_run, library};

/// What another program makes of the views; `None`, said so, where it is not there or cannot read SQLite.
fn told_by(program: &str, arguments: &[&str], file: &Path) -> Option<String> {
    let output = match Command::new(program).args(arguments).arg(file).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: {program}: {error}");
            return None;
        }
    };
    let text = String::from_utf8(output.stdout).unwrap();
    if text.starts_with("skipped") {
        eprintln!("{text}");
        return None;
    }
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(text)
}

const WITH_PYTHON: &str = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
";
const WITH_DUCKDB: &str = "
import sys
try:
    import duckdb
    db = duckdb.connect()
    db.execute('LOAD sqlite')
except Exception as error:
    print('skipped: DuckDB with its sqlite extension:', str(error).splitlines()[0])
    sys.exit()
db.execute(f\"ATTACH '{sys.argv[1]}' AS library (TYPE sqlite, READ_ONLY); USE library\")
";
const ASK: &str = "
for view in VIEWS.split():
    rows = db.execute(f'SELECT * FROM {view}').fetchall()
    assert rows, view
    print(view, len(rows))
print(db.execute('SELECT stage, average, sd FROM memory_by_stage ORDER BY stage').fetchall())
print(db.execute('SELECT bytes, peak, system_percent FROM memory_timeline ORDER BY time DESC').fetchone())
print(db.execute('SELECT peak_stage, warnings, criticals FROM memory_summary').fetchone())
";

#[test]
fn other_programs_read_every_view() {
    let (_folder, library) = library();
    known_run(&library, "bold-otter");
    let file = library.home().library_path();
    let python = std::env::var("WEIR_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let views: Vec<&str> = VIEWS.iter().map(|(view, _)| *view).collect();
    let ask = ASK.replace("VIEWS", &format!("'{}'", views.join(" ")));
    let expected = "memory_by_stage 2\nmemory_by_operation 2\nmemory_timeline 6\nmemory_peaks 3\n\
        memory_pressure_events 2\nmemory_summary 1\nstage_memory_efficiency 2\n\
        [('load', 300000000, 141421356), ('merge', 700000000, 350000000)]\n\
        (300000000, 950000000, 25.0)\n('merge', 1, 1)\n";
    for program in [WITH_PYTHON, WITH_DUCKDB] {
        if let Some(told) = told_by(&python, &["-c", &format!("{program}{ask}")], &file) {
            assert_eq!(told, expected);
        }
    }
    let select: String = views
        .iter()
        .map(|view| format!("SELECT '{view}', count(*) FROM {view};"))
        .collect();
    let output = Command::new("sqlite3").arg(&file).arg(select).output();
    let Ok(output) = output else {
        eprintln!("skipped: no sqlite3 on the path");
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let told = String::from_utf8(output.stdout).unwrap();
    let told = told.replace('|', " ");
    assert!(
        expected.starts_with(&told) && told.lines().count() == 7,
        "{told}"
    );
}
