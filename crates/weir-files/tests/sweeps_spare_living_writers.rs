//! A sweep removes what dead writers left, whatever their process id was, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use weir_files::{AtomicFile, Files, RealFiles, is_temporary_name, sweep_temporaries};

/// In this variable the test program that is to be killed finds its folder.
const CHILD: &str = "WEIR_FILES_TEST_CHILD";

#[test]
fn a_file_being_written_is_kept_and_its_leftover_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = AtomicFile::create(Arc::new(RealFiles), folder.path().join("a")).unwrap();
    file.write_all(b"12345").unwrap();
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert_eq!((swept.removed.len(), swept.kept.len()), (0, 1));
    let name = swept.kept[0].clone();
    assert!(is_temporary_name(&name));
    file.commit().unwrap();

    // A leftover of an earlier process with this one's number, as in a restarted container.
    std::fs::write(folder.path().join(&name), b"123").unwrap();
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert_eq!((swept.removed, swept.bytes), (vec![name], 3));
    assert_eq!(RealFiles.list(folder.path()).unwrap(), ["a"]);
}

#[test]
fn only_temporary_files_of_this_folder_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("inside")).unwrap();
    std::fs::create_dir(path(".folder.weir-tmp-1-1")).unwrap();
    std::os::unix::fs::symlink("inside", path(".link.weir-tmp-1-1")).unwrap();
    for name in [
        "inside/.a.weir-tmp-1-1",
        ".b.weir-tmp-x-1",
        "c.weir-tmp-1-1",
        ".d.weir-tmp-4000000000-9",
    ] {
        std::fs::write(path(name), b"x").unwrap();
    }
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert_eq!(swept.removed, [".d.weir-tmp-4000000000-9"]);
    assert_eq!(swept.kept, [".folder.weir-tmp-1-1", ".link.weir-tmp-1-1"]);
    assert!(path("inside/.a.weir-tmp-1-1").exists());
}

#[test]
fn a_killed_process_leaves_its_file_to_the_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child_that_is_killed",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CHILD, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(
        output
            .lines()
            .map_while(Result::ok)
            .any(|line| line.contains("half written"))
    );
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert_eq!(
        (swept.removed.len(), swept.kept.len()),
        (0, 1),
        "its writer lives"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
    assert_eq!(
        (swept.removed.len(), swept.kept.len()),
        (1, 0),
        "its writer is dead"
    );
    assert!(RealFiles.list(folder.path()).unwrap().is_empty());
}

/// Does something only as the child of the test above.
#[test]
#[allow(clippy::print_stdout, reason = "tells its parent")]
fn child_that_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let mut file = AtomicFile::create(Arc::new(RealFiles), Path::new(&folder).join("a")).unwrap();
    file.write_all(b"half").unwrap();
    println!("half written");
    loop {
        thread::park();
    }
}

#[test]
fn sweeps_beside_writers_never_cost_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let done = AtomicBool::new(false);
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let swept = sweep_temporaries(&RealFiles, folder.path()).unwrap();
                    assert!(
                        swept.removed.is_empty() || swept.bytes == 0,
                        "a file with content: {swept:?}"
                    );
                }
            });
        }
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let files = Arc::clone(&files);
                let folder = folder.path();
                scope.spawn(move || {
                    for number in 0..300 {
                        let mut file = AtomicFile::create(
                            Arc::clone(&files),
                            folder.join(format!("{writer}-{number}")),
                        )
                        .unwrap();
                        file.write_all(b"content").unwrap();
                        file.commit().unwrap();
                    }
                })
            })
            .collect();
        let results: Vec<_> = writers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        done.store(true, Ordering::Relaxed);
        for result in results {
            result.unwrap();
        }
    });
    assert_eq!(RealFiles.list(folder.path()).unwrap().len(), 600);
}
