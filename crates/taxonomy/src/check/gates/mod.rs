//! The two quality gates, as rules that explain themselves.
//!
//! A quote passes when it is *specific enough to be false*: it names something that could be looked up and found
//! wrong. An article passes when it holds enough *factual anchors*. Both gates look for the same anchors.

mod anchors;
mod spans;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::prose::{paragraphs, split_sentences};
use crate::QualityGate;
use crate::text::{count, label_key, shown};
pub(crate) use words::GENERIC;

/// How many different anchors an article needs.
const ARTICLE_ANCHORS: usize = 3;

/// What kind of checkable thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnchorKind {
    /// A number, in digits or words.
    Number,
    /// A date, a month, a weekday or a year.
    Date,
    /// The name of a person, place, product, system or event.
    Name,
    /// Something that was done to a thing: a system, a machine, a place, a document.
    Deed,
    /// A before and an after: `minutes instead of hours`.
    Comparison,
    /// The title of a work, in quotes.
    Title,
}

/// Something checkable.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Anchor {
    /// What it is.
    pub kind: AnchorKind,
    /// The words that counted.
    pub text: String,
}

/// What a gate found in a text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Assessment {
    /// Whether the text passes.
    pub pass: bool,
    /// How many anchors are needed.
    pub threshold: usize,
    /// What counted, each once, in the order of the text.
    pub anchors: Vec<Anchor>,
    /// Phrases that anybody could say of any place.
    pub generic: Vec<String>,
}

impl Assessment {
    /// Explains to a person why the text fails, and what would help.
    pub fn explanation(&self, gate: QualityGate) -> String {
        let mut parts = Vec::new();
        let found: Vec<String> = self
            .anchors
            .iter()
            .map(|anchor| shown(&anchor.text))
            .collect();
        match gate {
            QualityGate::Specific => {
                parts.push("The quote should be specific enough that somebody could check it.".to_owned());
            }
            QualityGate::Anchors => parts.push(format!(
                "The article needs at least {} that a reader can hold on to: names, dates, numbers, tools, outcomes.",
                count(self.threshold, "fact")
            )),
        }
        if !found.is_empty() {
            parts.push(format!("What counted so far: {}.", found.join(", ")));
        }
        if !self.generic.is_empty() {
            let phrases: Vec<String> = self
                .generic
                .iter()
                .map(|phrase| format!("“{phrase}”"))
                .collect();
            parts.push(format!(
                "This could be said of any place: {}.",
                phrases.join(", ")
            ));
        }
        if gate == QualityGate::Specific {
            parts.push(
                "Say it with a number, a date, a name, a system, a place or an event.".to_owned(),
            );
        }
        parts.join(" ")
    }
}

/// Looks for anchors and generic phrases in a text; `own_names` name the company itself and check nothing.
pub fn assess(gate: QualityGate, text: &str, own_names: &[String]) -> Assessment {
    assess_with(text, own_names, default_threshold(gate))
}

/// Like [`assess`], with the number of anchors that are needed; two weak ones, such as `half`, count as one.
pub fn assess_with(text: &str, own_names: &[String], threshold: usize) -> Assessment {
    let own: Vec<String> = own_names
        .iter()
        .flat_map(|name| name.split_whitespace())
        .map(label_key)
        .filter(|name| !name.is_empty())
        .collect();
    let mut seen = HashSet::new();
    let mut anchors = Vec::new();
    let mut points = 0;
    let mut generic: Vec<String> = Vec::new();
    for paragraph in paragraphs(text) {
        let phrases = generic_phrases(&paragraph);
        for sentence in split_sentences(&paragraph) {
            for scored in anchors::of_sentence(sentence, &own, !phrases.is_empty()) {
                if seen.insert(label_key(&scored.anchor.text)) {
                    points += scored.points;
                    anchors.push(scored.anchor);
                }
            }
        }
        for phrase in phrases {
            if !generic.iter().any(|known| known == phrase) {
                generic.push(phrase.to_owned());
            }
        }
    }
    Assessment {
        pass: points >= 2 * threshold,
        threshold,
        anchors,
        generic,
    }
}

/// Returns how many anchors a gate needs unless the field says otherwise.
pub(crate) fn default_threshold(gate: QualityGate) -> usize {
    match gate {
        QualityGate::Specific => 1,
        QualityGate::Anchors => ARTICLE_ANCHORS,
    }
}

/// The generic phrases by their first word, the longest first.
static PHRASES: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut phrases: HashMap<&str, Vec<&str>> = HashMap::new();
    for phrase in GENERIC.iter() {
        let first = phrase.split(' ').next().unwrap_or_default();
        phrases.entry(first).or_default().push(phrase);
    }
    for phrases in phrases.values_mut() {
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    }
    phrases
});

/// Finds generic phrases as whole words; none that lies in another.
fn generic_phrases(paragraph: &str) -> Vec<&'static str> {
    let plain = paragraph.replace(['’', 'ʼ'], "'").to_lowercase();
    let bare = |word: &'_ str| {
        word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%')
            .to_owned()
    };
    let words: Vec<String> = plain.split_whitespace().map(bare).collect();
    let mut found = Vec::new();
    let mut index = 0;
    while index < words.len() {
        let begins = |phrase: &&&str| {
            let mut rest = words[index..].iter();
            phrase
                .split(' ')
                .all(|word| rest.next().is_some_and(|next| next == word))
        };
        let candidates = PHRASES.get(words[index].as_str());
        let phrase = candidates
            .and_then(|phrases| phrases.iter().find(begins))
            .copied();
        found.extend(phrase);
        index += phrase.map_or(1, |phrase| phrase.split(' ').count());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(text: &str) -> Assessment {
        assess(
            QualityGate::Specific,
            text,
            &["Northwind Example".to_owned()],
        )
    }

    #[test]
    fn a_quote_about_anybody_fails_with_the_phrases_named() {
        let found = quote("I love working here.");
        assert!(!found.pass);
        assert_eq!(found.generic, ["love working here"]);
        assert!(
            found
                .explanation(QualityGate::Specific)
                .contains("“love working here”")
        );
        assert!(!quote("Northwind is an amazing team, like a family.").pass);
    }

    #[test]
    fn a_quote_that_could_be_false_passes() {
        for text in [
            "I cut our deploys from forty minutes to six.",
            "We moved to PostgreSQL and nobody noticed.",
            "In March, Ines and I rewired the lab.",
            "On Thursdays I teach the new people to solder.",
            "My first week ended in Porto, at the old harbour.",
        ] {
            assert!(quote(text).pass, "{text}");
        }
    }
}
