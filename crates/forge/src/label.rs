//! Labels: the state that people see.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text cannot be a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// The forge takes 1 to 50 characters.
    #[error("a label needs 1 to 50 characters, this one has {0}")]
    Length(usize),
    /// A comma would break lists of labels, a line end everything else.
    #[error("a label may hold no comma and no control character")]
    Character,
}

/// A label's name. Comparing two labels is exact, but for case, as on GitHub: it is kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

impl Label {
    /// Takes a label's name.
    ///
    /// # Errors
    /// When the forge would refuse the name.
    pub fn new(name: &str) -> Result<Self, LabelError> {
        let length = name.chars().count();
        if !(1..=50).contains(&length) {
            return Err(LabelError::Length(length));
        }
        if name.contains(',') || name.chars().any(char::is_control) {
            return Err(LabelError::Character);
        }
        Ok(Self(name.to_lowercase()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `cms-bot-waiting`: a person must answer.
    pub fn waiting() -> Self {
        Self("cms-bot-waiting".to_owned())
    }

    /// `bot-generated`: on every pull request of the factory.
    pub fn bot_generated() -> Self {
        Self("bot-generated".to_owned())
    }

    /// `cms-approved`: shows that a person approved the head commit with `/publish`.
    pub fn approved() -> Self {
        Self("cms-approved".to_owned())
    }

    /// `ops-cost-alert`: on issues about spend.
    pub fn cost_alert() -> Self {
        Self("ops-cost-alert".to_owned())
    }

    /// Whether this label is one of the factory's own status labels rather than a content type.
    pub fn is_status(&self) -> bool {
        status_labels().iter().any(|spec| spec.label == *self)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Label {
    type Error = LabelError;
    fn try_from(name: String) -> Result<Self, LabelError> {
        Self::new(&name)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> String {
        label.0
    }
}

/// A label as a repository declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSpec {
    /// The name.
    pub label: Label,
    /// Six hexadecimal digits, without `#`.
    pub color: &'static str,
    /// At most 100 characters.
    pub description: &'static str,
}

/// The factory's own labels; content types come from the taxonomy.
pub fn status_labels() -> Vec<LabelSpec> {
    let spec = |label, color, description| LabelSpec {
        label,
        color,
        description,
    };
    vec![
        spec(
            Label::waiting(),
            "fbca04",
            "A person must answer before the factory goes on",
        ),
        spec(
            Label::bot_generated(),
            "c5def5",
            "Opened by the factory from a request",
        ),
        spec(
            Label::approved(),
            "0e8a16",
            "A person approved this exact commit with /publish",
        ),
        spec(
            Label::cost_alert(),
            "b60205",
            "Spending passed the daily threshold",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_but_for_case_and_never_by_part() {
        assert_eq!(Label::new("CMS-FAQ"), Label::new("cms-faq"));
        assert_ne!(Label::new("xcms-faq"), Label::new("cms-faq"));
        assert!(!Label::new("not-cms-approved").unwrap().is_status());
        assert!(Label::new("Cms-Bot-Waiting").unwrap().is_status());
    }

    #[test]
    fn what_a_forge_refuses_is_refused() {
        assert!(Label::new("").is_err());
        assert!(Label::new(&"x".repeat(51)).is_err());
        assert!(Label::new("a,b").is_err());
        for spec in status_labels() {
            assert!(Label::new(spec.label.as_str()).is_ok());
            assert!(spec.description.len() <= 100 && spec.color.len() == 6);
        }
    }
}
