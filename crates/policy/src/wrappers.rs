//! Programs that run another command: which ones a rule sees through.

use crate::shell::Word;

/// Builtins that change what later words mean, or run what only looks like data: no rule but `Bash` names them.
pub(crate) const NEVER: &[&str] = &[
    ".",
    "alias",
    "bind",
    "coproc",
    "declare",
    "enable",
    "eval",
    "exec",
    "export",
    "hash",
    "let",
    "local",
    "mapfile",
    "popd",
    "pushd",
    "readarray",
    "readonly",
    "shopt",
    "source",
    "trap",
    "typeset",
    "unalias",
    "unset",
];

/// Programs that run others in ways of their own: allowed by their exact text only.
pub(crate) const EXACT_ONLY: &[&str] = &[
    "watch", "setsid", "ionice", "flock", "strace", "script", "unshare", "chroot",
];

/// What `find` does besides finding.
pub(crate) const FIND_ACTIONS: &[&str] = &[
    "-exec",
    "-execdir",
    "-ok",
    "-okdir",
    "-delete",
    "-fprint",
    "-fprint0",
    "-fprintf",
    "-fls",
    "-files0-from",
];

/// Programs behind which a rule to deny still looks.
const SEEN_THROUGH: &[&str] = &[
    "builtin", "busybox", "command", "doas", "env", "exec", "flock", "ionice", "nice", "noglob",
    "nohup", "setsid", "stdbuf", "strace", "sudo", "time", "timeout", "watch", "xargs",
];

/// What a rule is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// The first of the words it begins at.
    pub(crate) from: usize,
    /// Whether `xargs` adds words at its end, so that no exact rule can name it.
    pub(crate) open: bool,
}

/// Returns the forms of a command that rules to allow are compared with: as it is, and with each wrapper taken off.
pub(crate) fn forms(words: &[Word]) -> Vec<Form> {
    let mut form = Form {
        from: 0,
        open: false,
    };
    let mut forms = vec![form];
    while let Some(next) = unwrap(words, form) {
        form = next;
        forms.push(form);
    }
    forms
}

fn unwrap(words: &[Word], form: Form) -> Option<Form> {
    let rest = &words[form.from..];
    let name = rest.first()?;
    // Only the plain spelling is a wrapper.
    let skipped = match name.raw.as_str() {
        "timeout" => timeout(&rest[1..])?,
        "nice" => nice(&rest[1..]),
        "stdbuf" => stdbuf(&rest[1..])?,
        "command" => usize::from(
            rest.get(1)
                .is_some_and(|word| matches!(word.raw.as_str(), "-p" | "--")),
        ),
        "time" | "nohup" | "builtin" | "noglob" | "xargs" => 0,
        _ => return None,
    };
    let from = form.from + 1 + skipped;
    let first = words.get(from)?;
    let begins =
        first.raw.starts_with('-') || first.raw.contains('=') || first.varies || first.glob;
    (!begins).then_some(Form {
        from,
        open: form.open || name.raw == "xargs",
    })
}

/// The flags and the duration of `timeout`.
fn timeout(words: &[Word]) -> Option<usize> {
    let mut at = 0;
    loop {
        match words.get(at)?.raw.as_str() {
            "--foreground" | "--preserve-status" | "-v" => at += 1,
            "-s" | "-k" => {
                let value = &words.get(at + 1)?.raw;
                if !value.chars().all(|c| c.is_ascii_alphanumeric()) {
                    return None;
                }
                at += 2;
            }
            duration => {
                let number = duration.trim_end_matches(['s', 'm', 'h', 'd']);
                let plain = !number.is_empty()
                    && duration.len() - number.len() <= 1
                    && number.chars().all(|c| c.is_ascii_digit() || c == '.');
                return plain.then_some(at + 1);
            }
        }
    }
}

fn nice(words: &[Word]) -> usize {
    let number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    };
    match words {
        [flag, value, ..] if flag.raw == "-n" && number(&value.raw) => 2,
        [flag, ..] if flag.raw.starts_with('-') && number(&flag.raw) => 1,
        _ => 0,
    }
}

fn stdbuf(words: &[Word]) -> Option<usize> {
    let flags = words.iter().take_while(|word| {
        let mode = ["-i", "-o", "-e"]
            .iter()
            .find_map(|flag| word.raw.strip_prefix(flag));
        mode.is_some_and(|mode| !mode.is_empty() && mode.chars().all(|c| c.is_ascii_alphanumeric()))
    });
    Some(flags.count()).filter(|count| *count > 0)
}

/// Returns every text that rules to deny are compared with: the command's words from each place where another command
/// may begin, with the program's folder taken off.
pub(crate) fn denied_texts(words: &[String]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut from = words.iter().take_while(|word| is_assignment(word)).count();
    loop {
        let Some(name) = words.get(from) else {
            return texts;
        };
        let base = name.rsplit('/').next().unwrap_or(name);
        texts.push(joined(base, &words[from + 1..]));
        if base != name {
            texts.push(joined(name, &words[from + 1..]));
        }
        if !SEEN_THROUGH.contains(&base) {
            return texts;
        }
        // Options, their values, numbers and assignments come before the command; each may be where it begins.
        let mut at = from + 1;
        let mut after_option = false;
        while let Some(word) = words.get(at) {
            let option = word.starts_with('-');
            let begins = |c: char| c.is_ascii_digit();
            if !option && !after_option && !is_assignment(word) && !word.starts_with(begins) {
                break;
            }
            if !option {
                texts.push(joined(word, &words[at + 1..]));
            }
            after_option = option;
            at += 1;
        }
        from = at;
    }
}

fn is_assignment(word: &str) -> bool {
    let named = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    word.split_once('=').is_some_and(|(name, _)| named(name))
}

fn joined(name: &str, rest: &[String]) -> String {
    let mut text = name.to_owned();
    for word in rest {
        text.push(' ');
        text.push_str(word);
    }
    text
}

/// Variables that change how a program talks and not what it does.
const SAFE_VARIABLES: &[&str] = &[
    "CGO_ENABLED",
    "CI",
    "COLUMNS",
    "DEBIAN_FRONTEND",
    "FORCE_COLOR",
    "GIT_TERMINAL_PROMPT",
    "GOOS",
    "LANG",
    "NODE_ENV",
    "NO_COLOR",
    "PYTHONUNBUFFERED",
    "RUST_BACKTRACE",
    "RUST_LOG",
    "TERM",
    "TZ",
];

/// Says whether an assignment before a command may be ignored by a rule to allow.
pub(crate) fn is_safe(name: &str, value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.,:".contains(c);
    SAFE_VARIABLES.contains(&name) && !value.is_empty() && value.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let words: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
        denied_texts(&words)
    }

    #[test]
    fn a_rule_to_deny_looks_behind_what_runs_others() {
        for line in [
            "git push",
            "/usr/bin/git push",
            "env A=b git push",
            "sudo -u root git push",
            "timeout -k 5 10 nice -n 3 git push",
            "A=b setsid watch -n 1 git push",
            "xargs -n1 git push",
        ] {
            assert!(
                texts(line).iter().any(|text| text == "git push"),
                "{line}: {:?}",
                texts(line)
            );
        }
        assert_eq!(texts("echo git push"), ["echo git push"]);
    }
}
