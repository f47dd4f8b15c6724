//! `lightsout content check`: the gate of a content site.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lightsout_content::{Problem, check_page};
use lightsout_taxonomy::Factory;
use serde::Serialize;

use crate::args::{Content, ContentVerb, Format};
use crate::failure::{Done, Mendable};
use crate::input::read_factory;
use crate::output::{print, print_json};

/// The largest page that is read, in bytes.
const MAX_PAGE: u64 = 1 << 20;

#[derive(Serialize)]
struct Checked {
    pages: usize,
    problems: Vec<Problem>,
}

pub(crate) fn run(args: &Content) -> anyhow::Result<Done> {
    let ContentVerb::Check { root, format } = &args.verb;
    let factory = read_factory(root)?;
    let pages = pages(root)?;
    let mut problems = Vec::new();
    for page in &pages {
        problems.extend(check(root, page, &factory)?);
    }
    let checked = Checked {
        pages: pages.len(),
        problems,
    };
    match format {
        Format::Json => print_json(&checked)?,
        Format::Text => print(&text(&checked))?,
    }
    if checked.problems.is_empty() {
        Ok(Done::Fine)
    } else {
        Ok(Done::Wrong)
    }
}

fn text(checked: &Checked) -> String {
    let mut text = String::new();
    for problem in &checked.problems {
        let _ = writeln!(text, "{problem}");
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let pages = count(checked.pages, "page");
    let problems = count(checked.problems.len(), "problem");
    let _ = writeln!(text, "{pages} checked, {problems}");
    text
}

/// Lists the pages below `content/`, sorted; links are listed and refused when they are read, never followed.
fn pages(root: &Path) -> anyhow::Result<Vec<String>> {
    let content = root.join("content");
    if !content.is_dir() {
        return Err(Mendable::error(
            format!("`{}` has no folder `content`", root.display()),
            "run it in the site's folder, or name that with `--root`",
        ));
    }
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![content];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("listing `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|end| end == "mdx" || end == "md")
            {
                let relative = path.strip_prefix(root).unwrap_or(&path);
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn check(root: &Path, page: &str, factory: &Factory) -> anyhow::Result<Vec<Problem>> {
    let path = root.join(page);
    let meta = fs::symlink_metadata(&path).with_context(|| format!("looking at `{page}`"))?;
    if !meta.is_file() || meta.len() > MAX_PAGE {
        return Ok(vec![Problem::new(
            page,
            "file",
            "is no ordinary file of at most 1 MiB",
        )]);
    }
    let bytes = fs::read(&path).with_context(|| format!("reading `{page}`"))?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(vec![Problem::new(page, "encoding", "is no UTF-8 text")]);
    };
    let exists =
        |wanted: &str| fs::symlink_metadata(root.join(wanted)).is_ok_and(|meta| meta.is_file());
    Ok(check_page(page, &text, factory, &exists))
}
