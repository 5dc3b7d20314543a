//! The text of a drawing: escaped words, fixed decimals, one element after another.

use crate::color::Color;

/// What an element is, so that a report can recolour it in the dark. The colour stands in the element as well, for
/// programs that know no style sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Words that matter.
    Strong,
    /// Words beside the data.
    Muted,
    /// Lines behind the data.
    Grid,
    /// Axis lines and ticks.
    Axis,
    /// A concept's colour.
    Of(Color),
}

impl Ink {
    fn hex(self) -> String {
        match self {
            Ink::Strong => "#1d2125".to_owned(),
            Ink::Muted => "#5c636a".to_owned(),
            Ink::Grid => "#e4e7ea".to_owned(),
            Ink::Axis => "#8d949b".to_owned(),
            Ink::Of(color) => color.hex(),
        }
    }

    fn class(self, role: char) -> String {
        match self {
            Ink::Strong => format!("w-{role}-strong"),
            Ink::Muted => format!("w-{role}-muted"),
            Ink::Grid => format!("w-{role}-grid"),
            Ink::Axis => format!("w-{role}-axis"),
            Ink::Of(color) => format!("w-{role}-{}", color.digits()),
        }
    }
}

/// Where a text's x is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) ink: Ink,
    pub(super) anchor: Anchor,
    pub(super) bold: bool,
    /// A rim in the colour of the paper, so that it can be read on top of data.
    pub(super) rim: bool,
    /// Degrees, clockwise.
    pub(super) turn: f64,
}

impl Type {
    pub(super) fn new(size: f64, ink: Ink) -> Self {
        Self {
            size,
            ink,
            anchor: Anchor::Start,
            bold: false,
            rim: false,
            turn: 0.0,
        }
    }

    pub(super) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn rim(self) -> Self {
        Self { rim: true, ..self }
    }

    pub(super) fn turn(self, turn: f64) -> Self {
        Self { turn, ..self }
    }
}

/// Opacity of one band; nested bands lie on top of each other.
const BAND: f64 = 0.17;

/// Collects elements.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    body: String,
}

impl Canvas {
    pub(super) fn into_body(self) -> String {
        self.body
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// Words with their baseline at y.
    pub(super) fn text(&mut self, x: f64, y: f64, how: Type, words: &str) {
        let anchor = match how.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        // Words in a concept's colour are darkened until they can be read.
        let (class, fill) = match how.ink {
            Ink::Of(color) => (
                how.ink.class('t'),
                color.legible_on(Color::WHITE, 4.5).hex(),
            ),
            ink => (ink.class('f'), ink.hex()),
        };
        let bold = if how.bold { " font-weight=\"600\"" } else { "" };
        let rim = if how.rim {
            " paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\""
        } else {
            ""
        };
        let rim_class = if how.rim { " w-rim" } else { "" };
        let turn = if how.turn == 0.0 {
            String::new()
        } else {
            format!(" transform=\"rotate({} {} {})\"", n(how.turn), n(x), n(y))
        };
        let (x, y, size, words) = (n(x), n(y), n(how.size), escape(words));
        self.push(&format!(
            "<text class=\"{class}{rim_class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\"{anchor}{bold}{rim}{turn}>{words}</text>"
        ));
    }

    /// Lines of words, one under the other; returns the y under the last one.
    pub(super) fn lines(&mut self, x: f64, top: f64, how: Type, lines: &[String]) -> f64 {
        let step = line_height(how.size);
        for (i, line) in lines.iter().enumerate() {
            self.text(x, top + step * i as f64 + how.size * 0.95, how, line);
        }
        top + step * lines.len() as f64
    }

    /// A straight stroke.
    pub(super) fn stroke(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, width: f64) {
        self.push(&format!(
            "<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>",
            ink.class('s'),
            n(from.0),
            n(from.1),
            n(to.0),
            n(to.1),
            ink.hex(),
            n(width)
        ));
    }

    /// A path that is stroked.
    pub(super) fn path(&mut self, d: &str, ink: Ink, width: f64, dashed: bool) {
        let dashes = if dashed {
            " stroke-dasharray=\"6 4\""
        } else {
            ""
        };
        self.push(&format!(
            "<path class=\"{}\" d=\"{d}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{dashes}/>",
            ink.class('s'),
            ink.hex(),
            n(width)
        ));
    }

    /// A path that is filled.
    pub(super) fn area(&mut self, d: &str, ink: Ink) {
        self.push(&format!(
            "<path class=\"{}\" d=\"{d}\" fill=\"{}\"/>",
            ink.class('f'),
            ink.hex()
        ));
    }

    /// A band: a fill that lets through what lies behind it, more of it in the dark.
    pub(super) fn band(&mut self, d: &str, ink: Ink) {
        self.push(&format!(
            "<path class=\"w-band {}\" d=\"{d}\" fill=\"{}\" fill-opacity=\"{BAND}\"/>",
            ink.class('f'),
            ink.hex()
        ));
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, at: (f64, f64), size: (f64, f64), ink: Ink, opacity: f64) {
        self.push(&format!(
            "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}/>",
            ink.class('f'),
            n(at.0),
            n(at.1),
            n(size.0.max(0.0)),
            n(size.1.max(0.0)),
            ink.hex(),
            see_through(opacity)
        ));
    }

    /// A dot.
    pub(super) fn dot(&mut self, at: (f64, f64), radius: f64, ink: Ink) {
        self.push(&format!(
            "<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
            ink.class('f'),
            n(at.0),
            n(at.1),
            n(radius),
            ink.hex()
        ));
    }

    /// A ring on the paper's colour.
    pub(super) fn ring(&mut self, at: (f64, f64), radius: f64, ink: Ink) {
        self.push(&format!(
            "<circle class=\"w-paper {}\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"#ffffff\" stroke=\"{}\" stroke-width=\"1.5\"/>",
            ink.class('s'),
            n(at.0),
            n(at.1),
            n(radius),
            ink.hex()
        ));
    }

    /// A stroke in the colour of the paper: a gap.
    pub(super) fn gap(&mut self, d: &str, width: f64) {
        self.push(&format!(
            "<path class=\"w-gap\" d=\"{d}\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"{}\"/>",
            n(width)
        ));
    }
}

fn see_through(opacity: f64) -> String {
    if opacity >= 1.0 {
        String::new()
    } else {
        format!(" fill-opacity=\"{}\"", n(opacity))
    }
}

/// Distance of baselines for a size of type.
pub(super) fn line_height(size: f64) -> f64 {
    (size * 1.32).round()
}

/// A coordinate: at most two decimals, never "NaN", "inf" or "-0".
pub(super) fn n(value: f64) -> String {
    debug_assert!(
        value.is_finite(),
        "coordinates are finite because figures are checked"
    );
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Text for XML and HTML, in content and in attributes. Characters that XML forbids, and those that turn the direction of
/// what follows, become U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => {
                out.push('\u{FFFD}')
            }
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
