//! A kind of file.

use super::{Named, Record};
use crate::decode::Decoded;
use crate::report::{Code, Report};

/// What a kind of file is called, in its first line and in what users are told.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The value of the key `weir`, such as `protocol/1`, and what it is.
    pub line: Named,
    /// What one file is called, such as `protocol`.
    pub noun: &'static str,
    /// Several of them.
    pub plural: &'static str,
    /// The code above a list of mistakes.
    pub mistakes: Code,
    /// What to do about a file of more than 1 MiB.
    pub too_large: &'static str,
    /// What to do about a file of more than 100,000 values.
    pub too_many: &'static str,
    /// What to do about a file of more than 16 levels.
    pub too_deep: &'static str,
    /// What to do about an empty file.
    pub start: &'static str,
    /// Other names of words, lower case, each with the word it stands for.
    pub also_called: &'static [(&'static str, &'static str)],
}

impl Format {
    /// A format of one version, `line` such as `kettle/1`; the sentences are plain ones.
    pub const fn new(line: &'static str, noun: &'static str, mistakes: Code) -> Format {
        Format {
            line: Named {
                name: line,
                doc: "the only version so far",
            },
            noun,
            plural: "such files",
            mistakes,
            too_large: "such a file is a few kilobytes; check that this is one",
            too_many: "such a file has a few dozen; check that this is one",
            too_deep: "such a file has a few; check that this is one",
            start: "write the format on its first line",
            also_called: &[],
        }
    }

    /// The name before the slash.
    pub fn name(&self) -> &'static str {
        self.line
            .name
            .split_once('/')
            .map_or(self.line.name, |(name, _)| name)
    }

    /// The version after the slash; 1 without one.
    pub fn version(&self) -> u32 {
        self.line
            .name
            .split_once('/')
            .and_then(|(_, version)| version.parse().ok())
            .unwrap_or(1)
    }
}

/// A whole file.
pub trait Document: Record + Sized {
    /// What it is called.
    const FORMAT: Format;

    /// Where reading starts: the defaults, and placeholders for what a file has to give.
    fn blank() -> Self;

    /// Reports what concerns several keys at once.
    fn check(_decoded: &Decoded<Self>, _report: &mut Report<'_>) {}

    /// Reports what can be used and is probably not meant; asked only without mistakes.
    fn warnings(_decoded: &Decoded<Self>, _report: &mut Report<'_>) {}
}
