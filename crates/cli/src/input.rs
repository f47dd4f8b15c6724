//! What verbs read: texts from files or standard input, and the factory's declaration.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use lightsout_taxonomy::{ConfigError, Factory};

use crate::failure::Mendable;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 25 << 20;

/// Returns what a text is called where its lines are named.
pub(crate) fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Reads a text from a file, or from standard input for `-`.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read_input(path)?).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Mendable::error(
            format!(
                "`{}` is no UTF-8 text: byte {place} begins no character",
                shown(path)
            ),
            "save it as UTF-8",
        )
    })
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read_input(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path == Path::new("-") {
        read_stdin()
    } else {
        read_bytes(path)
    }
}

fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .context("reading standard input")?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Mendable::error(
            "standard input holds more than 25 MiB",
            "give a smaller text",
        ));
    }
    Ok(bytes)
}

/// Reads a file of a sensible size.
pub(crate) fn read_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = |error: std::io::Error| {
        Mendable::error(
            format!("`{}` cannot be read: {error}", path.display()),
            "check the path",
        )
    };
    let meta = fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() || meta.len() > MAX_FILE {
        return Err(Mendable::error(
            format!("`{}` is no file of at most 25 MiB", path.display()),
            "give a smaller file",
        ));
    }
    fs::read(path).map_err(unreadable)
}

/// Reads the declaration in `config`, which must be there; else the one of this folder, else the built-in factory.
pub(crate) fn read_config(config: Option<&Path>) -> anyhow::Result<Factory> {
    match config {
        Some(path) => parse_factory(path, &read_text(path)?),
        None => read_factory(Path::new(".")),
    }
}

/// Reads `factory.toml` in a folder; one that is not there is the built-in factory.
pub(crate) fn read_factory(root: &Path) -> anyhow::Result<Factory> {
    let path = root.join("factory.toml");
    if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    {
        return Ok(Factory::builtin());
    }
    parse_factory(&path, &read_text(&path)?)
}

fn parse_factory(path: &Path, text: &str) -> anyhow::Result<Factory> {
    let name = path.strip_prefix(".").unwrap_or(path).display().to_string();
    Factory::parse(&name, text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ConfigError::to_string).collect();
        Mendable::error(
            format!("`{name}` is broken:\n{}", lines.join("\n")),
            "mend the lines named above; every key has a default, so what is in doubt can be left out",
        )
    })
}
