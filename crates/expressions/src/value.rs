//! What an expression works with, and how one kind of value becomes another.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::number;

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
    pub(crate) items: Vec<Value>,
    /// Whether it came from `.*`: the next access then goes to each of its items.
    pub(crate) filtered: bool,
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
    /// Where a name, in lower case, stands in `entries`; only for an object that is too large to be looked through.
    places: HashMap<Box<str>, usize>,
}

/// How many entries are quicker looked through than found by a hash.
const FEW: usize = 12;

impl Object {
    /// Makes an object without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry, unless one of that name is there already.
    pub fn add(&mut self, name: &str, value: impl Into<Value>) {
        if self.place(name).is_none() {
            self.push(name, value.into());
        }
    }

    /// Adds an entry as JSON does: of two with the very same name the last one wins, in the place of the first.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        match self.place(name).map(|place| &mut self.entries[place]) {
            None => self.push(name, value),
            Some((same, old)) if **same == *name => *old = value,
            Some(_) => {}
        }
    }

    fn push(&mut self, name: &str, value: Value) {
        self.entries.push((name.into(), value));
        if self.entries.len() > FEW {
            let placed = self.places.len();
            for (place, (name, _)) in self.entries.iter().enumerate().skip(placed) {
                self.places.insert(name.to_lowercase().into(), place);
            }
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        if self.entries.len() > FEW {
            return self.places.get(name.to_lowercase().as_str()).copied();
        }
        let mut entries = self.entries.iter();
        entries.position(|(other, _)| same_name(name, other))
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
        self.place(name).map(|place| &self.entries[place].1)
    }

    /// Returns the entries in their order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(name, value)| (&**name, value))
    }
}

fn same_name(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.to_lowercase() == b.to_lowercase()
}

impl Value {
    pub(crate) fn array(items: Vec<Self>, filtered: bool) -> Self {
        Self::Array(Arc::new(Array { items, filtered }))
    }

    /// Returns the text that stands for the value: nothing for null, `Array` and `Object` for what has no text.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "".into(),
            Self::Bool(true) => "true".into(),
            Self::Bool(false) => "false".into(),
            Self::Number(number) => number::text(*number).into(),
            Self::String(text) => Cow::Borrowed(text),
            Self::Array(_) => "Array".into(),
            Self::Object(_) => "Object".into(),
        }
    }

    /// Returns the number that the value counts as; not a number for lists, objects, and texts that are none.
    pub fn number(&self) -> f64 {
        match self {
            Self::Null => 0.0,
            Self::Bool(value) => f64::from(u8::from(*value)),
            Self::Number(number) => *number,
            Self::String(text) => number::parse(text),
            Self::Array(_) | Self::Object(_) => f64::NAN,
        }
    }

    /// Says whether the value counts as true: anything but null, `false`, zero, not-a-number and the empty text.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::String(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }

    pub(crate) fn is_primitive(&self) -> bool {
        !matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// Says whether `==` holds: texts without regard to case, lists and objects only if they are the same one, values
    /// of two kinds as numbers.
    pub fn loosely_equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b),
            (Self::Null, Self::Null) => true,
            _ => self.loosely_compares(other) == Some(Ordering::Equal),
        }
    }

    /// Says which is greater, as `<` and `>` see it; `None` when neither is.
    pub fn loosely_compares(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, Self::Null) => None,
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::String(a), Self::String(b)) => Some(compare_texts(a, b)),
            _ if self.is_primitive() && other.is_primitive() => {
                self.number().partial_cmp(&other.number())
            }
            _ => None,
        }
    }
}

fn compare_texts(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        let upper = |byte: u8| byte.to_ascii_uppercase();
        return a.bytes().map(upper).cmp(b.bytes().map(upper));
    }
    // In the order of UTF-16, in which some characters come before others that have a smaller number.
    upper(a).encode_utf16().cmp(upper(b).encode_utf16())
}

/// Writes a text in capitals, all but the dotless i, which would become an `I`.
pub(crate) fn upper(text: &str) -> String {
    let parts: Vec<String> = text.split('ı').map(str::to_uppercase).collect();
    parts.join("ı")
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
        Self::array(items, false)
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
                Self::array(items.iter().map(Self::from).collect(), false)
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
