//! Whether a file is all there, read from its structure alone.
//!
//! Decoders are lenient: the JPEG one paints what is missing grey. A photograph that was cut off on its way
//! should go back to its sender instead, so the structure is walked to its end before anything is decoded. The
//! same walk finds animations. It allocates nothing and looks at each byte once.
//!
//! Bytes *after* the end are allowed: telephones put a video or a depth map there. They never get any further.

use crate::Kind;

/// What the walk found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One complete picture.
    Still,
    /// Complete, but made of frames.
    Animated,
    /// It ends before its end.
    CutOff,
}

/// Walks the file.
pub(crate) fn shape(kind: Kind, bytes: &[u8]) -> Shape {
    match kind {
        Kind::Jpeg => jpeg(bytes),
        Kind::Png => png(bytes),
        Kind::WebP => webp(bytes),
    }
    .unwrap_or(Shape::CutOff)
}

/// Looks for the end-of-image marker, stepping over segments (a thumbnail in one has an end of its own) and
/// through entropy-coded data. `None` when the bytes run out first.
fn jpeg(bytes: &[u8]) -> Option<Shape> {
    let mut rest = bytes.get(2..)?;
    loop {
        // Between segments and inside scans alike, the next marker is what follows `FF`.
        let at = rest.iter().position(|&byte| byte == 0xFF)?;
        rest = rest.get(at + 1..)?;
        match *rest.first()? {
            0xD9 => return Some(Shape::Still),
            // A fill byte: the marker may start here.
            0xFF => {}
            // A stuffed zero, a restart, or a marker that stands alone.
            0x00 | 0x01 | 0xD0..=0xD8 => rest = rest.get(1..)?,
            _ => {
                let length = usize::from(u16::from_be_bytes([*rest.get(1)?, *rest.get(2)?]));
                rest = rest.get(1 + length.max(2)..)?;
            }
        }
    }
}

/// Walks the chunks to `IEND`.
fn png(bytes: &[u8]) -> Option<Shape> {
    let mut rest = bytes.get(8..)?;
    let mut shape = Shape::Still;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
        let length = usize::try_from(length).ok()?;
        match rest.get(4..8)? {
            b"acTL" => shape = Shape::Animated,
            b"IEND" => return Some(shape),
            _ => {}
        }
        rest = rest.get(length.checked_add(12)?..)?;
    }
}

/// Compares the size that the file claims with what is there, and looks for an animation in the first chunk.
fn webp(bytes: &[u8]) -> Option<Shape> {
    const ANIMATION: u8 = 0b10;
    let claimed = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    if bytes.len() < usize::try_from(claimed).ok()?.checked_add(8)? {
        return None;
    }
    let extended = bytes.get(12..16)? == b"VP8X";
    if extended && bytes.get(20)? & ANIMATION != 0 {
        return Some(Shape::Animated);
    }
    Some(Shape::Still)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_ends_at_its_own_end_and_not_at_its_thumbnails() {
        let head: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9];
        let scan: &[u8] = &[0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD0, 3];
        let end: &[u8] = &[0xFF, 0xFF, 0xD9];
        assert_eq!(jpeg(&[head, scan].concat()), None);
        assert_eq!(jpeg(&[head, scan, end].concat()), Some(Shape::Still));
        let trailer: &[u8] = b"PK\x03\x04";
        assert_eq!(
            jpeg(&[head, scan, end, trailer].concat()),
            Some(Shape::Still)
        );
    }

    #[test]
    fn a_png_is_walked_to_its_last_chunk() {
        let chunk = |name: &[u8; 4], length: u32| {
            let data = vec![0; usize::try_from(length).unwrap() + 4];
            [&length.to_be_bytes()[..], name, &data].concat()
        };
        let signature = b"\x89PNG\r\n\x1a\n";
        let still = [&signature[..], &chunk(b"IDAT", 5), &chunk(b"IEND", 0)].concat();
        assert_eq!(shape(Kind::Png, &still), Shape::Still);
        for cut in 0..still.len() - 4 {
            assert_eq!(shape(Kind::Png, &still[..cut]), Shape::CutOff, "{cut}");
        }
        let moving = [&signature[..], &chunk(b"acTL", 8), &chunk(b"IEND", 0)].concat();
        assert_eq!(shape(Kind::Png, &moving), Shape::Animated);
        let lying = [&signature[..], &u32::MAX.to_be_bytes(), b"IDAT"].concat();
        assert_eq!(shape(Kind::Png, &lying), Shape::CutOff);
    }

    #[test]
    fn a_webp_is_as_long_as_it_says() {
        let mut file = b"RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0\0\0\0\0\0\0".to_vec();
        assert_eq!(shape(Kind::WebP, &file), Shape::Animated);
        file[20] = 0;
        assert_eq!(shape(Kind::WebP, &file), Shape::Still);
        file.pop();
        assert_eq!(shape(Kind::WebP, &file), Shape::CutOff);
    }
}
