//! GitHub's JSON in the forge's words.
//!
//! [`read`] turns the body of a webhook delivery, or the file that Actions leaves in `GITHUB_EVENT_PATH`, into an
//! [`Event`](lightsout_forge::Event), or says by name why it is none of ours. What the payload shows besides (the issue,
//! its labels, the comment, the pull request, how people stand to the repository) comes along as [`Facts`].
//!
//! A payload is hostile until parsed: its size is bounded, each text and list in it too, unknown fields are passed over,
//! and a field is asked for only where something depends on it. What is wrong is said with the path of the field.
//!
//! **Architecture invariant:** only this crate knows GitHub's JSON. It decides nothing: whether an event matters is
//! `lifecycle`'s business.

mod payload;

pub use payload::{
    Association, Delivery, Facts, Ignored, LISTENED, MAX_PAYLOAD, PayloadError, Reading,
    ShownIssue, read,
};
