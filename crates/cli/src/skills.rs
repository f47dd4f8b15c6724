//! `lightsout skills`: what agents are taught, listed, shown and checked.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use lightsout_skills::{Against, File, Finding, Folder, Level, Skill, builtin, check};
use lightsout_taxonomy::Factory;
use serde::Serialize;

use crate::args::{Args, Format, Skills, SkillsVerb};
use crate::failure::{Done, Mendable};
use crate::input::{read_config, read_text};
use crate::output::{print, print_json, table};

/// How deep folders may lie in a skill.
const DEEPEST: usize = 4;
/// The most files of a skill.
const MOST_FILES: usize = 200;

#[derive(Serialize)]
struct Checked {
    skills: usize,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Listed {
    skills: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    name: String,
    description: String,
    canary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

pub(crate) fn run(args: &Skills) -> anyhow::Result<Done> {
    match &args.verb {
        SkillsVerb::Check {
            dir,
            declared,
            format,
        } => {
            // A type may name what is built in as well as what is in the folder.
            let (folders, beside) = match dir {
                Some(dir) => (read(dir)?, builtin()),
                None => (builtin(), Vec::new()),
            };
            let named = named(&read_config(declared.config.as_deref())?, &beside);
            let against = Against {
                named: &named,
                command: &is_command,
            };
            let checked = Checked {
                skills: folders.len(),
                findings: check(&folders, &against),
            };
            match format {
                Format::Json => print_json(&checked)?,
                Format::Text => print(&text(&checked))?,
            }
            let errors = checked
                .findings
                .iter()
                .any(|finding| finding.level == Level::Error);
            Ok(if errors { Done::Wrong } else { Done::Fine })
        }
        SkillsVerb::List { format } => {
            let skills = skills()?;
            match format {
                Format::Json => print_json(&Listed {
                    skills: skills
                        .into_iter()
                        .map(|skill| shown(skill, false))
                        .collect(),
                })?,
                Format::Text => {
                    let row = |skill: &Skill| {
                        vec![skill.name.clone(), first_sentence(&skill.description)]
                    };
                    let rows: Vec<_> = skills.iter().map(row).collect();
                    print(&table(&["skill", "what it does"], &rows))?;
                }
            }
            Ok(Done::Fine)
        }
        SkillsVerb::Show { name, format } => {
            let skills = skills()?;
            let names: Vec<String> = skills
                .iter()
                .map(|skill| format!("`{}`", skill.name))
                .collect();
            let found = skills.into_iter().find(|skill| skill.name == *name);
            let skill = found.ok_or_else(|| {
                let what = format!("there is no skill `{name}` built in");
                Mendable::error(what, format!("skills are {}", names.join(", ")))
            })?;
            match format {
                Format::Json => print_json(&shown(skill, true))?,
                Format::Text => print(&own_text(&skill))?,
            }
            Ok(Done::Fine)
        }
    }
}

fn skills() -> anyhow::Result<Vec<Skill>> {
    let read = |folder: &Folder| {
        folder
            .skill()
            .map_err(|finding| anyhow::anyhow!("{finding}"))
    };
    builtin().iter().map(read).collect()
}

fn own_text(skill: &Skill) -> String {
    let file = skill.files.iter().find(|file| file.path == "SKILL.md");
    file.map(|file| file.text.clone()).unwrap_or_default()
}

fn shown(skill: Skill, whole: bool) -> Shown {
    Shown {
        text: whole.then(|| own_text(&skill)),
        name: skill.name,
        description: skill.description,
        canary: skill.canary,
    }
}

fn first_sentence(text: &str) -> String {
    text.split_inclusive(". ")
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// Lists who names a skill: each content type, with each of its skills that is not in `there` already.
fn named(factory: &Factory, there: &[Folder]) -> Vec<(String, String)> {
    let is_there = |name: &str| there.iter().any(|folder| folder.name == name);
    let mut named = Vec::new();
    for kind in &factory.types {
        let skills = kind.skills.iter().filter(|skill| !is_there(&skill.name));
        named.extend(skills.map(|skill| (kind.label.clone(), skill.name.clone())));
    }
    named
}

/// Says what is wrong with a command line of ours, by the very tree that parses it. A command named without its
/// arguments is only named.
fn is_command(words: &[String]) -> Result<(), String> {
    let mut tree = Args::command();
    tree.build();
    let mut at = &tree;
    let mut rest = words.iter().skip(1).peekable();
    while let Some(word) = rest.peek() {
        match at.find_subcommand(word.as_str()) {
            Some(next) => at = next,
            None if at.has_subcommands() => {
                return Err(format!("`{}` has no verb `{word}`", at.get_name()));
            }
            None => break,
        }
        rest.next();
    }
    if rest.peek().is_none() {
        return Ok(());
    }
    match Args::command().try_get_matches_from(words) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Err(first.trim_start_matches("error: ").to_owned())
        }
    }
}

/// Reads the skills of a folder: each folder in it, with every text in that.
fn read(dir: &Path) -> anyhow::Result<Vec<Folder>> {
    let entries = fs::read_dir(dir).map_err(|error| {
        Mendable::error(
            format!("`{}` cannot be listed: {error}", dir.display()),
            "name the folder that holds the skills, each in a folder of its own",
        )
    })?;
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("listing `{}`", dir.display()))?;
        // A link is what some tools make of a skill that two agents share.
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let mut files = Vec::new();
            read_files(&entry.path(), "", DEEPEST, &mut files)?;
            files.sort_by(|a: &File, b: &File| a.path.cmp(&b.path));
            folders.push(Folder { name, files });
        }
    }
    folders.sort_by(|a, b| a.name.cmp(&b.name));
    if folders.is_empty() {
        return Err(Mendable::error(
            format!("`{}` holds no folders, so no skills", dir.display()),
            "name the folder that holds the skills, each in a folder of its own",
        ));
    }
    Ok(folders)
}

fn read_files(
    dir: &Path,
    below: &str,
    deepest: usize,
    files: &mut Vec<File>,
) -> anyhow::Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("listing `{}`", dir.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("listing `{}`", dir.display()))?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && deepest > 0 {
            read_files(&entry.path(), &format!("{path}/"), deepest - 1, files)?;
        } else if kind.is_file() && files.len() < MOST_FILES {
            // Only Markdown is looked into; of the rest it matters that it is there.
            let is_text = Path::new(&path).extension().is_some_and(|end| end == "md");
            let text = if is_text {
                read_text(&entry.path())?
            } else {
                String::new()
            };
            files.push(File { path, text });
        }
    }
    Ok(())
}

fn text(checked: &Checked) -> String {
    let mut text = String::new();
    for finding in &checked.findings {
        let level = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let _ = writeln!(text, "{level}: {finding}");
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let skills = count(checked.skills, "skill");
    let findings = count(checked.findings.len(), "finding");
    let _ = writeln!(text, "{skills} checked, {findings}");
    text
}
