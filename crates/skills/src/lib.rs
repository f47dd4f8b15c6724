//! What agents are taught: skills in the open Agent Skills format, their check, and their layout for each agent.
//!
//! A *skill* is a folder with a `SKILL.md`: YAML front matter that says when it applies, then Markdown that says what to
//! do. [`builtin`] returns those that Lightsout brings along; [`Folder`] takes anybody's.
//!
//! - [`check`] finds what is wrong with a set of skills: front matter that some agent refuses, links that lead nowhere,
//!   `lightsout` commands that do not exist, canary phrases that do not tell two skills apart.
//! - [`layout`] says which files an agent's program needs, and where, so that it finds them.
//!
//! ```
//! use lightsout_skills::{Place, Reader, Skill, builtin, layout};
//!
//! let skills: Vec<Skill> = builtin().iter().map(|folder| folder.skill().unwrap()).collect();
//! let chosen: Vec<&Skill> = skills.iter().take(1).collect();
//! let files = layout(Reader::Codex, Place::Tree, &chosen);
//! assert_eq!(files[0].path, "AGENTS.md");
//! assert_eq!(files[1].path, format!(".agents/skills/{}/SKILL.md", chosen[0].name));
//! ```
//!
//! **Architecture invariant:** nothing here knows a file, a process or a request: text comes in, [`Finding`]s and
//! [`File`]s come out, and somebody else reads and writes.

mod check;
mod finding;
mod front;
mod layout;
mod markdown;
mod skill;

pub use check::{Against, check};
pub use finding::{Finding, Level, Rule};
pub use layout::{Place, Reader, layout};
pub use skill::{File, Folder, Skill, builtin};
