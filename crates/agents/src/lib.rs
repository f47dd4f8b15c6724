//! Who does the work: the agent port, and programs run as agents.
//!
//! An agent is a program in a process of its own. It gets a clone of the site as its working folder, the prompt on
//! standard input, and the request as JSON in the file that `LIGHTSOUT_REQUEST` names; it commits in the clone, may
//! describe the picture it wants in the file that `LIGHTSOUT_MEDIA` names, prints a transcript, and ends with `READY`
//! or `WAITING`. [`CommandAgent`] runs any program so, [`TemplateAgent`] the one that is built in ([`template`]).
//!
//! [`run_job`] runs one program contained: no shell, an environment of a few named variables, limits on time and
//! output, and everything it started ended when it is over, also what left its process group. Gates run through it too.
//!
//! **Architecture invariant:** nothing that an agent or a gate gets comes from this process's environment but the
//! search path; one function each builds it, and a test plants secrets to see that none arrives.

mod access;
mod agent;
mod claude;
mod codex;
mod command;
mod descendants;
mod environment;
mod error;
mod home;
mod installed;
mod process;
mod request;
pub mod template;
mod tree;
mod version;

pub use access::{ModelAccess, ModelKey};
pub use agent::{Agent, Rules, Spending, WorkOrder};
pub use claude::{ClaudeAgent, ClaudeSettings};
pub use codex::CodexAgent;
pub use command::{CommandAgent, TemplateAgent};
pub use environment::{agent_environment, gate_environment};
pub use error::AgentError;
pub use installed::{Driven, Installed};
pub use process::{End, Finished, Job, Limits, run_job};
pub use request::{MediaRequest, MediaRequestError, Request, RequestMedia, read_media_requests};
pub use tree::TreeError;
pub use version::Version;
