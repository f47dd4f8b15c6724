//! Files: where a path leads, which rules name it, and which names nobody may write.

use globset::{GlobBuilder, GlobMatcher};

use crate::rule::Rule;

/// Where a call is made.
///
/// The crate knows no files. Whoever does can follow links in `resolve`; a rule to allow must then name the link and
/// what it leads to, a rule to deny either.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The folder the agent was started in, absolute.
    pub start: &'a str,
    /// The folder the shell stands in, absolute: relative paths begin here.
    pub cwd: &'a str,
    /// Its home folder, absolute, where it has one.
    pub home: Option<&'a str>,
    /// Follows the links of an absolute path.
    pub resolve: &'a dyn Fn(&str) -> String,
}

impl std::fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Place");
        shown.field("start", &self.start).field("cwd", &self.cwd);
        shown.field("home", &self.home);
        shown.finish_non_exhaustive()
    }
}

impl<'a> Place<'a> {
    /// Returns a place where no path is a link.
    pub fn without_links(start: &'a str, home: Option<&'a str>) -> Self {
        Self {
            start,
            cwd: start,
            home,
            resolve: &ToOwned::to_owned,
        }
    }

    /// Returns a path and, where it is another, what its links lead to: absolute, without `.` and `..`.
    pub(crate) fn locate(&self, path: &str) -> Vec<String> {
        let absolute = if path.starts_with('/') {
            normal(path)
        } else if let Some(rest) = path.strip_prefix("~/") {
            // Without a home the path stays in a folder that no rule names.
            normal(&format!("{}/{rest}", self.home.unwrap_or("/~")))
        } else {
            normal(&format!("{}/{path}", self.cwd))
        };
        let led = normal(&(self.resolve)(&absolute));
        if led == absolute {
            vec![absolute]
        } else {
            vec![absolute, led]
        }
    }

    /// Says whether an absolute path is the start folder or in it.
    pub(crate) fn is_inside(&self, path: &str) -> bool {
        let start = normal(self.start);
        below(path, &start).is_some() || below(path, &normal(&(self.resolve)(&start))).is_some()
    }

    /// Returns an absolute path as seen from the start folder.
    fn relative<'p>(&self, path: &'p str) -> Option<&'p str> {
        let start = normal(self.start);
        below(path, &start)
            .or_else(|| below(path, &normal(&(self.resolve)(&start))))
            .filter(|rest| !rest.is_empty())
    }
}

/// Removes `.`, `..` and empty parts from an absolute path.
pub(crate) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder == "/" {
        return path.strip_prefix('/');
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// How a rule's path is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// To allow: `src/**` is the folder at the top.
    Allow,
    /// To deny: `src/**` is such a folder anywhere.
    Deny,
}

/// Says whether the path of a rule such as `Edit(content/**)` names an absolute path.
///
/// Paths in rules are read as `.gitignore` is: `//x` from the root, `~/x` from the home, `/x` and anything with a slash
/// inside from the start folder, a plain name in any folder below it. Case does not count. What cannot be read as a
/// pattern allows nothing, and denies everything.
pub(crate) fn names(pattern: &str, path: &str, place: &Place<'_>, side: Side) -> bool {
    let (glob, seen) = if let Some(rest) = pattern.strip_prefix("//") {
        (rest.to_owned(), path.strip_prefix('/'))
    } else if let Some(rest) = pattern.strip_prefix("~/") {
        let home = place.home.map(normal);
        let seen = home.and_then(|home| below(path, &home));
        (rest.to_owned(), seen.filter(|rest| !rest.is_empty()))
    } else {
        (pattern.to_owned(), place.relative(path))
    };
    let Some(seen) = seen else {
        return false;
    };
    let anchored = pattern.starts_with("//") || pattern.starts_with("~/");
    let Some(matchers) = compile(&glob, anchored, side) else {
        return side == Side::Deny;
    };
    let ends = seen.match_indices('/').map(|(at, _)| &seen[..at]);
    ends.chain(std::iter::once(seen))
        .any(|end| matchers.iter().any(|matcher| matcher.is_match(end)))
}

fn compile(pattern: &str, anchored: bool, side: Side) -> Option<Vec<GlobMatcher>> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if pattern.is_empty() || pattern.starts_with('!') {
        return None;
    }
    let trimmed = pattern.trim_end_matches('/');
    let from_top = anchored || trimmed.contains('/');
    let glob = trimmed.trim_start_matches('/');
    // Braces mean nothing in `.gitignore`.
    let glob = glob.replace('{', "[{]").replace('}', "[}]");
    let mut globs = vec![if from_top {
        glob.clone()
    } else {
        format!("**/{glob}")
    }];
    if from_top && side == Side::Deny && !anchored {
        globs.push(format!("**/{glob}"));
    }
    globs.iter().map(|glob| build(glob)).collect()
}

fn build(glob: &str) -> Option<GlobMatcher> {
    let built = GlobBuilder::new(glob)
        .literal_separator(true)
        .case_insensitive(true)
        .backslash_escape(true)
        .build();
    built.ok().map(|glob| glob.compile_matcher())
}

/// Folders whose contents say how programs behave that somebody will run later.
const SENSITIVE_FOLDERS: &[&str] = &[
    ".git",
    ".claude",
    ".vscode",
    ".idea",
    ".husky",
    ".devcontainer",
    ".cargo",
];

/// Files of the same kind.
const SENSITIVE_FILES: &[&str] = &[
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".claude.json",
    ".envrc",
    ".gitconfig",
    ".gitmodules",
    ".mcp.json",
    ".npmrc",
    ".pre-commit-config.yaml",
    ".profile",
    ".ripgreprc",
    ".yarnrc",
    ".yarnrc.yml",
    ".zlogin",
    ".zlogout",
    ".zprofile",
    ".zshenv",
    ".zshrc",
    "bunfig.toml",
];

/// Says whether nobody may write a path, whatever the rules: the program refuses these even under `Bash(*)`.
pub(crate) fn is_sensitive(path: &str) -> bool {
    path.split('/').any(|part| {
        let part = part.to_lowercase();
        SENSITIVE_FOLDERS.contains(&part.as_str()) || SENSITIVE_FILES.contains(&part.as_str())
    })
}

/// What a rule of a file tool opens or closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach<'r> {
    /// The tool itself, wherever the file is: `Edit`.
    Anywhere,
    /// The tool itself, below the start folder: `Edit(*)`, `Edit()`.
    Inside,
    /// Files, by a path.
    Files(&'r str),
}

/// Reads a rule of this tool.
pub(crate) fn reach<'r>(rule: &'r Rule, tool: &str) -> Option<Reach<'r>> {
    (rule.tool() == tool).then(|| match rule.specifier() {
        None => Reach::Anywhere,
        Some("" | "*") => Reach::Inside,
        Some(path) => Reach::Files(path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pattern: &str, path: &str, side: Side) -> bool {
        let place = Place::without_links("/repo", Some("/home/ada"));
        let found = place.locate(path);
        names(pattern, &found[0], &place, side)
    }

    #[test]
    fn paths_of_rules_are_read_as_gitignore_is() {
        for (pattern, path, allow, deny) in [
            ("content/faq/**", "content/faq/a.mdx", true, true),
            ("content/faq/**", "content/faq/x/a.mdx", true, true),
            ("content/faq/**", "content/faq/../a.mdx", false, false),
            ("content/faq/**", "content/faqs/a.mdx", false, false),
            ("content/faq/**", "sub/content/faq/a.mdx", false, true),
            ("content/faq/**", "/repo/content/faq/a", true, true),
            ("content/faq/**", "/other/content/faq/a", false, false),
            ("SRC/**", "src/a", true, true),
            ("src", "a/src/b", true, true),
            ("src/", "a/src/b", true, true),
            ("*.md", "a/b.md", true, true),
            ("q1.txt", "a/q1.txt", true, true),
            ("src/*", "src/a/b", true, true),
            ("/README.md", "README.md", true, true),
            ("/README.md", "a/README.md", false, true),
            ("/repo/**", "/repo/a", false, false),
            ("//repo/**", "a", true, true),
            ("//etc/**", "/etc/hosts", true, true),
            ("~/.ssh/**", "/home/ada/.ssh/id", true, true),
            ("~/.ssh/**", "~/.ssh/id", true, true),
            ("~/.ssh/**", "/repo/.ssh/id", false, false),
            ("**", "a/b", true, true),
            ("**", "/etc/hosts", false, false),
            ("a{b,c}", "ab", false, false),
            ("a[", "b", false, true),
            ("!a", "a", false, true),
        ] {
            assert_eq!(named(pattern, path, Side::Allow), allow, "{pattern} {path}");
            assert_eq!(named(pattern, path, Side::Deny), deny, "{pattern} {path}");
        }
    }

    #[test]
    fn sensitive_names_are_known_in_any_case_and_folder() {
        for path in [
            "/repo/.git/config",
            "/repo/a/.GIT/x",
            "/home/ada/.bashrc",
            "/repo/.mcp.json",
        ] {
            assert!(is_sensitive(path), "{path}");
        }
        assert!(!is_sensitive("/repo/.github/workflows/x.yml"));
        assert!(!is_sensitive("/repo/.gitignore"));
    }

    #[test]
    fn a_path_cannot_climb_over_the_root() {
        assert_eq!(normal("/../../a/./b//c/.."), "/a/b");
    }
}
