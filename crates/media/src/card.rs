//! The header card: an honest picture made of type, for a page that has no photograph.
//!
//! It pretends to show nothing: a plain colour field, the title, a small line above that says what kind of page
//! it heads, and the site's name below. The field follows from the card's seed, so a page keeps its colours when
//! its title is edited, and the same card is always the same bytes.

mod field;
mod text;

use image::RgbImage;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::{Picture, PictureError};
use field::Field;
use text::{Area, Typesetter, Weight};

/// Width of a header card in pixels.
pub const CARD_WIDTH: u32 = 1200;

/// Height of a header card in pixels.
pub const CARD_HEIGHT: u32 = 630;

/// Most characters of a title that are drawn; a longer one is cut, and the notes say so.
pub const MAX_TITLE: usize = 300;

/// What a header card says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card<'a> {
    /// The title of the page, 1 to [`MAX_TITLE`] characters of any script.
    pub title: &'a str,
    /// The small line above the title, such as `Insight`. May be empty.
    pub kicker: &'a str,
    /// The name of the site, at the foot. May be empty.
    pub site: &'a str,
    /// What the colours follow from, best the page's slug.
    pub seed: &'a str,
}

/// Why no card was drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// There is no title.
    #[error("the title is empty, so there is nothing to draw; give the page a title")]
    EmptyTitle,
    /// The drawing could not be encoded.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// Where things stand, in pixels.
const MARGIN: i32 = 80;
const KICKER: Area = Area {
    left: MARGIN + 44,
    top: 72,
    width: 1040 - 44,
    height: 36,
};
const TITLE: Area = Area {
    left: MARGIN,
    top: 140,
    width: 1040,
    height: 370,
};
const SITE: Area = Area {
    left: MARGIN,
    top: 540,
    width: 1040,
    height: 38,
};

/// Draws a header card of exactly [`CARD_WIDTH`] by [`CARD_HEIGHT`] pixels.
///
/// The title is set as large as it fits, broken between words, and within one only where a word alone is wider
/// than the card. Characters that the built-in fonts lack are left out, never drawn as boxes; the notes name
/// them.
pub fn header_card(card: &Card<'_>) -> Result<Picture, CardError> {
    let mut notes = vec!["a card drawn from the title, not a photograph".to_owned()];
    let title = shorten(&tidy(card.title), &mut notes);
    if title.is_empty() {
        return Err(CardError::EmptyTitle);
    }
    let field = Field::of(card.seed);
    let mut pixels = RgbImage::new(CARD_WIDTH, CARD_HEIGHT);
    field.paint(&mut pixels);

    let mut setter = Typesetter::new();
    let mut kicker = setter.drawable(&tidy(card.kicker).to_uppercase());
    let mut site = setter.drawable(&tidy(card.site));
    let mut headline = setter.drawable(&title);
    if headline.text.is_empty() && !site.text.is_empty() {
        notes.push(
            "none of the title could be drawn, so the site's name stands in its place".to_owned(),
        );
        headline.text = std::mem::take(&mut site.text);
    }
    let missing: Vec<String> = [
        &mut headline.missing,
        &mut kicker.missing,
        &mut site.missing,
    ]
    .into_iter()
    .flat_map(std::mem::take)
    .collect();
    note_missing(&missing, &mut notes);

    if !kicker.text.is_empty() {
        field.paint_bar(
            &mut pixels,
            (MARGIN, KICKER.top + i32::from(KICKER.height) / 2 - 4),
            (28, 4),
        );
        let line = setter.line(&kicker.text, 24, KICKER, Weight::Spaced);
        setter.paint(line, field.accent(), &mut pixels);
    }
    if !headline.text.is_empty() {
        let block = setter.headline(&headline.text, TITLE);
        setter.paint(block, field.text(), &mut pixels);
    }
    if !site.text.is_empty() {
        let line = setter.line(&site.text, 26, SITE, Weight::Medium);
        setter.paint(line, field.text(), &mut pixels);
    }
    Ok(Picture::encode(&pixels, notes)?)
}

/// Makes one line of plain text: no control characters, none that reorder what follows, single spaces.
fn tidy(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts after [`MAX_TITLE`] characters as people count them, of which none may carry marks without end.
fn shorten(title: &str, notes: &mut Vec<String>) -> String {
    const MOST_MARKS: usize = 8;
    let mut kept = String::new();
    for (count, character) in title.graphemes(true).enumerate() {
        if count == MAX_TITLE {
            notes.push(format!("the title was cut after {MAX_TITLE} characters"));
            kept.truncate(kept.trim_end().len());
            kept.push('…');
            break;
        }
        kept.extend(character.chars().take(MOST_MARKS));
    }
    kept
}

fn note_missing(missing: &[String], notes: &mut Vec<String>) {
    const NAMED: usize = 10;
    let mut distinct: Vec<&String> = Vec::new();
    for character in missing {
        if !distinct.contains(&character) {
            distinct.push(character);
        }
    }
    if distinct.is_empty() {
        return;
    }
    let named: Vec<String> = distinct
        .iter()
        .take(NAMED)
        .map(|character| format!("`{character}`"))
        .collect();
    let more = if distinct.len() > NAMED {
        format!(" and {} more", distinct.len() - NAMED)
    } else {
        String::new()
    };
    notes.push(format!(
        "left out, because the built-in fonts lack them: {}{more}",
        named.join(", ")
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_one_plain_line() {
        assert_eq!(tidy(" a\n\tb\u{2028}c\0d\u{202e}e "), "a b c de");
    }

    #[test]
    fn long_titles_are_cut_between_characters() {
        let mut notes = Vec::new();
        let exact = "é".repeat(MAX_TITLE);
        assert_eq!(shorten(&exact, &mut notes), exact);
        assert!(notes.is_empty());
        let cut = shorten(&format!("{exact}e"), &mut notes);
        assert_eq!(cut, format!("{exact}…"));
        assert_eq!(notes.len(), 1);
        let marks = format!("a{}", "\u{301}".repeat(5000));
        assert_eq!(shorten(&marks, &mut notes).chars().count(), 8);
    }

    #[test]
    fn what_is_missing_is_named_once() {
        let mut notes = Vec::new();
        let missing: Vec<String> = ["日", "本", "日"].map(String::from).to_vec();
        note_missing(&missing, &mut notes);
        insta::assert_snapshot!(notes[0], @"left out, because the built-in fonts lack them: `日`, `本`");
    }
}
