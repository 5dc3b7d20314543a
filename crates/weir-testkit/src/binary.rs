//! The programs that the tests run.

use std::path::PathBuf;

use crate::Unavailable;

/// The program `name` beside the running test (`target/<profile>/`); builds nothing.
///
/// `cargo test --workspace` has built all programs before any test runs. A test of one package alone finds the
/// program as it was last built, or none.
///
/// # Errors
/// [`Unavailable`] when it is not there, with what to type.
pub fn find_binary(name: &str) -> Result<PathBuf, Unavailable> {
    let test = std::env::current_exe().map_err(|error| {
        Unavailable::new(format!("the test does not know its own path: {error}"))
    })?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    // target/<profile>/deps/test, target/<profile>/examples/example, target/<profile>/program
    test.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Unavailable::new(format!(
                "the program `{name}` is not built beside {}; type `cargo build --workspace` first",
                test.display()
            ))
        })
}
