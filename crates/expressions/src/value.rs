//! What an expression works with and what comes of it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::text::same_name;
use crate::view::View;

/// A value. Cloning one is cheap: what it holds is shared.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A double-precision number.
    Number(f64),
    /// A text.
    String(Arc<str>),
    /// A list.
    Array(Arc<Array>),
    /// Named values.
    Object(Arc<Object>),
}

/// A list of values.
#[derive(Debug, Clone, Default)]
pub struct Array {
    items: Vec<Value>,
}

impl Array {
    /// Returns the items in their order.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

/// Values by name, in the order in which they were added. The case of a name does not matter; the first of two wins.
#[derive(Debug, Clone, Default)]
pub struct Object {
    entries: Vec<(Arc<str>, Value)>,
    names: Names,
}

impl Object {
    /// Makes an object without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry, unless one of that name is there already.
    pub fn add(&mut self, name: &str, value: impl Into<Value>) {
        if self.names.find(&self.entries, name).is_none() {
            self.entries.push((name.into(), value.into()));
            self.names.note(&self.entries);
        }
    }

    /// Finds a value by its name.
    ///
    /// ```
    /// # use lightsout_expressions::Object;
    /// let mut github = Object::new();
    /// github.add("Actor", "ada");
    /// assert_eq!(github.get("aCTOR").map(|actor| actor.text()).as_deref(), Some("ada"));
    /// ```
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = self.names.find(&self.entries, name)?;
        Some(&self.entries[place].1)
    }

    /// Returns the entries in their order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(name, value)| (&**name, value))
    }
}

/// Where names stand in a list of entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// By the name in lower case; only for lists that are too long to be looked through.
    places: HashMap<Box<str>, usize>,
    /// Whether some name has letters with more to their case than ASCII's.
    has_more: bool,
}

/// How many entries are quicker looked through than found by a hash.
const FEW: usize = 12;

impl Names {
    /// Finds the place of a name, whatever its case.
    pub(crate) fn find<N: AsRef<str>, V>(&self, entries: &[(N, V)], name: &str) -> Option<usize> {
        if entries.len() > FEW {
            return self.places.get(name.to_lowercase().as_str()).copied();
        }
        let mut names = entries.iter().map(|(name, _)| name.as_ref());
        let found = names
            .clone()
            .position(|other| other == name || other.eq_ignore_ascii_case(name));
        if found.is_none() && (self.has_more || !name.is_ascii()) {
            return names.position(|other| same_name(name, other));
        }
        found
    }

    /// Takes note of an entry that was added, the last one.
    pub(crate) fn note<N: AsRef<str>, V>(&mut self, entries: &[(N, V)]) {
        let noted = self.places.len();
        let names = entries.iter().map(|(name, _)| name.as_ref());
        self.has_more |= !names.clone().next_back().is_none_or(str::is_ascii);
        if entries.len() > FEW {
            for (place, name) in names.enumerate().skip(noted) {
                self.places.insert(name.to_lowercase().into(), place);
            }
        }
    }
}

impl Value {
    /// Returns the text that stands for the value: nothing for null, `Array` and `Object` for what has no text.
    pub fn text(&self) -> Cow<'_, str> {
        View::from(self).text()
    }

    /// Returns the number that the value counts as; not a number for lists, objects, and texts that are none.
    pub fn number(&self) -> f64 {
        View::from(self).number()
    }

    /// Says whether the value counts as true: anything but null, `false`, zero, not-a-number and the empty text.
    pub fn is_truthy(&self) -> bool {
        View::from(self).is_truthy()
    }

    /// Says whether `==` holds: texts without regard to case, lists and objects only if they are the same one, values
    /// of two kinds as numbers.
    pub fn loosely_equals(&self, other: &Self) -> bool {
        View::from(self).loosely_equals(&other.into())
    }

    /// Says which is greater, as `<` and `>` see it; `None` when neither is.
    pub fn loosely_compares(&self, other: &Self) -> Option<Ordering> {
        View::from(self).loosely_compares(&other.into())
    }
}

/// Values are the same if they are of one kind and hold the same, whatever the case of names in objects.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b || (a.is_nan() && b.is_nan()),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a.items == b.items,
            (Self::Object(a), Self::Object(b)) => {
                let same = |(name, value): (&str, &Self)| b.get(name) == Some(value);
                a.entries.len() == b.entries.len() && a.entries().all(same)
            }
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::Object(Arc::new(value))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(Array { items }))
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => text.as_str().into(),
            serde_json::Value::Array(items) => {
                items.iter().map(Self::from).collect::<Vec<_>>().into()
            }
            serde_json::Value::Object(entries) => {
                let mut object = Object::new();
                for (name, value) in entries {
                    object.add(name, value);
                }
                object.into()
            }
        }
    }
}
