//! Checks of Rust sources: how modules open, what tests may not do, and words that belong elsewhere.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::Problem;
use super::layers::CRATES;
use super::tree::{Tree, has_extension};

/// Where labels may be spelled out, and why.
const LABELS_BELONG: &[(&str, &str)] = &[
    ("crates/forge/src/", "the status labels, each named once"),
    ("crates/taxonomy/src/", "the built-in types are its data"),
    (
        "crates/agents/src/template/mod.rs",
        "one writer for each built-in type, found by its label",
    ),
    (
        "crates/github/src/payload/chore.rs",
        "the files of workflows begin like labels",
    ),
    (
        "crates/workflows/src/files/",
        "the files of workflows begin like labels",
    ),
    ("crates/testkit/src/", "tests say what they mean"),
    ("crates/simulation/src/", "people type them as they like"),
];

/// Labels that do not begin like the others.
const OTHER_LABELS: &[&str] = &[concat!("bot-", "generated"), concat!("ops-", "cost-alert")];

/// How every other label of ours begins.
const LABEL_PREFIX: &str = concat!("cms", "-");

/// Folders that exist on one machine only.
const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/main"),
    concat!("/wo", "rk/shared"),
    concat!("/wo", "rk/."),
    concat!("/ro", "ot/"),
    concat!("/Use", "rs/"),
];

/// What a pure crate's sources may not name, by the end of the path.
const IMPURE: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "os"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["Instant", "now"],
    &["Local", "now"],
    &["SystemTime", "now"],
    &["Utc", "now"],
];

/// Checks every text of the tree.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        problems.extend(machine_paths(path, text));
        if has_extension(path, "rs") {
            problems.extend(rust(path, text));
        }
    }
    problems
}

/// Finds folders of one machine, in any text.
fn machine_paths(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for needle in MACHINE_PATHS {
            let inside = |at: usize| {
                line[..at]
                    .ends_with(|before: char| before.is_alphanumeric() || "._-}>*".contains(before))
            };
            if line.match_indices(needle).any(|(at, _)| !inside(at)) {
                problems.push(Problem::at(
                    path,
                    index + 1,
                    format!("`{needle}` is a folder of one machine"),
                ));
            }
        }
    }
    problems
}

/// Checks one Rust file.
fn rust(path: &str, text: &str) -> Vec<Problem> {
    let file = match syn::parse_file(text) {
        Ok(file) => file,
        Err(error) => {
            return vec![Problem::at(
                path,
                error.span().start().line,
                format!("not Rust: {error}"),
            )];
        }
    };
    let owner = path
        .strip_prefix("crates/")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default();
    let test_file =
        path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/examples/");
    let mut look = Look {
        path,
        problems: Vec::new(),
        labels: path.starts_with("crates/")
            && path.contains("/src/")
            && !test_file
            && !LABELS_BELONG
                .iter()
                .any(|(place, _)| path.starts_with(place)),
        impure: path.contains("/src/")
            && !test_file
            && CRATES.iter().any(|one| one.folder == owner && one.pure),
    };
    if !text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with("//!")
        && !path.contains("/tests/")
    {
        look.problems.push(Problem::at(
            path,
            1,
            "a module opens with `//!` and says what it is",
        ));
    }
    look.visit_file(&file);
    look.problems
}

/// Walks one file.
struct Look<'a> {
    path: &'a str,
    problems: Vec<Problem>,
    /// Whether labels may not be spelled out here.
    labels: bool,
    /// Whether the world may not be touched here.
    impure: bool,
}

impl Look<'_> {
    fn literal(&mut self, value: &str, line: usize) {
        let label = value.len() > LABEL_PREFIX.len()
            && value.starts_with(LABEL_PREFIX)
            && value
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if self.labels && (label || OTHER_LABELS.contains(&value)) {
            let message = format!(
                "the label `{value}` is spelled out; hint: `forge::Label` and the taxonomy name labels"
            );
            self.problems.push(Problem::at(self.path, line, message));
        }
    }

    /// Complains about a path that touches the world, and says whether it did.
    fn names(&mut self, segments: &[String], line: usize) -> bool {
        let named = |impure: &&[&str]| {
            let mut parts = segments.windows(impure.len());
            parts.any(|part| part.iter().zip(*impure).all(|(a, b)| a == b))
        };
        let Some(impure) = IMPURE.iter().copied().find(named).filter(|_| self.impure) else {
            return false;
        };
        let message = format!(
            "a pure crate may not name `{}`; hint: take the value as an argument",
            impure.join("::")
        );
        self.problems.push(Problem::at(self.path, line, message));
        true
    }

    /// Looks through the arguments of a macro, which are tokens and no tree.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.literal(&text.value(), line);
                    }
                }
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    segments.push(ident.to_string());
                    if self.names(&segments, line) {
                        segments.clear();
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {}
                TokenTree::Punct(_) => segments.clear(),
            }
        }
    }

    fn use_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        let segments = match tree {
            syn::UseTree::Path(path) => return self.use_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.use_tree(before, tree));
            }
            syn::UseTree::Name(name) => with(&name.ident),
            syn::UseTree::Rename(rename) => with(&rename.ident),
            syn::UseTree::Glob(_) => before.to_vec(),
        };
        self.names(&segments, tree.span().start().line);
    }
}

/// Says whether an item exists in tests only.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let inner = attribute.parse_args::<syn::Path>();
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg") && inner.is_ok_and(|path| path.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Look<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            _ => &[],
        };
        let (labels, impure) = (self.labels, self.impure);
        if is_test(attributes) {
            (self.labels, self.impure) = (false, false);
        }
        visit::visit_item(self, item);
        (self.labels, self.impure) = (labels, impure);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&[], &item.tree);
    }

    // Attributes hold documentation, which may say anything.
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("ignore") {
            let message = "no test is ignored; hint: assert today's wrong answer, with a note";
            self.problems.push(Problem::at(
                self.path,
                attribute.span().start().line,
                message,
            ));
        }
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.literal(&literal.value(), literal.span().start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.names(&segments, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let tree = Tree::of(&[(path, text)]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_module_that_says_nothing_of_itself_is_seen() {
        assert_eq!(
            found("crates/forge/src/lib.rs", "use x;\n"),
            ["crates/forge/src/lib.rs:1: a module opens with `//!` and says what it is"]
        );
        assert_eq!(
            found("crates/forge/src/lib.rs", "//! Words.\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn an_ignored_test_is_seen_in_every_spelling() {
        for ignore in ["#[ignore]", "#[ignore = \"slow\"]", "#[ ignore ]"] {
            let text = format!("//! T.\n#[test]\n{ignore}\nfn t() {{}}\n");
            assert_eq!(
                found("crates/forge/tests/it/main.rs", &text).len(),
                1,
                "{ignore}"
            );
        }
        assert!(
            found(
                "crates/forge/src/a.rs",
                "//! Never `#[ignore]`.\n/// Not #[ignore].\nfn f() {}\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_label_is_seen_where_it_is_spelled_out_and_not_where_it_may_be() {
        let label = [LABEL_PREFIX, "faq"].concat();
        let code = format!(
            "//! E.\n/// `{label}`\nfn f() -> bool {{\n    x == \"{label}\" || format!(\"{label}\") == y\n}}\n"
        );
        let seen = found("crates/engine/src/a.rs", &code);
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(
            seen[0].starts_with("crates/engine/src/a.rs:4: the label"),
            "{seen:?}"
        );
        for fine in [
            "crates/taxonomy/src/a.rs",
            "crates/engine/tests/it/a.rs",
            "crates/engine/src/tests.rs",
        ] {
            assert!(found(fine, &code).is_empty(), "{fine}");
        }
        let test =
            format!("//! E.\n#[cfg(test)]\nmod tests {{\n    const L: &str = \"{label}\";\n}}\n");
        assert!(found("crates/engine/src/a.rs", &test).is_empty());
        assert_eq!(
            found(
                "crates/engine/src/a.rs",
                &format!("//! E.\nconst L: &str = \"{}\";\n", OTHER_LABELS[0])
            )
            .len(),
            1
        );
        assert!(
            found(
                "crates/engine/src/a.rs",
                "//! E.\nconst L: &str = \"scms-faq\";\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn every_place_for_labels_is_still_there() {
        for (place, why) in LABELS_BELONG {
            assert!(
                crate::process::workspace().join(place).exists(),
                "{place}: {why}"
            );
        }
    }

    #[test]
    fn a_pure_crate_that_touches_the_world_is_seen() {
        for text in [
            "//! L.\nuse std::fs;\n",
            "//! L.\nuse std::{fmt, env as e};\n",
            "//! L.\nuse std::fs::*;\n",
            "//! L.\nfn f() { let _ = chrono::Utc::now(); }\n",
            "//! L.\nfn f() { let _ = vec![std::env::var(\"X\")]; }\n",
            "//! L.\nfn f(_: std::time::SystemTime) {}\n",
        ] {
            assert_eq!(found("crates/lifecycle/src/a.rs", text).len(), 1, "{text}");
            assert!(found("crates/engine/src/a.rs", text).is_empty(), "{text}");
        }
        let test = "//! L.\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert!(found("crates/lifecycle/src/a.rs", test).is_empty());
        assert!(
            found(
                "crates/lifecycle/src/a.rs",
                "//! L.\nuse std::time::Duration;\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_path_of_one_machine_is_seen_in_any_text() {
        for folder in MACHINE_PATHS {
            assert_eq!(
                found("docs/a.md", &format!("see {folder}main\n")).len(),
                1,
                "{folder}"
            );
            assert!(
                found("docs/a.md", &format!("see runs{folder}main\n")).is_empty(),
                "{folder}"
            );
        }
    }
}
