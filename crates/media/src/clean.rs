//! From a checked photograph to a picture that can be published.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use crate::photo::turned;
use crate::{Photo, Picture, PictureError, colour};

/// Width and height of a headshot in pixels.
pub const HEADSHOT_SIDE: u32 = 1024;

/// Greatest width of a photograph of a place in pixels, where nothing else is asked for.
pub const PHOTO_WIDTH: u32 = 1600;

/// Makes a headshot: upright, square, exactly [`HEADSHOT_SIDE`] on each side, free of metadata.
///
/// A landscape is cropped to its middle; of a portrait, a third of what is cut off goes above and two thirds
/// below, because that is where a face is.
pub fn headshot(photo: &Photo) -> Result<Picture, PictureError> {
    let (width, height) = photo.size();
    let side = width.min(height);
    let crop = Crop {
        left: (width - side) / 2,
        top: (height - side) / 3,
        width: side,
        height: side,
    };
    let mut notes = Vec::new();
    if width != height {
        notes.push(format!("cropped from {width}x{height} to a square"));
    }
    if side < HEADSHOT_SIDE {
        notes.push(format!(
            "enlarged from {side}x{side}, so it may look soft; a photograph of at least \
             {HEADSHOT_SIDE}x{HEADSHOT_SIDE} would be sharper"
        ));
    }
    render(photo, crop, (HEADSHOT_SIDE, HEADSHOT_SIDE), notes)
}

/// Makes a photograph of a place: upright, whole, free of metadata, at most `max_width` wide and twice that
/// high, and never enlarged.
pub fn photo(photo: &Photo, max_width: u32) -> Result<Picture, PictureError> {
    let (width, height) = photo.size();
    let crop = Crop {
        left: 0,
        top: 0,
        width,
        height,
    };
    let size = fit((width, height), max_width.max(1));
    let mut notes = Vec::new();
    if size != (width, height) {
        notes.push(format!(
            "reduced from {width}x{height} to {}x{}",
            size.0, size.1
        ));
    }
    render(photo, crop, size, notes)
}

/// Returns the greatest size of the same shape that is within `max_width` and twice that in height.
fn fit((width, height): (u32, u32), max_width: u32) -> (u32, u32) {
    let max_height = max_width.saturating_mul(2);
    if width <= max_width && height <= max_height {
        return (width, height);
    }
    let scaled = |side: u32, by: u32, of: u32| {
        let rounded = (u64::from(side) * u64::from(by) + u64::from(of) / 2) / u64::from(of);
        u32::try_from(rounded).unwrap_or(u32::MAX).max(1)
    };
    if u64::from(width) * u64::from(max_height) >= u64::from(height) * u64::from(max_width) {
        (max_width, scaled(height, max_width, width))
    } else {
        (scaled(width, max_height, height), max_height)
    }
}

/// A part of the upright picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Crop {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

impl Crop {
    /// Returns the same part in the picture as it is stored.
    fn stored(self, orientation: Orientation, (width, height): (u32, u32)) -> Self {
        // Distances from the far edges of the upright picture.
        let right = width - self.width - self.left;
        let bottom = height - self.height - self.top;
        let (left, top) = match orientation {
            Orientation::NoTransforms => (self.left, self.top),
            Orientation::FlipHorizontal => (right, self.top),
            Orientation::Rotate180 => (right, bottom),
            Orientation::FlipVertical => (self.left, bottom),
            Orientation::Rotate90FlipH => (self.top, self.left),
            Orientation::Rotate90 => (self.top, right),
            Orientation::Rotate270FlipH => (bottom, right),
            Orientation::Rotate270 => (bottom, self.left),
        };
        let (width, height) = swap_if(turned(orientation), (self.width, self.height));
        Self {
            left,
            top,
            width,
            height,
        }
    }
}

fn swap_if(turned: bool, (width, height): (u32, u32)) -> (u32, u32) {
    if turned {
        (height, width)
    } else {
        (width, height)
    }
}

/// Crops, resizes, turns, converts and encodes, in the order that costs least.
fn render(
    photo: &Photo,
    crop: Crop,
    size: (u32, u32),
    mut notes: Vec<String>,
) -> Result<Picture, PictureError> {
    let stored = crop.stored(photo.orientation, photo.size());
    let small = resize(
        &photo.pixels,
        stored,
        swap_if(turned(photo.orientation), size),
    )?;
    let mut image = DynamicImage::ImageRgb8(small);
    image.apply_orientation(photo.orientation);
    let mut pixels = image.into_rgb8();
    if let Some(profile) = &photo.profile
        && !colour::to_srgb(&mut pixels, profile)
    {
        notes.push("its colour profile was dropped, so colours may differ a little".to_owned());
    }
    if photo.had_transparency() {
        notes.push("transparent parts were made white".to_owned());
    }
    Picture::encode(&pixels, notes)
}

fn resize(
    pixels: &RgbImage,
    crop: Crop,
    (width, height): (u32, u32),
) -> Result<RgbImage, PictureError> {
    let failed = |reason: String| PictureError::Resize {
        width,
        height,
        reason,
    };
    let source = ImageRef::new(
        pixels.width(),
        pixels.height(),
        pixels.as_raw(),
        PixelType::U8x3,
    )
    .map_err(|error| failed(error.to_string()))?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(
            f64::from(crop.left),
            f64::from(crop.top),
            f64::from(crop.width),
            f64::from(crop.height),
        );
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|error| failed(error.to_string()))?;
    RgbImage::from_raw(width, height, target.into_vec())
        .ok_or_else(|| failed("the resized picture has the wrong length".to_owned()))
}
