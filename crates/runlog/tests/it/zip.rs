//! A writer of zip files that says whatever it is told, written from the format's description and not with the library
//! that reads them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// One entry and what is said about it.
#[derive(Debug, Clone)]
pub(crate) struct File {
    name: Vec<u8>,
    packed: Vec<u8>,
    size: u64,
    checksum: u32,
    method: u16,
    flags: u16,
    /// Puts sizes and place into a zip64 field.
    large: bool,
}

impl File {
    /// A file as the forge writes it.
    pub(crate) fn new(name: &str, text: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        let mut checksum = flate2::Crc::new();
        checksum.update(text);
        Self {
            name: name.as_bytes().to_owned(),
            packed: encoder.finish().unwrap(),
            size: text.len() as u64,
            checksum: checksum.sum(),
            method: 8,
            flags: 0x800,
            large: false,
        }
    }

    pub(crate) fn stored(name: &str, text: &[u8]) -> Self {
        let packed = text.to_owned();
        Self {
            packed,
            method: 0,
            ..Self::new(name, text)
        }
    }

    pub(crate) fn raw_name(self, name: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    pub(crate) fn encrypted(self) -> Self {
        Self {
            flags: self.flags | 1,
            ..self
        }
    }

    pub(crate) fn method(self, method: u16) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn large(self) -> Self {
        Self {
            large: true,
            ..self
        }
    }

    pub(crate) fn checksum(self, checksum: u32) -> Self {
        Self { checksum, ..self }
    }

    /// Keeps only the first bytes of what is packed.
    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.packed.truncate(bytes);
        self
    }

    /// Breaks what is packed from a byte on.
    pub(crate) fn broken(mut self, from: usize) -> Self {
        for byte in &mut self.packed[from..] {
            *byte = 0xff;
        }
        self
    }
}

/// Writes an archive.
pub(crate) fn zip(files: &[File]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for file in files {
        let place = out.len() as u64;
        out.extend(0x0403_4b50_u32.to_le_bytes());
        header(&mut out, file, None);
        out.extend(&file.packed);
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend(20_u16.to_le_bytes());
        header(&mut directory, file, Some(place));
    }
    let (count, size, place) = (files.len() as u64, directory.len() as u64, out.len() as u64);
    out.extend(directory);
    let large = files.iter().any(|file| file.large) || count > 0xfffe;
    if large {
        let end = out.len() as u64;
        out.extend(0x0606_4b50_u32.to_le_bytes());
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 0, 45, 0]);
        out.extend([0; 8]);
        for number in [count, count, size, place] {
            out.extend(number.to_le_bytes());
        }
        out.extend(0x0706_4b50_u32.to_le_bytes());
        out.extend(0_u32.to_le_bytes());
        out.extend(end.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    out.extend(0x0605_4b50_u32.to_le_bytes());
    out.extend([0; 4]);
    let short = |number: u64| {
        u16::try_from(number)
            .ok()
            .filter(|_| !large)
            .unwrap_or(u16::MAX)
    };
    out.extend(short(count).to_le_bytes());
    out.extend(short(count).to_le_bytes());
    for number in [size, place] {
        let number = if large {
            u32::MAX
        } else {
            u32::try_from(number).unwrap()
        };
        out.extend(number.to_le_bytes());
    }
    out.extend([0; 2]);
    out
}

/// What both headers of a file have in common; `place` is for the one in the directory.
fn header(out: &mut Vec<u8>, file: &File, place: Option<u64>) {
    let packed = file.packed.len() as u64;
    let word = |number: u64| {
        if file.large {
            u32::MAX
        } else {
            u32::try_from(number).unwrap()
        }
    };
    out.extend(if file.large { [45, 0] } else { [20, 0] });
    out.extend(file.flags.to_le_bytes());
    out.extend(file.method.to_le_bytes());
    out.extend([0; 4]);
    out.extend(file.checksum.to_le_bytes());
    out.extend(word(packed).to_le_bytes());
    out.extend(word(file.size).to_le_bytes());
    out.extend(u16::try_from(file.name.len()).unwrap().to_le_bytes());
    let mut extra = Vec::new();
    if file.large {
        let numbers: Vec<u64> = [file.size, packed].into_iter().chain(place).collect();
        extra.extend(1_u16.to_le_bytes());
        extra.extend(u16::try_from(numbers.len() * 8).unwrap().to_le_bytes());
        for number in numbers {
            extra.extend(number.to_le_bytes());
        }
    }
    out.extend(u16::try_from(extra.len()).unwrap().to_le_bytes());
    if let Some(place) = place {
        out.extend([0; 10]);
        out.extend(word(place).to_le_bytes());
    }
    out.extend(&file.name);
    out.extend(extra);
}
