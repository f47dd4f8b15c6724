//! The functions of the language: their names, and what they take.

use crate::error::ParseErrorKind;
use crate::scope::{Scope, Status};

/// A function of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// Says that it should run whatever happened.
    Always,
    /// Says whether the run was cancelled.
    Cancelled,
    /// Chooses by conditions.
    Case,
    /// Says whether a list has an item, or a text another.
    Contains,
    /// Says whether a text ends with another.
    EndsWith,
    /// Says whether something failed before.
    Failure,
    /// Puts values into a text.
    Format,
    /// Reads JSON.
    FromJson,
    /// Returns the SHA-256 of files.
    HashFiles,
    /// Makes a text of a list.
    Join,
    /// Says whether a text starts with another.
    StartsWith,
    /// Says whether all went well before.
    Success,
    /// Writes JSON.
    ToJson,
}

impl Function {
    /// Every function in the order above, with its name as the documentation writes it.
    pub(crate) const ALL: [(Self, &str); 13] = [
        (Self::Always, "always"),
        (Self::Cancelled, "cancelled"),
        (Self::Case, "case"),
        (Self::Contains, "contains"),
        (Self::EndsWith, "endsWith"),
        (Self::Failure, "failure"),
        (Self::Format, "format"),
        (Self::FromJson, "fromJSON"),
        (Self::HashFiles, "hashFiles"),
        (Self::Join, "join"),
        (Self::StartsWith, "startsWith"),
        (Self::Success, "success"),
        (Self::ToJson, "toJSON"),
    ];

    /// Returns the name; a workflow may write it in any case.
    pub(crate) const fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Says whether it asks how the work before went.
    pub(crate) const fn is_status(self) -> bool {
        matches!(
            self,
            Self::Always | Self::Cancelled | Self::Failure | Self::Success
        )
    }

    /// Sees whether it takes so many arguments.
    pub(crate) fn takes(self, given: u32, scope: Scope) -> Result<(), ParseErrorKind> {
        let (least, most) = self.arguments(scope.status);
        let is_odd = self != Self::Case || given % 2 == 1;
        if (least..=most).contains(&given) && is_odd {
            return Ok(());
        }
        let takes = match (least, most) {
            _ if self == Self::Case => "conditions with a value each, and a last value".into(),
            (0, 0) => "no argument".into(),
            (1, 1) => "one argument".into(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let name = self.name();
        Err(ParseErrorKind::Arguments { name, takes, given })
    }

    /// Returns how few and how many arguments it takes.
    const fn arguments(self, status: Status) -> (u32, u32) {
        match self {
            Self::Failure | Self::Success if matches!(status, Status::Jobs) => (0, u32::MAX),
            Self::Always | Self::Cancelled | Self::Failure | Self::Success => (0, 0),
            Self::Case => (3, u32::MAX),
            Self::Contains | Self::EndsWith | Self::StartsWith => (2, 2),
            Self::Format | Self::HashFiles => (1, 255),
            Self::FromJson | Self::ToJson => (1, 1),
            Self::Join => (1, 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_its_own_name() {
        for (place, (function, name)) in Function::ALL.into_iter().enumerate() {
            assert_eq!(function as usize, place, "{name}");
        }
    }
}
