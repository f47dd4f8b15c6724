//! What is refused, and that nothing that anybody sends brings the process down.

use lightsout_media::{Limits, Photo, PhotoError, headshot, photo};
use proptest::prelude::*;

use crate::files::{chelsea, chunk, chunks, drawn, exif, header, jpeg, pixels, png, webp};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn refused(bytes: &[u8]) -> PhotoError {
    Photo::check(bytes, &Limits::default()).unwrap_err()
}

/// Every message a sender can get, by its code.
#[test]
fn each_refusal_says_what_to_do() {
    let bomb = [
        SIGNATURE,
        &header(30_000, 30_000),
        &chunk(*b"IDAT", b"x"),
        &chunk(*b"IEND", b""),
    ]
    .concat();
    let fifty_megabytes = vec![0xFF; 50 * 1024 * 1024];
    let small = png(&drawn(200, 400), None, None);
    let mut damaged = png(&drawn(300, 300), None, None);
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    let whole = chelsea();
    let files: [&[u8]; 10] = [
        b"",
        &fifty_megabytes,
        b"Dear all, this is a text and no photograph.jpg",
        b"GIF89a",
        b"\0\0\0\x18ftypheic",
        b"\0\x01\x02\x03",
        &whole[..whole.len() / 2],
        &bomb,
        &small,
        &damaged,
    ];
    let said: Vec<String> = files
        .iter()
        .map(|file| {
            let error = refused(file);
            format!("{}: {error}", error.code())
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_limit_is_the_last_value_allowed() {
    let file = png(&drawn(300, 260), None, None);
    let exact = Limits {
        max_bytes: file.len(),
        max_side: 300,
        max_pixels: 300 * 260,
        max_decoded: 300 * 260 * 3,
        min_side: 260,
    };
    Photo::check(&file, &exact).unwrap();
    let tighter = [
        Limits {
            max_bytes: file.len() - 1,
            ..exact.clone()
        },
        Limits {
            max_side: 299,
            ..exact.clone()
        },
        Limits {
            max_pixels: 300 * 260 - 1,
            ..exact.clone()
        },
        Limits {
            max_decoded: 300 * 260 * 3 - 1,
            ..exact.clone()
        },
        Limits {
            min_side: 261,
            ..exact.clone()
        },
    ];
    let codes = tighter.map(|limits| Photo::check(&file, &limits).unwrap_err().code());
    assert_eq!(codes[0], "photo-too-big");
    assert_eq!(codes[1], "photo-too-many-pixels");
    assert_eq!(codes[2], "photo-too-many-pixels");
    assert!(["photo-too-many-pixels", "photo-damaged"].contains(&codes[3]));
    assert_eq!(codes[4], "photo-too-small");
}

#[test]
fn bombs_are_refused_by_what_they_claim() {
    // A JPEG whose frame header claims 65,500 on each side.
    let mut file = jpeg(&drawn(300, 300), None);
    let frame = file
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    assert_eq!(refused(&file).code(), "photo-too-many-pixels");

    // Within the limit on each side, but not together.
    let wide = [
        SIGNATURE,
        &header(16_000, 16_000),
        &chunk(*b"IDAT", b"x"),
        &chunk(*b"IEND", b""),
    ]
    .concat();
    assert_eq!(refused(&wide).code(), "photo-too-many-pixels");

    // Deep colour doubles the memory; 49 million pixels of 16 bits and four channels are too much.
    let ihdr = [
        &7000_u32.to_be_bytes()[..],
        &7000_u32.to_be_bytes(),
        &[16, 6, 0, 0, 0],
    ]
    .concat();
    let deep = [
        SIGNATURE,
        &chunk(*b"IHDR", &ihdr),
        &chunk(*b"IDAT", b"x"),
        &chunk(*b"IEND", b""),
    ]
    .concat();
    let _ = refused(&deep);
}

#[test]
fn data_that_inflates_past_its_header_is_not_kept() {
    // 27 million bytes behind a header that claims 300x300.
    let large = png(&image::RgbImage::new(3000, 3000), None, None);
    assert!(large.len() < 1024 * 1024);
    let end_of_header = SIGNATURE.len() + 25;
    let lying = [SIGNATURE, &header(300, 300), &large[end_of_header..]].concat();
    if let Ok(photo) = Photo::check(&lying, &Limits::default()) {
        assert_eq!(photo.size(), (300, 300));
    }
}

/// A profile is stored compressed, so a small file can hold a huge one. It is given up; the picture is not.
#[test]
fn a_profile_that_inflates_is_not_kept() {
    let profile = vec![0; 32 * 1024 * 1024];
    let drawn = drawn(300, 300);
    let file = png(&drawn, None, Some(profile));
    assert!(file.len() < 1024 * 1024);
    let checked = Photo::check(&file, &Limits::default()).unwrap();
    assert_eq!(pixels(&photo(&checked, 1600).unwrap().png), drawn);
    let said = format!("{checked:?}");
    assert!(said.len() < 200, "{said}");
}

#[test]
fn moving_pictures_are_refused() {
    let still = png(&drawn(300, 300), None, None);
    let at = SIGNATURE.len() + 25;
    let frames = chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let moving = [&still[..at], &frames, &still[at..]].concat();
    assert_eq!(refused(&moving).code(), "photo-animated");

    let mut moving = webp(&drawn(300, 300), Some(exif(1)));
    assert_eq!(&moving[12..16], b"VP8X");
    moving[20] |= 0b10;
    assert_eq!(refused(&moving).code(), "photo-animated");
}

#[test]
fn every_cut_is_noticed() {
    let files = [
        chelsea(),
        jpeg(&drawn(300, 300), None),
        png(&drawn(300, 300), None, None),
        webp(&drawn(300, 300), None),
    ];
    for file in files {
        for part in 1..20 {
            let cut = file.len() * part / 20;
            refused(&file[..cut]);
        }
        refused(&file[..file.len() - 8]);
    }
}

/// Telephones append videos and maps, so what follows a picture is no reason to refuse it; but it goes no
/// further, and a file that begins as something else is that.
#[test]
fn a_second_face_is_refused_or_lost() {
    let hidden = b"PK\x03\x04<script>alert(1)</script>";
    for file in [chelsea(), png(&drawn(300, 300), None, None)] {
        let both = [&file[..], hidden].concat();
        let picture = headshot(&Photo::check(&both, &Limits::default()).unwrap()).unwrap();
        assert!(!picture.png.windows(8).any(|part| part == b"<script>"));
        assert_eq!(chunks(&picture.png).last().unwrap(), "IEND");
        let turned_round = [hidden, &file[..]].concat();
        assert_eq!(refused(&turned_round).code(), "photo-unsupported");
        let spaced = [b"\n", &file[..]].concat();
        refused(&spaced);
    }
    // A PNG's first bytes before a JPEG.
    refused(&[SIGNATURE, &chelsea()].concat());
}

/// Reads a file the way the factory would, and makes something of it when it is accepted.
fn survive(file: &[u8]) {
    if let Ok(checked) = Photo::check(file, &Limits::default()) {
        let picture = photo(&checked, 32).unwrap();
        assert_eq!(chunks(&picture.png).first().unwrap(), "IHDR");
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let small = drawn(260, 256);
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    vec![
        chelsea(),
        jpeg(&small, Some(exif(6))),
        png(&small, Some(exif(3)), Some(profile)),
        webp(&small, Some(exif(8))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    /// The first kilobyte holds the structure, so half of the changes go there.
    #[test]
    fn changed_files_never_panic(
        seed in 0..4_usize,
        near in proptest::collection::vec((0..1024_usize, any::<u8>()), 0..6),
        far in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut file = seeds().swap_remove(seed);
        let length = file.len();
        for (at, byte) in near {
            file[at % length] = byte;
        }
        for (at, byte) in far {
            file[at.index(length)] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(length));
        }
        survive(&file);
    }

    #[test]
    fn colour_profiles_of_any_kind_never_panic(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let mut profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
        let length = profile.len();
        for (at, byte) in changes {
            profile[at.index(length)] = byte;
        }
        survive(&png(&drawn(256, 256), None, Some(profile)));
    }

    #[test]
    fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), kind in 0..4_usize) {
        let magic: &[u8] = [&b"\xFF\xD8\xFF"[..], SIGNATURE, b"RIFF\0\0\0\0WEBPVP8 ", b""][kind];
        survive(&[magic, &bytes].concat());
    }
}
