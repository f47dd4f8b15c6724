//! The template agent: writes pages from a request's own fields, without a model and without a network.
//!
//! It is a program like any other agent. It reads the file that `LIGHTSOUT_REQUEST` names, works in its current
//! folder, commits there, may describe a picture in the file that `LIGHTSOUT_MEDIA` names, says in plain words what
//! it did and what it is, and ends with `READY`, or with its questions and `WAITING`.
//!
//! It understands exactly four pages to write ([the six built-in types](lightsout_taxonomy)), changes of a
//! spotlight's fields, and plain replacements such as `Replace "old" with "new"`. Anything else it asks about.

mod change;
mod commit;
mod pages;
mod spotlight;

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::tree::{Tree, TreeError};
use crate::{MediaRequest, Request};

/// The largest request that is read, in bytes.
const LARGEST_REQUEST: u64 = 1 << 20;

/// How the agent ends. Displays as the transcript: the words, and the signal alone on the last line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The change is committed.
    Ready {
        /// What was done.
        words: String,
    },
    /// A person must answer first; nothing is committed.
    Waiting {
        /// What is asked.
        questions: String,
    },
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready { words } => write!(f, "{words}\n\nREADY"),
            Self::Waiting { questions } => write!(f, "{questions}\n\nWAITING"),
        }
    }
}

/// Why the agent could not even ask.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A variable of its environment is missing.
    #[error(
        "`{0}` is not set\nhint: the factory starts this program; to try it by hand, set `LIGHTSOUT_REQUEST` to a request's file and run it in a git clone"
    )]
    NotSet(&'static str),
    /// The request or the folder could not be read.
    #[error("`{path}` could not be read: {why}")]
    Unreadable {
        /// The path.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// A file of the clone could not be read or written.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The description of the picture could not be written.
    #[error("the description of the picture could not be written")]
    Media(#[source] io::Error),
    /// Git did not do as it was told.
    #[error("`git {command}` failed: {why}")]
    Git {
        /// The command.
        command: String,
        /// What git said.
        why: String,
    },
}

/// What the agent makes of a request, before anything is written.
enum Plan {
    /// Files to write, and what to say.
    Write(Work),
    /// What to ask.
    Ask(String),
}

/// A change to make.
struct Work {
    path: String,
    text: String,
    /// The commit's message.
    commit: String,
    /// What was done, in a sentence.
    said: String,
    /// The picture it wants.
    media: Option<MediaRequest>,
}

/// Runs the agent on a request in a clone.
pub fn run(
    request: &Request,
    tree: &Path,
    media_file: Option<&Path>,
) -> Result<Ending, TemplateError> {
    let tree = Tree::new(tree);
    let plan = match request.kind.as_str() {
        "cms-spotlight-add" => pages::spotlight(request),
        "cms-insight" => pages::insight(request),
        "cms-faq" => pages::faq(request),
        "cms-location" => pages::location(request),
        "cms-spotlight-edit" => spotlight::edit(request, tree)?,
        "cms-content-edit" => change::plan(request, tree)?,
        other => Plan::Ask(format!(
            "The template agent writes the six built-in types of page, and {} is none of them. \
             Set another agent in `factory.toml`, or change the request's type.",
            code(other)
        )),
    };
    match plan {
        Plan::Ask(questions) => Ok(Ending::Waiting { questions }),
        Plan::Write(work) => carry_out(&work, tree, media_file),
    }
}

fn carry_out(
    work: &Work,
    tree: Tree<'_>,
    media_file: Option<&Path>,
) -> Result<Ending, TemplateError> {
    if tree.read(&work.path)?.as_deref() == Some(work.text.as_str()) && work.media.is_none() {
        let questions = format!(
            "{} says all of this already, so there is nothing to change. What should be different?",
            code(&work.path)
        );
        return Ok(Ending::Waiting { questions });
    }
    tree.write(&work.path, &work.text)?;
    if let (Some(media), Some(file)) = (&work.media, media_file) {
        let json = serde_json::to_vec_pretty(&[media]).map_err(io::Error::other);
        json.and_then(|json| std::fs::write(file, json))
            .map_err(TemplateError::Media)?;
    }
    commit::commit(tree, &work.path, &work.commit)?;
    let words = format!(
        "{}\n\nWritten by the template agent, without a model: the words are the request's own, \
         put in place and escaped, not reworded.",
        work.said
    );
    Ok(Ending::Ready { words })
}

/// Runs the agent as this process: in its current folder, with its environment. Returns what is to be printed.
pub fn main_here() -> Result<String, TemplateError> {
    let folder = std::env::current_dir().map_err(|error| TemplateError::Unreadable {
        path: ".".to_owned(),
        why: error.to_string(),
    })?;
    main_with(&folder, |name| std::env::var_os(name))
}

/// Runs the agent in a folder with an environment. Returns what is to be printed, without a final line break.
pub fn main_with(
    folder: &Path,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<String, TemplateError> {
    let request =
        variable("LIGHTSOUT_REQUEST").ok_or(TemplateError::NotSet("LIGHTSOUT_REQUEST"))?;
    let media = variable("LIGHTSOUT_MEDIA");
    let request = read_request(Path::new(&request))?;
    let ending = run(&request, folder, media.as_deref().map(Path::new))?;
    Ok(ending.to_string())
}

fn read_request(path: &Path) -> Result<Request, TemplateError> {
    let unreadable = |why: String| TemplateError::Unreadable {
        path: path.display().to_string(),
        why,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_REQUEST + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > LARGEST_REQUEST {
        return Err(unreadable(format!(
            "it has more than {LARGEST_REQUEST} bytes"
        )));
    }
    serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
}

/// Quotes something in a sentence so that it can neither format nor mention nor close anything.
fn code(text: &str) -> String {
    let line = lightsout_content::clean_line(text).replace('`', "'");
    let mut short: String = line.chars().take(120).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    format!("`{}`", if short.is_empty() { " " } else { &short })
}
