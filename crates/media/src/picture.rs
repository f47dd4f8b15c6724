//! A finished picture: PNG bytes that hold pixels and nothing else.

use std::fmt::Write as _;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, RgbImage};
use sha2::{Digest as _, Sha256};

/// A picture as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file: a PNG of `IHDR`, `IDAT` and `IEND`, in sRGB, without any metadata.
    pub png: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What a reviewer should know about how it was made, one sentence each.
    pub notes: Vec<String>,
}

impl Picture {
    /// Encodes pixels.
    ///
    /// The fast compression with adaptive filters costs a few milliseconds; the library's default takes many
    /// times that, and makes files that are no smaller.
    pub(crate) fn encode(pixels: &RgbImage, notes: Vec<String>) -> Result<Self, PictureError> {
        let (width, height) = pixels.dimensions();
        let mut png = Vec::new();
        PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
            .write_image(pixels.as_raw(), width, height, ExtendedColorType::Rgb8)
            .map_err(|error| PictureError::Encode {
                reason: error.to_string(),
            })?;
        Ok(Self {
            png,
            width,
            height,
            notes,
        })
    }

    /// Returns the SHA-256 of the file in lowercase hexadecimal.
    pub fn sha256(&self) -> String {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(&self.png) {
            // Writing to a `String` cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

/// Why a picture could not be made from a photograph that was fine.
///
/// Neither is its sender's doing; both mean that a library refused what it should not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The pixels could not be resized.
    #[error("the picture could not be resized to {width}x{height}: {reason}; report this as a bug")]
    Resize {
        /// Width that was wanted, in pixels.
        width: u32,
        /// Height that was wanted, in pixels.
        height: u32,
        /// What the library said.
        reason: String,
    },
    /// The pixels could not be encoded.
    #[error("the picture could not be written as PNG: {reason}; report this as a bug")]
    Encode {
        /// What the library said.
        reason: String,
    },
}
