//! Colour profiles: what a file's numbers mean, turned into sRGB.
//!
//! A telephone's photograph is often in Display P3. Published pictures carry no profile, so dropping it would
//! make them dull; the pixels are converted instead, after the resize, where there are few.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts the pixels from `profile` to sRGB in place, and says whether that was possible.
///
/// A profile that cannot be read, or that is not for red, green and blue (a grey or a printer's one, whose
/// pixels the decoder has already turned into RGB), changes nothing.
pub(crate) fn to_srgb(pixels: &mut RgbImage, profile: &[u8]) -> bool {
    let Ok(source) = ColorProfile::new_from_slice(profile) else {
        return false;
    };
    if source.color_space != DataColorSpace::Rgb {
        return false;
    }
    let options = TransformOptions::default();
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = source.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options)
    else {
        return false;
    };
    let mut converted = vec![0; pixels.as_raw().len()];
    if transform
        .transform(pixels.as_raw(), &mut converted)
        .is_err()
    {
        return false;
    }
    pixels.copy_from_slice(&converted);
    true
}
