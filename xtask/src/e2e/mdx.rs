//! `cargo xtask e2e mdx`: pages against the official MDX compiler.
//!
//! Two sets of pages: those that `content`'s own example program writes from hostile texts, and those that the
//! demo published. `xtask/node/compile.mjs` compiles each one and looks for anything in it that is not text.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::forge::{self, Program};
use super::node;
use crate::process::{self, cargo};

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let node = node::install()?;
    let outer = tempfile::tempdir()?;

    let corpus = outer.path().join("corpus");
    std::fs::create_dir(&corpus)?;
    let arguments = [
        "run",
        "--quiet",
        "--package",
        "lightsout-content",
        "--example",
        "mdx_corpus",
        "--",
    ];
    process::run(cargo().args(arguments).arg(&corpus))?;

    let folder = outer.path().join("demo");
    program.demo_to_the_end(&folder)?;
    let site = outer.path().join("site");
    forge::clone(&folder, &site)?;

    compile(&node, &[&corpus, &site.join("content")])
}

fn compile(node: &Path, folders: &[&Path]) -> Result<()> {
    process::run(
        Command::new("node")
            .current_dir(node)
            .arg("compile.mjs")
            .args(folders),
    )
}
