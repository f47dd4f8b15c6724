//! The values of a request, in the shapes that front matter, JSON and the agent's field table share.

use std::borrow::Borrow;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// What a person gave for one field.
///
/// The JSON of a value is as plain as the value: a string, a list of strings, a list of
/// `{"question", "answer"}` or one `{"url", "alt"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// One line or several paragraphs.
    Text(String),
    /// Entries in the order in which they were given.
    List(Vec<String>),
    /// Questions with their answers.
    Pairs(Vec<Pair>),
    /// One attached picture.
    Image(Image),
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The question, on one line.
    pub question: String,
    /// The answer, Markdown of one or more paragraphs.
    pub answer: String,
}

/// A picture somebody attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where it lies; always `https`.
    pub url: String,
    /// What it shows, for readers who cannot see it; may be empty.
    #[serde(default)]
    pub alt: String,
}

impl Value {
    /// Returns the text of a text value.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Pairs(_) | Self::Image(_) => None,
        }
    }

    /// Says whether the value holds nothing at all.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Pairs(pairs) => pairs.is_empty(),
            Self::Image(image) => image.url.is_empty(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The fields of one request, by key, in the order in which its type declares them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(IndexMap<String, Value>);

impl Fields {
    /// Makes an empty set of fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the value of a field.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Returns the value of a text field.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_text)
    }

    /// Returns the entries of a list field.
    pub fn list(&self, key: &str) -> Option<&[String]> {
        match self.get(key) {
            Some(Value::List(items)) => Some(items),
            _ => None,
        }
    }

    /// Returns the pairs of a question-and-answer field.
    pub fn pairs(&self, key: &str) -> Option<&[Pair]> {
        match self.get(key) {
            Some(Value::Pairs(pairs)) => Some(pairs),
            _ => None,
        }
    }

    /// Returns the picture of an image field.
    pub fn image(&self, key: &str) -> Option<&Image> {
        match self.get(key) {
            Some(Value::Image(image)) => Some(image),
            _ => None,
        }
    }

    /// Says whether a field has a value.
    pub fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Sets a field, keeping its place when it was there already.
    pub fn insert(&mut self, key: impl Into<String>, value: Value) {
        self.0.insert(key.into(), value);
    }

    /// Takes a field away, keeping the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(key)
    }

    /// Walks the fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Returns how many fields have a value.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether no field has a value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts the fields into the order of `keys`; keys that are not named come last.
    pub(crate) fn order_by<'k>(&mut self, keys: impl Iterator<Item = &'k str>) {
        let order: Vec<&str> = keys.collect();
        let place = |key: &String| {
            let key: &str = key.borrow();
            order
                .iter()
                .position(|known| *known == key)
                .unwrap_or(order.len())
        };
        self.0
            .sort_by(|left, _, right, _| place(left).cmp(&place(right)));
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }
}
