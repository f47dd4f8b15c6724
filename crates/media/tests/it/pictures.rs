//! What comes out of a good photograph.

use image::RgbImage;
use lightsout_media::{HEADSHOT_SIDE, Kind, Limits, Photo, Picture, headshot, photo};

use crate::files::{chelsea, chunks, drawn, exif, jpeg, pixels, png, webp};

fn check(bytes: &[u8]) -> Photo {
    Photo::check(bytes, &Limits::default()).unwrap()
}

/// Stores a picture the way a camera would that notes `orientation`, after the definition in the EXIF
/// standard: which side of the scene the first row and the first column show.
fn stored(upright: &RgbImage, orientation: u8) -> RgbImage {
    let (width, height) = upright.dimensions();
    let turned = orientation >= 5;
    let (columns, rows) = if turned {
        (height, width)
    } else {
        (width, height)
    };
    RgbImage::from_fn(columns, rows, |column, row| {
        let (x, y) = match orientation {
            1 => (column, row),
            2 => (width - 1 - column, row),
            3 => (width - 1 - column, height - 1 - row),
            4 => (column, height - 1 - row),
            5 => (row, column),
            6 => (width - 1 - row, column),
            7 => (width - 1 - row, height - 1 - column),
            8 => (row, height - 1 - column),
            other => panic!("{other}"),
        };
        *upright.get_pixel(x, y)
    })
}

/// Asserts that a finished picture is PNG of that size and nothing else.
fn assert_clean(picture: &Picture, size: (u32, u32)) {
    assert_eq!((picture.width, picture.height), size);
    assert_eq!(pixels(&picture.png).dimensions(), size);
    let mut names = chunks(&picture.png);
    names.dedup();
    assert_eq!(names, ["IHDR", "IDAT", "IEND"]);
}

/// The mean difference of two pictures, over all pixels and channels.
fn difference(one: &RgbImage, two: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), two.dimensions());
    let pairs = one.as_raw().iter().zip(two.as_raw());
    let sum: f64 = pairs.map(|(one, two)| f64::from(one.abs_diff(*two))).sum();
    sum / f64::from(one.width() * one.height() * 3)
}

#[test]
fn all_orientations_give_the_same_upright_picture() {
    for (width, height) in [(480, 300), (300, 480)] {
        let upright = drawn(width, height);
        let expected = pixels(&headshot(&check(&png(&upright, None, None))).unwrap().png);
        for orientation in 1..=8 {
            let turned = stored(&upright, orientation);
            let files = [
                png(&turned, Some(exif(orientation)), None),
                webp(&turned, Some(exif(orientation))),
            ];
            for file in files {
                let checked = check(&file);
                assert_eq!(checked.size(), (width, height), "{orientation}");
                let whole = photo(&checked, 1600).unwrap();
                assert_eq!(pixels(&whole.png), upright, "{orientation}");
            }
            // The resize rounds and clips between its two passes, whose order differs, so a few pixels beside
            // the sharp edge do too.
            let square = headshot(&check(&png(&turned, Some(exif(orientation)), None))).unwrap();
            assert!(
                difference(&pixels(&square.png), &expected) < 0.1,
                "{orientation}"
            );
            let lossy = check(&jpeg(&turned, Some(exif(orientation))));
            let lossy = pixels(&photo(&lossy, 1600).unwrap().png);
            assert_eq!(lossy.dimensions(), (width, height));
            assert_eq!(
                lossy.get_pixel(5, 5).0[2] > 150,
                upright.get_pixel(5, 5).0[2] > 150
            );
        }
    }
}

#[test]
fn an_orientation_that_means_nothing_is_upright() {
    let upright = drawn(300, 260);
    for orientation in [0, 9, 255] {
        let checked = check(&png(&upright, Some(exif(orientation)), None));
        assert_eq!(pixels(&photo(&checked, 1600).unwrap().png), upright);
    }
    let checked = check(&png(&upright, Some(b"II*\0not exif".to_vec()), None));
    assert_eq!(pixels(&photo(&checked, 1600).unwrap().png), upright);
}

#[test]
fn the_example_photograph_comes_out_upright_and_clean() {
    let file = chelsea();
    for trace in [
        "Exif\0\0",
        "http://ns.adobe.com/xap/",
        "Photoshop 3.0",
        "must not be published",
    ] {
        let found = file
            .windows(trace.len())
            .any(|part| part == trace.as_bytes());
        assert!(found, "the example has lost its {trace:?}");
    }
    let checked = check(&file);
    assert_eq!((checked.kind(), checked.size()), (Kind::Jpeg, (451, 300)));

    let square = headshot(&checked).unwrap();
    assert_clean(&square, (HEADSHOT_SIDE, HEADSHOT_SIDE));
    insta::assert_debug_snapshot!(square.notes);

    let whole = photo(&checked, 1600).unwrap();
    assert_clean(&whole, (451, 300));
    assert!(whole.notes.is_empty());

    let again = headshot(&check(&file)).unwrap();
    assert_eq!(again, square);
    assert_eq!(again.sha256(), square.sha256());
    assert_eq!(again.sha256().len(), 64);
}

#[test]
fn a_portrait_is_cropped_a_bit_above_its_middle() {
    // Rows count upwards in red; the square keeps rows 100 to 400 of 600.
    let tall = RgbImage::from_fn(300, 600, |_, y| {
        image::Rgb([u8::try_from(y * 255 / 600).unwrap(), 0, 0])
    });
    let square = pixels(&headshot(&check(&png(&tall, None, None))).unwrap().png);
    assert!(square.get_pixel(512, 0).0[0].abs_diff(42) <= 1);
    assert!(square.get_pixel(512, 1023).0[0].abs_diff(170) <= 1);
}

#[test]
fn places_are_at_most_as_wide_as_asked() {
    let size = |width, height, most| {
        let picture = photo(&check(&png(&drawn(width, height), None, None)), most).unwrap();
        assert_clean(&picture, (picture.width, picture.height));
        (picture.width, picture.height)
    };
    assert_eq!(size(2000, 500, 1600), (1600, 400));
    assert_eq!(size(400, 300, 1600), (400, 300));
    assert_eq!(size(256, 2560, 512), (102, 1024));
    assert_eq!(size(256, 256, 0), (1, 1));
}

#[test]
fn colours_are_converted_and_the_profile_is_gone() {
    let wide = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let green = RgbImage::from_pixel(300, 300, image::Rgb([100, 200, 100]));
    let picture = photo(&check(&png(&green, None, Some(wide))), 1600).unwrap();
    assert_clean(&picture, (300, 300));
    assert!(picture.notes.is_empty());
    // The same green needs less red and more green in the narrower space.
    let [red, converted, blue] = pixels(&picture.png).get_pixel(9, 9).0;
    assert!(
        red < 80 && converted > 200 && blue < 100,
        "{red} {converted} {blue}"
    );

    let broken = photo(
        &check(&png(&green, None, Some(b"no profile".to_vec()))),
        1600,
    )
    .unwrap();
    assert_eq!(pixels(&broken.png), green);
    assert_eq!(broken.notes.len(), 1);
}

#[test]
fn transparency_becomes_white() {
    let clear = image::RgbaImage::from_pixel(300, 300, image::Rgba([0, 0, 0, 0]));
    let mut file = std::io::Cursor::new(Vec::new());
    clear.write_to(&mut file, image::ImageFormat::Png).unwrap();
    let checked = check(file.get_ref());
    assert!(checked.had_transparency());
    let picture = headshot(&checked).unwrap();
    assert_eq!(pixels(&picture.png).get_pixel(500, 500).0, [255; 3]);
    assert!(picture.notes.iter().any(|note| note.contains("white")));
}

#[test]
fn grey_and_deep_pictures_are_read() {
    let grey =
        image::DynamicImage::ImageLuma8(image::GrayImage::from_pixel(300, 300, image::Luma([90])));
    let deep = image::DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(
        300,
        300,
        image::Rgb([23130; 3]),
    ));
    for source in [grey, deep] {
        let mut file = std::io::Cursor::new(Vec::new());
        source.write_to(&mut file, image::ImageFormat::Png).unwrap();
        let picture = photo(&check(file.get_ref()), 1600).unwrap();
        assert_eq!(pixels(&picture.png).get_pixel(7, 7).0, [90; 3]);
    }
}
