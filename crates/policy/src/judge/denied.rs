//! Rules to deny and to ask, over a command line.

use super::files::{closing, is_glob_of};
use crate::paths::Place;
use crate::pattern::{self, Pattern, begins, fold_blanks, matches_wildcard};
use crate::rule::{Rule, RuleList};
use crate::shell::Line;
use crate::verdict::Verdict;
use crate::wrappers::denied_texts;

/// Returns the refusal of a line by the lists that close.
pub(super) fn judge(
    text: &str,
    line: &Line,
    place: &Place<'_>,
    rules: &RuleList,
) -> Option<Verdict> {
    let lists = [
        (&rules.deny, "a rule denies it"),
        (
            &rules.ask,
            "a person would have to be asked, and nobody is there",
        ),
    ];
    lists.into_iter().find_map(|(list, why)| {
        let (rule, part) = first(text, line, place, list)?;
        Some(Verdict::refused(Some(rule.as_str()), Some(&part), why))
    })
}

fn first<'r>(
    text: &str,
    line: &Line,
    place: &Place<'_>,
    list: &'r [Rule],
) -> Option<(&'r Rule, String)> {
    let texts: Vec<String> = line
        .mentioned
        .iter()
        .flat_map(|words| denied_texts(words))
        .collect();
    for rule in list {
        let whole = || (rule, text.trim().to_owned());
        if is_glob_of(rule.tool(), "Bash") {
            return Some(whole());
        }
        if let Some(pattern) = pattern::of_rule(rule) {
            // Where the line could not be read whole, a command may stand in it unseen.
            if pattern == Pattern::Everything || !line.sound {
                return Some(whole());
            }
            if let Some(found) = texts.iter().find(|text| denies(&pattern, text)) {
                return Some((rule, found.clone()));
            }
            if denies(&pattern, &fold_blanks(text)) {
                return Some(whole());
            }
        }
        let one = std::slice::from_ref(rule);
        for path in paths(line) {
            let located = place.locate(path);
            if by_path(one, &located, place) {
                return Some((rule, path.to_owned()));
            }
        }
    }
    None
}

fn by_path(rule: &[Rule], located: &[String], place: &Place<'_>) -> bool {
    let with_path = rule
        .iter()
        .any(|rule| !matches!(rule.specifier(), None | Some("" | "*")));
    with_path && closing(rule, "Edit", located, place).is_some()
}

/// Everything in a line that may be the path of a file. What `echo` prints is none.
fn paths(line: &Line) -> Vec<&str> {
    let mut paths: Vec<&str> = line.targets.iter().map(String::as_str).collect();
    for words in &line.mentioned {
        let printed = matches!(words.first().map(String::as_str), Some("echo" | "printf"));
        if printed {
            continue;
        }
        for word in &words[1..] {
            paths.push(word);
            if let Some((_, value)) = word.split_once('=') {
                paths.push(value);
            }
        }
    }
    paths.retain(|path| !path.is_empty() && path.len() <= 4096);
    paths
}

fn denies(pattern: &Pattern, text: &str) -> bool {
    match pattern {
        Pattern::Everything => true,
        Pattern::Exact(exact) => fold_blanks(exact) == text,
        Pattern::Prefix(prefix) => begins(text, &fold_blanks(prefix)),
        Pattern::Wildcard(wildcard) => {
            matches_wildcard(wildcard, text)
                || wildcard
                    .strip_suffix(" *")
                    .is_some_and(|head| matches_wildcard(head, text))
        }
        // The program ignores such a rule. Whoever wrote it meant something, so it denies what it seems to.
        Pattern::Nothing(written) => {
            let meant = written.trim_end_matches(['*', ':', ' ']).trim_start();
            !meant.is_empty() && begins(text, &fold_blanks(meant))
        }
    }
}
