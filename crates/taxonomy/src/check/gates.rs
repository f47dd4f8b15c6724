//! The two quality gates, as rules that explain themselves.
//!
//! A quote passes when it is *specific enough to be false*: it names something that could be looked up and found
//! wrong. An article passes when it holds enough *factual anchors*. Both gates look for the same anchors.

use super::prose::{paragraphs, split_sentences};
use crate::QualityGate;
use crate::text::{EMPHASIS, label_key, unwrap};

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
    /// What counted, each once, in the order of the text.
    pub anchors: Vec<Anchor>,
    /// Phrases that anybody could say of any place.
    pub generic: Vec<String>,
}

impl Assessment {
    /// Explains to a person why the text fails, and what would help.
    pub fn explanation(&self, gate: QualityGate) -> String {
        let generic = match self.generic.as_slice() {
            [] => String::new(),
            phrases => {
                let phrases: Vec<String> =
                    phrases.iter().map(|phrase| format!("“{phrase}”")).collect();
                format!(" {} could be said of any place.", phrases.join(", "))
            }
        };
        match gate {
            QualityGate::Specific => format!(
                "The quote names nothing that somebody could check.{generic} Say it with a number, a date, a name, a system, a place or an event."
            ),
            QualityGate::Anchors => {
                let found: Vec<&str> = self
                    .anchors
                    .iter()
                    .map(|anchor| anchor.text.as_str())
                    .collect();
                let found = if found.is_empty() {
                    "none".to_owned()
                } else {
                    found.join(", ")
                };
                format!(
                    "The article needs at least {ARTICLE_ANCHORS} facts a reader can hold on to: names, dates, numbers, tools, outcomes. Found: {found}.{generic}"
                )
            }
        }
    }
}

/// Phrases that say nothing, in the form in which texts are compared: lower case, single spaces.
const GENERIC: &[&str] = &[
    "love working here",
    "love my job",
    "love what i do",
    "great place to work",
    "amazing place to work",
    "amazing team",
    "great team",
    "wonderful team",
    "great people",
    "amazing people",
    "talented people",
    "great culture",
    "amazing culture",
    "company culture",
    "like a family",
    "work hard play hard",
    "make a difference",
    "making a difference",
    "make an impact",
    "every day is different",
    "no two days",
    "sky is the limit",
    "room to grow",
    "opportunities to grow",
    "personal growth",
    "passionate about",
    "dream job",
    "best place",
    "supportive environment",
    "feel valued",
    "feel supported",
    "open door",
    "fast-paced",
    "dynamic environment",
    "cutting edge",
    "cutting-edge",
    "state of the art",
    "world class",
    "world-class",
    "game changer",
    "game-changer",
    "next level",
    "think outside the box",
    "outside the box",
    "synergy",
    "leverage",
    "innovative solutions",
    "in today's world",
    "ever-changing",
    "ever-evolving",
    "rapidly evolving",
    "digital transformation",
    "best practices",
    "thought leadership",
    "journey",
    "passion",
    "truly special",
    "like no other",
    "empower",
];

/// Number words; `one` and `first` are too common to check anything.
const NUMBERS: &[&str] = &[
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "dozen",
];

const DATES: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Words that are written large without naming anything.
const NO_NAMES: &[&str] = &[
    "i", "im", "ive", "id", "ill", "ok", "okay", "yes", "no", "hr", "ceo", "cto", "cfo", "vp",
    "team", "company", "people", "the", "a", "an", "my", "our", "we", "and", "but", "so", "it",
    "he", "she", "they", "you", "tbd", "faq", "english",
];

/// Looks for anchors and generic phrases in a text; `own_names` name the company itself and check nothing.
pub fn assess(gate: QualityGate, text: &str, own_names: &[String]) -> Assessment {
    let own: Vec<String> = own_names
        .iter()
        .flat_map(|name| name.split_whitespace())
        .map(label_key)
        .filter(|name| !name.is_empty())
        .collect();
    let mut anchors: Vec<Anchor> = Vec::new();
    let mut generic: Vec<String> = Vec::new();
    for paragraph in paragraphs(text) {
        for sentence in split_sentences(&paragraph) {
            for anchor in anchors_of(sentence, &own) {
                if !anchors
                    .iter()
                    .any(|known| label_key(&known.text) == label_key(&anchor.text))
                {
                    anchors.push(anchor);
                }
            }
        }
        let plain = paragraph.replace(['’', 'ʼ'], "'").to_lowercase();
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        for phrase in GENERIC.iter().filter(|phrase| plain.contains(**phrase)) {
            if !generic.iter().any(|known| known == phrase) {
                generic.push((*phrase).to_owned());
            }
        }
    }
    let needed = match gate {
        QualityGate::Specific => 1,
        QualityGate::Anchors => ARTICLE_ANCHORS,
    };
    Assessment {
        pass: anchors.len() >= needed,
        anchors,
        generic,
    }
}

fn anchors_of(sentence: &str, own: &[String]) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = Vec::new();
    // Whether the word before was part of a name that this word may continue.
    let mut in_name = false;
    for (index, raw) in sentence.split_whitespace().enumerate() {
        let word = unwrap(raw.trim_matches(|c: char| !c.is_alphanumeric()), EMPHASIS);
        let kind = anchor_kind(word, index == 0, own);
        match kind {
            Some(AnchorKind::Name) if in_name => {
                if let Some(anchor) = anchors.last_mut() {
                    anchor.text = format!("{} {word}", anchor.text);
                }
            }
            Some(kind) => anchors.push(Anchor {
                kind,
                text: word.to_owned(),
            }),
            None => {}
        }
        // A comma ends a name: `Ada, Grace and Edsger` are three.
        in_name = kind == Some(AnchorKind::Name) && raw.ends_with(char::is_alphanumeric);
    }
    anchors
}

fn anchor_kind(word: &str, first: bool, own: &[String]) -> Option<AnchorKind> {
    let key = label_key(word.split(['\'', '’']).next().unwrap_or_default());
    if key.is_empty() || own.contains(&key) {
        return None;
    }
    let large = word.chars().next().is_some_and(char::is_uppercase);
    if word.chars().any(|character| character.is_ascii_digit()) {
        let year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
        return Some(if year {
            AnchorKind::Date
        } else {
            AnchorKind::Number
        });
    }
    if large && DATES.contains(&key.as_str()) && !(first && matches!(key.as_str(), "may" | "march"))
    {
        return Some(AnchorKind::Date);
    }
    if word
        .split('-')
        .any(|part| NUMBERS.contains(&part.to_lowercase().as_str()))
    {
        return Some(AnchorKind::Number);
    }
    let whole = label_key(word);
    if NO_NAMES.contains(&key.as_str()) || NO_NAMES.contains(&whole.as_str()) {
        return None;
    }
    let inner_upper = word.chars().skip(1).any(char::is_uppercase);
    ((large && !first) || inner_upper).then_some(AnchorKind::Name)
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
