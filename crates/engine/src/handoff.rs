//! The first gate, always: what a change may hold at all [Q2].

use lightsout_git::{Change, Mode, Status};
use lightsout_taxonomy::{Factory, Lane};

/// Bounds on a change, besides its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLimits {
    /// The largest file, in bytes.
    pub file_bytes: u64,
    /// The most files.
    pub files: usize,
}

/// Names everything in a change that may not be in it, each in a sentence; nothing means it may pass.
///
/// A change stays in its lane and outside the protected paths, and makes no link, no submodule, no executable and no
/// oversized file. Paths are compared as git stores them; nothing is followed.
pub fn lane_problems(
    changes: &[Change],
    lane: &Lane,
    factory: &Factory,
    limits: LaneLimits,
) -> Vec<String> {
    let mut problems = Vec::new();
    if changes.is_empty() {
        problems.push("the change is empty".to_owned());
    }
    if changes.len() > limits.files {
        problems.push(format!(
            "{} files are changed, {} at most may be",
            changes.len(),
            limits.files
        ));
    }
    for change in changes {
        if let Some(problem) = problem(change, lane, factory, limits) {
            problems.push(problem);
        }
    }
    problems
}

fn problem(change: &Change, lane: &Lane, factory: &Factory, limits: LaneLimits) -> Option<String> {
    let path = &change.path;
    if factory.is_protected(path) {
        return Some(format!("{path} is protected"));
    }
    if !lane.admits(path) {
        return Some(format!(
            "{path} is outside the lane {}",
            lane.patterns().join(", ")
        ));
    }
    let new = change
        .new
        .as_ref()
        .filter(|_| change.status != Status::Deleted)?;
    match new.mode {
        Mode::File if new.size > limits.file_bytes => Some(format!(
            "{path} has {} bytes, {} at most may be",
            new.size, limits.file_bytes
        )),
        Mode::File => None,
        Mode::Executable => Some(format!("{path} is executable")),
        Mode::Symlink => Some(format!("{path} is a symbolic link")),
        Mode::Submodule => Some(format!("{path} is a submodule")),
        Mode::Folder | Mode::Other(_) => Some(format!("{path} is no ordinary file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightsout_git::Entry;
    use lightsout_taxonomy::Fields;

    const LIMITS: LaneLimits = LaneLimits {
        file_bytes: 100,
        files: 3,
    };

    fn change(path: &str, mode: Mode, size: u64) -> Change {
        Change {
            path: path.into(),
            status: Status::Added,
            old: None,
            new: Some(Entry {
                mode,
                object: "0".repeat(40),
                size,
            }),
        }
    }

    fn problems(changes: &[Change]) -> Vec<String> {
        let factory = Factory::builtin();
        let kind = factory.request_type("cms-faq").unwrap();
        let lane = factory.lane_for(kind, &Fields::new());
        lane_problems(changes, &lane, &factory, LIMITS)
    }

    #[test]
    fn an_ordinary_file_in_the_lane_passes() {
        let fine = change("content/faq/a.mdx", Mode::File, 100);
        assert_eq!(problems(&[fine]), Vec::<String>::new());
    }

    #[test]
    fn each_offence_is_named() {
        for (change, expected) in [
            (
                change("content/insights/a.mdx", Mode::File, 1),
                "outside the lane",
            ),
            (change("AGENTS.md", Mode::File, 1), "protected"),
            (
                change(".github/workflows/x.yml", Mode::File, 1),
                "protected",
            ),
            (change("content/faq/a.mdx", Mode::File, 101), "101 bytes"),
            (
                change("content/faq/a.mdx", Mode::Executable, 1),
                "executable",
            ),
            (
                change("content/faq/a.mdx", Mode::Symlink, 1),
                "symbolic link",
            ),
            (change("content/faq/a", Mode::Submodule, 0), "submodule"),
        ] {
            let found = problems(std::slice::from_ref(&change));
            assert!(
                found.len() == 1 && found[0].contains(expected),
                "{change:?}: {found:?}"
            );
        }
        assert_eq!(problems(&[]), ["the change is empty"]);
        let many = vec![change("content/faq/a.mdx", Mode::File, 1); 4];
        assert_eq!(problems(&many).len(), 1);
    }

    #[test]
    fn a_deletion_in_the_lane_is_allowed() {
        let mut gone = change("content/faq/a.mdx", Mode::File, 1);
        gone.status = Status::Deleted;
        gone.old = gone.new.take();
        assert_eq!(problems(&[gone]), Vec::<String>::new());
    }
}
