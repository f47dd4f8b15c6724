//! Plain copy changes: `Replace "old" with "new"` and its like.

use lightsout_content::{EditError, replace_words};

use super::{Plan, TemplateError, Work, code};
use crate::Request;
use crate::tree::Tree;

/// How a change is written, for people who wrote it otherwise.
const HOW: &str = "The template agent makes plain replacements only. Please write each change on a line of its own, \
    with the old and the new text in quotes, like this:\n\n\
    ```\nReplace \"We are 38 people\" with \"We are 41 people\"\n```";

/// Plans a change of copy.
pub(super) fn plan(request: &Request, tree: Tree<'_>) -> Result<Plan, TemplateError> {
    let target = request.fields.text("target").unwrap_or_default().trim();
    let wish = request.fields.text("change").unwrap_or_default();
    let is_page = [".md", ".mdx"].iter().any(|end| target.ends_with(end));
    if !is_page {
        return Ok(Plan::Ask(format!(
            "{} is not a page in Markdown or MDX, and the template agent changes words on such pages only. \
             Which page shows the text?",
            code(target)
        )));
    }
    let Some(before) = tree.read(target)? else {
        return Ok(Plan::Ask(format!(
            "There is no file {}. Which file is meant?",
            code(target)
        )));
    };
    let Some(replacements) = read(wish) else {
        return Ok(Plan::Ask(HOW.to_owned()));
    };
    let mut text = before;
    let mut problems = Vec::new();
    for replacement in &replacements {
        match replace_words(&text, &replacement.old, &replacement.new) {
            Ok(changed) => text = changed,
            Err(error) => problems.push(question(target, &replacement.old, &error)),
        }
    }
    if !problems.is_empty() {
        problems.push("Nothing was changed.".to_owned());
        return Ok(Plan::Ask(problems.join("\n\n")));
    }
    let count = match replacements.len() {
        1 => "one text".to_owned(),
        count => format!("{count} texts"),
    };
    let name = target.rsplit('/').next().unwrap_or(target);
    Ok(Plan::Write(Work {
        path: target.to_owned(),
        text,
        commit: format!("content: change copy of {name}"),
        said: format!(
            "I replaced {count} in {} and left the rest as it was.",
            code(target)
        ),
        media: None,
    }))
}

/// Asks about a replacement that cannot be made.
fn question(target: &str, old: &str, error: &EditError) -> String {
    let (target, old) = (code(target), code(old));
    match error {
        EditError::NotFound => {
            format!("{target} does not say {old}. What is the text as it stands there now?")
        }
        EditError::Ambiguous(times) => format!(
            "{target} says {old} {times} times. Which one is meant? Please quote more of the text around it."
        ),
        EditError::InMarkup => format!(
            "{old} in {target} stands in code or in the target of a link, or runs across formatting. \
             Please quote a text without formatting, or ask a developer."
        ),
        EditError::Nothing => "The old text is empty. Which text is to be replaced?".to_owned(),
        error => format!("{target} cannot be changed: {error}."),
    }
}

/// One replacement.
#[derive(Debug, PartialEq, Eq)]
struct Replacement {
    old: String,
    new: String,
}

/// Reads a wish as nothing but replacements; `None` if any part of it says something else.
fn read(wish: &str) -> Option<Vec<Replacement>> {
    let wish = wish.replace("\r\n", "\n");
    let mut rest = wish.trim();
    let mut replacements = Vec::new();
    while !rest.is_empty() {
        let (replacement, after) = replacement(skip_marker(rest))?;
        replacements.push(replacement);
        rest = skip_joint(skip_place(after)?);
    }
    (!replacements.is_empty()).then_some(replacements)
}

/// Reads one replacement from the start of a text.
fn replacement(text: &str) -> Option<(Replacement, &str)> {
    let verbs: &[(&str, &[&str])] = &[
        ("replace", &["with", "by"]),
        ("change", &["to", "into"]),
        ("update", &["to", "with"]),
        ("correct", &["to"]),
        ("rename", &["to"]),
        ("", &["->", "→", "=>", "-->", "⇒"]),
    ];
    let text = skip_word(text.trim_start(), "please").unwrap_or(text);
    verbs.iter().find_map(|(verb, links)| {
        let rest = skip_description(skip_word(text.trim_start(), verb)?)?;
        let (old, rest) = quoted(rest)?;
        let rest = links
            .iter()
            .find_map(|link| skip_word(rest.trim_start(), link))?;
        let (new, rest) = quoted(rest)?;
        Some((Replacement { old, new }, rest))
    })
}

/// Skips words that only say what is quoted next, such as `the heading from`.
fn skip_description(text: &str) -> Option<&str> {
    const DESCRIBING: [&str; 16] = [
        "the", "text", "word", "words", "sentence", "phrase", "heading", "title", "line", "name",
        "number", "year", "date", "first", "last", "from",
    ];
    let start = text.find(is_opening)?;
    let described = text[..start].split_whitespace().all(|word| {
        DESCRIBING
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word.trim_end_matches(':')))
    });
    described.then_some(&text[start..])
}

/// Skips a word in any case, and the white space after it.
fn skip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len())?;
    let rest = &text[word.len()..];
    let whole = !word.ends_with(|c: char| c.is_alphanumeric())
        || !rest.starts_with(|c: char| c.is_alphanumeric());
    (start.eq_ignore_ascii_case(word) && whole).then(|| rest.trim_start())
}

/// What opens a quotation, and what may close it.
const QUOTES: [(char, &[char]); 8] = [
    ('"', &['"']),
    ('`', &['`']),
    ('\'', &['\'']),
    ('“', &['”', '“']),
    ('„', &['“', '”']),
    ('‘', &['’', '‘']),
    ('«', &['»']),
    ('»', &['«']),
];

fn is_opening(c: char) -> bool {
    QUOTES.iter().any(|(open, _)| *open == c)
}

/// Reads a text in quotes of any kind.
fn quoted(text: &str) -> Option<(String, &str)> {
    let opening = text.chars().next()?;
    let (_, closing) = QUOTES.iter().find(|(open, _)| *open == opening)?;
    let inner = &text[opening.len_utf8()..];
    // An apostrophe inside a word does not close.
    let end = inner.char_indices().find(|(at, c)| {
        let before = inner[..*at].chars().next_back();
        let after = inner[at + c.len_utf8()..].chars().next();
        let inside_word = before
            .zip(after)
            .is_some_and(|(b, a)| b.is_alphanumeric() && a.is_alphanumeric());
        closing.contains(c) && !inside_word
    });
    let (at, close) = end?;
    Some((inner[..at].to_owned(), &inner[at + close.len_utf8()..]))
}

/// Skips the marker of a list item.
fn skip_marker(text: &str) -> &str {
    let text = text.trim_start();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let marker = if digits.len() < text.len() {
        digits.strip_prefix(['.', ')'])
    } else {
        text.strip_prefix(['-', '*', '+'])
    };
    match marker {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => text,
    }
}

/// Skips words that say where on the page the text stands, which its being there once says better.
fn skip_place(text: &str) -> Option<&str> {
    let line = text.split('\n').next().unwrap_or(text);
    let words = line.trim_start_matches([' ', '\t']);
    let starts = ["in ", "on ", "at "].iter().any(|start| {
        words
            .get(..3)
            .is_some_and(|w| w.eq_ignore_ascii_case(start))
    });
    if !starts {
        return Some(text);
    }
    let end = words.find(['.', ';', ',']).unwrap_or(words.len());
    let place = &words[..end];
    let noun = [
        "paragraph",
        "section",
        "sentence",
        "heading",
        "page",
        "title",
        "list",
        "line",
        "file",
        "text",
        "intro",
    ];
    let is_place = place.split_whitespace().count() <= 8
        && !place.contains(['"', '`', '“', '”'])
        && !place
            .split_whitespace()
            .any(|word| word.eq_ignore_ascii_case("and"))
        && noun.iter().any(|noun| place.to_lowercase().contains(noun));
    is_place.then(|| {
        let skipped = line.len() - words.len() + end;
        &text[skipped..]
    })
}

/// Skips what stands between two replacements.
fn skip_joint(text: &str) -> &str {
    let text = text
        .trim_start()
        .trim_start_matches(['.', ',', ';'])
        .trim_start();
    ["and then", "and", "then"]
        .iter()
        .find_map(|word| skip_word(text, word))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(wish: &str) -> Option<Vec<(String, String)>> {
        let replacements = read(wish)?;
        Some(
            replacements
                .into_iter()
                .map(|replacement| (replacement.old, replacement.new))
                .collect(),
        )
    }

    #[test]
    fn plain_replacements_are_understood() {
        let one = Some(vec![("a b".to_owned(), "c".to_owned())]);
        for wish in [
            "Replace \"a b\" with \"c\"",
            "replace “a b” by “c”.",
            "Change 'a b' to 'c'",
            "change `a b` into `c`",
            "\"a b\" -> \"c\"",
            "„a b“ → «c»",
            "- ‘a b’ => ‘c’",
            "1. Replace \"a b\"\nwith \"c\".\n",
            "Replace the text \"a b\" with \"c\" in the first paragraph.",
            "Change the heading \"a b\" to \"c\" on the page",
            "Please change the first heading from \"a b\" to \"c\"",
            "Update \"a b\" to \"c\".",
        ] {
            assert_eq!(pairs(wish), one, "{wish}");
        }
        assert_eq!(
            pairs("Replace 'it's' with 'it isn't'").unwrap()[0].1,
            "it isn't"
        );
        assert_eq!(pairs("Replace \"x\" with \"\"").unwrap()[0].1, "");
    }

    #[test]
    fn several_replacements_are_understood() {
        for wish in [
            "Replace \"a\" with \"b\"\nReplace \"c\" with \"d\"",
            "- \"a\" → \"b\"\n- \"c\" → \"d\"",
            "Replace \"a\" with \"b\", and change \"c\" to \"d\".",
            "1) `a` -> `b`\r\n\r\n2) `c` -> `d`",
        ] {
            let found = pairs(wish).unwrap();
            assert_eq!(found.len(), 2, "{wish}");
            assert_eq!(found[1], ("c".to_owned(), "d".to_owned()), "{wish}");
        }
    }

    #[test]
    fn anything_else_is_not_guessed() {
        for wish in [
            "",
            "Please make it nicer",
            "Replace a with b",
            "Replace \"a\" with b",
            "Replace \"a\"",
            "\"a\" \"b\"",
            "Replace \"a\" with \"b\" and delete the rest",
            "Replace \"a\" with \"b\" everywhere",
            "Do not replace \"a\" with \"b\"",
            "Change every \"a\" to \"b\"",
            "Replace \"a\" with \"b",
            "Replaced \"a\" with \"b\"",
            "Replace \"a\" with \"b\" in the colour of the sky and remove the last paragraph",
            "→",
            "- ",
            "Änder \"a\"",
        ] {
            assert_eq!(pairs(wish), None, "{wish}");
        }
    }
}
