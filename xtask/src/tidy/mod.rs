//! `cargo xtask tidy`: checks what no compiler checks.

mod arrows;
mod documents;
mod generated;
mod layers;
mod sources;
mod transitions;
mod tree;

use std::fmt;

use anyhow::{Result, bail};

use crate::process;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// A path from the root of the workspace.
    pub(crate) path: String,
    /// The line, if the problem has one.
    pub(crate) line: Option<usize>,
    /// What is wrong, and what would be right.
    pub(crate) message: String,
}

impl Problem {
    /// Makes a problem of a whole file.
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
            message: message.into(),
        }
    }

    /// Makes a problem of one line, counted from 1.
    pub(crate) fn at(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: Some(line),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// Writes the schema of `factory.toml`, one of the generated files.
pub(crate) fn schema() -> Result<()> {
    generated::write_schema(&process::workspace())?;
    println!("{} is fresh", generated::SCHEMA);
    Ok(())
}

/// Runs every check over the work tree; with `fix`, writes the generated files first.
pub(crate) fn run(fix: bool) -> Result<()> {
    let graph = arrows::Graph::new(&process::metadata()?);
    if fix {
        for path in generated::write(&process::workspace(), &graph)? {
            println!("wrote {path}");
        }
    }
    let tree = tree::Tree::read(&process::workspace())?;
    let mut problems = arrows::check(&graph);
    problems.extend(sources::check(&tree));
    problems.extend(documents::check(&tree, &graph));
    problems.extend(generated::check(&tree, &graph));
    for problem in &problems {
        eprintln!("{problem}");
    }
    match problems.len() {
        0 => {
            println!("tidy: {} files, nothing to complain about", tree.len());
            Ok(())
        }
        1 => bail!("tidy found 1 problem"),
        many => bail!("tidy found {many} problems"),
    }
}
