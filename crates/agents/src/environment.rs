//! The environment of agents and gates: what is named here and nothing else.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::WorkOrder;

/// The variables of a process, by name.
type Variables = BTreeMap<&'static str, OsString>;

/// The environment of an agent: its folders, its files, a git identity, and none of this process's variables but the
/// search path.
pub fn agent_environment(order: &WorkOrder) -> Variables {
    let mut variables = common(&order.bin, &order.home, &order.scratch);
    let (name, email) = &order.identity;
    let date = format!("@{} +0000", order.when);
    for (key, value) in [
        ("GIT_AUTHOR_NAME", name),
        ("GIT_AUTHOR_EMAIL", email),
        ("GIT_AUTHOR_DATE", &date),
        ("GIT_COMMITTER_NAME", name),
        ("GIT_COMMITTER_EMAIL", email),
        ("GIT_COMMITTER_DATE", &date),
    ] {
        variables.insert(key, value.into());
    }
    variables.insert("LIGHTSOUT_REQUEST", order.request_file.clone().into());
    variables.insert("LIGHTSOUT_MEDIA", order.media_file.clone().into());
    variables
}

/// The environment of a gate: its folders, and none of this process's variables but the search path and the place of Rust's
/// toolchains, without which `cargo` on that path finds none.
pub fn gate_environment(bin: &Path, home: &Path, scratch: &Path) -> Variables {
    let mut variables = common(bin, home, scratch);
    let own = std::env::var_os("HOME").map(|home| Path::new(&home).join(".rustup"));
    let named = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    if let Some(toolchains) = named.or(own).filter(|folder| folder.is_dir()) {
        variables.insert("RUSTUP_HOME", toolchains.into());
    }
    variables
}

fn common(bin: &Path, home: &Path, scratch: &Path) -> Variables {
    let mut path = OsString::from(bin);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into()));
    BTreeMap::from([
        ("PATH", path),
        ("HOME", home.into()),
        ("TMPDIR", scratch.into()),
        ("LANG", "C.UTF-8".into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
    ])
}
