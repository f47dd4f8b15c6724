//! Replacing words on a page, where they are words and nothing else.

use std::ops::Range;

use markdown::ParseOptions;
use markdown::mdast::Node;

use crate::mdx;
use crate::nesting::is_excessive;
use crate::page::split;
use crate::{Front, FrontValue, Page, to_mdx_inline};

/// Why words were not replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// There are no words to look for.
    #[error("there is no text to look for")]
    Nothing,
    /// The words are not on the page.
    #[error("the text is not on the page")]
    NotFound,
    /// The words are there more than once.
    #[error("the text is on the page {0} times")]
    Ambiguous(usize),
    /// The words are there, but in code, in a link's target, or across formatting.
    #[error("the text stands in code or a link's target, or spans formatting")]
    InMarkup,
    /// The page cannot be read, so nothing can be said about what a change would do.
    #[error("the page cannot be read: {0}")]
    Unreadable(String),
}

/// Replaces the one place where a page says `old` by `new`, and leaves the rest of the page as it is.
///
/// Line breaks and typographic quotes of `old` need not match, and what the page escapes need not be escaped. `new`
/// is plain text: whatever it holds is visible as it is. Front matter counts as part of the page.
pub fn replace_words(page: &str, old: &str, new: &str) -> Result<String, EditError> {
    if old.split_whitespace().next().is_none() {
        return Err(EditError::Nothing);
    }
    let parts = split(page).map_err(|error| EditError::Unreadable(error.to_string()))?;
    let front = match parts.yaml {
        None => Ok(Front::default()),
        Some(yaml) => Front::parse(yaml).map_err(|(_, message)| (yaml, message)),
    };
    let in_body = places(parts.body, old);
    let in_front = match &front {
        Ok(front) => values(front).map(|value| find(value, old).len()).sum(),
        Err((yaml, _)) => find(yaml, old).len(),
    };
    match (in_body.as_slice(), in_front) {
        ([], 0) => Err(EditError::NotFound),
        ([place], 0) => {
            let body = replace_in_body(parts.body, place, new)?;
            let before = &page[..page.len() - parts.body.len()];
            Ok(format!("{before}{body}"))
        }
        ([], 1) => {
            let mut front = front.map_err(|(_, message)| EditError::Unreadable(message))?;
            replace_in_front(&mut front, old, new);
            Ok(Page {
                front,
                body: parts.body.to_owned(),
            }
            .render())
        }
        (places, more) => Err(EditError::Ambiguous(places.len() + more)),
    }
}

/// Returns the places where a body says something, as it is written or as this crate escapes it.
fn places(body: &str, words: &str) -> Vec<Range<usize>> {
    let mut places = find(body, words);
    let escaped = to_mdx_inline(words);
    if escaped != words {
        places.extend(find(body, &escaped));
        places.sort_by_key(|place| place.start);
        // `<b` is also found inside `\<b`: the longer one is the place, its backslash included.
        places.dedup_by(|later, earlier| {
            let overlaps = later.start < earlier.end;
            if overlaps {
                earlier.end = earlier.end.max(later.end);
            }
            overlaps
        });
    }
    places
}

fn values(front: &Front) -> impl Iterator<Item = &str> {
    front.iter().flat_map(|(_, value)| match value {
        FrontValue::Text(text) => vec![text.as_str()],
        FrontValue::List(list) => list.iter().map(String::as_str).collect(),
    })
}

fn replace_in_front(front: &mut Front, old: &str, new: &str) {
    let edit = |value: &mut String| {
        if let [place] = find(value, old).as_slice() {
            value.replace_range(place.clone(), new.trim());
        }
    };
    front.values_mut().for_each(|value| match value {
        FrontValue::Text(text) => edit(text),
        FrontValue::List(list) => list.iter_mut().for_each(edit),
    });
}

fn replace_in_body(body: &str, place: &Range<usize>, new: &str) -> Result<String, EditError> {
    let dialect = Dialect::of(body)?;
    let before = dialect.read(body)?;
    if !before
        .words
        .iter()
        .any(|words| words.start <= place.start && place.end <= words.end)
    {
        return Err(EditError::InMarkup);
    }
    let mut edited = body.to_owned();
    edited.replace_range(place.clone(), &to_mdx_inline(new));
    // Whatever was cut out and put in: the page must hold the same code as before, which is none on most pages.
    let after = dialect.read(&edited).map_err(|_| EditError::InMarkup)?;
    if after.code != before.code {
        return Err(EditError::InMarkup);
    }
    Ok(edited)
}

/// How a body is written.
enum Dialect {
    Mdx,
    /// Markdown with raw HTML, which MDX cannot read.
    Markdown,
}

/// Where a body's words are, and the kinds of code around them.
struct Anatomy {
    words: Vec<Range<usize>>,
    code: Vec<String>,
}

impl Dialect {
    fn of(body: &str) -> Result<Self, EditError> {
        [Self::Mdx, Self::Markdown]
            .into_iter()
            .find(|dialect| dialect.read(body).is_ok())
            .ok_or_else(|| EditError::Unreadable("it is too long or too deeply nested".to_owned()))
    }

    fn read(&self, body: &str) -> Result<Anatomy, EditError> {
        if is_excessive(body) {
            return Err(EditError::Unreadable(
                "it is too long or too deeply nested".to_owned(),
            ));
        }
        let options = match self {
            Self::Mdx => mdx::options(),
            Self::Markdown => ParseOptions::gfm(),
        };
        let root = mdx::parse(body, &options)
            .map_err(|message| EditError::Unreadable(message.reason.clone()))?;
        let mut anatomy = Anatomy {
            words: Vec::new(),
            code: Vec::new(),
        };
        anatomy.walk(&root);
        Ok(anatomy)
    }
}

impl Anatomy {
    fn walk(&mut self, node: &Node) {
        match node {
            Node::Text(text) => {
                let range = text
                    .position
                    .as_ref()
                    .map(|at| at.start.offset..at.end.offset);
                self.words.extend(range);
            }
            Node::MdxjsEsm(code) => self.code.push(code.value.clone()),
            Node::MdxFlowExpression(code) => self.code.push(code.value.clone()),
            Node::MdxTextExpression(code) => self.code.push(code.value.clone()),
            Node::MdxJsxFlowElement(element) => self
                .code
                .push(format!("{:?}", (&element.name, &element.attributes))),
            Node::MdxJsxTextElement(element) => self
                .code
                .push(format!("{:?}", (&element.name, &element.attributes))),
            Node::Html(html) => self.code.push(html.value.clone()),
            _ => {}
        }
        for child in node.children().into_iter().flatten() {
            self.walk(child);
        }
    }
}

/// Finds words, with any white space between them, at the bounds of words.
fn find(text: &str, words: &str) -> Vec<Range<usize>> {
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].chars().next().map(|c| (from, c)) {
        let (position, first) = start;
        match match_at(&text[position..], &words)
            .filter(|length| is_bounded(text, position, position + length))
        {
            Some(length) => {
                found.push(position..position + length);
                from = position + length;
            }
            None => from = position + first.len_utf8(),
        }
    }
    found
}

/// Returns how much of the start of `text` is the words.
fn match_at(text: &str, words: &[&str]) -> Option<usize> {
    let mut rest = text;
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            let trimmed = rest.trim_start();
            let gap = &rest[..rest.len() - trimmed.len()];
            // A blank line ends a paragraph, and with it what one wrote in one go.
            if gap.is_empty() || gap.matches('\n').count() > 1 {
                return None;
            }
            rest = trimmed;
        }
        let mut letters = rest.chars();
        for wanted in word.chars() {
            if plain_quote(letters.next()?) != plain_quote(wanted) {
                return None;
            }
        }
        rest = letters.as_str();
    }
    Some(text.len() - rest.len())
}

/// Whether a match neither begins nor ends inside a word.
fn is_bounded(text: &str, start: usize, end: usize) -> bool {
    let inside = |left: Option<char>, right: Option<char>| {
        left.zip(right)
            .is_some_and(|(left, right)| left.is_alphanumeric() && right.is_alphanumeric())
    };
    let (before, matched, after) = (&text[..start], &text[start..end], &text[end..]);
    !inside(before.chars().next_back(), matched.chars().next())
        && !inside(matched.chars().next_back(), after.chars().next())
}

fn plain_quote(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201C}' | '\u{201D}' => '"',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = "---\ntitle: \"About <us>\"\n---\n\nWe are 38 people\nin two towns. It's \\<b\\> and\nC\\#.\n\n\
        - `38 people` **bold words**\n- [link](./a/target.mdx) again again\n";

    fn edited(old: &str, new: &str) -> Result<String, EditError> {
        replace_words(PAGE, old, new)
    }

    #[test]
    fn the_one_place_is_replaced_and_the_rest_stays() {
        for (old, new, expected) in [
            (
                "We are 38 people in two towns.",
                "We are 41.",
                "\nWe are 41. It's",
            ),
            (
                "two   towns",
                "{three} <towns>",
                "in \\{three\\} \\<towns\\>. It's",
            ),
            ("It’s", "import x", "towns. &#105;mport x \\<b"),
            ("C#", "Rust", "and\nRust.\n"),
            ("C\\#", "Rust", "and\nRust.\n"),
            ("bold", "b*ld", "**b\\*ld words**"),
            ("link", "[x](y)", "[\\[x\\](y)](./a"),
            ("It's", "", "towns.  \\<b"),
        ] {
            let page = edited(old, new).unwrap();
            assert!(page.contains(expected), "{old}: {page}");
            assert!(
                page.starts_with("---\ntitle: \"About <us>\"\n---\n"),
                "{page}"
            );
        }
        let page = edited("About <us>", "{All} of \"us\"").unwrap();
        assert!(
            page.starts_with("---\ntitle: \"\\u007BAll\\u007D of \\\"us\\\"\"\n---\n\nWe are"),
            "{page}"
        );
    }

    #[test]
    fn whatever_is_not_one_place_in_words_is_refused() {
        for (old, expected) in [
            ("", EditError::Nothing),
            (" \n", EditError::Nothing),
            ("nowhere", EditError::NotFound),
            ("peop", EditError::NotFound),
            ("towns. It's <b> and C#. - ", EditError::NotFound),
            ("again", EditError::Ambiguous(2)),
            ("38 people", EditError::Ambiguous(2)),
            ("target.mdx", EditError::InMarkup),
            ("**bold", EditError::InMarkup),
            ("words** - [link]", EditError::InMarkup),
        ] {
            assert_eq!(edited(old, "x"), Err(expected), "{old}");
        }
        assert!(replace_words("---\ntitle: x\n", "x", "y").is_err());
    }

    #[test]
    fn an_escape_is_not_cut_in_two() {
        // Taking the backslash away would turn the text behind it into a tag.
        assert!(edited("\\", "").is_err());
        assert!(edited("<b", "y").is_ok());
        for old in ["b\\", "<b\\", "\\>"] {
            if let Ok(page) = edited(old, "z") {
                assert!(
                    mdx::read(split(&page).unwrap().body)
                        .unwrap()
                        .code
                        .is_empty(),
                    "{page}"
                );
            }
        }
    }

    #[test]
    fn code_that_was_there_stays_and_no_more_comes() {
        let page = "import A from './a'\n\n<A>{x} words</A>\n";
        assert_eq!(
            replace_words(page, "words", "{y}").unwrap(),
            "import A from './a'\n\n<A>{x} \\{y\\}</A>\n"
        );
        assert_eq!(replace_words(page, "x", "y"), Err(EditError::InMarkup));
        let html = "Old <br> words\n";
        assert_eq!(
            replace_words(html, "words", "<hr>").unwrap(),
            "Old <br> \\<hr\\>\n"
        );
    }

    proptest! {
        #[test]
        fn no_edit_makes_code(old in "[a-z38\\\\<>{}*`# ]{1,6}", new in "\\PC{0,20}|[\\\\<>{}*`!\\[\\]()a-z \n-]{0,12}") {
            if let Ok(page) = edited(&old, &new) {
                let page = Page::parse(&page).unwrap();
                prop_assert!(mdx::read(&page.body).unwrap().code.is_empty());
            }
        }
    }
}
