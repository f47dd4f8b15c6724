//! Rules that are lists: phrases of words, found by their first word.

use std::collections::{HashMap, HashSet};

use super::tokens::Token;
use super::words::{HEDGES, STOCK, SUPERLATIVES};
use super::{Hit, Severity, Voice};
use crate::check::GENERIC;

/// A phrase and what is said about it.
struct Phrase {
    words: Vec<String>,
    rule: &'static str,
    severity: Severity,
    message: &'static str,
    fix: Option<String>,
}

/// All phrases by their first word, the longest first.
pub(super) struct Phrases {
    by_first: HashMap<String, Vec<Phrase>>,
    /// How the brand spells its words, by the word in lower case.
    spelling: HashMap<String, String>,
}

impl Phrases {
    pub(super) fn new(voice: &Voice) -> Self {
        let allowed: HashSet<String> = voice.allowed.iter().map(|phrase| plain(phrase)).collect();
        let mut by_first: HashMap<String, Vec<Phrase>> = HashMap::new();
        let mut add = |phrase: &str, rule, severity, message, fix: Option<&str>| {
            let plain = plain(phrase);
            let words: Vec<String> = plain.split(' ').map(str::to_owned).collect();
            if plain.is_empty() || (allowed.contains(&plain) && severity != Severity::Error) {
                return;
            }
            let fix = fix.map(str::to_owned);
            let phrase = Phrase {
                words,
                rule,
                severity,
                message,
                fix,
            };
            by_first
                .entry(phrase.words[0].clone())
                .or_default()
                .push(phrase);
        };
        for phrase in &voice.forbidden {
            add(
                phrase,
                "forbidden",
                Severity::Error,
                "the brand does not say this",
                None,
            );
        }
        for (phrase, fix) in STOCK {
            let fix = (!fix.is_empty()).then_some(*fix);
            add(
                phrase,
                "stock-phrase",
                Severity::Warning,
                "a stock phrase says nothing of its own",
                fix,
            );
        }
        for phrase in SUPERLATIVES {
            add(
                phrase,
                "empty-superlative",
                Severity::Warning,
                "a superlative without a measure is empty",
                None,
            );
        }
        for phrase in HEDGES {
            add(
                phrase,
                "hedge",
                Severity::Note,
                "say it, or leave it out",
                None,
            );
        }
        for phrase in GENERIC.iter() {
            // A single word may well be meant: `the family room`.
            let severity = if phrase.contains(' ') {
                Severity::Warning
            } else {
                Severity::Note
            };
            add(
                phrase,
                "generic",
                severity,
                "this could be said of any place",
                None,
            );
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse((phrase.severity, phrase.words.len())));
        }
        let spelling = voice
            .spelling
            .iter()
            .map(|word| (word.to_lowercase(), word.clone()))
            .collect();
        Self { by_first, spelling }
    }

    /// Finds phrases in a paragraph; none that lies in another.
    pub(super) fn find(&self, words: &[Token], hits: &mut Vec<Hit>) {
        let mut index = 0;
        while index < words.len() {
            let phrases = self.by_first.get(&words[index].word);
            let found = phrases
                .into_iter()
                .flatten()
                .find(|phrase| matches(phrase, &words[index..]));
            let Some(phrase) = found else {
                index += 1;
                continue;
            };
            hits.push(Hit {
                rule: phrase.rule,
                severity: phrase.severity,
                start: words[index].start,
                end: words[index + phrase.words.len() - 1].end,
                message: phrase.message.to_owned(),
                fix: phrase.fix.clone(),
            });
            index += phrase.words.len();
        }
    }

    /// Finds the brand's words in another spelling than its own.
    pub(super) fn find_spelling(&self, text: &str, words: &[Token], hits: &mut Vec<Hit>) {
        for word in words {
            let Some(own) = self.spelling.get(&word.word) else {
                continue;
            };
            if text.get(word.start..word.end) != Some(own) {
                hits.push(Hit {
                    rule: "spelling",
                    severity: Severity::Warning,
                    start: word.start,
                    end: word.end,
                    message: "the brand spells this in its own way".to_owned(),
                    fix: Some(own.clone()),
                });
            }
        }
    }
}

/// Says whether words begin with a phrase, with no sentence ending inside it.
fn matches(phrase: &Phrase, words: &[Token]) -> bool {
    let length = phrase.words.len();
    let Some(words) = words.get(..length) else {
        return false;
    };
    words
        .iter()
        .zip(&phrase.words)
        .all(|(word, wanted)| word.word == *wanted)
        && !words[..length - 1].iter().any(Token::ends_sentence)
}

/// Writes a phrase as the words of a text are written: lower case, straight apostrophes, no marks around words.
fn plain(phrase: &str) -> String {
    let phrase = phrase.to_lowercase().replace('’', "'");
    let bare = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%')
            .to_owned()
    };
    let words = phrase
        .split_whitespace()
        .map(bare)
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
