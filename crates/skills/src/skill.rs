//! One skill: its folder, and what is in it.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::front;
use crate::markdown;
use crate::{Finding, Rule};

/// The file that makes a folder a skill.
pub(crate) const SKILL_FILE: &str = "SKILL.md";

static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../skills");

/// A text file. Paths are relative, with `/` between their parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it lies, from the folder that is spoken of.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// A folder that is meant to be a skill, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The folder's name, which is what agents call the skill by.
    pub name: String,
    /// Every text file in it.
    pub files: Vec<File>,
}

/// A skill that reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// What agents call it by.
    pub name: String,
    /// What it is for and when to use it: all that an agent sees before it opens the skill.
    pub description: String,
    /// The phrase that only somebody who has read the whole skill can say.
    pub canary: Option<String>,
    /// The Markdown below the front matter.
    pub body: String,
    /// Every file of it, `SKILL.md` among them.
    pub files: Vec<File>,
}

impl Folder {
    /// Reads the skill in it.
    ///
    /// # Errors
    /// The first thing that keeps it from being one. [`check`](crate::check) finds everything.
    pub fn skill(&self) -> Result<Skill, Finding> {
        let text = self.skill_file()?;
        let (front, body) = front::split(text).map_err(|error| error.of(&self.name))?;
        let front = front::read(front).map_err(|error| error.of(&self.name))?;
        let description = front.text("description").ok_or_else(|| {
            Finding::new(
                &self.name,
                1,
                Rule::Description,
                "there is no `description`",
            )
        })?;
        Ok(Skill {
            name: self.name.clone(),
            description: description.split_whitespace().collect::<Vec<_>>().join(" "),
            canary: markdown::read(body.text).canary,
            body: body.text.to_owned(),
            files: self.files.clone(),
        })
    }

    /// Returns the text of `SKILL.md`.
    pub(crate) fn skill_file(&self) -> Result<&str, Finding> {
        let file = self.files.iter().find(|file| file.path == SKILL_FILE);
        file.map(|file| file.text.as_str()).ok_or_else(|| {
            Finding::new(
                &self.name,
                1,
                Rule::NoSkill,
                "there is no `SKILL.md` in its folder",
            )
        })
    }
}

/// Returns the skills that Lightsout brings along, sorted by name.
pub fn builtin() -> Vec<Folder> {
    let mut folders: BTreeMap<&str, Folder> = BTreeMap::new();
    for dir in BUILTIN.dirs() {
        let name = dir.path().to_str().unwrap_or_default();
        let folder = Folder {
            name: name.to_owned(),
            files: files(dir, name),
        };
        folders.insert(name, folder);
    }
    folders.into_values().collect()
}

fn files(dir: &Dir<'_>, skill: &str) -> Vec<File> {
    let own = dir.files().map(|file| File {
        path: file
            .path()
            .strip_prefix(skill)
            .unwrap_or(file.path())
            .to_string_lossy()
            .into_owned(),
        text: file.contents_utf8().unwrap_or_default().to_owned(),
    });
    let below = dir.dirs().flat_map(|dir| files(dir, skill));
    own.chain(below).collect()
}
