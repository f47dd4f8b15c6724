//! The sections about the site's own build: what its workflows install, and where they get `lightsout` from.

use super::sections::command_line;
use super::walk::{At, Table};
use crate::factory::{CoverageSettings, PackageManager, Program, SiteSettings};

pub(crate) fn default_site() -> SiteSettings {
    SiteSettings {
        manager: PackageManager::None,
        node: "24".into(),
        coverage: None,
    }
}

pub(crate) fn default_program() -> Program {
    Program::Release(env!("CARGO_PKG_VERSION").into())
}

pub(super) fn site(mut table: Table<'_>) -> SiteSettings {
    let default = default_site();
    let manager = table
        .choice(
            "package_manager",
            &PackageManager::ALL.map(|manager| (manager.name(), manager)),
        )
        .unwrap_or(default.manager);
    let node = table
        .words("node")
        .and_then(|node| {
            checked(
                &table,
                "node",
                node,
                is_version_range,
                "a version such as `24`",
            )
        })
        .unwrap_or(default.node);
    let run = table.words("coverage");
    let least = table.integer("coverage_percent", 1..101);
    let report = table.report();
    let coverage = match (run, least) {
        (Some(run), least) => command_line(report, &run).map(|run| CoverageSettings {
            run,
            percent: least
                .and_then(|least| u8::try_from(least.value).ok())
                .unwrap_or(80),
        }),
        (None, Some(least)) => {
            let hint = "add `coverage = \"pnpm test --coverage\"`, the command that leaves `coverage/coverage-summary.json`";
            report.complain(
                &least.span,
                "`coverage_percent` needs a `coverage`",
                Some(hint.to_owned()),
            );
            None
        }
        (None, None) => None,
    };
    table.finish();
    SiteSettings {
        manager,
        node,
        coverage,
    }
}

/// Where the sources can be.
#[derive(Clone, Copy)]
enum From {
    Release,
    Crates,
    Path,
}

pub(super) fn program(mut table: Table<'_>) -> Program {
    let sources = [
        ("release", From::Release),
        ("crates", From::Crates),
        ("path", From::Path),
    ];
    let from = table.choice("from", &sources).unwrap_or(From::Release);
    let version = table.words("version").and_then(|version| {
        checked(
            &table,
            "version",
            version,
            is_version,
            "a version such as `0.1.0`",
        )
    });
    let path = table.words("path").and_then(|path| {
        let what = "a path inside the repository, such as `tools/lightsout`";
        checked(&table, "path", path, crate::is_repository_path, what)
    });
    let version = version.unwrap_or_else(|| env!("CARGO_PKG_VERSION").into());
    if matches!(from, From::Path) && !table.has("path") {
        table.report().complain(
            table.span(),
            "`from = \"path\"` needs a `path`",
            Some(
                "add `path = \"tools/lightsout\"`, a program or a folder with its source"
                    .to_owned(),
            ),
        );
    }
    table.finish();
    match from {
        From::Release => Program::Release(version),
        From::Crates => Program::Crates(version),
        From::Path => Program::Path(path.unwrap_or_default()),
    }
}

/// Lets a text through that is what it should be.
fn checked(
    table: &Table<'_>,
    key: &str,
    text: At<String>,
    is_one: fn(&str) -> bool,
    wanted: &str,
) -> Option<String> {
    if is_one(&text.value) {
        return Some(text.value);
    }
    let message = format!("`{key}`: `{}` is not {wanted}", text.value);
    table.report().complain(&text.span, message, None);
    None
}

/// What the action that installs `lightsout` takes for a version.
fn is_version(text: &str) -> bool {
    let (numbers, rest) = match text.find('-') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    numbers.split('.').count() == 3
        && numbers.split('.').all(number)
        && rest != "-"
        && rest.bytes().all(plain)
}

/// What stands for one version of Node.js or for the newest of several.
fn is_version_range(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".*/_-".contains(&byte))
}
