//! `lightsout workflows render`: the workflows of a repository, from its `factory.toml`.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use lightsout_taxonomy::{Factory, PackageManager};
use lightsout_workflows::{FOLDER, files, is_generated};
use serde::Serialize;

use crate::args::{Format, RenderWorkflows, Workflows, WorkflowsVerb};
use crate::failure::{Done, Mendable};
use crate::input::read_config;
use crate::output::{print, print_json, say, short};

/// How a file stands to what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Exactly what it should be.
    Fresh,
    /// Not there.
    Missing,
    /// Ours, and something else than it should be.
    Different,
    /// There, and not made by us.
    Foreign,
    /// Ours, and no longer one of the files.
    Left,
}

/// One file, and how it stands.
#[derive(Debug, Serialize)]
struct Found {
    /// Where it lies, from the repository's folder.
    path: String,
    state: State,
    /// The first line that differs, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// That line as it is; nothing where the file ends before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<String>,
    /// That line as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    should_be: Option<String>,
}

#[derive(Serialize)]
struct Rendered<'r> {
    folder: String,
    /// Whether every file is what it should be now.
    fresh: bool,
    /// The files that were written by this call.
    written: Vec<&'r str>,
    files: &'r [Found],
}

pub(crate) fn run(args: &Workflows) -> anyhow::Result<Done> {
    let WorkflowsVerb::Render(args) = &args.verb;
    render(args)
}

fn render(args: &RenderWorkflows) -> anyhow::Result<Done> {
    let factory = declared(&args.config)?;
    doubts(&factory);
    let root = repository(&args.out);
    let files = files(&factory);
    let found = look(&root, &files)?;
    let mut written = Vec::new();
    if !args.check {
        if !args.force {
            refuse_foreign(&found)?;
        }
        for ((path, text), found) in files.iter().zip(&found) {
            if found.state != State::Fresh {
                write(&root.join(path), text)?;
                written.push(path.as_str());
            }
        }
    }
    let left = found.iter().any(|one| one.state == State::Left);
    let fresh = !left && (!args.check || found.iter().all(|one| one.state == State::Fresh));
    match args.format {
        Format::Json => print_json(&Rendered {
            folder: root.display().to_string(),
            fresh,
            written,
            files: &found,
        })?,
        Format::Text if args.check => print(&drift(&found, args))?,
        Format::Text => print(&done(&found, &written))?,
    }
    Ok(if args.check && !fresh {
        Done::Wrong
    } else {
        Done::Fine
    })
}

/// Reads the declaration, which has to be there: workflows for a factory that nobody declared would surprise.
fn declared(config: &Path) -> anyhow::Result<Factory> {
    if fs::metadata(config).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Err(Mendable::error(
            format!("there is no `{}`", config.display()),
            "workflows are made from a factory's declaration: write one (an empty file takes every default; `lightsout schema` says what can stand in it), or name it with `--config`",
        ));
    }
    read_config(Some(config))
}

/// Says what is odd about a declaration, though it can be meant.
fn doubts(factory: &Factory) {
    let manager = factory.site.manager;
    for gate in &factory.gates {
        let program = gate.run.first().map_or("", String::as_str);
        let needs = match program {
            "npx" => Some(PackageManager::Npm),
            program => PackageManager::ALL
                .into_iter()
                .find(|one| one.name() == program),
        };
        if let Some(needs) = needs.filter(|needs| *needs != manager) {
            say(&format!(
                "warning: gate `{}` runs `{program}`, and `package_manager` is `{}`: nothing is installed for it\nhint: `package_manager = \"{}\"` under `[site]` in `factory.toml`",
                short(&gate.name, 60),
                manager.name(),
                needs.name()
            ));
        }
    }
}

/// The repository's folder; its folder of workflows stands for it.
fn repository(out: &Path) -> PathBuf {
    if out.ends_with(FOLDER) {
        let above = out.ancestors().nth(2).unwrap_or(out);
        if above.as_os_str().is_empty() {
            return PathBuf::from(".");
        }
        return above.to_owned();
    }
    out.to_owned()
}

/// Looks at every file that should be there, in order, and then for those that were and should not be.
fn look(root: &Path, files: &[(String, String)]) -> anyhow::Result<Vec<Found>> {
    let mut found = Vec::new();
    for (path, wanted) in files {
        found.push(compare(path, read(&root.join(path))?.as_deref(), wanted));
    }
    let folder = root.join(FOLDER);
    let inside = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        other => other.map_err(|error| unreadable(&folder, &error))?,
    };
    let mut left = Vec::new();
    for entry in inside {
        let entry = entry.map_err(|error| unreadable(&folder, &error))?;
        let path = format!("{FOLDER}/{}", entry.file_name().to_string_lossy());
        let is_workflow = [".yml", ".yaml"].iter().any(|end| path.ends_with(end));
        if !is_workflow || files.iter().any(|(known, _)| *known == path) {
            continue;
        }
        let ours = read(&entry.path())?
            .is_some_and(|bytes| is_generated(&String::from_utf8_lossy(&bytes)));
        if ours {
            left.push(plainly(path, State::Left));
        }
    }
    left.sort_by(|one, other| one.path.cmp(&other.path));
    found.extend(left);
    Ok(found)
}

fn plainly(path: String, state: State) -> Found {
    Found {
        path,
        state,
        line: None,
        is: None,
        should_be: None,
    }
}

fn compare(path: &str, there: Option<&[u8]>, wanted: &str) -> Found {
    let Some(bytes) = there else {
        return plainly(path.to_owned(), State::Missing);
    };
    if bytes == wanted.as_bytes() {
        return plainly(path.to_owned(), State::Fresh);
    }
    let text = String::from_utf8_lossy(bytes);
    // Ends of lines count: `lines` would hide carriage returns and a missing end.
    let (is, should): (Vec<&str>, Vec<&str>) =
        (text.split('\n').collect(), wanted.split('\n').collect());
    let many = is.len().max(should.len());
    let line = (0..many)
        .find(|line| is.get(*line) != should.get(*line))
        .unwrap_or_default();
    let shown = |lines: &[&str]| lines.get(line).map(|line| short(line, 160));
    Found {
        path: path.to_owned(),
        state: if is_generated(&text) {
            State::Different
        } else {
            State::Foreign
        },
        line: Some(line + 1),
        is: shown(&is),
        should_be: shown(&should),
    }
}

/// Reads a file that may not be there; what is no file, such as a link, cannot be one of ours.
fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
        Ok(meta) if !meta.is_file() => Err(Mendable::error(
            format!("`{}` is no ordinary file", path.display()),
            "move it out of the way",
        )),
        Ok(_) => Ok(Some(
            fs::read(path).map_err(|error| unreadable(path, &error))?,
        )),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> anyhow::Error {
    Mendable::error(
        format!("`{}` cannot be read: {error}", path.display()),
        "check `--out`",
    )
}

fn refuse_foreign(found: &[Found]) -> anyhow::Result<()> {
    let foreign: Vec<String> = found
        .iter()
        .filter(|one| one.state == State::Foreign)
        .map(|one| format!("`{}`", one.path))
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    Err(Mendable::error(
        format!(
            "not made by this command, and in its way: {}; nothing was written",
            foreign.join(", ")
        ),
        "move what is yours to another name, or replace it with `--force`",
    ))
}

/// Puts a file in its place, whole or not at all.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let unwritable = |error: io::Error| {
        Mendable::error(
            format!("`{}` cannot be written: {error}", path.display()),
            "check `--out`, and whether you may write there",
        )
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(unwritable)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    beside.write_all(text.as_bytes()).map_err(unwritable)?;
    readable(beside.as_file()).map_err(unwritable)?;
    beside.as_file().sync_all().map_err(unwritable)?;
    beside
        .persist(path)
        .map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// A temporary file is for one's own eyes; a repository's is not.
fn readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// What differs, and how to mend it.
fn drift(found: &[Found], args: &RenderWorkflows) -> String {
    let mut text = String::new();
    for one in found {
        let path = &one.path;
        let _ = match one.state {
            State::Fresh => Ok(()),
            State::Missing => writeln!(text, "{path}: missing"),
            State::Left => writeln!(
                text,
                "{path}: generated once, and no longer one of the workflows; delete it"
            ),
            State::Different | State::Foreign => {
                let line = one.line.unwrap_or(1);
                let or_end =
                    |line: Option<&String>| line.map_or("(no such line)".to_owned(), Clone::clone);
                let (is, should) = (or_end(one.is.as_ref()), or_end(one.should_be.as_ref()));
                let whose = match one.state {
                    State::Foreign => " (not made by this command)",
                    _ => "",
                };
                writeln!(
                    text,
                    "{path}:{line}: differs{whose}\n  is:        {is}\n  should be: {should}"
                )
            }
        };
    }
    if text.is_empty() {
        return format!("{} files, all of them fresh\n", found.len());
    }
    let foreign = found.iter().any(|one| one.state == State::Foreign);
    let force = if foreign { " --force" } else { "" };
    let _ = writeln!(
        text,
        "to mend it: lightsout workflows render --out {} --config {}{force}",
        args.out.display(),
        args.config.display()
    );
    text
}

/// What was written.
fn done(found: &[Found], written: &[&str]) -> String {
    let mut text = String::new();
    for one in found {
        let path = &one.path;
        let _ = match one.state {
            State::Fresh => writeln!(text, "fresh     {path}"),
            State::Missing => writeln!(text, "made      {path}"),
            State::Different | State::Foreign => writeln!(text, "replaced  {path}"),
            State::Left => writeln!(
                text,
                "left      {path}: no longer one of the workflows; delete it"
            ),
        };
    }
    if !written.is_empty() {
        text.push_str("next: commit them, and set up what docs/reference/workflows.md names\n");
    }
    text
}
