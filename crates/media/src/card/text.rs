//! Setting type: shaping, breaking and fitting with the fonts that are built in.
//!
//! `cosmic-text` shapes (kerning, marks, joined scripts), orders mixed directions and breaks lines. It is given
//! no way to the system's fonts, so a card looks the same on every machine.

use std::sync::Arc;

use cosmic_text::{
    Attrs, Buffer, Color, Ellipsize, EllipsizeHeightLimit, Family, FontSystem, Metrics, Shaping,
    SwashCache, Wrap, fontdb,
};
use image::{Rgb, RgbImage};

use super::field::blend;

const FONTS: [&[u8]; 4] = [
    include_bytes!("../../fonts/Inter-Bold.ttf"),
    include_bytes!("../../fonts/Inter-Medium.ttf"),
    include_bytes!("../../fonts/NotoSansHebrew-Bold.ttf"),
    include_bytes!("../../fonts/NotoSansArabic-Bold.ttf"),
];

/// Sizes of a headline in pixels, largest first. At the smallest, [`super::MAX_TITLE`] of the widest letters
/// fit.
const SIZES: [u16; 18] = [
    128, 112, 96, 88, 80, 72, 66, 60, 54, 48, 44, 40, 36, 32, 28, 24, 20, 16,
];

/// Above this size a title shouts unless it is one line.
const ONE_LINE: f32 = 96.0;

/// Below this size a word is rather broken than the whole made smaller.
const WHOLE_WORDS: u16 = 48;

/// A rectangle on the card, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: u16,
    pub(super) height: u16,
}

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// For titles.
    Bold,
    /// For small lines.
    Medium,
    /// For small lines in capitals, which want more air.
    Spaced,
}

impl Weight {
    fn attrs(self) -> Attrs<'static> {
        let attrs = Attrs::new().family(Family::Name("Inter"));
        match self {
            // Large type looks loose at its natural spacing. The unit is the em.
            Self::Bold => attrs.weight(fontdb::Weight::BOLD).letter_spacing(-0.02),
            Self::Medium => attrs.weight(fontdb::Weight::MEDIUM),
            Self::Spaced => attrs.weight(fontdb::Weight::MEDIUM).letter_spacing(0.12),
        }
    }
}

/// Text of which every character can be drawn, and what had to go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Drawable {
    pub(super) text: String,
    /// Characters left out, in order, with repetitions.
    pub(super) missing: Vec<String>,
}

/// Type that is set and can be painted.
#[derive(Debug)]
pub(super) struct Block {
    buffer: Buffer,
    area: Area,
}

/// Sets type. Making one reads the fonts, so one serves a whole card.
pub(super) struct Typesetter {
    fonts: FontSystem,
    glyphs: SwashCache,
}

impl Typesetter {
    pub(super) fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        for font in FONTS {
            fonts.load_font_source(fontdb::Source::Binary(Arc::new(font)));
        }
        Self {
            // A fixed locale, so that the machine's has no say.
            fonts: FontSystem::new_with_locale_and_db("en".to_owned(), fonts),
            glyphs: SwashCache::new(),
        }
    }

    /// Leaves out what no font can draw.
    pub(super) fn drawable(&mut self, text: &str) -> Drawable {
        let buffer = self.set(text, Weight::Bold, 48, None, Wrap::None);
        let mut gaps: Vec<(usize, usize)> = buffer
            .layout_runs()
            .flat_map(|run| run.glyphs)
            .filter(|glyph| glyph.glyph_id == 0)
            .map(|glyph| (glyph.start, glyph.end))
            .collect();
        gaps.sort_unstable();
        gaps.dedup();
        let mut drawable = Drawable::default();
        let mut at = 0;
        for (start, end) in gaps {
            if start < at {
                continue;
            }
            drawable
                .text
                .push_str(text.get(at..start).unwrap_or_default());
            drawable
                .missing
                .extend(text.get(start..end).and_then(visible));
            at = end;
        }
        drawable.text.push_str(text.get(at..).unwrap_or_default());
        let words: Vec<&str> = drawable.text.split_whitespace().collect();
        drawable.text = words.join(" ");
        drawable
    }

    /// Sets one line and ends it with an ellipsis where it is too long.
    pub(super) fn line(&mut self, text: &str, size: u16, area: Area, weight: Weight) -> Block {
        let mut buffer = self.set(text, weight, size, Some(f32::from(area.width)), Wrap::None);
        buffer.set_ellipsize(Ellipsize::End(EllipsizeHeightLimit::Lines(1)));
        buffer.shape_until_scroll(&mut self.fonts, false);
        Block { buffer, area }
    }

    /// Sets a title as large as it fits.
    ///
    /// Words stay whole down to [`WHOLE_WORDS`]; a title with a longer word is set with that word broken.
    pub(super) fn headline(&mut self, text: &str, area: Area) -> Block {
        let whole = SIZES.into_iter().filter(|size| *size >= WHOLE_WORDS);
        let tries = whole
            .map(|size| (size, Wrap::Word))
            .chain(SIZES.into_iter().map(|size| (size, Wrap::WordOrGlyph)));
        let width = f32::from(area.width);
        let mut last = None;
        for (size, wrap) in tries {
            let buffer = self.set(text, Weight::Bold, size, Some(width), wrap);
            let fits = fits(&buffer, area);
            last = Some((buffer, wrap));
            if fits {
                break;
            }
        }
        let (mut buffer, wrap) = last.unwrap_or_else(|| {
            let smallest = self.set(text, Weight::Bold, 16, Some(width), Wrap::WordOrGlyph);
            (smallest, Wrap::WordOrGlyph)
        });
        if wrap == Wrap::Word {
            self.balance(&mut buffer, area);
        }
        Block { buffer, area }
    }

    /// Narrows the lines as far as their number stays the same, so that no single word is left on the last.
    fn balance(&mut self, buffer: &mut Buffer, area: Area) {
        let lines = buffer.layout_runs().count();
        let (mut low, mut high) = (area.width / 2, area.width);
        while high - low > 8 {
            let middle = low.midpoint(high);
            self.resize(buffer, middle);
            if buffer.layout_runs().count() == lines && widest(buffer) <= f32::from(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        self.resize(buffer, high);
    }

    fn resize(&mut self, buffer: &mut Buffer, width: u16) {
        buffer.set_size(Some(f32::from(width)), None);
        buffer.shape_until_scroll(&mut self.fonts, false);
    }

    fn set(
        &mut self,
        text: &str,
        weight: Weight,
        size: u16,
        width: Option<f32>,
        wrap: Wrap,
    ) -> Buffer {
        let leading = if weight == Weight::Bold { 1.14 } else { 1.3 };
        let mut buffer = Buffer::new_empty(Metrics::relative(f32::from(size), leading));
        buffer.set_wrap(wrap);
        buffer.set_size(width, None);
        buffer.set_text(text, &weight.attrs(), Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut self.fonts, false);
        buffer
    }

    /// Paints type; nothing leaves its area but the tails of letters.
    pub(super) fn paint(&mut self, mut block: Block, colour: Rgb<u8>, pixels: &mut RgbImage) {
        const TAILS: i32 = 16;
        let Area {
            left,
            top,
            width,
            height,
        } = block.area;
        // Lines that run from right to left start at the right margin, also when they were balanced.
        let rtl = block.buffer.layout_runs().any(|run| run.rtl);
        let set = block.buffer.size().0.map_or(0, floor);
        let shift = if rtl { i32::from(width) - set } else { 0 };
        let (from, to) = (top - TAILS, top + i32::from(height) + TAILS);
        block.buffer.draw(
            &mut self.fonts,
            &mut self.glyphs,
            Color::rgb(0, 0, 0),
            |x, y, _, _, color| {
                let y = y + top;
                if (from..to).contains(&y) {
                    blend(pixels, (x + left + shift, y), colour, color.a());
                }
            },
        );
    }
}

/// Returns what a reader would miss, or nothing for characters that only steer how others look.
fn visible(cluster: &str) -> Option<String> {
    let steering = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}')
    };
    let seen = cluster.trim_matches(steering);
    (!seen.is_empty()).then(|| seen.to_owned())
}

fn fits(buffer: &Buffer, area: Area) -> bool {
    let height: f32 = buffer.layout_runs().map(|run| run.line_height).sum();
    let loud = buffer.metrics().font_size > ONE_LINE && buffer.layout_runs().nth(1).is_some();
    !loud && height <= f32::from(area.height) && widest(buffer) <= f32::from(area.width)
}

fn widest(buffer: &Buffer) -> f32 {
    buffer
        .layout_runs()
        .map(|run| run.line_w)
        .fold(0.0, f32::max)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "widths on a card are small"
)]
fn floor(width: f32) -> i32 {
    width as i32
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const AREA: Area = Area {
        left: 0,
        top: 0,
        width: 1040,
        height: 370,
    };

    /// Writes what was set as numbers: size, then width and baseline of each line, all in whole pixels.
    fn layout(title: &str) -> String {
        let mut setter = Typesetter::new();
        let block = setter.headline(title, AREA);
        assert!(fits(&block.buffer, AREA), "{title:?}");
        let mut out = format!("size {}\n", block.buffer.metrics().font_size);
        for run in block.buffer.layout_runs() {
            let start = run
                .glyphs
                .iter()
                .map(|glyph| glyph.start)
                .min()
                .unwrap_or(0);
            let end = run.glyphs.iter().map(|glyph| glyph.end).max().unwrap_or(0);
            let side = if run.rtl { " from the right" } else { "" };
            writeln!(
                out,
                "{:>4} wide, baseline {:>3}{side}: {}",
                run.line_w.round(),
                run.line_y.round(),
                &run.text[start..end]
            )
            .unwrap();
        }
        out
    }

    #[test]
    fn titles_are_set_as_large_as_they_fit() {
        let titles = [
            "Pay",
            "Why we stopped counting hours",
            "What a year of working from four continents has taught a team that used to share one kitchen table",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and friends",
            "עבודה מרחוק ב-Lisbon: מה למדנו",
            "العمل عن بعد: ما تعلمناه في السنة الأولى",
        ];
        let all: Vec<String> = titles.into_iter().map(layout).collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn the_longest_titles_of_the_widest_letters_fit() {
        for unit in ["W", "Ǆ", "W ", "℃", "‱", "⁂", "ﷺ", "é", ".", "iW-"] {
            let title: String = unit.chars().cycle().take(300).collect();
            layout(title.trim());
        }
    }

    #[test]
    fn kerning_is_applied() {
        let mut setter = Typesetter::new();
        let mut width = |text: &str| widest(&setter.set(text, Weight::Bold, 96, None, Wrap::None));
        assert!(width("AV") + 2.0 < width("A") + width("V"));
    }

    #[test]
    fn what_no_font_has_is_left_out() {
        let mut setter = Typesetter::new();
        let drawable = setter.drawable("日本 hello 🎉 world שלום");
        assert_eq!(drawable.text, "hello world שלום");
        assert_eq!(drawable.missing.concat(), "日本🎉");
        assert_eq!(setter.drawable("日本").text, "");
        assert_eq!(setter.drawable("a\u{200d}b c\u{fe0f}").missing, [""; 0]);
    }

    #[test]
    fn a_long_small_line_ends_with_an_ellipsis_inside_its_area() {
        let mut setter = Typesetter::new();
        let block = setter.line(&"Invented Careers ".repeat(40), 26, AREA, Weight::Medium);
        assert_eq!(block.buffer.layout_runs().count(), 1);
        assert!(widest(&block.buffer) <= 1040.0);
    }
}
