//! `hashFiles`: one hash for all files that match.

use std::borrow::Cow;
use std::fmt::Write as _;

use globset::{GlobBuilder, GlobMatcher};
use sha2::{Digest as _, Sha256};

use crate::error::EvaluateError;

/// The files of the workspace, for `hashFiles`.
pub trait Files {
    /// Returns the paths of all files, from the workspace's root, with `/` between their parts.
    ///
    /// # Errors
    ///
    /// Says why the files cannot be listed.
    fn paths(&self) -> Result<Vec<String>, String>;

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Says why it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// A place without files.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Files for NoFiles {
    fn paths(&self) -> Result<Vec<String>, String> {
        Err("there are no files here".into())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("there is no `{path}`"))
    }
}

/// A pattern, and whether it takes files away.
struct Pattern {
    matcher: GlobMatcher,
    excludes: bool,
}

/// Returns the SHA-256 of the SHA-256s of all files that match, in hexadecimal, or nothing when none does.
///
/// As on a runner: a later pattern overrules an earlier one, `!` takes files away, a pattern that matches a folder means
/// all that is in it, and a line that begins with `#` is a comment. Options of a runner (`--follow-symbolic-links`) are
/// passed over: which paths there are is for [`Files`] to say.
pub(crate) fn hash(files: &dyn Files, patterns: &[Cow<'_, str>]) -> Result<String, EvaluateError> {
    let patterns = patterns
        .iter()
        .flat_map(|patterns| patterns.lines())
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("--"))
        .map(compile)
        .collect::<Result<Vec<_>, _>>()?;
    let mut paths = files.paths().map_err(EvaluateError::Files)?;
    paths.retain(|path| is_taken(&patterns, path));
    // A runner walks folder by folder, each in order.
    paths.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    if paths.is_empty() {
        return Ok(String::new());
    }
    let mut all = Sha256::new();
    for path in paths {
        let content = files.read(&path).map_err(EvaluateError::Files)?;
        all.update(Sha256::digest(content));
    }
    let mut text = String::new();
    for byte in all.finalize() {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

fn compile(written: &str) -> Result<Pattern, EvaluateError> {
    let bare = written.trim_start_matches('!');
    let excludes = (written.len() - bare.len()) % 2 == 1;
    let bare = bare.trim_start_matches("./").trim_end_matches('/');
    let glob = GlobBuilder::new(bare).literal_separator(true).build();
    let glob = glob.map_err(|error| EvaluateError::Pattern {
        pattern: written.to_owned(),
        why: error.kind().to_string(),
    })?;
    Ok(Pattern {
        matcher: glob.compile_matcher(),
        excludes,
    })
}

fn is_taken(patterns: &[Pattern], path: &str) -> bool {
    // The file, and every folder that it is in.
    let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
    let all: Vec<&str> = folders.chain([path]).collect();
    patterns.iter().fold(false, |taken, pattern| {
        let matches = all.iter().any(|path| pattern.matcher.is_match(path));
        if matches { !pattern.excludes } else { taken }
    })
}
