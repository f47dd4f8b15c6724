//! Commands that people type into comments.

use serde::{Deserialize, Serialize};

/// A command: the first word of a comment's first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Approve the pull request's present head commit and merge it.
    Publish,
    /// Give the request up.
    Cancel,
    /// Do the work again.
    Retry,
    /// Let the factory work on a request from outside.
    Accept,
    /// Say how things stand.
    Status,
}

impl Command {
    /// Every command, in the order in which help lists them.
    pub const ALL: [Self; 5] = [
        Self::Publish,
        Self::Cancel,
        Self::Retry,
        Self::Accept,
        Self::Status,
    ];

    /// The word to type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Publish => "/publish",
            Self::Cancel => "/cancel",
            Self::Retry => "/retry",
            Self::Accept => "/accept",
            Self::Status => "/status",
        }
    }

    /// Finds the command of a comment, if it has one.
    ///
    /// Only the first word of the first line that is not blank counts, in any case and exactly: `/publisher` is
    /// none. A line that is quoted, fenced or indented as code does not begin with the slash, so it is none either.
    ///
    /// ```
    /// use lightsout_lifecycle::Command;
    /// assert_eq!(Command::find("/Publish now, please"), Some(Command::Publish));
    /// assert_eq!(Command::find("/publisher"), None);
    /// assert_eq!(Command::find("> /publish"), None);
    /// ```
    pub fn find(body: &str) -> Option<Self> {
        let line = body.lines().find(|line| !line.trim().is_empty())?;
        let indent = line.len() - line.trim_start_matches(' ').len();
        if indent > 3 {
            return None;
        }
        let word = line.trim_start_matches(' ').split_whitespace().next()?;
        if line
            .trim_start_matches(' ')
            .starts_with(char::is_whitespace)
        {
            return None;
        }
        Self::ALL
            .into_iter()
            .find(|command| word.eq_ignore_ascii_case(command.word()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_first_word_counts() {
        for (body, expected) in [
            ("/publish", Some(Command::Publish)),
            ("\r\n  /PUBLISH\r\nthanks", Some(Command::Publish)),
            ("/cancel this", Some(Command::Cancel)),
            ("/retry", Some(Command::Retry)),
            ("/accept", Some(Command::Accept)),
            ("   /status", Some(Command::Status)),
            ("/status?", None),
            ("/publisher", None),
            ("/publish-now", None),
            ("please /publish", None),
            ("> /publish", None),
            ("```\n/publish\n```", None),
            ("    /publish", None),
            ("\t/publish", None),
            ("- /publish", None),
            ("`/publish`", None),
            ("\u{200b}/publish", None),
            ("", None),
            ("\n\n", None),
        ] {
            assert_eq!(Command::find(body), expected, "{body:?}");
        }
    }
}
