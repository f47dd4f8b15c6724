//! Header cards from outside.

use lightsout_media::{CARD_HEIGHT, CARD_WIDTH, Card, CardError, Picture, header_card};
use proptest::prelude::*;

use crate::files::{chunks, pixels};

fn card(title: &str) -> Result<Picture, CardError> {
    header_card(&Card {
        title,
        kicker: "Insight",
        site: "Invented Careers",
        seed: "a-slug",
    })
}

#[test]
fn a_card_is_clean_and_of_its_size() {
    let picture = card("Why we stopped counting hours").unwrap();
    assert_eq!((picture.width, picture.height), (CARD_WIDTH, CARD_HEIGHT));
    assert_eq!(pixels(&picture.png).dimensions(), (1200, 630));
    let mut names = chunks(&picture.png);
    names.dedup();
    assert_eq!(names, ["IHDR", "IDAT", "IEND"]);
    assert_eq!(
        picture.notes,
        ["a card drawn from the title, not a photograph"]
    );
    assert_eq!(card("Why we stopped counting hours").unwrap(), picture);
    assert_ne!(
        card("Why we stopped counting days").unwrap().png,
        picture.png
    );
}

#[test]
fn without_a_title_there_is_no_card() {
    for title in ["", "  \n\t", "\u{202e}\u{0}"] {
        assert_eq!(card(title), Err(CardError::EmptyTitle), "{title:?}");
    }
}

#[test]
fn what_could_not_be_drawn_is_said() {
    let mixed = card("日本 and 🎉").unwrap();
    insta::assert_debug_snapshot!("mixed", mixed.notes);
    let nothing = card("日本語").unwrap();
    insta::assert_debug_snapshot!("nothing", nothing.notes);
    assert_eq!(
        pixels(&nothing.png),
        pixels(&card_without_site("Invented Careers"))
    );
}

fn card_without_site(title: &str) -> Vec<u8> {
    let card = Card {
        title,
        kicker: "Insight",
        site: "",
        seed: "a-slug",
    };
    header_card(&card).unwrap().png
}

/// Returns whether the margins hold nothing but the field, by comparing with a card whose words differ.
fn margins_are_free(png: &[u8]) -> bool {
    let (one, two) = (pixels(png), pixels(&card_without_site(".")));
    let free = |x: u32, y: u32| one.get_pixel(x, y) == two.get_pixel(x, y);
    (0..630).all(|y| (0..64).chain(1136..1200).all(|x| free(x, y)))
        && (0..1200).all(|x| (0..60).chain(590..630).all(|y| free(x, y)))
}

#[test]
fn nothing_runs_into_the_margins() {
    let stacked = format!("Z{}", "\u{301}\u{302}\u{303}".repeat(100));
    let wide = "W".repeat(300);
    for title in ["Jägerj, gÅ", &wide, &stacked, "ﷺﷺﷺ", "ب ה W"] {
        assert!(margins_are_free(&card(title).unwrap().png), "{title:?}");
    }
    let crowded = header_card(&Card {
        title: "x",
        kicker: &wide,
        site: &wide,
        seed: "a-slug",
    });
    assert!(margins_are_free(&crowded.unwrap().png));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn any_title_gives_a_card(title in "\\PC{1,300}") {
        match card(&title) {
            Ok(picture) => prop_assert!(margins_are_free(&picture.png), "{title:?}"),
            Err(error) => prop_assert_eq!(error, CardError::EmptyTitle),
        }
    }
}
