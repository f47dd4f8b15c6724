//! Which workflow does which chore.

use lightsout_forge::Chore;

/// The workflows that do a chore, by the names of their files.
const CHORES: &[(&str, Chore)] = &[
    ("cms-spend-alert", Chore::Spend),
    ("cms-stale-prs", Chore::Stale),
    ("cms-canary", Chore::Canary),
];

/// The workflow that works on requests; started by hand, it looks at the one it is given.
pub(crate) const REQUESTS_FILE: &str = "cms.yml";

/// Whether a workflow, by the name of its file, works on requests.
pub(super) fn takes_up_requests(path: &str) -> bool {
    name_of(path) == name_of(REQUESTS_FILE)
}

/// The name of a workflow's file, without its folder and ending.
fn name_of(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or_default();
    file.strip_suffix(".yml").unwrap_or(file)
}

/// Finds the chore of a workflow by the name of its file.
pub(super) fn chore_of(path: &str) -> Option<Chore> {
    let name = name_of(path);
    let found = CHORES.iter().find(|(workflow, _)| *workflow == name);
    found.map(|(_, chore)| *chore)
}
