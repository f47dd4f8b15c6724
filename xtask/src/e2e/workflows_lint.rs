//! `cargo xtask e2e workflows-lint`: the workflows, looked at by programs that nobody here wrote.
//!
//! actionlint and zizmor (as an auditor) find nothing, and GitHub's own parser accepts every file: those that are committed,
//! and those that `lightsout workflows render` writes for every package manager with every agent. What is put wrong on
//! purpose is seen.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use lightsout_taxonomy::{Factory, PackageManager};
use lightsout_workflows::{ACTION, FOLDER, Workflow, workflows};
use serde_json::Value;

use super::forge::Program;
use super::guards::{self, Conditions};
use super::node;
use crate::process::{self, workspace};
use crate::workflows as committed;

/// Where our own action is.
const ACTION_FOLDER: &str = ".github/actions/lightsout";

/// Runs the check.
pub(crate) fn run(program: &Program) -> Result<()> {
    let tools = Tools::install()?;
    let node = node::install()?;
    committed::run(true)?;
    let outer = tempfile::tempdir()?;
    let committed = repository(&outer.path().join("committed"), &committed::files()?)?;
    let mut files = tools.pass(&committed, &node)?.0;
    let proved = guards::conditions(&node, &outer.path().join("guards"))?;
    for (name, declaration) in declarations() {
        let folder = outer.path().join(&name);
        let pass = || -> Result<usize> {
            by_command(program, &folder, &declaration)?;
            let (files, conditions) = tools.pass(&folder, &node)?;
            same(&conditions, &proved)?;
            Ok(files)
        };
        files += pass().with_context(|| format!("the files for {name}"))?;
    }
    for (what, right, wrong) in BROKEN {
        let set = broken(right, wrong)?;
        let folder = repository(&outer.path().join(what.replace(' ', "-")), &set)?;
        let passed = tools.pass(&folder, &node);
        ensure!(passed.is_err(), "{what}: nobody sees it");
    }
    install_script(outer.path())?;
    println!(
        "workflows-lint: {files} files accepted by actionlint, zizmor and GitHub's parser; {} wrong ones seen",
        BROKEN.len()
    );
    Ok(())
}

/// A rendered file: its name and what it holds.
type File = (String, String);

/// What is wrong on purpose: what is replaced in every file, and by what.
const BROKEN: [(&str, &str, &str); 5] = [
    ("an unknown key", "timeout-minutes:", "timeout-minute:"),
    (
        "a tag that can be moved",
        "@3d3c42e5aac5ba805825da76410c181273ba90b1",
        "@v7",
    ),
    (
        "a credential left behind",
        "persist-credentials: false",
        "persist-credentials: true",
    ),
    (
        "an unknown context",
        "vars.CMS_BOT_ENABLED == 'true'",
        "variables.CMS_BOT_ENABLED == 'true'",
    ),
    (
        "a body in a command",
        "run: lightsout publish",
        "run: lightsout publish ${{ github.event.comment.body }}",
    ),
];

fn broken(right: &str, wrong: &str) -> Result<Vec<File>> {
    let files = committed::files()?;
    let broken: Vec<File> = files
        .iter()
        .map(|(name, text)| (name.clone(), text.replace(right, wrong)))
        .collect();
    ensure!(broken != files, "`{right}` is in no file");
    Ok(broken)
}

/// A declaration for every package manager with every agent, with a name.
fn declarations() -> Vec<(String, String)> {
    let mut declarations = Vec::new();
    for manager in PackageManager::ALL {
        for agent in ["template", "claude", "codex", "command"] {
            let name = format!("{}-{agent}", manager.name());
            declarations.push((name, declaration(manager, agent)));
        }
    }
    declarations
}

fn declaration(manager: PackageManager, agent: &str) -> String {
    let command = match agent {
        "command" => "command = \"./agent\"\n",
        _ => "",
    };
    // With "template" there is no gate at all.
    let gates = match agent {
        "template" => "",
        _ => {
            "[[gates]]\nname = \"content\"\nrun = \"lightsout content check\"\n[[gates]]\nname = \"odd ${{ x }}\"\nrun = \"sh -c 'echo ${{ secrets.X }}'\"\n"
        }
    };
    let program = match agent {
        "codex" => "[lightsout]\nfrom = \"crates\"\nversion = \"0.1.0\"\n",
        "command" => "[lightsout]\nfrom = \"path\"\npath = \"tools/lightsout\"\n",
        _ => "",
    };
    let coverage = match manager {
        PackageManager::None => "",
        _ => "coverage = \"npm test\"\n",
    };
    let manager = manager.name();
    format!(
        "[factory]\nbase = \"trunk/site\"\nbots = [\"pebble-robot\"]\n[agent]\nkind = \"{agent}\"\n{command}{gates}\
         [site]\npackage_manager = \"{manager}\"\n{coverage}{program}"
    )
}

/// Every condition is one that `e2e guards` proves; only the job of coverage is one that not every site has.
fn same(conditions: &Conditions, proved: &Conditions) -> Result<()> {
    let coverage = ("pr-checks.yml".to_owned(), "coverage".to_owned());
    for (job, condition) in conditions.iter().filter(|(job, _)| **job != coverage) {
        let wanted = proved.get(job);
        ensure!(
            wanted == Some(condition),
            "{job:?} asks `{condition}`, and proved is {wanted:?}"
        );
    }
    let missing = proved.keys().find(|job| !conditions.contains_key(*job));
    ensure!(missing.is_none(), "{missing:?} is missing");
    Ok(())
}

fn parsed(declaration: &str) -> Result<Factory> {
    Factory::parse("factory.toml", declaration)
        .map_err(|complaints| anyhow::anyhow!("{complaints:?}"))
}

/// Lets the command render a declaration into a repository, and looks at what it wrote: the bytes of the library, and
/// nothing that its own check would complain of.
fn by_command(program: &Program, folder: &Path, declaration: &str) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let config = folder.join("factory.toml");
    std::fs::write(&config, declaration)?;
    let render = |check: &[&str]| {
        let mut command = Command::new(program.path());
        command.args(["workflows", "render", "--out"]).arg(folder);
        process::read(command.arg("--config").arg(&config).args(check))
    };
    render(&[])?;
    render(&["--check"])?;
    for (path, wanted) in lightsout_workflows::files(&parsed(declaration)?) {
        let there = std::fs::read_to_string(folder.join(&path))?;
        ensure!(there == wanted, "`{path}` is not what the library makes");
    }
    Ok(())
}

fn rendered(made: &[Workflow]) -> Vec<File> {
    made.iter()
        .map(|one| (one.file.to_owned(), one.render()))
        .collect()
}

/// Lays files out as a repository has them.
fn repository(folder: &Path, files: &[File]) -> Result<PathBuf> {
    let inside = folder.join(FOLDER);
    std::fs::create_dir_all(&inside)?;
    for (name, text) in files {
        std::fs::write(inside.join(name), text)?;
    }
    std::fs::create_dir_all(folder.join(ACTION_FOLDER))?;
    for (path, text) in ACTION {
        std::fs::write(folder.join(path), text)?;
    }
    Ok(folder.to_path_buf())
}

/// actionlint and zizmor, in a folder of their own.
struct Tools {
    packages: PathBuf,
}

impl Tools {
    /// Installs them once, pinned by hash.
    fn install() -> Result<Self> {
        let packages = workspace().join("target/ci-tools/workflows");
        if !packages.join("bin/zizmor").exists() {
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
                    .args(["--require-hashes", "--no-deps", "--upgrade", "--target"])
                    .arg(&packages)
                    .arg("--requirement")
                    .arg(workspace().join("xtask/python/workflows.txt")),
            )?;
        }
        Ok(Self { packages })
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.packages.join("bin").join(name));
        command.env("PYTHONPATH", &self.packages);
        command
    }

    /// How many files pass, and what GitHub reads as the conditions of their jobs.
    fn pass(&self, folder: &Path, node: &Path) -> Result<(usize, Conditions)> {
        let files = files(folder)?;
        // `-shellcheck=`: whether that one is installed must not change the verdict.
        let mut lint = self.command("actionlint");
        silent(lint.args(["-shellcheck=", "-pyflakes="]).args(&files))?;
        let mut audit = self.command("zizmor");
        audit.args(["--offline", "--quiet", "--persona", "auditor"]);
        silent(audit.arg(folder))?;
        Ok((files.len(), read(node, &files)?))
    }
}

/// Runs a program that has nothing to say when all is well.
fn silent(command: &mut Command) -> Result<()> {
    let output = process::output(command)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let talk = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "`{}`:\n{said}{talk}",
        process::shown(command)
    );
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let inside = std::fs::read_dir(folder.join(FOLDER))?;
    let mut files: Vec<PathBuf> = inside
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    Ok(files)
}

/// Reads files with GitHub's own parser, which must accept them, and returns the conditions of their jobs.
fn read(node: &Path, files: &[PathBuf]) -> Result<Conditions> {
    let text = process::read(
        Command::new("node")
            .current_dir(node)
            .arg("workflows.mjs")
            .args(files),
    )?;
    let mut conditions = Conditions::new();
    for line in text.lines() {
        let file: Value = serde_json::from_str(line)?;
        let name = file["name"].as_str().unwrap_or_default();
        let errors = file["errors"].as_array().context("no verdict")?;
        ensure!(
            errors.is_empty(),
            "GitHub's parser refuses `{name}`: {errors:?}"
        );
        for (job, condition) in file["jobs"].as_object().into_iter().flatten() {
            let condition = condition.as_str().unwrap_or_default().to_owned();
            conditions.insert((name.to_owned(), job.clone()), condition);
        }
    }
    Ok(conditions)
}

/// The conditions of a factory's workflows, as GitHub's parser reads them.
pub(super) fn conditions(node: &Path, folder: &Path, factory: &Factory) -> Result<Conditions> {
    let folder = repository(&folder.join("repository"), &rendered(&workflows(factory)))?;
    read(node, &files(&folder)?)
}

/// Runs the script of our own action: it installs a program whose checksum is right, and no other.
fn install_script(folder: &Path) -> Result<()> {
    let program = folder.join("program");
    std::fs::write(&program, "#!/bin/sh\necho lightsout 0.1.0\n")?;
    let sum = process::read(Command::new("sha256sum").arg(&program))?;
    let sum = sum.split(' ').next().unwrap_or_default().to_owned();
    let wrong = "0".repeat(64);
    let script = workspace().join(ACTION_FOLDER).join("install.sh");
    let paths = folder.join("paths");
    let attempt = |from: &str, sha256: &str, path: &Path| -> Result<bool> {
        let mut command = Command::new(&script);
        command
            .env("RUNNER_TEMP", folder)
            .env("GITHUB_PATH", &paths)
            .env("FROM", from)
            .env("VERSION", "0.1.0")
            .env("REPOSITORY", "")
            .env("SHA256", sha256)
            .env("FROM_PATH", path);
        Ok(process::output(&mut command)?.status.success())
    };
    ensure!(
        !attempt("path", &wrong, &program)?,
        "a program with another checksum is installed"
    );
    ensure!(
        !attempt("path", "", &folder.join("nothing"))?,
        "nothing is installed"
    );
    ensure!(
        !attempt("release", &sum, &program)?,
        "a release of nobody is installed"
    );
    ensure!(
        !attempt("elsewhere", "", &program)?,
        "an unknown source is accepted"
    );
    ensure!(!paths.exists(), "what was refused is on the path");
    ensure!(
        attempt("path", &sum, &program)?,
        "the right program is refused"
    );
    let found = std::fs::read_to_string(&paths)?;
    let installed = Path::new(found.trim()).join("lightsout");
    ensure!(installed.is_file(), "the program is not on the path");
    println!(
        "workflows-lint: the action installs what its checksum names, and refuses four things that it does not"
    );
    Ok(())
}
