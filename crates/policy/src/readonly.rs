//! Commands that only read: they need no rule.
//!
//! For each the flags are listed that are known to be harmless; any other flag makes it a command like every other. The
//! program's own list is longer. What is missing here needs a rule, which is the safe side.

use crate::paths::Place;
use crate::shell::Word;

/// One command that only reads.
struct Reader {
    name: &'static str,
    /// Letters that may stand after one dash, in any combination.
    letters: &'static str,
    /// What may stand after two dashes, before any `=`.
    long: &'static [&'static str],
    /// Whether its words name files, which must then lie below the start folder.
    files: bool,
}

const fn reader(
    name: &'static str,
    letters: &'static str,
    long: &'static [&'static str],
    files: bool,
) -> Reader {
    Reader {
        name,
        letters,
        long,
        files,
    }
}

const DIGITS: &str = "0123456789";

const READERS: &[Reader] = &[
    reader("arch", "", &[], false),
    reader("base64", "dw0123456789", &["decode", "wrap"], true),
    reader("basename", "as", &[], false),
    reader("cat", "AbeEnstTv", &["number", "show-all"], true),
    reader("cmp", "bls", &[], true),
    reader("comm", "123", &[], true),
    reader(
        "cut",
        "bcdfs0123456789,-",
        &["bytes", "characters", "delimiter", "fields"],
        true,
    ),
    reader("date", "uRI", &["utc", "iso-8601", "rfc-3339"], false),
    reader(
        "diff",
        "abBiNqrtTuwy0123456789",
        &["brief", "unified", "recursive", "color"],
        true,
    ),
    reader("dirname", "z", &[], false),
    reader(
        "du",
        "abchkmsx",
        &["max-depth", "human-readable", "summarize"],
        true,
    ),
    reader("echo", "neE", &[], false),
    reader("expand", "it0123456789", &[], true),
    reader("false", "", &[], false),
    reader(
        "find",
        "",
        // `find` has words of its own; see `find_is_reading`.
        &[],
        true,
    ),
    reader("fold", "bsw0123456789", &[], true),
    reader(
        "grep",
        "aAbBcCEFGHhiIlLnoqrRsvwxe0123456789",
        &[
            "color",
            "include",
            "exclude",
            "exclude-dir",
            "line-number",
            "ignore-case",
            "count",
            "recursive",
            "fixed-strings",
        ],
        true,
    ),
    reader("head", "cnqv0123456789", &["lines", "bytes"], true),
    reader("id", "gGnru", &[], false),
    reader(
        "ls",
        "1aAbBcCdfFgGhHiIklLmnNopqQrRsStuUvwxXZ",
        &[
            "all",
            "almost-all",
            "color",
            "human-readable",
            "recursive",
            "reverse",
            "sort",
            "time",
        ],
        true,
    ),
    reader("md5sum", "", &[], true),
    reader("nl", "abhnsw0123456789", &[], true),
    reader("nproc", "", &["all"], false),
    reader("od", "AabcdfijlNostvwx0123456789", &[], true),
    reader("paste", "ds0123456789", &[], true),
    reader("printf", "", &[], false),
    reader("pwd", "LP", &[], false),
    reader("readlink", "efnmqsvz", &[], true),
    reader("realpath", "emPqsLz", &[], true),
    reader("rev", "", &[], true),
    reader("seq", "w0123456789", &[], false),
    reader("sha256sum", "", &[], true),
    reader("sleep", "", &[], false),
    reader(
        "sort",
        "bdfghiMnrRsuVz0123456789,k",
        &["numeric-sort", "reverse", "unique", "key"],
        true,
    ),
    reader("stat", "cfLt", &["format", "printf"], true),
    reader("strings", "an0123456789", &[], true),
    reader("tac", "", &[], true),
    reader("tail", "cnqv0123456789", &["lines", "bytes"], true),
    reader("test", "abcdefghkLnoprstuwxz", &[], false),
    reader("tr", "cCdst", &[], false),
    reader("true", "", &[], false),
    reader("uname", "amnoprsv", &["all"], false),
    reader("wc", "clLmw", &["bytes", "chars", "lines", "words"], true),
    reader("which", "a", &[], false),
    reader("whoami", "", &[], false),
];

/// Subcommands of git that only read, with the flags that are harmless to all of them.
const GIT: &[&str] = &[
    "blame",
    "describe",
    "diff",
    "log",
    "ls-files",
    "merge-base",
    "rev-list",
    "rev-parse",
    "shortlog",
    "show",
    "status",
];
const GIT_LONG: &[&str] = &[
    "abbrev",
    "abbrev-commit",
    "abbrev-ref",
    "all",
    "author",
    "cached",
    "count",
    "date",
    "decorate",
    "diff-filter",
    "first-parent",
    "follow",
    "format",
    "git-dir",
    "graph",
    "grep",
    "is-inside-work-tree",
    "max-count",
    "merges",
    "name-only",
    "name-status",
    "no-color",
    "no-merges",
    "no-patch",
    "numstat",
    "oneline",
    "others",
    "patch",
    "porcelain",
    "pretty",
    "raw",
    "reverse",
    "short",
    "show-toplevel",
    "shortstat",
    "since",
    "staged",
    "stat",
    "summary",
    "tags",
    "unified",
    "until",
    "verify",
    "word-diff",
];
const GIT_LETTERS: &str = "bnpstuwLMU0123456789";

/// Says whether a command only reads, and only files below the start folder.
pub(crate) fn is_reading(words: &[Word], place: &Place<'_>) -> bool {
    let Some((name, arguments)) = words.split_first() else {
        return false;
    };
    match name.value.as_str() {
        "git" => git_is_reading(arguments, place),
        "find" => find_is_reading(arguments, place),
        name => READERS
            .iter()
            .any(|reader| reader.name == name && arguments_are_fine(arguments, reader, place)),
    }
}

fn arguments_are_fine(arguments: &[Word], reader: &Reader, place: &Place<'_>) -> bool {
    let mut options = true;
    arguments.iter().all(|word| {
        let text = word.value.as_str();
        if options && text == "--" {
            options = false;
            return true;
        }
        if options && text.starts_with('-') && text.len() > 1 {
            return !word.varies && flag_is_known(text, reader.letters, reader.long);
        }
        // What `date` and `tr` are given is no file, and cannot do harm.
        match reader.name {
            "date" => text.starts_with('+'),
            _ => !reader.files || is_near(word, place),
        }
    })
}

fn flag_is_known(text: &str, letters: &str, long: &[&str]) -> bool {
    // `%G` in a format makes git run another program.
    let harmless = |value: &str| !value.contains(['/', '~', '$']) && !value.contains("%G");
    if let Some(flag) = text.strip_prefix("--") {
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        return long.contains(&name) && harmless(value);
    }
    text[1..].chars().all(|letter| letters.contains(letter))
}

/// Says whether a word, read as a path, stays below the start folder. A name with `..` in it never does.
fn is_near(word: &Word, place: &Place<'_>) -> bool {
    let text = word.value.as_str();
    if word.varies || text.split('/').any(|part| part == "..") {
        return false;
    }
    place.locate(text).iter().all(|path| place.is_inside(path))
}

fn git_is_reading(arguments: &[Word], place: &Place<'_>) -> bool {
    let Some((verb, rest)) = arguments.split_first() else {
        return false;
    };
    let is = |words: &[&str]| {
        rest.iter()
            .map(|word| word.raw.as_str())
            .eq(words.iter().copied())
    };
    match verb.raw.as_str() {
        "branch" => is(&[]) || is(&["-a"]) || is(&["-r"]) || is(&["-v"]) || is(&["--show-current"]),
        "remote" => is(&[]) || is(&["-v"]),
        "tag" => is(&[]) || is(&["-l"]),
        "stash" => is(&["list"]),
        verb if GIT.contains(&verb) => rest.iter().all(|word| {
            let text = word.value.as_str();
            if text == "--" {
                true
            } else if text.starts_with('-') {
                let dashes = text.trim_start_matches('-');
                let number = !dashes.is_empty() && dashes.chars().all(|c| DIGITS.contains(c));
                !word.varies && (number || flag_is_known(text, GIT_LETTERS, GIT_LONG))
            } else {
                is_near(word, place)
            }
        }),
        _ => false,
    }
}

/// Tests and actions of `find` that only look.
const FIND: &[&str] = &[
    "-a",
    "-and",
    "-daystart",
    "-depth",
    "-empty",
    "-iname",
    "-ipath",
    "-iregex",
    "-maxdepth",
    "-mindepth",
    "-mmin",
    "-mtime",
    "-name",
    "-newer",
    "-not",
    "-o",
    "-or",
    "-path",
    "-perm",
    "-print",
    "-print0",
    "-prune",
    "-regex",
    "-size",
    "-type",
    "-user",
    "-xdev",
];

fn find_is_reading(arguments: &[Word], place: &Place<'_>) -> bool {
    arguments.iter().all(|word| {
        let text = word.value.as_str();
        if text.starts_with('-') && text.len() > 1 {
            !word.varies && FIND.contains(&text)
        } else {
            is_near(word, place)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn reads(line: &str) -> bool {
        let place = Place::without_links("/repo", Some("/home/ada"));
        let read = shell::read(line);
        read.objection.is_none() && is_reading(&read.parts[0].words, &place)
    }

    #[test]
    fn looking_needs_no_rule() {
        for line in [
            "ls",
            "ls -la src",
            "cat a b",
            "head -n 1 a",
            "head -5 a",
            "grep -rn x .",
            "find . -name '*.mdx'",
            "git status",
            "git diff --stat HEAD~1",
            "git log --oneline -5",
            "sort a",
            "echo ~",
            "date +%F",
            "wc -l a",
            "cat /repo/a",
        ] {
            assert!(reads(line), "{line}");
        }
    }

    #[test]
    fn a_reader_that_can_do_more_is_none() {
        for line in [
            "sort -o a a",
            "sort --output=a a",
            "find . -delete",
            "find . -exec ls ';'",
            "git diff --output=x",
            "date -s x",
            "cat /etc/hosts",
            "cat ../x",
            "cat ~/x",
            "cat $HOME/x",
            "git -C src log",
            "git push",
            "git branch x",
            "grep --file=/etc/hosts a",
            "head -n1 /etc/hosts",
            "tee a",
            "env",
            "git diff --ext-diff",
            "sort -T/tmp a",
            "git log --format=%G?",
            "test -v 'a[$(id)]'",
            "test 'a[$(id)]' -eq 1",
        ] {
            assert!(!reads(line), "{line}");
        }
    }
}
