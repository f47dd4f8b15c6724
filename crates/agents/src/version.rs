//! Versions of programs.

use std::fmt;

/// A version of three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Finds the first version in what a program printed, such as `codex-cli 0.169.0`.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .find_map(Self::read)
    }

    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        Some(Self(numbers.next()??, numbers.next()??, numbers.next()??))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        assert_eq!(
            Version::find("2.1.330 (Claude Code)"),
            Some(Version(2, 1, 330))
        );
        assert_eq!(
            Version::find("codex-cli 0.169.0\n"),
            Some(Version(0, 169, 0))
        );
        assert_eq!(
            Version::find("x1 v10.20.30-beta.4"),
            Some(Version(10, 20, 30))
        );
        for none in ["", "claude", "1.2", "a.b.c", "1..2", "99999999999.1.1"] {
            assert_eq!(Version::find(none), None, "{none}");
        }
    }
}
