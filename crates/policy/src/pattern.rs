//! Patterns of `Bash` rules: which commands a rule names.

use crate::rule::Rule;

/// What the brackets of a `Bash` rule say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Every command: `Bash`, `Bash()`, `Bash(*)`, `Bash(**)`.
    Everything,
    /// Exactly this text.
    Exact(String),
    /// This text alone, or followed by a blank and anything: `git add:*`, `git add *`.
    Prefix(String),
    /// Text with `*` for anything, at least one of them not at the end.
    Wildcard(String),
    /// Nothing that anybody would type: the program takes such a rule and then never uses it.
    Nothing(String),
}

/// Reads a rule; nothing for a rule of another tool.
pub(crate) fn of_rule(rule: &Rule) -> Option<Pattern> {
    (rule.tool() == "Bash").then(|| read(rule.specifier().unwrap_or_default()))
}

fn read(text: &str) -> Pattern {
    if matches!(text, "" | "*" | "**") {
        return Pattern::Everything;
    }
    let nothing = || Pattern::Nothing(text.to_owned());
    if text.trim() != text || text.contains("\\*") {
        return nothing();
    }
    if let Some(prefix) = text.strip_suffix(":*") {
        return prefix_or(prefix, nothing);
    }
    if text.ends_with(":**") {
        return nothing();
    }
    if let Some(prefix) = text.strip_suffix(" *")
        && !prefix.contains('*')
    {
        return prefix_or(prefix, nothing);
    }
    if text.contains('*') {
        Pattern::Wildcard(text.to_owned())
    } else {
        Pattern::Exact(text.to_owned())
    }
}

fn prefix_or(prefix: &str, nothing: impl Fn() -> Pattern) -> Pattern {
    if prefix.is_empty() || prefix.ends_with([' ', ':']) || prefix.contains('*') {
        nothing()
    } else {
        Pattern::Prefix(prefix.to_owned())
    }
}

/// Says whether `text` is `prefix`, or goes on after it with a blank.
pub(crate) fn begins(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Says whether a text with `*` for anything matches a whole text. Takes time in proportion to the product of both.
pub(crate) fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// Folds blanks: what is left has one between two words.
pub(crate) fn fold_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read_as_the_program_reads_it() {
        use Pattern::{Everything, Exact, Nothing, Prefix, Wildcard};
        for (text, pattern) in [
            ("", Everything),
            ("*", Everything),
            ("**", Everything),
            ("git add:*", Prefix("git add".into())),
            ("git add *", Prefix("git add".into())),
            ("git add", Exact("git add".into())),
            ("ls*", Wildcard("ls*".into())),
            ("git * main", Wildcard("git * main".into())),
            ("git:* push", Wildcard("git:* push".into())),
            ("* --version", Wildcard("* --version".into())),
            (":*", Nothing(":*".into())),
            ("*:*", Nothing("*:*".into())),
            ("p :*", Nothing("p :*".into())),
            ("p:**", Nothing("p:**".into())),
            ("npx *:*", Nothing("npx *:*".into())),
            (" p", Nothing(" p".into())),
            ("p ", Nothing("p ".into())),
            ("a \\* b", Nothing("a \\* b".into())),
        ] {
            assert_eq!(read(text), pattern, "{text:?}");
        }
    }

    #[test]
    fn a_prefix_ends_at_a_blank() {
        assert!(begins("git add", "git add") && begins("git add x", "git add"));
        assert!(!begins("git addx", "git add") && !begins("git add-x", "git add"));
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("git * main", "git push origin main", true),
            ("git * main", "git main", false),
            ("ls*", "lsof", true),
            ("a*a", "a", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "acb", false),
            ("*", "", true),
        ] {
            assert_eq!(
                matches_wildcard(pattern, text),
                expected,
                "{pattern} {text}"
            );
        }
    }
}
