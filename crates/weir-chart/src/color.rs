//! One colour, and what makes it readable on a background.

/// An opaque sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Color {
    /// Red, 0–255.
    pub red: u8,
    /// Green, 0–255.
    pub green: u8,
    /// Blue, 0–255.
    pub blue: u8,
}

impl Color {
    pub(crate) const WHITE: Color = Color::new(0xFF, 0xFF, 0xFF);
    /// Background of the report in dark mode.
    pub(crate) const NIGHT: Color = Color::new(0x14, 0x17, 0x1A);

    /// From three channels.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// From `0xRRGGBB`; higher bits are ignored.
    #[must_use]
    pub const fn from_rgb(rgb: u32) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self { red, green, blue }
    }

    /// `#rrggbb`.
    #[must_use]
    pub fn hex(self) -> String {
        format!("#{}", self.digits())
    }

    /// `rrggbb`, as used in class names.
    pub(crate) fn digits(self) -> String {
        format!("{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// This colour moved towards `other` by `parts` of 256.
    fn towards(self, other: Color, parts: u16) -> Color {
        let mix = |from: u8, to: u8| {
            let value =
                (u32::from(from) * u32::from(256 - parts) + u32::from(to) * u32::from(parts)) / 256;
            u8::try_from(value).unwrap_or(u8::MAX)
        };
        Color::new(
            mix(self.red, other.red),
            mix(self.green, other.green),
            mix(self.blue, other.blue),
        )
    }

    /// Relative luminance, 0–1 (WCAG 2.2). The gamma is approximated by a square, so that no platform's `powf`
    /// can move a colour; the error in a contrast ratio stays under 10 %.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            share * share
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// Contrast ratio of two colours, 1–21 (WCAG 2.2).
    pub(crate) fn contrast(self, other: Color) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The nearest shade of this colour whose contrast with `background` is at least `ratio`.
    pub(crate) fn legible_on(self, background: Color, ratio: f64) -> Color {
        let pole = if background.luminance() > 0.5 {
            Color::new(0, 0, 0)
        } else {
            Color::WHITE
        };
        (0..=16)
            .map(|step| self.towards(pole, step * 16))
            .find(|shade| shade.contrast(background) >= ratio)
            .unwrap_or(pole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yellow_is_darkened_for_text_on_white_and_kept_on_night() {
        let yellow = Color::from_rgb(0xF0E442);
        assert!(yellow.legible_on(Color::WHITE, 4.5).contrast(Color::WHITE) >= 4.5);
        assert_eq!(yellow.legible_on(Color::NIGHT, 4.5), yellow);
    }

    #[test]
    fn black_and_white_are_21_to_1() {
        assert!((Color::new(0, 0, 0).contrast(Color::WHITE) - 21.0).abs() < 1e-9);
    }
}
