//! Why a run failed: from the archive of its logs to the lines that tell.
//!
//! A forge hands out what a run of workflows printed as one zip file. [`read_archive`] reads it within [`Limits`] and
//! keeps the lines that tell why the run failed: those that the runner itself marked as errors, the lines around them,
//! and lines that speak of an error. [`read_log`] does the same with the log of one job.
//!
//! ```
//! use lightsout_runlog::{Limits, read_log};
//!
//! let log = "2026-03-01T07:00:01.0000000Z \u{1b}[31mFAIL\u{1b}[0m login.test.ts\n\
//!            2026-03-01T07:00:02.0000000Z ##[error]Process completed with exit code 1.\n";
//! let excerpt = read_log("test", log.as_bytes(), &Limits::default())?;
//! assert_eq!(excerpt.failure(), "FAIL login.test.ts\n##[error]Process completed with exit code 1.\n");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What lies in an archive
//!
//! At the top a file for each job, `<n>_<job>.txt`; beside it a folder for each job with a file for each step,
//! `<job>/<n>_<step>.txt`. Both say the same, and newer archives have no files for steps. The file of the job is read;
//! those of its steps only where it is missing, so that no line counts twice. Names are words to show and nothing else: no
//! file is ever made from one.
//!
//! # Which lines are kept
//!
//! [`Limits::lines`] in all, the last ones of each [`Mark`] first: errors, what stands close to them, what speaks of an
//! error, what stands further around. Of jobs that did not fail nothing is kept as long as one did. Time stamps, byte order
//! marks, colours and control characters are taken out, and long lines cut. What is left is somebody else's text: data,
//! whatever it asks for.
//!
//! # Bounds
//!
//! Memory does not grow with the archive, the number of its entries, or the length of a line. What is too large, packed
//! suspiciously tight, encrypted, damaged or doubled is left out and named by a [`Finding`]; what was read before counts.
//!
//! **Architecture invariant:** nothing here knows a forge, a clock or a folder: bytes come in, lines go out.

mod archive;
mod catalog;
mod clean;
mod excerpt;
mod finding;
mod keep;
mod limits;
mod scan;
mod unpack;

pub use archive::{ArchiveError, read_archive, read_log};
pub use excerpt::{Excerpt, Job, Line, Mark};
pub use finding::{Finding, FindingCode};
pub use limits::Limits;
