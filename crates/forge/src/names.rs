//! Names and numbers, checked and normalised once, when they are made.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text cannot be a name of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {kind}: {why}")]
pub struct NameError {
    /// What it should have been, such as `commit SHA`.
    pub kind: &'static str,
    /// The text, cut to 80 characters.
    pub text: String,
    /// The rule it breaks.
    pub why: &'static str,
}

impl NameError {
    fn new(kind: &'static str, text: &str, why: &'static str) -> Self {
        let text = text.chars().take(80).collect();
        Self { kind, text, why }
    }
}

/// The number of an issue or a pull request; both count in one row, as on GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(pub u64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The number of a comment; later comments have larger ones.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CommentId(pub u64);

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }
    };
}

checked_text! {
    /// An account's login, in lower case: forges compare logins without case.
    Login
}
checked_text! {
    /// A full commit SHA: 40 lower-case hexadecimal digits.
    Sha
}
checked_text! {
    /// A branch name without `refs/heads/`, within git's rules and without anything a shell would notice.
    BranchName
}

impl Login {
    /// Takes a login as people and payloads write it.
    ///
    /// # Errors
    /// When it is empty, longer than 100 characters, or holds anything but ASCII letters, digits, `-`, `_`, `.`,
    /// `[` and `]` (the brackets of `name[bot]`).
    pub fn new(text: &str) -> Result<Self, NameError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.[]".contains(c);
        match text {
            "" => Err(NameError::new("login", text, "it is empty")),
            _ if text.len() > 100 => {
                Err(NameError::new("login", text, "it has over 100 characters"))
            }
            _ if !text.chars().all(fits) => Err(NameError::new(
                "login",
                text,
                "only letters, digits, `-`, `_`, `.` and `[bot]` may stand in one",
            )),
            _ => Ok(Self(text.to_ascii_lowercase())),
        }
    }
}

impl Sha {
    /// Takes a full SHA in either case.
    ///
    /// # Errors
    /// When it is not 40 hexadecimal digits.
    pub fn new(text: &str) -> Result<Self, NameError> {
        if text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NameError::new(
                "commit SHA",
                text,
                "it needs 40 hexadecimal digits",
            ))
        }
    }

    /// The first seven digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

impl BranchName {
    /// Takes a branch name.
    ///
    /// # Errors
    /// When it is empty, over 200 bytes, or breaks the rules of `git check-ref-format` or of GitHub's agents
    /// (first character a letter, digit, `@` or `_`; then also `/ . # + , -`).
    pub fn new(text: &str) -> Result<Self, NameError> {
        let bad = |why| Err(NameError::new("branch name", text, why));
        let first = |c: char| c.is_ascii_alphanumeric() || c == '@' || c == '_';
        let later = |c: char| first(c) || "/.#+,-".contains(c);
        if text.is_empty() || text.len() > 200 {
            return bad("it needs 1 to 200 characters");
        }
        if !text.starts_with(first) || !text.chars().all(later) {
            return bad(
                "only letters, digits and `/ _ . # + , - @` may stand in one, and `@`, `_`, a letter or a digit first",
            );
        }
        let part_breaks = |p: &str| {
            p.is_empty()
                || p.starts_with('.')
                || p.ends_with('.')
                || p.strip_suffix(".lock").is_some()
        };
        if text.contains("..") || text == "@" || text.split('/').any(part_breaks) {
            return bad("git does not allow it (see `git check-ref-format`)");
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_compare_without_case() {
        assert_eq!(Login::new("Mira-Okafor"), Login::new("mira-okafor"));
        assert!(Login::new("github-actions[bot]").is_ok());
        assert!(Login::new("a b").is_err());
        assert!(Login::new("").is_err());
    }

    #[test]
    fn branch_names_follow_git() {
        for good in ["main", "claude/issue-4-remote-work", "fix/ci-healer-1-abc"] {
            assert!(BranchName::new(good).is_ok(), "{good}");
        }
        for bad in [
            "", "-x", "a..b", "a//b", "a/", "a.lock", "a b", "x~1", "a/.b", "@", "a;b", "$(x)",
        ] {
            assert!(BranchName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sha_is_whole() {
        assert!(Sha::new("abc1234").is_err());
        assert_eq!(Sha::new(&"A".repeat(40)).unwrap().short(), "aaaaaaa");
    }
}
