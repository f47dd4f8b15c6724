//! Bundles: commits in one file, the form in which they change hands.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::repo::{full_ref, is_sha, sha};
use crate::{GitError, Repo};

/// The longest header line; a reference name has at most 300 characters.
const HEADER_LINE: u64 = 1000;
/// The most header lines.
const HEADER_LINES: usize = 1000;
/// The largest bundle.
const BUNDLE_LIMIT: u64 = 256 << 20;

impl Repo {
    /// Writes the commits of `head_ref` that `base` lacks into a bundle. It applies only where `base` is known, and it
    /// is there whole or not at all.
    ///
    /// # Errors
    /// [`GitError::NothingNew`] when there is none.
    pub fn bundle(&self, base: &str, head_ref: &str, out: &Path) -> Result<(), GitError> {
        let (base, head_ref) = (sha(base)?, full_ref(head_ref)?);
        let head = self.rev(head_ref)?.ok_or_else(|| GitError::NotFound {
            what: format!("`{head_ref}`"),
        })?;
        if self.is_ancestor(&head, base)? {
            return Err(GitError::NothingNew {
                base: base.to_owned(),
                head,
            });
        }
        let folder = out.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let scratch =
            tempfile::tempdir_in(folder).map_err(GitError::io("making a temporary folder"))?;
        let unfinished = scratch.path().join("bundle");
        let git = self.git(&["bundle", "create", "--quiet", "--version=2"]);
        git.arg(&unfinished)
            .arg(head_ref)
            .arg(format!("^{base}"))
            .run()?;
        let finish = || {
            fs::File::open(&unfinished)?.sync_all()?;
            fs::rename(&unfinished, out)
        };
        finish().map_err(GitError::io(format!("writing `{}`", out.display())))
    }

    /// Names the commits that a bundle builds on.
    ///
    /// # Errors
    /// [`GitError::Refused`] when it is no bundle.
    pub fn bundle_bases(bundle: &Path) -> Result<Vec<String>, GitError> {
        open(bundle).map(|(needed, _)| needed)
    }

    /// Takes the objects of a bundle in, after checking each of them; no reference moves. Doing it twice is fine.
    ///
    /// # Errors
    /// [`GitError::NotFound`] when a commit the bundle builds on is missing here, [`GitError::Refused`] when it is no
    /// bundle.
    pub fn import_bundle(&self, bundle: &Path) -> Result<(), GitError> {
        let (needed, mut reader) = open(bundle)?;
        for commit in needed {
            if self.rev(&commit)?.is_none() {
                return Err(GitError::NotFound {
                    what: format!("the commit `{commit}`, on which the bundle builds,"),
                });
            }
        }
        let mut pack = Vec::new();
        let read = reader.read_to_end(&mut pack);
        read.map_err(GitError::io(format!("reading `{}`", bundle.display())))?;
        // `git bundle unbundle` checks the objects only in newer versions; this always does.
        let git = self.git(&["index-pack", "--stdin", "--fix-thin", "--strict"]);
        git.stdin(pack).run().map(|_| ())
    }
}

/// Opens a bundle: the commits it builds on, and its pack.
fn open(bundle: &Path) -> Result<(Vec<String>, BufReader<fs::File>), GitError> {
    let refused = |what| GitError::Refused {
        path: bundle.to_owned(),
        what,
    };
    let reading = || GitError::io(format!("reading `{}`", bundle.display()));
    let file = fs::File::open(bundle).map_err(reading())?;
    if file.metadata().map_err(reading())?.len() > BUNDLE_LIMIT {
        return Err(refused("too large"));
    }
    let mut reader = BufReader::new(file);
    let needed = read_header(&mut reader).map_err(reading())?;
    let needed = needed.ok_or_else(|| refused("no git bundle of version 2"))?;
    Ok((needed, reader))
}

/// Reads the header up to its empty line: the commits the bundle builds on, or nothing when it is no bundle.
fn read_header(reader: &mut impl BufRead) -> std::io::Result<Option<Vec<String>>> {
    let mut needed = Vec::new();
    for number in 0..HEADER_LINES {
        let mut line = Vec::new();
        reader
            .by_ref()
            .take(HEADER_LINE)
            .read_until(b'\n', &mut line)?;
        let Some(line) = line.strip_suffix(b"\n") else {
            return Ok(None);
        };
        let line = String::from_utf8_lossy(line);
        if number == 0 {
            if line != "# v2 git bundle" {
                return Ok(None);
            }
        } else if line.is_empty() {
            return Ok(Some(needed));
        } else if let Some(rest) = line.strip_prefix('-') {
            let commit = rest.split(' ').next().unwrap_or_default();
            if !is_sha(commit) {
                return Ok(None);
            }
            needed.push(commit.to_owned());
        }
    }
    Ok(None)
}
