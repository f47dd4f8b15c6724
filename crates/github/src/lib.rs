//! GitHub as a forge.
//!
//! [`GitHub`] is the port [`Forge`](lightsout_forge::Forge) over a repository on github.com or a GitHub Enterprise Server.
//! It reads and writes by the REST API (octocrab), and moves branches by git. There are two credentials, which are two
//! types: [`WorkflowToken`], whose doings raise no event, and [`BotCredential`] for the hand-offs.
//!
//! Calls are few, counted ([`Calls`]) and bounded: what was read or written counts for a while as what is there, and after
//! that an entity tag asks whether it still is. Limits are waited for, within the patience of [`Settings`]. What may be asked
//! again is asked again; what may not, because it could be done twice, is looked for when its answer is lost.
//!
//! [`read`] turns the body of a webhook delivery, or the file that Actions leaves in `GITHUB_EVENT_PATH`, into an
//! [`Event`](lightsout_forge::Event), or says by name why it is none of ours. What the payload shows besides (the issue,
//! its labels, the comment, the pull request, how people stand to the repository) comes along as [`Facts`].
//!
//! Payloads and answers are hostile until parsed: their size is bounded, each text and list in them too, unknown fields are
//! passed over, and a field is asked for only where something depends on it. What is wrong is said with the path of the
//! field.
//!
//! **Architecture invariant:** only this crate knows GitHub's JSON. It decides nothing: whether an event matters is
//! `lifecycle`'s business.

mod app;
mod attachment;
mod forge;
mod github;
mod labels;
mod payload;
mod pulls;
mod read;
mod rest;
mod runs;
mod seen;
mod settings;
mod threads;

pub use app::App;
pub use github::GitHub;
pub use rest::Calls;
pub use settings::{BotCredential, Repository, Settings, WorkflowToken};

pub use payload::{
    Association, Delivery, Facts, Ignored, LISTENED, MAX_PAYLOAD, PayloadError, Reading,
    ShownIssue, read,
};
