//! Files for the other modules: a real photograph, drawn pictures in each format, and PNG chunks.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

/// The example photograph: stored on its side, full of metadata.
pub(crate) fn chelsea() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/photos/chelsea.jpg"
    );
    std::fs::read(path).unwrap()
}

/// A picture without any symmetry.
pub(crate) fn drawn(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let part = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap();
        let corner = x < width / 4 && y < height / 3;
        image::Rgb([
            part(x, width),
            part(y, height),
            if corner { 255 } else { 40 },
        ])
    })
}

/// An EXIF block that holds an orientation, little-endian.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0".to_vec();
    block.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    block.extend([0, 0, 0, 0]);
    block
}

fn encode(
    mut encoder: impl ImageEncoder,
    pixels: &RgbImage,
    exif: Option<Vec<u8>>,
    icc: Option<Vec<u8>>,
) {
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    if let Some(icc) = icc {
        encoder.set_icc_profile(icc).unwrap();
    }
    let (width, height) = pixels.dimensions();
    encoder
        .write_image(pixels.as_raw(), width, height, ExtendedColorType::Rgb8)
        .unwrap();
}

pub(crate) fn png(pixels: &RgbImage, exif: Option<Vec<u8>>, icc: Option<Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    encode(PngEncoder::new(&mut file), pixels, exif, icc);
    file
}

pub(crate) fn jpeg(pixels: &RgbImage, exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    encode(
        JpegEncoder::new_with_quality(&mut file, 95),
        pixels,
        exif,
        None,
    );
    file
}

pub(crate) fn webp(pixels: &RgbImage, exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    encode(WebPEncoder::new_lossless(&mut file), pixels, exif, None);
    file
}

/// One PNG chunk with its checksum.
pub(crate) fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&name[..], data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &named, &crc(&named).to_be_bytes()].concat()
}

/// The `IHDR` chunk of an RGB picture.
pub(crate) fn header(width: u32, height: u32) -> Vec<u8> {
    let data = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    chunk(*b"IHDR", &data)
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

/// The names of a PNG's chunks, read without any library.
pub(crate) fn chunks(png: &[u8]) -> Vec<String> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
    let mut names = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap());
        names.push(String::from_utf8(rest[4..8].to_vec()).unwrap());
        rest = &rest[usize::try_from(length).unwrap() + 12..];
    }
    names
}

/// The pixels of a finished picture.
pub(crate) fn pixels(png: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(png, image::ImageFormat::Png)
        .unwrap()
        .into_rgb8()
}
