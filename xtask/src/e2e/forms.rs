//! `cargo xtask e2e forms`: issue forms and the schema of `factory.toml` against an independent validator.
//!
//! Python's `check-jsonschema` carries GitHub's own schema of issue forms. It must accept every form of the built-in
//! factory and of the example site, accept both their declarations by our schema, and refuse every broken one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use lightsout_taxonomy::{DEFAULT_TOML, Factory, issue_form, schema};
use serde_json::Value;

use crate::process::{self, workspace};

/// The example site's declaration.
const EXAMPLE: &str = "examples/careers-site/factory.toml";

/// Declarations that are broken, each after a line `=== what complaints hold`.
const BROKEN: &str = "crates/taxonomy/tests/it/corpus/broken-factories.txt";

/// Runs the check.
pub(crate) fn run() -> Result<()> {
    let tool = Tool::install()?;
    let outer = tempfile::tempdir()?;
    let forms = forms(outer.path())?;
    tool.accepts(&["--builtin-schema", "vendor.github-issue-forms"], &forms)?;

    let schema_file = write(outer.path(), "schema.json", &format!("{:#}\n", schema()))?;
    tool.accepts(&["--check-metaschema"], std::slice::from_ref(&schema_file))?;
    let with_schema = ["--schemafile", &schema_file.to_string_lossy()];
    let right = [
        write(outer.path(), "default.toml", DEFAULT_TOML)?,
        workspace().join(EXAMPLE),
    ];
    tool.accepts(&with_schema, &right)?;

    let broken = broken(outer.path())?;
    let refused = tool.refused(&with_schema, &broken)?;
    for file in &broken {
        ensure!(
            refused.contains(file),
            "the schema accepts a broken file:\n{}",
            std::fs::read_to_string(file)?
        );
    }
    // What is no form is seen, too: else the first verdict would say nothing.
    let no_form = write(outer.path(), "no-form.yml", "name: A form\nbody: []\n")?;
    let refused = tool.refused(
        &["--builtin-schema", "vendor.github-issue-forms"],
        std::slice::from_ref(&no_form),
    )?;
    ensure!(
        refused.contains(&no_form),
        "a form without anything in it passes"
    );
    println!(
        "forms: {} forms and {} declarations accepted, {} broken ones refused",
        forms.len(),
        right.len(),
        broken.len()
    );
    Ok(())
}

/// Writes every form of both factories.
fn forms(folder: &Path) -> Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(workspace().join(EXAMPLE))?;
    let Ok(example) = Factory::parse(EXAMPLE, &text) else {
        bail!("`{EXAMPLE}` is broken");
    };
    let mut files = Vec::new();
    for (name, factory) in [("built-in", Factory::builtin()), ("example", example)] {
        for kind in &factory.types {
            let file = format!("{name}-{}.yml", kind.label);
            files.push(write(folder, &file, &issue_form(kind))?);
        }
    }
    Ok(files)
}

/// Writes every broken declaration into a file of its own.
fn broken(folder: &Path) -> Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(workspace().join(BROKEN))?;
    let cases = text.split("\n=== ").skip(1).enumerate();
    let files = cases.map(|(number, case)| {
        let (_, text) = case.split_once('\n').unwrap_or_default();
        write(folder, &format!("broken-{number}.toml"), text)
    });
    files.collect()
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("could not write `{name}`"))?;
    Ok(path)
}

/// `check-jsonschema`, in a folder of its own.
struct Tool {
    packages: PathBuf,
}

impl Tool {
    /// Installs it once, pinned by hash with everything under it.
    fn install() -> Result<Self> {
        let packages = workspace().join("target/ci-tools/check-jsonschema");
        if !packages.join("check_jsonschema").is_dir() {
            process::run(
                Command::new("python3")
                    .env("PIP_ROOT_USER_ACTION", "ignore")
                    .args([
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--disable-pip-version-check",
                    ])
                    .args(["--require-hashes", "--upgrade", "--target"])
                    .arg(&packages)
                    .arg("--requirement")
                    .arg(workspace().join("xtask/python/requirements.txt")),
            )?;
        }
        Ok(Self { packages })
    }

    fn command(&self, arguments: &[&str], files: &[PathBuf]) -> Command {
        let mut command = Command::new("python3");
        command
            .env("PYTHONPATH", &self.packages)
            .args(["-m", "check_jsonschema"])
            .args(arguments)
            .args(files);
        command
    }

    fn accepts(&self, arguments: &[&str], files: &[PathBuf]) -> Result<()> {
        process::run(&mut self.command(arguments, files))
    }

    /// Returns which of the files it refuses.
    fn refused(&self, arguments: &[&str], files: &[PathBuf]) -> Result<BTreeSet<PathBuf>> {
        let output = process::output(
            self.command(arguments, files)
                .args(["--output-format", "json"]),
        )?;
        let report: Value = serde_json::from_slice(&output.stdout).with_context(|| {
            let talk = String::from_utf8_lossy(&output.stderr).into_owned();
            format!("`check-jsonschema` gave no verdict: {talk}")
        })?;
        let errors = report["errors"].as_array().into_iter().flatten();
        Ok(errors
            .filter_map(|error| error["filename"].as_str())
            .map(PathBuf::from)
            .collect())
    }
}
