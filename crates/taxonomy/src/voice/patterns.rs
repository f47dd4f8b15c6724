//! Rules that are shapes of sentences.

use super::tokens::Token;
use super::{Hit, Severity};

/// From which number of dashes on a sentence is a chain of them.
const DASH_CHAIN: usize = 2;

/// Finds shapes in one paragraph.
pub(super) fn find(words: &[Token], hits: &mut Vec<Hit>) {
    for sentence in words.split_inclusive(Token::ends_sentence) {
        not_just_but(sentence, hits);
        dash_chain(sentence, hits);
        rule_of_three(sentence, hits);
    }
    shouting(words, hits);
}

/// `not just X but Y`, `it is not about X, it is about Y`, `more than just X`.
fn not_just_but(sentence: &[Token], hits: &mut Vec<Hit>) {
    let words: Vec<&str> = sentence.iter().map(|token| token.word.as_str()).collect();
    let negated = |word: &str| word == "not" || word.ends_with("n't");
    let mut push = |from: usize, to: usize| {
        hits.push(Hit {
            rule: "not-just-but",
            severity: Severity::Warning,
            start: sentence[from].start,
            end: sentence[to].end,
            message: "the reader never thought it was just that".to_owned(),
            fix: Some("say the second half alone".to_owned()),
        });
    };
    for index in 0..words.len().saturating_sub(1) {
        let next = words[index + 1];
        if negated(words[index]) && matches!(next, "just" | "only" | "merely" | "simply" | "about")
        {
            let rest = &words[index + 2..];
            let turn = rest
                .iter()
                .position(|word| matches!(*word, "but" | "it's" | "they're" | "we're" | "rather"));
            let turn = turn.or_else(|| {
                rest.windows(2).position(|pair| {
                    matches!(
                        pair,
                        ["it" | "they" | "this" | "that", "is" | "are"] | ["also", _]
                    )
                })
            });
            if let Some(turn) = turn {
                push(index, index + 2 + turn);
                return;
            }
        }
        if words[index..].starts_with(&["more", "than", "just"]) {
            push(index, index + 2);
            return;
        }
    }
}

fn dash_chain(sentence: &[Token], hits: &mut Vec<Hit>) {
    let dashes =
        |token: &Token| token.after.matches('—').count() + token.after.matches(" – ").count();
    let count: usize = sentence.iter().map(dashes).sum();
    let chain = sentence
        .iter()
        .position(|token| dashes(token) > 0)
        .zip(sentence.iter().rposition(|token| dashes(token) > 0));
    if let Some((first, last)) = chain.filter(|_| count >= DASH_CHAIN) {
        hits.push(Hit {
            rule: "em-dash-chain",
            severity: Severity::Warning,
            start: sentence[first].start,
            end: sentence[last].end,
            message: format!("{count} dashes in one sentence"),
            fix: Some("use commas, brackets, or two sentences".to_owned()),
        });
    }
}

/// `bold, innovative and inspiring`: three single words that are no names and no numbers.
fn rule_of_three(sentence: &[Token], hits: &mut Vec<Hit>) {
    let comma =
        |token: &Token| token.after.trim_start().starts_with(',') && token.after.trim() == ",";
    let mut index = 0;
    while index + 3 < sentence.len() {
        let [first, second, joint, third] = &sentence[index..index + 4] else {
            return;
        };
        let joined = comma(first)
            && (comma(second) || second.after.trim().is_empty())
            && matches!(joint.word.as_str(), "and" | "or" | "&")
            && joint.after.trim().is_empty();
        // A fourth item before makes it a list like any other.
        let longer =
            index > 0 && comma(&sentence[index - 1]) && index > 1 && comma(&sentence[index - 2]);
        if joined
            && !longer
            && [first, second, third]
                .iter()
                .all(|token| is_empty_word(&token.word))
        {
            hits.push(Hit {
                rule: "rule-of-three",
                severity: Severity::Note,
                start: first.start,
                end: third.end,
                message: "three words where one would do".to_owned(),
                fix: Some("keep the one that can be shown".to_owned()),
            });
            index += 4;
        } else {
            index += 1;
        }
    }
}

/// Says whether a word is one of quality rather than a thing: by its ending, as good a guess as any.
fn is_empty_word(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "able", "al", "ance", "ant", "ar", "ate", "cy", "ed", "ence", "ent", "est", "ful", "ible",
        "ic", "ing", "ion", "ish", "ism", "ity", "ive", "less", "ly", "ment", "ness", "ous",
        "ship", "th", "ty", "ure", "y",
    ];
    const WORDS: &[&str] = &[
        "agile", "bold", "brave", "bright", "fast", "free", "great", "growth", "kind", "open",
        "smart", "strong", "trust", "warm",
    ];
    WORDS.contains(&word) || (word.len() > 4 && ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// More than one exclamation mark in a paragraph.
fn shouting(words: &[Token], hits: &mut Vec<Hit>) {
    let mut loud = words.iter().filter(|token| token.after.contains('!'));
    if let (Some(_), Some(second)) = (loud.next(), loud.next()) {
        hits.push(Hit {
            rule: "shouting",
            severity: Severity::Note,
            start: second.start,
            end: second.end,
            message: "one exclamation mark in a paragraph is plenty".to_owned(),
            fix: Some("end with a period".to_owned()),
        });
    }
}
