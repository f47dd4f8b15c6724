//! What a repository's workflows depend on besides its `factory.toml`.

use crate::Value;
use crate::step::literal;

/// What installs a site's dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageManager {
    /// npm.
    Npm,
    /// pnpm, in the version that `packageManager` in `package.json` names.
    Pnpm,
    /// Yarn, in the version that `packageManager` in `package.json` names.
    Yarn,
    /// Cargo.
    Cargo,
    /// Nothing has to be installed.
    None,
}

impl PackageManager {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Npm, Self::Pnpm, Self::Yarn, Self::Cargo, Self::None];

    /// The command that installs exactly what the lock file says.
    pub const fn install(self) -> Option<&'static str> {
        match self {
            Self::Npm => Some("npm ci"),
            Self::Pnpm => Some("pnpm install --frozen-lockfile"),
            Self::Yarn => Some("yarn install --immutable"),
            Self::Cargo => Some("cargo fetch --locked"),
            Self::None => None,
        }
    }

    /// Whether it needs Node.js.
    pub const fn needs_node(self) -> bool {
        matches!(self, Self::Npm | Self::Pnpm | Self::Yarn)
    }
}

/// Where jobs get `lightsout` from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A release of this version. The variables `LIGHTSOUT_REPOSITORY` and `LIGHTSOUT_SHA256` say whose it is and what
    /// the archive's SHA-256 must be.
    Release(String),
    /// This version from crates.io, which checks what it hands out.
    Crates(String),
    /// A program, or a folder with its source, in the repository itself.
    Path(String),
}

impl Program {
    /// The inputs of the action that installs it.
    pub(crate) fn inputs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Release(version) => vec![
                ("from", "release".to_owned()),
                ("version", literal(version)),
                ("repository", Value::variable("LIGHTSOUT_REPOSITORY").0),
                ("sha256", Value::variable("LIGHTSOUT_SHA256").0),
            ],
            Self::Crates(version) => {
                vec![("from", "crates".to_owned()), ("version", literal(version))]
            }
            Self::Path(path) => vec![("from", "path".to_owned()), ("path", literal(path))],
        }
    }
}

/// How much of the code tests must reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The command that runs the tests and leaves `coverage/coverage-summary.json`, as Istanbul's `json-summary` does.
    pub command: Vec<String>,
    /// The least part of all lines, in percent.
    pub least: u8,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What installs its dependencies.
    pub manager: PackageManager,
    /// The version of Node.js, where one is needed.
    pub node: String,
    /// Where jobs get `lightsout` from.
    pub program: Program,
    /// How much of the code tests must reach; nothing where that is not measured.
    pub coverage: Option<Coverage>,
}

/// Writes a command line for a shell, word by word, so that every word stays what it is; nothing in it is an expression.
pub(crate) fn command_line(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    quoted.join(" ")
}

pub(crate) fn quote(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./=:@%+,".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    // `${{` would be an expression wherever it stands, so it is taken apart.
    format!("'{}'", word.replace('\'', r"'\''").replace("${{", "$''{{"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_a_word() {
        let words = [
            "pnpm",
            "lint",
            "a b",
            "it's",
            "$HOME",
            "",
            "${{ secrets.X }}",
            "x;y",
        ];
        let words: Vec<String> = words.map(str::to_owned).to_vec();
        assert_eq!(
            command_line(&words),
            r"pnpm lint 'a b' 'it'\''s' '$HOME' '' '$''{{ secrets.X }}' 'x;y'"
        );
    }
}
