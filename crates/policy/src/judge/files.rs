//! The tools that write and read files.

use crate::paths::{Place, Reach, Side, is_sensitive, names, reach};
use crate::rule::{Rule, RuleList};
use crate::verdict::Verdict;

/// What is odd about a path, whatever the rules.
fn odd(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some("there is no path")
    } else if path.chars().any(char::is_control) {
        Some("a control character in a path")
    } else if path.len() > 4096 {
        Some("the path is longer than any file's")
    } else if path.starts_with('~') && !path.starts_with("~/") {
        Some("the home of somebody else")
    } else {
        None
    }
}

/// Returns the first rule of a list that names a tool, or one of the files by an `Edit` or `Read` rule.
///
/// A rule to deny reading denies writing too.
pub(super) fn closing<'r>(
    list: &'r [Rule],
    tool: &str,
    located: &[String],
    place: &Place<'_>,
) -> Option<&'r Rule> {
    let closes = |rule: &&Rule| {
        let own = match reach(rule, tool) {
            Some(Reach::Anywhere | Reach::Inside) => true,
            Some(Reach::Files(_)) | None => is_glob_of(rule.tool(), tool),
        };
        let read = tool == "Write" || tool == "Edit";
        let by_path = ["Edit", "Read"].iter().any(|by| {
            (*by == tool || *by == "Edit" && tool == "Write" || *by == "Read" && read)
                && matches!(reach(rule, by), Some(Reach::Files(pattern))
                    if located.iter().any(|path| names(pattern, path, place, Side::Deny)))
        });
        own || by_path
    };
    list.iter().find(closes)
}

/// Rules to deny may name tools by a pattern.
pub(super) fn is_glob_of(pattern: &str, tool: &str) -> bool {
    pattern.contains('*') && crate::pattern::matches_wildcard(pattern, tool)
}

fn closed(
    tool: &str,
    path: &str,
    located: &[String],
    place: &Place<'_>,
    rules: &RuleList,
) -> Option<Verdict> {
    if let Some(why) = odd(path) {
        return Some(Verdict::refused(None, Some(path), why));
    }
    let lists = [
        (&rules.deny, "a rule denies it"),
        (
            &rules.ask,
            "a person would have to be asked, and nobody is there",
        ),
    ];
    lists.into_iter().find_map(|(list, why)| {
        let rule = closing(list, tool, located, place)?;
        Some(Verdict::refused(Some(rule.as_str()), Some(path), why))
    })
}

pub(super) fn write(path: &str, tool: &str, place: &Place<'_>, rules: &RuleList) -> Verdict {
    let located = place.locate(path);
    if let Some(verdict) = closed(tool, path, &located, place, rules) {
        return verdict;
    }
    if located.iter().any(|path| is_sensitive(path)) {
        let why = "the file says how programs behave that somebody will run later";
        return Verdict::refused(None, Some(path), why);
    }
    let link_leaves =
        located.len() > 1 && place.is_inside(&located[0]) && !place.is_inside(&located[1]);
    let opens = |rule: &&Rule| match reach(rule, tool) {
        Some(Reach::Anywhere) => !link_leaves,
        Some(Reach::Inside) => located.iter().all(|path| place.is_inside(path)),
        // `Write(path)` is taken and then ignored.
        Some(Reach::Files(_)) | None => edit_names(rule, &located, place),
    };
    match rules.allow.iter().find(opens) {
        Some(rule) => Verdict::allowed(Some(rule.as_str()), None, "a rule allows it"),
        None => Verdict::refused(None, Some(path), "no rule allows it"),
    }
}

/// Says whether an `Edit` rule with a path names all of these.
pub(super) fn edit_names(rule: &Rule, located: &[String], place: &Place<'_>) -> bool {
    matches!(reach(rule, "Edit"), Some(Reach::Files(pattern))
        if located.iter().all(|path| names(pattern, path, place, Side::Allow)))
}

/// Says whether a `Read` rule with a path names all of these.
pub(super) fn read_names(rule: &Rule, located: &[String], place: &Place<'_>) -> bool {
    matches!(reach(rule, "Read"), Some(Reach::Files(pattern))
        if located.iter().all(|path| names(pattern, path, place, Side::Allow)))
}

pub(super) fn read(path: &str, place: &Place<'_>, rules: &RuleList) -> Verdict {
    let located = place.locate(path);
    if let Some(verdict) = closed("Read", path, &located, place, rules) {
        return verdict;
    }
    if located.iter().all(|path| place.is_inside(path)) {
        return Verdict::allowed(None, None, "reading below the start folder needs no rule");
    }
    let opens = |rule: &&Rule| {
        matches!(reach(rule, "Read"), Some(Reach::Anywhere)) || read_names(rule, &located, place)
    };
    match rules.allow.iter().find(opens) {
        Some(rule) => Verdict::allowed(Some(rule.as_str()), None, "a rule allows it"),
        None => Verdict::refused(
            None,
            Some(path),
            "no rule allows it, outside of the start folder",
        ),
    }
}
