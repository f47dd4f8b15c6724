//! What lies in an adopter's repository: the workflows, and the action that they install `lightsout` with.

use lightsout_taxonomy::Factory;

use crate::workflows;

/// Where GitHub looks for workflows.
pub const FOLDER: &str = ".github/workflows";

/// The action that workflows install `lightsout` with: where it lies in a repository, and what it holds.
pub const ACTION: [(&str, &str); 2] = [
    (
        ".github/actions/lightsout/action.yml",
        include_str!("../../../.github/actions/lightsout/action.yml"),
    ),
    (
        ".github/actions/lightsout/install.sh",
        include_str!("../../../.github/actions/lightsout/install.sh"),
    ),
];

/// Makes every file of a factory: where it lies in a repository, and what it holds.
pub fn files(factory: &Factory) -> Vec<(String, String)> {
    let workflows = workflows(factory).into_iter();
    let workflows = workflows.map(|one| (format!("{FOLDER}/{}", one.file), one.render()));
    let action = ACTION.map(|(path, text)| (path.to_owned(), text.to_owned()));
    workflows.chain(action).collect()
}

/// What the comment at the top of each file names.
pub(crate) const GENERATOR: &str = "`lightsout workflows render`";

/// Whether the comment at the top of a file says that it is one of ours, so that it may be replaced.
pub fn is_generated(text: &str) -> bool {
    let head = text.lines().take_while(|line| line.starts_with('#'));
    head.into_iter().any(|line| line.contains(GENERATOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_says_that_it_is_ours_and_no_other_does() {
        let files = files(&Factory::builtin());
        assert_eq!(files.len(), 13);
        for (path, text) in &files {
            assert!(is_generated(text), "{path}");
        }
        assert!(!is_generated(""));
        assert!(!is_generated(
            "name: x\n# not at the top: `lightsout workflows render`\n"
        ));
    }
}
