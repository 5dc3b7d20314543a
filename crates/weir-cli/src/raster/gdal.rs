//! GDAL's spelling of options: one dash before several letters, several values after one option.

use std::ffi::{OsStr, OsString};

/// Options with one dash and the option that each stands for.
const ONE_DASH: [(&str, &str); 10] = [
    ("-tr", "--cell"),
    ("-te", "--extent"),
    ("-t_srs", "--crs"),
    ("-srcnodata", "--nodata"),
    ("-dstnodata", "--fill"),
    ("-ot", "--type"),
    ("-tr_like", "--like"),
    ("--tr", "--cell"),
    ("--te", "--extent"),
    ("--t_srs", "--crs"),
];

/// Arguments of `weir raster` with GDAL's options spelled out, and values that belong together in one argument: `-tr 0.25 0.25` becomes
/// `--cell=0.25 0.25`. All others stay as they are.
pub fn spelled_out(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let is_option = |argument: &OsString| argument.to_string_lossy().starts_with('-');
    let noun = arguments
        .iter()
        .skip(1)
        .find(|argument| !is_option(argument));
    if noun.is_none_or(|noun| noun != OsStr::new("raster")) {
        return arguments;
    }
    let mut out = Vec::with_capacity(arguments.len());
    let mut rest = arguments.into_iter().peekable();
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy().into_owned();
        if text == "--" {
            out.push(argument);
            out.extend(rest);
            break;
        }
        let known = ONE_DASH.iter().find(|(short, _)| *short == text);
        let option = known.map_or(text.as_str(), |(_, long)| long);
        let most = match option {
            "--cell" => 2,
            "--extent" => 4,
            "--nodata" | "--fill" => 1,
            _ => 0,
        };
        let mut values: Vec<String> = Vec::new();
        while values.len() < most {
            // The first value is the option's whatever it is, unless it is an option itself.
            let taken = rest.next_if(|next| {
                let next = next.to_string_lossy();
                is_number(&next) || (values.is_empty() && !next.starts_with('-'))
            });
            match taken {
                Some(value) => {
                    let value = value.to_string_lossy().into_owned();
                    let alone = !is_number(&value);
                    values.push(value);
                    if alone {
                        break;
                    }
                }
                None => break,
            }
        }
        match values.is_empty() {
            true if known.is_some() => out.push(option.into()),
            true => out.push(argument),
            false => out.push(format!("{option}={}", values.join(" ")).into()),
        }
    }
    out
}

/// A number, or a fraction such as 1/6.
fn is_number(text: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
    match text.split_once('/') {
        Some((above, below)) => number(above) && number(below),
        None => number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(line: &str) -> Vec<String> {
        let words = line.split(' ').map(OsString::from);
        let out = spelled_out(words).into_iter();
        out.map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn gdals_options_are_spelled_out() {
        assert_eq!(
            spelled(
                "weir raster resample -tr 0.25 0.25 -te -180 -90 180 90 -r sum -t_srs EPSG:3035 in.tif out.tif"
            ),
            [
                "weir",
                "raster",
                "resample",
                "--cell=0.25 0.25",
                "--extent=-180 -90 180 90",
                "-r",
                "sum",
                "--crs",
                "EPSG:3035",
                "in.tif",
                "out.tif"
            ]
        );
        assert_eq!(
            spelled("weir --json raster resample --cell 1/6 in.tif out.tif -srcnodata -9999"),
            [
                "weir",
                "--json",
                "raster",
                "resample",
                "--cell=1/6",
                "in.tif",
                "out.tif",
                "--nodata=-9999"
            ]
        );
        assert_eq!(
            spelled("weir raster resample --cell 0.5 2020 out.tif"),
            ["weir", "raster", "resample", "--cell=0.5 2020", "out.tif"]
        );
    }

    #[test]
    fn other_commands_and_what_follows_two_dashes_stay() {
        let line = "weir sim run -tr 0.25 0.25";
        assert_eq!(spelled(line).join(" "), line);
        let line = "weir raster info -- -tr 1 2";
        assert_eq!(spelled(line).join(" "), line);
        assert_eq!(
            spelled("weir raster resample -tr"),
            ["weir", "raster", "resample", "--cell"]
        );
    }
}
