//! What a site's own code is built with, as steps and command lines.

use lightsout_taxonomy::{PackageManager, Program};

use crate::step::literal;
use crate::trust::Unprivileged;
use crate::{Step, Value};

/// The steps that bring a site's tools.
pub(crate) fn tools<L: Unprivileged>(manager: PackageManager, node: &str) -> Vec<Step<L>> {
    let mut steps = Vec::new();
    if manager == PackageManager::Pnpm {
        steps.push(Step::pnpm());
    }
    if matches!(
        manager,
        PackageManager::Npm | PackageManager::Pnpm | PackageManager::Yarn
    ) {
        steps.push(Step::node(node));
    }
    if manager == PackageManager::Yarn {
        steps.push(Step::command("Install Yarn", "corepack enable"));
    }
    steps
}

/// The step that installs exactly what the lock file says.
pub(crate) fn dependencies<L: Unprivileged>(manager: PackageManager) -> Option<Step<L>> {
    let command = match manager {
        PackageManager::Npm => "npm ci",
        PackageManager::Pnpm => "pnpm install --frozen-lockfile",
        PackageManager::Yarn => "yarn install --immutable",
        PackageManager::Cargo => "cargo fetch --locked",
        PackageManager::None => return None,
    };
    Some(Step::command("Install dependencies", command))
}

/// The step that installs exactly what the lock file says, and runs nothing of what it installs. Everything lies in the
/// checkout or in Cargo's home afterwards, where `lightsout gate` finds it.
pub(crate) fn dependencies_alone<L: Unprivileged>(manager: PackageManager) -> Option<Step<L>> {
    let command = match manager {
        PackageManager::Npm => "npm ci --ignore-scripts",
        PackageManager::Pnpm => "pnpm install --frozen-lockfile --ignore-scripts",
        PackageManager::Yarn => "yarn install --immutable --mode=skip-build",
        PackageManager::Cargo => "cargo fetch --locked",
        PackageManager::None => return None,
    };
    let step = Step::command("Install dependencies", command).commented(
        "Of the base branch, without their scripts; `lightsout gate` lays them beside the commit.",
    );
    Some(match manager {
        PackageManager::Pnpm => step.env(
            "pnpm_config_enable_global_virtual_store",
            Value::text("false"),
        ),
        PackageManager::Yarn => step.env("YARN_ENABLE_GLOBAL_CACHE", Value::text("false")),
        PackageManager::Npm | PackageManager::Cargo | PackageManager::None => step,
    })
}

/// The inputs of the action that installs `lightsout`.
pub(crate) fn inputs(program: &Program) -> Vec<(&'static str, String)> {
    match program {
        Program::Release(version) => vec![
            ("from", "release".to_owned()),
            ("version", literal(version)),
            ("repository", Value::variable("LIGHTSOUT_REPOSITORY").0),
            ("sha256", Value::variable("LIGHTSOUT_SHA256").0),
        ],
        Program::Crates(version) => {
            vec![("from", "crates".to_owned()), ("version", literal(version))]
        }
        Program::Path(path) => vec![("from", "path".to_owned()), ("path", literal(path))],
    }
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
