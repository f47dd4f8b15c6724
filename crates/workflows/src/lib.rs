//! The workflows of GitHub Actions that a factory runs on: typed by trust, rendered to YAML.
//!
//! [`workflows`] makes the eleven from a [`Factory`](lightsout_taxonomy::Factory), and [`files`] says where everything lies
//! in a repository:
//!
//! ```
//! use lightsout_taxonomy::Factory;
//! use lightsout_workflows::{files, workflows};
//!
//! let factory = Factory::parse("factory.toml", "[site]\npackage_manager = \"npm\"\n").expect("a declaration");
//! assert_eq!(workflows(&factory).len(), 11);
//! let (path, text) = &files(&factory)[0];
//! assert_eq!(path, ".github/workflows/cms.yml");
//! assert!(text.contains("\npermissions: {}\n"));
//! ```
//!
//! # Trust
//!
//! A job is of one of three levels, and what it may hold is in its type:
//!
//! | level | it runs | it may hold |
//! | --- | --- | --- |
//! | [`Untrusted`] | an agent, and what an agent wrote | permissions to read, the key of the agent's model |
//! | [`Broker`] | `lightsout`, on data that it checks | permissions to write, the factory's credentials |
//! | [`Public`] | the site's own code, as people push it | permissions to read |
//!
//! An agent's job with a permission to write does not compile:
//!
//! ```compile_fail,E0308
//! use lightsout_workflows::{Area, Broker, Job, Permission, Untrusted};
//! let job = Job::<Untrusted>::new("agent", "Agent", 10, "agent");
//! let job = job.permission(Permission::<Broker>::write(Area::Contents, "to push"));
//! ```
//!
//! nor does such a permission by itself:
//!
//! ```compile_fail,E0599
//! use lightsout_workflows::{Area, Permission, Untrusted};
//! let permission = Permission::<Untrusted>::write(Area::Contents, "to push");
//! ```
//!
//! nor one with the bot's token:
//!
//! ```compile_fail,E0308
//! use lightsout_workflows::{Contained, Secret, Step, Untrusted};
//! let step = Step::<Untrusted>::lightsout(Contained::Agent).secret(&Secret::BOT_TOKEN);
//! let step: Step<Untrusted> = step;
//! ```
//!
//! nor a job with credentials that runs the agent, or a command of anybody's choice:
//!
//! ```compile_fail,E0308
//! use lightsout_workflows::{Broker, Contained, Step};
//! let step = Step::<Broker>::lightsout(Contained::Gate);
//! ```
//!
//! ```compile_fail,E0599
//! use lightsout_workflows::{Broker, Step};
//! let step = Step::<Broker>::command("Test", "npm test");
//! ```
//!
//! nor a secret for the site's own code, since there is none of that level. What does compile:
//!
//! ```
//! use lightsout_workflows::{Area, Broker, Contained, Job, Permission, Secret, Step, Trusted, Untrusted};
//! let agent = Job::<Untrusted>::new("agent", "Agent", 10, "agent")
//!     .permission(Permission::read(Area::Contents, "to check out"))
//!     .step(Step::<Untrusted>::lightsout(Contained::Agent).secret(&Secret::ANTHROPIC_KEY));
//! let settle = Job::<Broker>::new("settle", "Settle", 10, "settle")
//!     .permission(Permission::<Broker>::write(Area::Contents, "to push"))
//!     .step(Step::<Broker>::lightsout(Trusted::Settle).secret(&Secret::BOT_TOKEN));
//! ```
//!
//! # Guards
//!
//! Every `if:` is a [`Guard`]: a tree that is written for GitHub and can be asked here. It only saves minutes: what is done
//! is decided by the program that the job runs.
//!
//! **Architecture invariant:** no file, no clock, no environment: text comes out, and somebody else writes it.

mod files;
mod guard;
mod pins;
mod repository;
mod site;
mod step;
mod trust;
mod workflow;
mod yaml;

use lightsout_forge::Label;

pub use files::{CLAUDE_CODE, CODEX, workflows};
pub use guard::{Facts, Guard};
pub use pins::{PINS, Pin};
pub use repository::{ACTION, FOLDER, files, is_generated};

pub use step::{Contained, Folder, Step, Trusted, Value};
pub use trust::{Area, Broker, Level, Permission, Public, Secret, Trust, Unprivileged, Untrusted};
pub use workflow::{AnyJob, Job, Trigger, Workflow};
