//! Unpacking one entry into a scanner, within limits.

use std::io::{ErrorKind, Read};

use zlib_rs::{Inflate, InflateFlush, Status, crc32::crc32};

use crate::FindingCode;
use crate::catalog::Packed;
use crate::scan::Scanner;

/// How many packed bytes are in memory at once.
const INPUT: usize = 64 << 10;
/// How many bytes an entry may become before it is asked how tight it was packed.
const SMALL: u64 = 1 << 20;

/// What is the same for all entries.
pub(crate) struct Unpacker {
    inflate: Inflate,
    input: Vec<u8>,
    /// How many more bytes may be unpacked, over all entries.
    pub(crate) left: u64,
    ratio: u64,
}

/// What an entry should become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise {
    pub(crate) packed: Packed,
    pub(crate) size: u64,
    pub(crate) checksum: u32,
}

impl Unpacker {
    pub(crate) fn new(bytes: u64, ratio: u64) -> Self {
        Self {
            inflate: Inflate::new(false, 15),
            input: vec![0; INPUT],
            left: bytes,
            ratio,
        }
    }

    /// Unpacks an entry; an error is why it was read no further. What was unpacked by then is in the scanner.
    pub(crate) fn run(
        &mut self,
        source: &mut impl Read,
        promise: Promise,
        scanner: &mut Scanner,
    ) -> Result<(), FindingCode> {
        if self.left == 0 && promise.size > 0 {
            return Err(FindingCode::Bytes);
        }
        let result = match promise.packed {
            Packed::Stored => self.copy(source, promise, scanner),
            Packed::Deflated => self.inflate(source, promise, scanner),
        };
        scanner.end_part();
        result
    }

    fn copy(
        &mut self,
        source: &mut impl Read,
        promise: Promise,
        scanner: &mut Scanner,
    ) -> Result<(), FindingCode> {
        let mut out = Output::new(promise);
        loop {
            let read = fill(source, scanner.space())?;
            if read == 0 {
                return out.judge();
            }
            out.take(scanner, read);
            self.pay(read)?;
        }
    }

    fn inflate(
        &mut self,
        source: &mut impl Read,
        promise: Promise,
        scanner: &mut Scanner,
    ) -> Result<(), FindingCode> {
        self.inflate.reset(false);
        let mut out = Output::new(promise);
        let (mut from, mut to) = (0, 0);
        loop {
            if from == to {
                to = fill(source, &mut self.input)?;
                from = 0;
            }
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let input = &self.input[from..to];
            let status = self
                .inflate
                .decompress(input, scanner.space(), InflateFlush::NoFlush);
            let read = self.inflate.total_in() - before_in;
            let made = self.inflate.total_out() - before_out;
            // Neither is more than the length of the slice that was given.
            let (read, made) = (as_len(read, input.len()), as_len(made, WHOLE));
            from += read;
            out.take(scanner, made);
            self.pay(made)?;
            let (packed, size) = (self.inflate.total_in(), self.inflate.total_out());
            if size > SMALL && size / self.ratio.max(1) > packed {
                return Err(FindingCode::Ratio);
            }
            match status {
                Ok(Status::StreamEnd) => return out.judge(),
                Ok(_) if read > 0 || made > 0 => {}
                // Nothing goes in and nothing comes out: it ends too soon.
                Ok(_) | Err(_) => return Err(FindingCode::Damaged),
            }
        }
    }

    fn pay(&mut self, bytes: usize) -> Result<(), FindingCode> {
        let left = self.left.checked_sub(bytes as u64);
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(FindingCode::Bytes)
    }
}

/// No limit on a length.
const WHOLE: usize = usize::MAX;

fn as_len(count: u64, most: usize) -> usize {
    usize::try_from(count).unwrap_or(most).min(most)
}

/// What came out of an entry so far.
struct Output {
    promise: Promise,
    size: u64,
    checksum: u32,
}

impl Output {
    fn new(promise: Promise) -> Self {
        Self {
            promise,
            size: 0,
            checksum: 0,
        }
    }

    fn take(&mut self, scanner: &mut Scanner, bytes: usize) {
        self.checksum = crc32(self.checksum, &scanner.space()[..bytes]);
        self.size += bytes as u64;
        if bytes > 0 {
            scanner.filled(bytes);
        }
    }

    /// Whether it became what was promised.
    fn judge(&self) -> Result<(), FindingCode> {
        if self.size == self.promise.size && self.checksum == self.promise.checksum {
            Ok(())
        } else {
            Err(FindingCode::Damaged)
        }
    }
}

/// Reads once, again when that was interrupted.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize, FindingCode> {
    loop {
        match source.read(buffer) {
            Ok(read) => return Ok(read),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(FindingCode::Damaged),
        }
    }
}
