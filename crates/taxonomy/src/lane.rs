//! Lanes: the paths that the change of a request may touch, and the paths that no change may touch.
//!
//! **Invariant:** a [`Lane`] never admits a protected path, nor a path that is not plainly a path
//! inside the repository. The list of what is protected is part of every lane, so that no caller
//! can forget to ask.

use std::sync::{Arc, LazyLock};

use crate::text::is_invisible;

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// What nobody's content request may touch: what runs, what decides what runs, and what pins it.
///
/// Compared without regard to case, because some file systems do so.
const PROTECTED: &[&str] = &[
    // Hidden files and folders configure tools: `.github`, `.claude`, `.gitmodules`, `.npmrc`, hooks…
    "**/.*",
    "**/.*/**",
    "**/git~*",
    "**/git~*/**",
    "hooks/**",
    "githooks/**",
    // Instructions to agents, at any depth, since agents read the nearest.
    "**/agents.md",
    "**/agents.override.md",
    "**/claude.md",
    "**/claude.local.md",
    "**/gemini.md",
    "**/codeowners",
    "**/factory.toml",
    "**/factory.lock",
    // Lock files.
    "**/*.lock",
    "**/*.lockb",
    "**/package-lock.json",
    "**/npm-shrinkwrap.json",
    "**/pnpm-lock.yaml",
    "**/go.sum",
    "**/packages.lock.json",
    // Package manifests and what installers run.
    "**/package.json",
    "**/pnpm-workspace.yaml",
    "**/cargo.toml",
    "**/build.rs",
    "**/pyproject.toml",
    "**/setup.py",
    "**/setup.cfg",
    "**/requirements*.txt",
    "**/pipfile",
    "**/gemfile",
    "**/*.gemspec",
    "**/composer.json",
    "**/go.mod",
    "**/deno.json",
    "**/deno.jsonc",
    "**/pom.xml",
    "**/build.gradle*",
    "**/node_modules/**",
    // Build, test, lint and deployment configuration is code that the gates run.
    "**/*.config.js",
    "**/*.config.cjs",
    "**/*.config.mjs",
    "**/*.config.ts",
    "**/*.config.cts",
    "**/*.config.mts",
    "**/tsconfig*.json",
    "**/jsconfig*.json",
    "**/makefile",
    "**/justfile",
    "**/dockerfile*",
    "**/vercel.json",
    "**/netlify.toml",
    "**/wrangler.toml",
    // Gate scripts.
    "scripts/**",
    "tools/**",
    "ci/**",
];

/// The built-in list, compiled once for the whole process.
static BUILTIN: LazyLock<GlobSet> = LazyLock::new(|| compile(PROTECTED.iter().copied()));

/// The paths that no lane admits: the built-in list and what a factory adds to it.
#[derive(Clone, Debug)]
pub(crate) struct Protected {
    extra: Vec<String>,
    set: GlobSet,
}

impl Protected {
    /// Compiles what a factory adds, whose globs have been checked before.
    pub(crate) fn new(extra: &[String]) -> Self {
        let extra: Vec<String> = extra.iter().map(|glob| fold(glob)).collect();
        let set = compile(extra.iter().map(String::as_str));
        Self { extra, set }
    }

    /// Returns the globs, in lower case: paths are compared without regard to case.
    pub(crate) fn globs(&self) -> impl Iterator<Item = &str> {
        let extra = self.extra.iter().map(String::as_str);
        PROTECTED.iter().copied().chain(extra)
    }

    /// Says whether a path is protected; a path that is no safe path always is.
    pub(crate) fn covers(&self, path: &str) -> bool {
        let folded = fold(path);
        !is_repository_path(path) || BUILTIN.is_match(&folded) || self.set.is_match(&folded)
    }
}

/// The paths that the change of one request may touch.
#[derive(Clone, Debug)]
pub struct Lane {
    patterns: Vec<String>,
    set: GlobSet,
    protected: Arc<Protected>,
}

impl Lane {
    /// Compiles a lane of globs that [`check_glob`] has accepted.
    pub(crate) fn new(patterns: Vec<String>, protected: Arc<Protected>) -> Self {
        let set = compile(patterns.iter().map(String::as_str));
        Self {
            patterns,
            set,
            protected,
        }
    }

    /// Says whether a change may touch this path of the repository.
    ///
    /// Case matters here, as it does in git. A path that is empty, absolute, leaves the repository,
    /// or holds backslashes or invisible characters is never admitted, nor is a protected one.
    pub fn admits(&self, path: &str) -> bool {
        self.set.is_match(path) && !self.protected.covers(path)
    }

    /// Returns the globs, for allow-lists and prompts.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

impl PartialEq for Lane {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns && self.protected.extra == other.protected.extra
    }
}

impl Eq for Lane {}

/// Says whether a text is plainly a relative path inside a repository.
///
/// Windows' devices, drives and trailing dots are refused too: a repository is cloned everywhere.
pub fn is_repository_path(path: &str) -> bool {
    let hidden = |character: char| character.is_control() || is_invisible(character);
    let unsafe_part = |part: &str| {
        part.is_empty()
            || part == "."
            || part == ".."
            || part.ends_with(['.', ' '])
            || part.starts_with(' ')
    };
    !path.is_empty()
        && path.len() <= 1024
        && !path.contains(['\\', ':', '*', '?', '"', '<', '>', '|'])
        && !path.chars().any(hidden)
        && !path.split('/').any(unsafe_part)
}

/// Says what is wrong with a glob of a lane, in words that can follow the glob.
pub(crate) fn check_glob(glob: &str) -> Result<(), String> {
    if glob.starts_with('/') || glob.starts_with('~') || glob.contains(':') {
        return Err("leaves the repository: it is an absolute path".into());
    }
    if glob.contains('\\') {
        return Err("holds a backslash; paths use `/` everywhere".into());
    }
    if glob.split('/').any(|part| part == "..") {
        return Err("leaves the repository: it holds `..`".into());
    }
    if glob.is_empty() || glob.split('/').any(|part| part.is_empty() || part == ".") {
        return Err("is not a path: it has an empty part".into());
    }
    if glob.chars().any(char::is_control) {
        return Err("holds a control character".into());
    }
    build(glob)
        .map(drop)
        .map_err(|error| format!("is not a glob: {}", error.kind()))
}

/// Says whether some path that a glob matches by its own words is protected, such as `.git/**`.
pub(crate) fn glob_is_protected(glob: &str, protected: &Protected) -> bool {
    let sample = glob.replace("**", "x").replace(['*', '?'], "x");
    protected.covers(&sample)
}

/// Compiles one glob on its own, for the questions that configuration asks.
pub(crate) fn matcher(glob: &str) -> Option<GlobMatcher> {
    build(glob).ok().map(|glob| glob.compile_matcher())
}

fn build(glob: &str) -> Result<globset::Glob, globset::Error> {
    // Without `literal_separator`, `content/*` would admit `content/a/b`.
    GlobBuilder::new(glob)
        .literal_separator(true)
        .backslash_escape(false)
        .build()
}

/// Compiles globs; one that is no glob matches nothing, which for a lane is the safe side.
fn compile<'g>(patterns: impl Iterator<Item = &'g str>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in patterns.filter_map(|pattern| build(pattern).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_else(|_| GlobSet::empty())
}

/// Folds case as file systems do: by way of upper case, so that `ſ` and `K` meet `s` and `k`.
fn fold(path: &str) -> String {
    path.to_uppercase().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(globs: &[&str]) -> Lane {
        let globs = globs.iter().map(|glob| (*glob).to_owned()).collect();
        Lane::new(globs, Arc::new(Protected::new(&[])))
    }

    #[test]
    fn a_lane_admits_what_its_globs_match() {
        let lane = lane(&["content/faq/**", "public/*.png"]);
        for path in [
            "content/faq/a.mdx",
            "content/faq/deep/er/a.mdx",
            "public/a.png",
        ] {
            assert!(lane.admits(path), "{path}");
        }
        for path in [
            "content/faqs/a.mdx",
            "Content/faq/a.mdx",
            "public/a/b.png",
            "a.png",
            "content/faq",
            "content/faq/../x",
            "./content/faq/a.mdx",
            "/content/faq/a.mdx",
            "content\\faq\\a.mdx",
            "content/faq/a\n.mdx",
            "content/faq/a\u{202e}.mdx",
            "content/faq//a.mdx",
            "",
            "content/faq/a.mdx/",
            "content/faq/con.",
            "content/faq/a:b",
        ] {
            assert!(!lane.admits(path), "{path:?}");
        }
    }

    #[test]
    fn no_lane_admits_a_protected_path() {
        let lane = lane(&["**"]);
        for path in [
            ".github/workflows/x.yml",
            ".GitHub/x",
            ".claude/settings.json",
            "AGENTS.md",
            "docs/agents.md",
            "CLAUDE.md",
            "factory.toml",
            "Factory.TOML",
            "pnpm-lock.yaml",
            "Cargo.lock",
            "package.json",
            "sub/package.json",
            "pac\u{212a}age.json",
            "pac\u{212a}age.j\u{17f}on",
            ".gitmodules",
            ".git/config",
            "a/.git/hooks/x",
            ".husky/pre-commit",
            "hooks/pre-commit",
            "next.config.ts",
            "githooks/pre-push",
            ".env.local",
            "GIT~1/config",
        ] {
            assert!(!lane.admits(path), "{path}");
        }
        for path in [
            "content/pages/about.mdx",
            "src/hooks/use-theme.ts",
            "app/[slug]/page.tsx",
        ] {
            assert!(lane.admits(path), "{path}");
        }
    }

    #[test]
    fn a_glob_must_stay_in_the_repository() {
        for glob in [
            "../x", "a/../b", "/etc/**", "C:/x", "~/x", "a\\b", "", "a//b", "./a", "a[", "a\u{0}",
        ] {
            assert!(check_glob(glob).is_err(), "{glob:?}");
        }
        assert_eq!(check_glob("content/faq/**"), Ok(()));
        let protected = Protected::new(&[]);
        assert!(glob_is_protected(".git/**", &protected));
        assert!(glob_is_protected(".github/workflows/*.yml", &protected));
        assert!(!glob_is_protected("content/faq/**", &protected));
    }
}
