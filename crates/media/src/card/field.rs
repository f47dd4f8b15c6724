//! The colour field behind the words.

use image::{Rgb, RgbImage};
use sha2::{Digest as _, Sha256};

/// Colours that go together; the words stay readable on all of them, which a test computes.
#[derive(Debug, Clone, Copy)]
struct Palette {
    ground: Rgb<u8>,
    shape: Rgb<u8>,
    accent: Rgb<u8>,
}

const TEXT: Rgb<u8> = Rgb([0xFF, 0xFF, 0xFF]);

const PALETTES: [Palette; 8] = [
    palette(0x14_213D, 0x20_3463, 0xFC_A311),
    palette(0x12_372A, 0x1C_4F3D, 0xF3_D58C),
    palette(0x36_1D49, 0x4C_2C66, 0xF7_A9C6),
    palette(0x52_1E17, 0x6C_2B20, 0xFF_C89E),
    palette(0x0B_3C49, 0x12_5164, 0x86_E3CE),
    palette(0x23_2F3B, 0x34_4657, 0xF2_C14E),
    palette(0x45_142E, 0x5E_2042, 0xFF_B8AC),
    palette(0x26_2350, 0x38_3471, 0xA3_D9FF),
];

const fn palette(ground: u32, shape: u32, accent: u32) -> Palette {
    Palette {
        ground: colour(ground),
        shape: colour(shape),
        accent: colour(accent),
    }
}

const fn colour(hex: u32) -> Rgb<u8> {
    let [_, red, green, blue] = hex.to_be_bytes();
    Rgb([red, green, blue])
}

/// A disc, in pixels.
#[derive(Debug, Clone, Copy)]
struct Disc {
    x: f32,
    y: f32,
    radius: f32,
    /// How much of the shape's colour it adds, from 0 to 1.
    strength: f32,
}

/// The field of one card.
#[derive(Debug, Clone)]
pub(super) struct Field {
    palette: Palette,
    discs: [Disc; 3],
}

impl Field {
    /// Derives the field from a seed.
    pub(super) fn of(seed: &str) -> Self {
        let hash = Sha256::digest(seed.as_bytes());
        let byte = |at: usize| hash.get(at).copied().unwrap_or_default();
        // From 0 to 1 in 255 steps, which is fine enough for a place and a size.
        let part = |at: usize| f32::from(byte(at)) / 255.0;
        Self {
            palette: PALETTES[usize::from(byte(0)) % PALETTES.len()],
            discs: [
                Disc {
                    x: 960.0 + 200.0 * part(1),
                    y: 470.0 + 160.0 * part(2),
                    radius: 300.0 + 100.0 * part(3),
                    strength: 0.6,
                },
                Disc {
                    x: 1080.0 + 120.0 * part(4),
                    y: 40.0 + 200.0 * part(5),
                    radius: 140.0 + 90.0 * part(6),
                    strength: 0.45,
                },
                Disc {
                    x: 640.0 + 220.0 * part(7),
                    y: 610.0 + 60.0 * part(8),
                    radius: 110.0 + 80.0 * part(9),
                    strength: 0.35,
                },
            ],
        }
    }

    /// Returns the colour of the small line above the title.
    pub(super) fn accent(&self) -> Rgb<u8> {
        self.palette.accent
    }

    /// Returns the colour of the words.
    #[expect(
        clippy::unused_self,
        reason = "the colour of the words belongs to the field behind them"
    )]
    pub(super) fn text(&self) -> Rgb<u8> {
        TEXT
    }

    /// Fills the picture.
    pub(super) fn paint(&self, pixels: &mut RgbImage) {
        for (x, y, pixel) in pixels.enumerate_pixels_mut() {
            *pixel = self.palette.ground;
            for disc in &self.discs {
                let cover = disc.cover(x, y) * disc.strength;
                *pixel = mix(*pixel, self.palette.shape, cover);
            }
        }
    }

    /// Paints a bar in the accent colour, given its upper left corner and its size.
    pub(super) fn paint_bar(&self, pixels: &mut RgbImage, at: (i32, i32), size: (i32, i32)) {
        for y in at.1..at.1 + size.1 {
            for x in at.0..at.0 + size.0 {
                blend(pixels, (x, y), self.palette.accent, 255);
            }
        }
    }
}

impl Disc {
    /// Returns how much of a pixel the disc covers, from 0 to 1.
    #[expect(
        clippy::cast_precision_loss,
        reason = "coordinates of a card are exact in an f32"
    )]
    fn cover(self, x: u32, y: u32) -> f32 {
        let (dx, dy) = (x as f32 + 0.5 - self.x, y as f32 + 0.5 - self.y);
        (self.radius - (dx * dx + dy * dy).sqrt() + 0.5).clamp(0.0, 1.0)
    }
}

/// Lays `colour` over a pixel with an opacity from 0 to 255; outside the picture, does nothing.
pub(super) fn blend(pixels: &mut RgbImage, (x, y): (i32, i32), colour: Rgb<u8>, opacity: u8) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
        return;
    };
    if let Some(pixel) = pixels.get_pixel_mut_checked(x, y) {
        *pixel = mix(*pixel, colour, f32::from(opacity) / 255.0);
    }
}

/// Mixes two colours; `part` is how much of the second there is, from 0 to 1.
fn mix(below: Rgb<u8>, above: Rgb<u8>, part: f32) -> Rgb<u8> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a mean of two bytes is a byte"
    )]
    let channel = |below: u8, above: u8| {
        (f32::from(below) + (f32::from(above) - f32::from(below)) * part + 0.5) as u8
    };
    Rgb([
        channel(below.0[0], above.0[0]),
        channel(below.0[1], above.0[1]),
        channel(below.0[2], above.0[2]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2 defines them.
    fn contrast(one: Rgb<u8>, two: Rgb<u8>) -> f64 {
        let luminance = |Rgb([red, green, blue]): Rgb<u8>| {
            let linear = |value: u8| {
                let value = f64::from(value) / 255.0;
                if value <= 0.04045 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        };
        let (one, two) = (luminance(one) + 0.05, luminance(two) + 0.05);
        one.max(two) / one.min(two)
    }

    #[test]
    fn words_are_readable_on_every_palette() {
        for palette in PALETTES {
            for behind in [palette.ground, palette.shape] {
                assert!(contrast(TEXT, behind) >= 7.0, "{palette:?}");
                assert!(contrast(palette.accent, behind) >= 4.5, "{palette:?}");
            }
        }
    }

    #[test]
    fn the_seed_decides_the_field() {
        let draw = |seed| {
            let mut pixels = RgbImage::new(60, 40);
            Field::of(seed).paint(&mut pixels);
            pixels
        };
        assert_eq!(draw("remote-work"), draw("remote-work"));
        assert_ne!(draw("remote-work"), draw("four-day-week"));
    }

    #[test]
    fn nothing_is_painted_outside() {
        let mut pixels = RgbImage::new(2, 2);
        blend(&mut pixels, (-1, 0), TEXT, 255);
        blend(&mut pixels, (0, 2), TEXT, 255);
        assert_eq!(pixels, RgbImage::new(2, 2));
        blend(&mut pixels, (1, 1), TEXT, 255);
        assert_eq!(pixels.get_pixel(1, 1), &TEXT);
    }
}
