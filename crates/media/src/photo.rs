//! A photograph that somebody sent: hostile until checked.

use std::fmt;
use std::io::Cursor;

use exif::{In, Tag, Value};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, RgbImage};

use crate::Kind;
use crate::whole::{Shape, shape};

/// What a photograph may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of the file. Default: 10 MiB.
    pub max_bytes: usize,
    /// Longest side in pixels. Default: 16,384.
    pub max_side: u32,
    /// Most pixels, width times height. Default: 50 million, which admits a 48-megapixel telephone.
    pub max_pixels: u64,
    /// Most bytes that one decoded copy may take. Default: 400 MiB.
    pub max_decoded: u64,
    /// Shortest side in pixels. Default: 256.
    pub min_side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            max_side: 16_384,
            max_pixels: 50_000_000,
            max_decoded: 400 * 1024 * 1024,
            min_side: 256,
        }
    }
}

/// A photograph that was checked and decoded.
///
/// It holds pixels only; of its metadata, the orientation and the colour profile are kept until a picture has
/// been made with them, and nothing else was even read.
#[derive(Clone)]
pub struct Photo {
    kind: Kind,
    /// As stored, before the orientation is applied: turning the small result is cheaper.
    pub(crate) pixels: RgbImage,
    pub(crate) orientation: Orientation,
    pub(crate) profile: Option<Vec<u8>>,
    had_alpha: bool,
}

impl Photo {
    /// Checks what somebody sent, and decodes it.
    ///
    /// The first bytes decide the type. Size, frames and pixels are read from the file's structure, before the
    /// decoder allocates anything for pixels.
    pub fn check(bytes: &[u8], limits: &Limits) -> Result<Self, PhotoError> {
        if bytes.is_empty() {
            return Err(PhotoError::Empty);
        }
        if bytes.len() > limits.max_bytes {
            return Err(PhotoError::TooBig {
                bytes: bytes.len(),
                limit: limits.max_bytes,
            });
        }
        let kind = Kind::sniff(bytes)?;
        match shape(kind, bytes) {
            Shape::Still => {}
            Shape::Animated => return Err(PhotoError::Animated { kind }),
            Shape::CutOff => return Err(PhotoError::CutOff { kind }),
        }
        decode(kind, bytes, limits)
    }

    /// Returns the type of the file it came from.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns width and height in pixels as a person sees them, upright.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.pixels.dimensions();
        if turned(self.orientation) {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Returns whether some of it was transparent; that part is white now.
    pub fn had_transparency(&self) -> bool {
        self.had_alpha
    }
}

/// Leaves the pixels out: they would fill a log with megabytes of somebody's face.
impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Photo")
            .field("kind", &self.kind)
            .field("size", &self.size())
            .field("orientation", &self.orientation)
            .finish_non_exhaustive()
    }
}

/// Tells whether the orientation exchanges width and height.
pub(crate) fn turned(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Most bytes that a decoder may set aside besides the pixels, such as for a colour profile, which PNG stores
/// compressed: 16 MiB.
const MAX_ASIDE: u64 = 16 * 1024 * 1024;

fn decode(kind: Kind, bytes: &[u8], limits: &Limits) -> Result<Photo, PhotoError> {
    let damaged = |error: image::ImageError| PhotoError::Damaged {
        kind,
        reason: error.to_string(),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(kind));
    // Dimensions are compared below, where the message can be ours.
    let mut decoder_limits = image::Limits::no_limits();
    decoder_limits.max_alloc = Some(MAX_ASIDE);
    reader.limits(decoder_limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;

    let (width, height) = decoder.dimensions();
    if width > limits.max_side
        || height > limits.max_side
        || u64::from(width) * u64::from(height) > limits.max_pixels
        || decoder.total_bytes() > limits.max_decoded
    {
        return Err(PhotoError::TooManyPixels {
            width,
            height,
            max_side: limits.max_side,
            max_pixels: limits.max_pixels,
        });
    }
    if width.min(height) < limits.min_side {
        return Err(PhotoError::TooSmall {
            width,
            height,
            min_side: limits.min_side,
        });
    }
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let had_alpha = image.color().has_alpha();
    Ok(Photo {
        kind,
        pixels: opaque(image),
        orientation: orientation(bytes),
        profile,
        had_alpha,
    })
}

fn format(kind: Kind) -> ImageFormat {
    match kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
        Kind::WebP => ImageFormat::WebP,
    }
}

/// Lays the picture on white when parts of it are transparent.
fn opaque(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        let over_white = |value: u8| {
            let (value, alpha) = (u32::from(value), u32::from(alpha));
            let mixed = (value * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        image::Rgb([over_white(red), over_white(green), over_white(blue)])
    })
}

/// Reads the orientation from EXIF, wherever the file keeps it. What cannot be read means upright.
fn orientation(bytes: &[u8]) -> Orientation {
    let mut reader = exif::Reader::new();
    // A camera's private tags are often broken; the orientation beside them is not.
    reader.continue_on_error(true);
    let read = reader
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_| {}));
    read.ok()
        .and_then(|exif| {
            let field = exif.get_field(Tag::Orientation, In::PRIMARY)?;
            match &field.value {
                Value::Short(values) => u8::try_from(*values.first()?).ok(),
                Value::Byte(values) => values.first().copied(),
                Value::Long(values) => u8::try_from(*values.first()?).ok(),
                _ => None,
            }
        })
        .and_then(Orientation::from_exif)
        .unwrap_or(Orientation::NoTransforms)
}

/// Why a file was refused as a photograph.
///
/// Each message is written for the person who sent the file: what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// There are no bytes.
    #[error("the attached file is empty; please attach the photograph again")]
    Empty,
    /// There are too many bytes.
    #[error(
        "the attached file is {}, more than the {} allowed; please attach a smaller copy",
        megabytes(*bytes), megabytes(*limit)
    )]
    TooBig {
        /// Size of the file in bytes.
        bytes: usize,
        /// Most bytes allowed.
        limit: usize,
    },
    /// It is something known that cannot be used.
    #[error("the attached file is `{name}`, whatever its name says; {advice}")]
    Unsupported {
        /// What it is.
        name: &'static str,
        /// What its sender can do.
        advice: &'static str,
    },
    /// It is nothing known.
    #[error("the attached file is not a picture; please attach a photograph as JPEG, PNG or WebP")]
    NotAPicture,
    /// It is made of frames.
    #[error("the attached {} moves; please attach a still photograph", kind.name())]
    Animated {
        /// Type of the file.
        kind: Kind,
    },
    /// The end is missing.
    #[error(
        "the attached {} is cut off before its end; please attach it again, or export a fresh copy",
        kind.name()
    )]
    CutOff {
        /// Type of the file.
        kind: Kind,
    },
    /// It cannot be decoded.
    #[error(
        "the attached {} is damaged and cannot be read; please export a fresh copy and attach that",
        kind.name()
    )]
    Damaged {
        /// Type of the file.
        kind: Kind,
        /// What the decoder said, for a log; it means nothing to the sender.
        reason: String,
    },
    /// It has too many pixels.
    #[error(
        "the photograph is {width}x{height} pixels; at most {max_side} on each side and {} million together are \
         allowed, so please attach a smaller copy",
        max_pixels / 1_000_000
    )]
    TooManyPixels {
        /// Width in pixels, as the file claims.
        width: u32,
        /// Height in pixels, as the file claims.
        height: u32,
        /// Longest side allowed.
        max_side: u32,
        /// Most pixels allowed.
        max_pixels: u64,
    },
    /// It has too few pixels.
    #[error(
        "the photograph is only {width}x{height} pixels; please attach one with at least {min_side} on its \
         shorter side"
    )]
    TooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Shortest side allowed.
        min_side: u32,
    },
}

impl PhotoError {
    /// Returns a code that stays the same when the wording changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "photo-empty",
            Self::TooBig { .. } => "photo-too-big",
            Self::Unsupported { .. } => "photo-unsupported",
            Self::NotAPicture => "photo-not-a-picture",
            Self::Animated { .. } => "photo-animated",
            Self::CutOff { .. } => "photo-cut-off",
            Self::Damaged { .. } => "photo-damaged",
            Self::TooManyPixels { .. } => "photo-too-many-pixels",
            Self::TooSmall { .. } => "photo-too-small",
        }
    }
}

/// Writes a size in MB with one decimal, rounded up so that a file over the limit never looks like the limit.
fn megabytes(bytes: usize) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    if tenths.is_multiple_of(10) {
        format!("{} MB", tenths / 10)
    } else {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}
