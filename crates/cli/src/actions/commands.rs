//! Workflow commands: lines by which a step talks to the runner.
//!
//! The runner looks for commands in everything a step prints. So what others wrote must not look like one: neither at the
//! beginning of a line (`::set-output …`), nor, in the older form, anywhere in it (`##[add-mask]…`).

use std::borrow::Cow;

/// Whether this process is a step of a workflow.
pub(crate) fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// How loud an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Worth knowing.
    Notice,
    /// Something a person should look at.
    Warning,
    /// The job did not do what it was called for.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Shows a message at the top of the run's page, when this is a step of a workflow.
pub(crate) fn annotate(level: Level, title: &str, message: &str) {
    if is_here() {
        // Commands are read from both streams; data goes to the other one.
        say_raw(&command(level, title, message));
    }
}

fn say_raw(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn command(level: Level, title: &str, message: &str) -> String {
    let title = data(title).replace(':', "%3A").replace(',', "%2C");
    format!("::{} title={title}::{}", level.name(), data(message))
}

/// Escapes as the runner undoes it. The older form needs no beginning of a line, so that it is broken up too.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace("##[", "# #[")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A text in which the runner finds no command.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    let harmless = |line: &str| !line.trim_start().starts_with("::") && !line.contains("##[");
    if text.split(['\n', '\r']).all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive(['\n', '\r']) {
        let body = line.trim_start();
        whole.push_str(&line[..line.len() - body.len()]);
        if body.starts_with("::") {
            whole.push('.');
        }
        whole.push_str(&body.replace("##[", "# #["));
    }
    Cow::Owned(whole)
}

/// JSON in which the runner finds no command, and which says the same: what looks like one stands in a string.
pub(crate) fn inert_json(json: &str) -> String {
    json.replace("##[", "#\\u0023[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line_whatever_is_said() {
        assert_eq!(
            command(
                Level::Error,
                "a,b:c",
                "50 %\n::set-output name=run::true\r\n##[add-mask]x"
            ),
            "::error title=a%2Cb%3Ac::50 %25%0A::set-output name=run::true%0D%0A# #[add-mask]x"
        );
    }

    #[test]
    fn no_text_of_others_is_a_command() {
        for (text, expected) in [
            ("fine", "fine"),
            ("a :: b", "a :: b"),
            ("  ::error::x\nb", "  .::error::x\nb"),
            ("a\r::stop-commands::t", "a\r.::stop-commands::t"),
            (
                "say ##[set-output name=run]true",
                "say # #[set-output name=run]true",
            ),
            ("\u{a0}::debug::x", "\u{a0}.::debug::x"),
        ] {
            assert_eq!(inert(text), expected);
        }
    }

    #[test]
    fn json_says_the_same() {
        let json = serde_json::to_string(&["###[error]x", "##[group]"]).unwrap();
        let made = inert_json(&json);
        assert!(!made.contains("##["), "{made}");
        let read: Vec<String> = serde_json::from_str(&made).unwrap();
        assert_eq!(read, ["###[error]x", "##[group]"]);
    }
}
