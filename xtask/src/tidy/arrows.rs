//! Checks the arrows: what each crate uses, against the table of [`super::layers`].

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, PackageId};

use super::Problem;
use super::layers::{CRATES, Crate, FORBIDDEN_UNDER_PURE};

/// What `cargo metadata` says, as far as arrows go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    /// The packages of the workspace, by folder (`forge`, `xtask`).
    pub(crate) members: BTreeMap<String, Member>,
    /// What every package, ours or not, is built from: its normal dependencies, by name.
    pub(crate) under: BTreeMap<String, BTreeSet<String>>,
}

/// One package of the workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Member {
    /// Its package name.
    pub(crate) package: String,
    /// Its description.
    pub(crate) description: String,
    /// The folders of workspace members that it uses.
    pub(crate) uses: BTreeSet<String>,
    /// The folders of workspace members that only its tests use.
    pub(crate) tests_use: BTreeSet<String>,
}

impl Graph {
    /// Reads the graph out of `cargo metadata`.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        let packages = metadata.workspace_packages();
        let folders: BTreeMap<&str, String> = packages
            .iter()
            .map(|package| {
                let folder = package
                    .manifest_path
                    .parent()
                    .and_then(|folder| folder.file_name());
                (package.name.as_str(), folder.unwrap_or_default().to_owned())
            })
            .collect();
        let mut graph = Self::default();
        for package in &packages {
            let mut member = Member {
                package: package.name.to_string(),
                description: package.description.clone().unwrap_or_default(),
                ..Member::default()
            };
            for dependency in &package.dependencies {
                let Some(used) = folders.get(dependency.name.as_str()) else {
                    continue;
                };
                let list = if dependency.kind == DependencyKind::Development {
                    &mut member.tests_use
                } else {
                    &mut member.uses
                };
                list.insert(used.clone());
            }
            graph
                .members
                .insert(folders[package.name.as_str()].clone(), member);
        }
        graph.under = under(metadata);
        graph
    }

    /// Returns how `from` comes to be built from `to`, package by package, if it is.
    fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut open = vec![from];
        while let Some(package) = open.pop() {
            if package == to {
                let mut way = vec![to.to_owned()];
                let mut step = to;
                while let Some(before) = came_from.get(step) {
                    way.push((*before).to_owned());
                    step = before;
                }
                way.reverse();
                return Some(way);
            }
            for next in self.under.get(package).into_iter().flatten() {
                if next != from && !came_from.contains_key(next.as_str()) {
                    came_from.insert(next, package);
                    open.push(next);
                }
            }
        }
        None
    }
}

/// Collects the normal dependencies of every package.
fn under(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeMap<&PackageId, &str> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.as_str()))
        .collect();
    let mut under: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
        let list = under.entry(names[&node.id].to_owned()).or_default();
        for dependency in &node.deps {
            if dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind == DependencyKind::Normal)
            {
                list.insert(names[&dependency.pkg].to_owned());
            }
        }
    }
    under
}

/// Checks every arrow between crates, and what lies under the pure ones.
pub(crate) fn check(graph: &Graph) -> Vec<Problem> {
    let mut problems = Vec::new();
    for one in CRATES {
        if !graph.members.contains_key(one.folder) {
            problems.push(Problem::new(
                "xtask/src/tidy/layers.rs",
                format!(
                    "`{}` is in the table of crates, but not in the workspace",
                    one.folder
                ),
            ));
        }
    }
    for (folder, member) in &graph.members {
        let manifest = if folder == "xtask" {
            "xtask/Cargo.toml".to_owned()
        } else {
            format!("crates/{folder}/Cargo.toml")
        };
        match CRATES.iter().find(|one| one.folder == folder) {
            Some(one) => problems.extend(check_one(graph, member, one, &manifest)),
            None => problems.push(Problem::new(
                manifest,
                format!("`{folder}` is not in the table of crates; hint: give it a layer in `xtask/src/tidy/layers.rs`"),
            )),
        }
    }
    problems
}

fn check_one(graph: &Graph, member: &Member, one: &Crate, manifest: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for used in member
        .uses
        .iter()
        .filter(|used| !one.uses.contains(&used.as_str()))
    {
        problems.push(Problem::new(
            manifest,
            format!(
                "`{}` ({}) may not use `{used}`",
                one.folder,
                one.layer.name()
            ),
        ));
    }
    let in_tests = |used: &&String| {
        !["testkit"]
            .iter()
            .chain(one.uses)
            .chain(one.tests_use)
            .any(|may| may == used)
    };
    for used in member.tests_use.iter().filter(in_tests) {
        problems.push(Problem::new(
            manifest,
            format!("the tests of `{}` may not use `{used}`", one.folder),
        ));
    }
    if one.pure {
        for (forbidden, brings) in FORBIDDEN_UNDER_PURE {
            if let Some(way) = graph.way(&member.package, forbidden) {
                problems.push(Problem::new(
                    manifest,
                    format!(
                        "`{}` is pure and may not bring in {brings}: {}",
                        one.folder,
                        way.join(" -> ")
                    ),
                ));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process;

    fn real() -> Metadata {
        process::metadata().expect("cargo metadata")
    }

    fn messages(graph: &Graph) -> Vec<String> {
        check(graph)
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    /// The metadata of this very workspace, with one more dependency in one manifest.
    fn with_dependency(from: &str, to: &str, kind: Option<&str>) -> Graph {
        let mut metadata = serde_json::to_value(real()).expect("metadata");
        let packages = metadata["packages"].as_array_mut().expect("packages");
        let package = packages
            .iter_mut()
            .find(|package| package["name"] == from)
            .expect("the package");
        package["dependencies"].as_array_mut().expect("dependencies").push(serde_json::json!({
            "name": to, "source": null, "req": "*", "kind": kind, "rename": null, "optional": false,
            "uses_default_features": true, "features": [], "target": null, "registry": null,
        }));
        Graph::new(&serde_json::from_value(metadata).expect("metadata"))
    }

    #[test]
    fn the_workspace_keeps_to_its_arrows() {
        assert_eq!(messages(&Graph::new(&real())), Vec::<String>::new());
    }

    #[test]
    fn a_forbidden_arrow_is_seen() {
        let graph = with_dependency("lightsout-lifecycle", "lightsout-engine", None);
        assert_eq!(
            messages(&graph),
            ["`lifecycle` (pure) may not use `engine`"]
        );
        let graph = with_dependency("lightsout-agents", "lightsout-media", None);
        assert_eq!(
            messages(&graph),
            ["`agents` (adapters) may not use `media`"]
        );
        let graph = with_dependency("lightsout-engine", "lightsout-testkit", None);
        assert_eq!(messages(&graph), ["`engine` (drive) may not use `testkit`"]);
    }

    #[test]
    fn tests_may_use_the_testkit_but_not_everything() {
        let graph = with_dependency("lightsout-local", "lightsout-testkit", Some("dev"));
        assert_eq!(messages(&graph), Vec::<String>::new());
        let graph = with_dependency("lightsout-forge", "lightsout-cli", Some("dev"));
        assert_eq!(messages(&graph), ["the tests of `forge` may not use `cli`"]);
    }

    #[test]
    fn a_run_time_under_a_pure_crate_is_seen_however_deep_it_lies() {
        let mut graph = Graph::new(&real());
        graph
            .under
            .entry("serde".into())
            .or_default()
            .insert("tokio".into());
        let found = messages(&graph);
        assert!(
            found
                .iter()
                .any(|message| message.starts_with("`forge` is pure")
                    && message.ends_with("serde -> tokio")),
            "{found:?}"
        );
    }

    #[test]
    fn a_crate_without_a_layer_is_seen_and_so_is_a_layer_without_its_crate() {
        let mut graph = Graph::new(&real());
        let member = graph.members.remove("signal").expect("signal");
        graph.members.insert(
            "manager".into(),
            Member {
                uses: BTreeSet::new(),
                ..member
            },
        );
        let found = messages(&graph);
        assert!(
            found[0].starts_with("`signal` is in the table"),
            "{found:?}"
        );
        assert!(
            found[1].starts_with("`manager` is not in the table"),
            "{found:?}"
        );
    }
}
