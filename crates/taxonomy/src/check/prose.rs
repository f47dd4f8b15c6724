//! Counting words and sentences as people count them.

use pulldown_cmark::{Event, Parser, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

/// Words that end with a period without ending a sentence.
const ABBREVIATIONS: &[&str] = &[
    "a.k.a", "a.m", "adm", "approx", "apr", "assn", "aug", "ave", "bldg", "blvd", "c", "ca",
    "capt", "cf", "ch", "co", "col", "corp", "dec", "dept", "dr", "e.g", "ed", "eds", "eg", "est",
    "et al", "etc", "feb", "fig", "figs", "gen", "gov", "i.e", "ie", "inc", "jan", "jr", "jul",
    "jun", "lt", "ltd", "mar", "messrs", "min", "mr", "mrs", "ms", "mt", "no", "nos", "nov", "oct",
    "op", "p", "p.m", "ph.d", "pp", "prof", "rep", "rev", "sen", "sep", "sept", "sgt", "sr", "st",
    "u.k", "u.s", "vol", "vs", "z.b",
];

/// Counts the words of a Markdown text; code blocks do not count.
pub fn words(markdown: &str) -> usize {
    paragraphs(markdown)
        .iter()
        .map(|text| text.unicode_words().count())
        .sum()
}

/// Counts the sentences of a Markdown text.
///
/// Abbreviations, decimals, initials and ellipses in the middle end no sentence; the end of a paragraph, a list item
/// or a heading does.
pub fn sentences(markdown: &str) -> usize {
    paragraphs(markdown)
        .iter()
        .map(|text| split_sentences(text).len())
        .sum()
}

/// Returns the plain text of each paragraph, heading, list item and cell; soft line breaks become spaces.
pub(super) fn paragraphs(markdown: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    let mut current = String::new();
    let mut code = false;
    let mut finish = |current: &mut String| {
        if !current.trim().is_empty() {
            paragraphs.push(std::mem::take(current));
        }
        current.clear();
    };
    for event in Parser::new(markdown) {
        match event {
            Event::Start(pulldown_cmark::Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(text) if !code => current.push_str(&text),
            // Angle brackets in prose are not markup here: pages show them as text.
            Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                current.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak => current.push(' '),
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::HtmlBlock,
            ) => finish(&mut current),
            _ => {}
        }
    }
    finish(&mut current);
    paragraphs
}

/// Splits a paragraph into sentences.
pub(super) fn split_sentences(paragraph: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (place, part) in paragraph.split_sentence_bound_indices() {
        let end = place + part.len();
        let sentence = &paragraph[start..end];
        if goes_on(sentence, &paragraph[end..]) {
            continue;
        }
        if sentence.unicode_words().next().is_some() {
            sentences.push(sentence.trim());
        }
        start = end;
    }
    sentences
}

/// Says whether a sentence that seems to end here goes on in what follows.
fn goes_on(sentence: &str, rest: &str) -> bool {
    if rest.trim().is_empty() {
        return false;
    }
    // `https://example.com?a=b` holds a question mark and asks nothing.
    let tight = sentence.ends_with(['.', '?', '!']);
    if tight && !rest.starts_with(char::is_uppercase) {
        return true;
    }
    let sentence = sentence.trim_end();
    if sentence.ends_with("...") || sentence.ends_with('…') {
        return true;
    }
    let Some(body) = sentence.strip_suffix('.') else {
        return false;
    };
    let last = body
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let next = rest.split_whitespace().next().unwrap_or_default();
    let next = next.trim_matches(|c: char| !c.is_alphanumeric());
    // `room No. 5`, `on Jan. 3`
    let numbered = next.starts_with(|c: char| c.is_ascii_digit());
    if numbered && BEFORE_NUMBERS.contains(&last.to_lowercase().as_str()) {
        return true;
    }
    // `Ask J. Doe` goes on; `That is plan B. Then we rest.` does not.
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase) && last != "I";
    (initial || is_abbreviation(last)) && (is_title(last) || !STARTERS.contains(&next))
}

/// Abbreviations that numbers follow, and that end sentences otherwise.
const BEFORE_NUMBERS: &[&str] = &[
    "apr", "art", "aug", "ch", "dec", "feb", "fig", "jan", "jul", "jun", "mar", "no", "nos", "nov",
    "oct", "p", "pp", "sec", "sep", "sept", "vol",
];

/// Words that begin a sentence, and hardly follow an abbreviation in the middle of one.
const STARTERS: &[&str] = &[
    "A", "After", "All", "And", "As", "At", "Before", "But", "By", "For", "From", "He", "Her",
    "His", "How", "I", "If", "In", "It", "Its", "My", "No", "On", "Our", "She", "So", "That",
    "The", "Their", "Then", "There", "These", "They", "This", "To", "We", "What", "When", "Where",
    "While", "Who", "Why", "With", "You", "Your",
];

/// Abbreviations that a name or an example always follows.
fn is_title(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "dr" | "mr" | "mrs" | "ms" | "prof" | "st" | "e.g" | "i.e" | "vs" | "cf"
    )
}

fn is_abbreviation(word: &str) -> bool {
    let word = word.to_lowercase();
    // These end sentences more often than not: `No.` is an answer, and `etc.` comes last.
    ABBREVIATIONS.binary_search(&word.as_str()).is_ok()
        && !matches!(
            word.as_str(),
            "no" | "etc" | "min" | "a.m" | "p.m" | "jan" | "mar" | "dec" | "oct" | "nov"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_counted_as_people_count_them() {
        for (text, number) in [
            ("", 0),
            ("Yes", 1),
            ("Yes. You can.", 2),
            ("We use tools, e.g. Figma. That is all.", 2),
            ("It costs 2.50 dollars. Dr. Okafor pays.", 2),
            ("Well... maybe. Ask J. Doe first!", 2),
            ("Well… Maybe we can.", 1),
            ("Really?! Yes.", 2),
            ("Ask about visas, relocation, etc. We answer in a day.", 2),
            ("Can I? No. Not yet.", 3),
            ("Ask in room No. 5. Thanks.", 2),
            ("We work at Fern Inc. You can too.", 2),
            ("Fern Inc. was first. Second.", 2),
            ("That is plan B. Then we rest.", 2),
            ("We open at 9 a.m. in Porto. Come by.", 2),
            ("The U.S. team is small. It grows.", 2),
            ("One line\nbroken in two. Second.", 2),
            ("First.\n\nSecond.", 2),
            ("- first\n- second", 2),
            ("Visit https://example.com/a.b?c=d now.", 1),
            ("これは一つ。これは二つ。", 2),
        ] {
            assert_eq!(sentences(text), number, "{text}");
        }
    }

    #[test]
    fn words_are_counted_without_markup() {
        assert_eq!(words("**Two** words"), 2);
        assert_eq!(words("don't stop-gap 3.5 `code`"), 5);
        assert_eq!(words("```\nnot counted\n```\none"), 1);
    }

    #[test]
    fn abbreviations_are_sorted_for_the_search() {
        assert!(ABBREVIATIONS.is_sorted());
    }
}
