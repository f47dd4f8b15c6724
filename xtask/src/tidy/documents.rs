//! Checks of documents: what they name exists, and what must be named is.

use super::Problem;
use super::arrows::Graph;
use super::tree::{Tree, has_extension};

/// Where the crates and their invariants are described.
const ARCHITECTURE: &str = "docs/architecture.md";

/// Documents that tell people where things are.
const GUIDES: &[&str] = &["AGENTS.md", "CONTRIBUTING.md", "README.md"];

/// How an invariant begins, and what it must name.
const INVARIANT: &str = "**Architecture invariant:**";
const CHECKED_BY: &str = "Checked by";

/// Checks every document.
pub(crate) fn check(tree: &Tree, graph: &Graph) -> Vec<Problem> {
    let mut problems = architecture(tree, graph);
    for (path, text) in tree.texts() {
        if GUIDES.contains(&path) || path.starts_with("docs/") && has_extension(path, "md") {
            problems.extend(named_paths(tree, path, text));
        }
        if has_extension(path, "md") && !path.starts_with("examples/requests/") {
            problems.extend(links(tree, path, text));
        }
    }
    problems
}

/// Checks that every crate is described, and that every invariant says what checks it.
fn architecture(tree: &Tree, graph: &Graph) -> Vec<Problem> {
    let Some(text) = tree.text(ARCHITECTURE) else {
        return vec![Problem::new(ARCHITECTURE, "the workspace has no map")];
    };
    let mut problems = Vec::new();
    for folder in graph.members.keys() {
        let place = if folder == "xtask" {
            "`xtask`".to_owned()
        } else {
            format!("`crates/{folder}`")
        };
        if !text.contains(&place) {
            problems.push(Problem::new(
                ARCHITECTURE,
                format!("{place} is not described"),
            ));
        }
    }
    let mut line = 1;
    for paragraph in text.split("\n\n") {
        if paragraph.contains(INVARIANT) {
            let after = paragraph.split_once(CHECKED_BY).map(|(_, after)| after);
            let named = after.is_some_and(|after| {
                in_back_ticks(after).any(|(_, path)| is_path(path) || tree.has(path))
            });
            if !named {
                let message =
                    format!("an invariant names what holds it: `{CHECKED_BY}` and a path");
                problems.push(Problem::at(ARCHITECTURE, line, message));
            }
        }
        line += paragraph.matches('\n').count() + 2;
    }
    problems
}

/// Checks that paths in back-ticks exist.
fn named_paths(tree: &Tree, path: &str, text: &str) -> Vec<Problem> {
    let missing = |named: &&(usize, &str)| is_path(named.1) && !tree.has(named.1);
    let named: Vec<_> = in_back_ticks(text).collect();
    named
        .iter()
        .filter(missing)
        .map(|(line, named)| Problem::at(path, *line, format!("`{named}` does not exist")))
        .collect()
}

/// Checks that relative links lead somewhere.
fn links(tree: &Tree, path: &str, text: &str) -> Vec<Problem> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut problems = Vec::new();
    for (index, line) in prose(text) {
        for (at, _) in line.match_indices("](") {
            let target = line[at + 2..]
                .split([')', ' ', '#'])
                .next()
                .unwrap_or_default();
            let elsewhere = target.is_empty()
                || target.contains(':')
                || target.starts_with('/')
                || target.starts_with('{');
            if !elsewhere && !resolve(folder, target).is_some_and(|target| tree.has(&target)) {
                problems.push(Problem::at(
                    path,
                    index,
                    format!("the link to `{target}` leads nowhere"),
                ));
            }
        }
    }
    problems
}

/// Returns the lines outside of fenced code, counted from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((index + 1, line))
    })
}

/// Returns what stands in back-ticks, with its line.
fn in_back_ticks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    prose(text).flat_map(|(index, line)| {
        line.split('`')
            .skip(1)
            .step_by(2)
            .map(move |code| (index, code))
    })
}

/// Says whether a text in back-ticks means a file or folder of this repository.
fn is_path(code: &str) -> bool {
    const TOP: &[&str] = &["crates/", "xtask/", "docs/", "examples/", ".ci/", ".cargo/"];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    code.bytes().all(plain) && TOP.iter().any(|top| code.starts_with(top))
}

/// Resolves a relative link from a folder; `None` when it leaves the repository.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)], members: &[&str]) -> Vec<String> {
        let mut graph = Graph::default();
        for member in members {
            graph.members.insert(
                (*member).to_owned(),
                super::super::arrows::Member::default(),
            );
        }
        check(&Tree::of(files), &graph)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_crate_without_a_place_on_the_map_is_seen() {
        let files = [
            (ARCHITECTURE, "`crates/forge` and `xtask`"),
            ("crates/forge/src/lib.rs", ""),
        ];
        assert!(found(&files, &["forge", "xtask"]).is_empty());
        assert_eq!(
            found(&files, &["media"]),
            ["docs/architecture.md: `crates/media` is not described"]
        );
        assert_eq!(
            found(&[], &[]),
            ["docs/architecture.md: the workspace has no map"]
        );
    }

    #[test]
    fn an_invariant_that_nothing_holds_is_seen() {
        let loose = "# Map\n\n**Architecture invariant:** nobody lies. Checked by hope.\n";
        let seen = found(&[(ARCHITECTURE, loose)], &[]);
        assert_eq!(
            seen,
            ["docs/architecture.md:3: an invariant names what holds it: `Checked by` and a path"]
        );
        let held = "**Architecture invariant:** nobody lies. Checked by `xtask/src/main.rs`.";
        assert!(found(&[(ARCHITECTURE, held), ("xtask/src/main.rs", "")], &[]).is_empty());
    }

    #[test]
    fn a_path_that_does_not_exist_is_seen() {
        let guide = "Look in `crates/gone/src`, `cargo test` and `crates/*/src`.\n```\n`crates/fenced/x`\n```\n";
        let seen = found(&[(ARCHITECTURE, ""), ("AGENTS.md", guide)], &[]);
        assert_eq!(seen, ["AGENTS.md:1: `crates/gone/src` does not exist"]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_seen() {
        let text = "[a](design/a.md) [b](design/b.md#part) [c](https://example.org/x) [d](#here) [e](../../up.md)";
        let seen = found(&[(ARCHITECTURE, text), ("docs/design/a.md", "")], &[]);
        assert_eq!(
            seen,
            [
                "docs/architecture.md:1: the link to `design/b.md` leads nowhere",
                "docs/architecture.md:1: the link to `../../up.md` leads nowhere",
            ]
        );
    }
}
