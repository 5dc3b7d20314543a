use weir_library::{Home, Library};

use crate::failure::Failure;

/// The library in the home that applies.
pub fn open() -> Result<Library, Failure> {
    let home = Home::resolve()
        .map_err(|error| Failure::new("W0302", error).with("set WEIR_HOME to a folder for runs"))?;
    Ok(Library::open(home)?)
}
