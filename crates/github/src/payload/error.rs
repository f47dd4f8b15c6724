//! Why a payload cannot be read: what is wrong, and where in it.

/// Why a payload cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// Larger than anything GitHub sends.
    #[error("the payload has {bytes} bytes, and GitHub sends at most {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest there is.
        limit: usize,
    },
    /// It is no JSON, or was cut short.
    #[error("the payload is no JSON: {why}\nhint: give the body of the delivery as GitHub sent it")]
    NotJson {
        /// What the parser says, with line and column.
        why: String,
    },
    /// A field is not of the kind it should be.
    #[error(
        "the `{event}` payload cannot be read at `{at}`: {why}\nhint: give the body of the delivery as GitHub sent it"
    )]
    Shape {
        /// The event's name.
        event: String,
        /// The field.
        at: String,
        /// What is wrong with it.
        why: String,
    },
    /// A field that the event cannot do without is not there.
    #[error(
        "the `{event}` payload has no `{at}`\nhint: is it really a payload of `{event}`? The `X-GitHub-Event` header names the event"
    )]
    Missing {
        /// The event's name.
        event: String,
        /// The field.
        at: &'static str,
    },
}
