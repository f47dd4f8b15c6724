//! Which workflow does which chore.

use lightsout_forge::Chore;

/// The workflows that do a chore, by the names of their files.
const CHORES: &[(&str, Chore)] = &[
    ("cms-spend-alert", Chore::Spend),
    ("cms-stale-prs", Chore::Stale),
    ("cms-canary", Chore::Canary),
];

/// Finds the chore of a workflow by the name of its file.
pub(super) fn chore_of(path: &str) -> Option<Chore> {
    let file = path.rsplit('/').next().unwrap_or_default();
    let name = file.strip_suffix(".yml").unwrap_or(file);
    let found = CHORES.iter().find(|(workflow, _)| *workflow == name);
    found.map(|(_, chore)| *chore)
}
