//! What the bytes are: the first few decide, never a file name or a header somebody sent along.

use crate::PhotoError;

/// A type of picture that can be read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// JPEG, as most cameras and telephones write.
    Jpeg,
    /// PNG, one frame.
    Png,
    /// WebP, lossy or lossless, one frame.
    WebP,
}

impl Kind {
    /// Returns the name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        }
    }

    /// Reads the type from the first bytes of a file.
    pub(crate) fn sniff(bytes: &[u8]) -> Result<Self, PhotoError> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::WebP);
        }
        Err(
            foreign(bytes).map_or(PhotoError::NotAPicture, |(name, advice)| {
                PhotoError::Unsupported { name, advice }
            }),
        )
    }
}

const EXPORT: &str = "please export it as JPEG or PNG and attach that";
const STILL: &str = "please attach a still photograph as JPEG or PNG";
const PHONE: &str = "please export it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible) and attach that";
const PHOTOGRAPH: &str = "please attach a photograph as JPEG, PNG or WebP";

/// Names a file that is something else, and says what its sender can do about it.
fn foreign(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const MAGIC: &[(&[u8], &str, &str)] = &[
        (b"GIF8", "GIF", STILL),
        (b"II*\0", "TIFF or camera raw", EXPORT),
        (b"MM\0*", "TIFF or camera raw", EXPORT),
        (b"BM", "BMP", EXPORT),
        (b"\0\0\x01\0", "ICO", PHOTOGRAPH),
        (b"8BPS", "Photoshop", EXPORT),
        (b"\xFF\x0A", "JPEG XL", EXPORT),
        (b"\0\0\0\x0CJXL ", "JPEG XL", EXPORT),
        (b"\0\0\0\x0CjP  ", "JPEG 2000", EXPORT),
        (b"%PDF", "PDF", PHOTOGRAPH),
        (b"PK\x03\x04", "ZIP or office document", PHOTOGRAPH),
        (b"RIFF", "sound or video", PHOTOGRAPH),
        (b"\x7FELF", "program", PHOTOGRAPH),
        (b"MZ", "program", PHOTOGRAPH),
    ];
    for (magic, name, advice) in MAGIC {
        if bytes.starts_with(magic) {
            return Some((name, advice));
        }
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(match bytes.get(8..12) {
            Some(b"avif" | b"avis") => ("AVIF", EXPORT),
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => {
                ("HEIC", PHONE)
            }
            _ => ("video", STILL),
        });
    }
    text(bytes)
}

/// Names text, from what the first kilobyte says.
fn text(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    if head.contains(&0) {
        return None;
    }
    // The cut may fall inside a character; what stands before it is enough.
    let head = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let lower = head
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    if lower.contains("<svg") {
        return Some(("SVG", EXPORT));
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Some(("web page", PHOTOGRAPH));
    }
    Some(("text", PHOTOGRAPH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        assert_eq!(Kind::sniff(b"\xFF\xD8\xFF\xE0").unwrap(), Kind::Jpeg);
        assert_eq!(Kind::sniff(b"\x89PNG\r\n\x1a\n").unwrap(), Kind::Png);
        assert_eq!(Kind::sniff(b"RIFF\0\0\0\0WEBPVP8 ").unwrap(), Kind::WebP);
    }

    #[test]
    fn other_files_are_refused_by_name() {
        let named = |bytes: &[u8]| match Kind::sniff(bytes) {
            Err(PhotoError::Unsupported { name, .. }) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(named(b"GIF89a..."), "GIF");
        assert_eq!(named(b"\0\0\0\x18ftypheic\0\0\0\0"), "HEIC");
        assert_eq!(named(b"\0\0\0\x18ftypavif\0\0\0\0"), "AVIF");
        assert_eq!(named(b"\0\0\0\x18ftypisom\0\0\0\0"), "video");
        assert_eq!(named(b"<?xml version=\"1.0\"?>\n<svg>"), "SVG");
        assert_eq!(named(b"<!DOCTYPE html><html>"), "web page");
        assert_eq!(named(b"\xEF\xBB\xBFdear all"), "text");
        assert_eq!(named(b"%PDF-1.7\n"), "PDF");
        assert_eq!(named(b"RIFF\0\0\0\0WAVEfmt "), "sound or video");
        let long = format!("{}é", "a".repeat(1023));
        assert_eq!(named(long.as_bytes()), "text");
    }

    #[test]
    fn noise_is_no_picture() {
        for bytes in [&b"\x01\x02\x03\0\0\0"[..], &[0xFF, 0xD8], &[0x89]] {
            assert!(matches!(Kind::sniff(bytes), Err(PhotoError::NotAPicture)));
        }
    }
}
