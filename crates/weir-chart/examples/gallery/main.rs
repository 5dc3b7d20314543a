//! A report with one figure of each kind, from made-up numbers: `cargo run -p weir-chart --example gallery -- FOLDER`.
//!
//! Writes `gallery.html` and an SVG and a CSV per figure.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;

mod figures;

use weir_chart::Palette;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "gallery".to_owned()),
    );
    std::fs::create_dir_all(&folder)?;
    let palette = Palette::default();
    for figure in figures::all()? {
        std::fs::write(
            folder.join(format!("{}.svg", figure.id())),
            figure.to_svg(&palette),
        )?;
        std::fs::write(folder.join(format!("{}.csv", figure.id())), figure.to_csv())?;
    }
    let page = folder.join("gallery.html");
    std::fs::write(&page, figures::report()?.to_html(&palette))?;
    println!("{}", page.display());
    Ok(())
}
