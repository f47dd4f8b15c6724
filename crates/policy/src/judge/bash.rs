//! The shell.

use super::denied;
use super::files::{edit_names, read_names};
use crate::paths::{Place, is_sensitive};
use crate::pattern::{self, Pattern, begins, matches_wildcard};
use crate::readonly;
use crate::rule::{Rule, RuleList};
use crate::shell::{self, Direction, Line, Part, Redirect, Word};
use crate::verdict::Verdict;
use crate::wrappers::{self, Form};

/// The longest command that rules for commands allow, in characters as the program counts them (UTF-16).
const MAX_LENGTH: usize = 10_000;

/// What allowed a part.
struct Allowed<'r> {
    /// Nothing where none was needed.
    rule: Option<&'r Rule>,
}

/// Why a part is refused.
struct Refused {
    piece: String,
    why: &'static str,
}

pub(super) fn judge(text: &str, place: &Place<'_>, rules: &RuleList) -> Verdict {
    if let Some(why) = odd(text) {
        return Verdict::refused(None, None, why);
    }
    if text.trim().is_empty() {
        return Verdict::refused(None, None, "there is no command");
    }
    let line = shell::read(text);
    if let Some(verdict) = denied::judge(text, &line, place, rules) {
        return verdict;
    }
    if let Some(rule) = rules.allow.iter().find(|rule| is_everything(rule)) {
        return everything(text, &line, rule, place, rules);
    }
    if text.encode_utf16().count() > MAX_LENGTH {
        return Verdict::refused(None, None, "the command has over 10,000 characters");
    }
    if let Some(objection) = &line.objection {
        return Verdict::refused(None, Some(&objection.text), objection.why);
    }
    if line.parts.is_empty() && !line.tests {
        return Verdict::refused(None, None, "there is no command");
    }
    parts(text, &line, place, rules)
}

fn parts(text: &str, line: &Line, place: &Place<'_>, rules: &RuleList) -> Verdict {
    let moved = match moved(line, place) {
        Ok(moved) => moved,
        Err(refused) => return Verdict::refused(None, Some(&refused.piece), refused.why),
    };
    let there = Place {
        cwd: moved.as_deref().unwrap_or(place.cwd),
        ..*place
    };
    let mut decided: Option<(&Rule, &Part)> = None;
    for part in &line.parts {
        let judged = if moved.is_some() && !is_cd(part) {
            elsewhere(part, &there)
        } else {
            one(part, text, place, rules)
        };
        match judged {
            Ok(Allowed { rule: Some(rule) }) => decided = decided.or(Some((rule, part))),
            Ok(Allowed { rule: None }) => {}
            Err(refused) => return Verdict::refused(None, Some(&refused.piece), refused.why),
        }
    }
    match decided {
        None => Verdict::allowed(None, None, "it only reads, below the start folder"),
        Some((rule, part)) => {
            let why = match line.parts.len() {
                1 => "a rule allows it".to_owned(),
                count => format!("each of its {count} parts is allowed"),
            };
            Verdict::allowed(Some(rule.as_str()), Some(&part.text), why)
        }
    }
}

/// What is odd about a command, whatever the rules.
fn odd(text: &str) -> Option<&'static str> {
    let strange = |c: char| {
        c.is_whitespace() && !matches!(c, ' ' | '\n' | '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
            || matches!(c, '\u{180e}' | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e01ef}')
    };
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        Some("a control character")
    } else if text.chars().any(strange) {
        Some("a character that is a blank, or none at all, to some readers")
    } else {
        None
    }
}

fn is_everything(rule: &Rule) -> bool {
    pattern::of_rule(rule) == Some(Pattern::Everything)
}

/// Under `Bash` nothing about a command counts but where it writes.
fn everything(
    text: &str,
    line: &Line,
    rule: &Rule,
    place: &Place<'_>,
    rules: &RuleList,
) -> Verdict {
    let refuse = |refused: Refused| Verdict::refused(None, Some(&refused.piece), refused.why);
    if line.background {
        let why = "`&` leaves a command running behind the others";
        return Verdict::refused(None, Some(text.trim()), why);
    }
    if line.objection.is_some() {
        // Not all redirections may have been found.
        let free = line
            .targets
            .iter()
            .all(|target| target == "/dev/null" || is_number(target));
        let clean = line
            .mentioned
            .iter()
            .flatten()
            .all(|word| !is_sensitive(word));
        if !free || !clean {
            let why = "it writes files in a way that is not judged";
            return Verdict::refused(None, Some(text.trim()), why);
        }
    }
    for part in &line.parts {
        let checked = redirects(part, place, rules).and_then(|_| writes(part, place));
        if let Err(refused) = checked {
            return refuse(refused);
        }
    }
    Verdict::allowed(Some(rule.as_str()), None, "a rule allows every command")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn is_cd(part: &Part) -> bool {
    part.words.first().is_some_and(|word| word.value == "cd")
}

/// Returns the folder that the line moves to, when that is another one.
fn moved(line: &Line, place: &Place<'_>) -> Result<Option<String>, Refused> {
    let mut moves = line.parts.iter().filter(|part| is_cd(part));
    let Some(first) = moves.next() else {
        return Ok(None);
    };
    let refuse = |part: &Part, why| {
        Err(Refused {
            piece: part.text.clone(),
            why,
        })
    };
    if let Some(second) = moves.next() {
        return refuse(second, "it changes the folder twice");
    }
    let [_, target] = &first.words[..] else {
        return refuse(first, "`cd` without exactly one folder");
    };
    let plain = !target.varies && !target.glob && !target.value.starts_with('-');
    let climbs = target.value.split('/').any(|part| part == "..");
    if !plain || climbs || !first.assignments.is_empty() {
        return refuse(first, "`cd` to a folder that is not known beforehand");
    }
    let located = place.locate(&target.value);
    if !located.iter().all(|path| place.is_inside(path)) {
        return refuse(first, "`cd` out of the start folder");
    }
    let here = place.locate(".");
    Ok((located != here).then(|| located[0].clone()))
}

/// After `cd` into a folder below, paths of rules and commands mean other files: only looking is left.
fn elsewhere(part: &Part, place: &Place<'_>) -> Result<Allowed<'static>, Refused> {
    let harmless = part.redirects.is_empty()
        && part.assignments.is_empty()
        && part.words[0].value != "git"
        && readonly::is_reading(&part.words, place);
    if harmless {
        return Ok(Allowed { rule: None });
    }
    Err(Refused {
        piece: part.text.clone(),
        why: "after `cd` into another folder only commands that read are allowed",
    })
}

fn one<'r>(
    part: &Part,
    line: &str,
    place: &Place<'_>,
    rules: &'r RuleList,
) -> Result<Allowed<'r>, Refused> {
    let refuse = |why| {
        Err(Refused {
            piece: part.text.clone(),
            why,
        })
    };
    let by_redirect = redirects(part, place, rules)?;
    for (name, value) in &part.assignments {
        if !wrappers::is_safe(name, value) {
            return Err(Refused {
                piece: format!("{name}={value}"),
                why: "the variable may change what the command does",
            });
        }
    }
    if is_cd(part) {
        return Ok(Allowed { rule: by_redirect });
    }
    let name = part.words[0].value.as_str();
    if wrappers::NEVER.contains(&name) {
        return refuse("it changes what the shell runs; only a rule for every command allows it");
    }
    let forms = wrappers::forms(&part.words);
    if reads(part, &forms, place) {
        return Ok(Allowed { rule: by_redirect });
    }
    writes(part, place)?;
    let exact_only = forms
        .iter()
        .any(|form| needs_exact(&part.words[form.from..]));
    let allows = |rule: &&Rule| {
        pattern::of_rule(rule).is_some_and(|pattern| {
            forms
                .iter()
                .any(|form| names(&pattern, part, *form, line, exact_only))
        })
    };
    match rules.allow.iter().find(allows) {
        Some(rule) => Ok(Allowed { rule: Some(rule) }),
        None => refuse("no rule allows it"),
    }
}

/// Says whether it only reads, also behind `timeout` and `command`.
fn reads(part: &Part, forms: &[Form], place: &Place<'_>) -> bool {
    let mut from = 0;
    for form in forms {
        let between = part.words[from..form.from].first();
        if !between.is_none_or(|word| matches!(word.raw.as_str(), "timeout" | "command")) {
            return false;
        }
        from = form.from;
        if readonly::is_reading(&part.words[form.from..], place) {
            return true;
        }
    }
    false
}

fn needs_exact(words: &[Word]) -> bool {
    let name = words[0].value.as_str();
    wrappers::NEVER.contains(&name)
        || wrappers::EXACT_ONLY.contains(&name)
        || name == "find"
            && words
                .iter()
                .any(|word| wrappers::FIND_ACTIONS.contains(&word.value.as_str()))
}

/// Says whether a pattern to allow names a part in one of its forms.
fn names(pattern: &Pattern, part: &Part, form: Form, line: &str, exact_only: bool) -> bool {
    let source = part.source(line, form.from).filter(|_| part.contiguous);
    match pattern {
        Pattern::Everything => true,
        Pattern::Nothing(_) => false,
        Pattern::Exact(text) => !form.open && source == Some(text.as_str()),
        Pattern::Wildcard(text) => {
            !exact_only && !form.open && source.is_some_and(|source| matches_wildcard(text, source))
        }
        Pattern::Prefix(prefix) => {
            !exact_only && begins(&normalised(&part.words[form.from..]), prefix)
        }
    }
}

/// The words with one blank between them; only the first one without its quotes.
fn normalised(words: &[Word]) -> String {
    let mut text = words[0].value.clone();
    for word in &words[1..] {
        text.push(' ');
        text.push_str(&word.raw);
    }
    text
}

/// Checks every file that is redirected to or from; returns the rule that opened one.
fn redirects<'r>(
    part: &Part,
    place: &Place<'_>,
    rules: &'r RuleList,
) -> Result<Option<&'r Rule>, Refused> {
    let mut opened = None;
    for redirect in &part.redirects {
        if redirect.target.raw == "/dev/null" {
            continue;
        }
        let rule = redirected(redirect, place, rules).map_err(|why| Refused {
            piece: redirect.text.clone(),
            why,
        })?;
        opened = opened.or(rule);
    }
    Ok(opened)
}

fn redirected<'r>(
    redirect: &Redirect,
    place: &Place<'_>,
    rules: &'r RuleList,
) -> Result<Option<&'r Rule>, &'static str> {
    let located = fixed(&redirect.target, place)?;
    let inside = located.iter().all(|path| place.is_inside(path));
    match redirect.direction {
        Direction::In if inside => Ok(None),
        Direction::In => {
            let rule = rules
                .allow
                .iter()
                .find(|rule| read_names(rule, &located, place));
            rule.map(Some)
                .ok_or("it reads a file outside of the start folder")
        }
        Direction::Out => {
            if located.iter().any(|path| is_sensitive(path)) {
                return Err("the file says how programs behave that somebody will run later");
            }
            let rule = rules
                .allow
                .iter()
                .find(|rule| edit_names(rule, &located, place));
            rule.map(Some)
                .ok_or("no `Edit` rule with a path opens the file it writes")
        }
    }
}

/// Returns where a word leads that must be one known file.
fn fixed(word: &Word, place: &Place<'_>) -> Result<Vec<String>, &'static str> {
    if word.varies || word.glob || word.value.is_empty() {
        return Err("a file that is not known beforehand");
    }
    if word.value.split('/').any(|part| part == "..") {
        return Err("a path with `..`");
    }
    Ok(place.locate(&word.value))
}

/// Programs that write the files they are given.
const WRITERS: &[&str] = &[
    "chmod", "chown", "cp", "dd", "install", "ln", "mkdir", "mv", "rm", "rmdir", "rsync", "sed",
    "shred", "tee", "touch", "truncate", "unlink",
];

/// Checks what a program that writes files is given: known files below the start folder that are not sensitive.
fn writes(part: &Part, place: &Place<'_>) -> Result<(), Refused> {
    for form in wrappers::forms(&part.words) {
        let words = &part.words[form.from..];
        let name = words[0].value.as_str();
        let base = name.rsplit('/').next().unwrap_or(name);
        if !WRITERS.contains(&base) {
            continue;
        }
        let mut operands: Vec<&Word> = words[1..]
            .iter()
            .filter(|word| !word.value.starts_with('-'))
            .collect();
        if base == "sed" && !operands.is_empty() {
            // Its first operand is a script.
            operands.remove(0);
        }
        let hidden = words[1..].iter().any(|word| {
            let text = word.value.as_str();
            text.starts_with("-t")
                || text.starts_with("--target-directory")
                || text.starts_with("--reference")
        });
        let bad = operands.into_iter().find_map(|word| {
            let mut target = word.clone();
            if let Some((_, value)) = word.value.split_once('=').filter(|_| base == "dd") {
                value.clone_into(&mut target.value);
            }
            let located = match fixed(&target, place) {
                Ok(located) => located,
                Err(why) => return Some((word, why)),
            };
            if !located.iter().all(|path| place.is_inside(path)) {
                return Some((word, "it writes outside of the start folder"));
            }
            let sensitive = located.iter().any(|path| is_sensitive(path));
            sensitive.then_some((
                word,
                "the file says how programs behave that somebody will run later",
            ))
        });
        if let Some((word, why)) = bad {
            return Err(Refused {
                piece: word.raw.clone(),
                why,
            });
        }
        if hidden {
            return Err(Refused {
                piece: part.text.clone(),
                why: "a target folder in a flag is not judged",
            });
        }
    }
    Ok(())
}
