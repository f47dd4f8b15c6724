//! Values as an evaluation sees them, and how one kind becomes another.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::slice;
use std::sync::Arc;

use crate::value::{Array, Object};
use crate::{Value, number, text};

/// A value that is only looked at: in a context, in the expression, or made by this very evaluation.
///
/// It is handed on by reference: a processor that copies what it has just written piece by piece waits for all of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum View<'v> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'v str),
    /// A list of a context.
    Array(&'v Arc<Array>),
    /// A list that was made.
    List(&'v [View<'v>]),
    /// A list that `.*` made: the next access goes to each of its items.
    Each(&'v [View<'v>]),
    /// An object of a context.
    Object(&'v Arc<Object>),
    /// An object that was made.
    Entries(&'v [(&'v str, View<'v>)]),
}

impl<'v> View<'v> {
    pub(crate) fn text(&self) -> Cow<'v, str> {
        match *self {
            Self::Null => "".into(),
            Self::Bool(true) => "true".into(),
            Self::Bool(false) => "false".into(),
            Self::Number(number) => number::text(number).into(),
            Self::Text(text) => text.into(),
            Self::Array(_) | Self::List(_) | Self::Each(_) => "Array".into(),
            Self::Object(_) | Self::Entries(_) => "Object".into(),
        }
    }

    pub(crate) fn number(&self) -> f64 {
        match *self {
            Self::Null => 0.0,
            Self::Bool(value) => f64::from(u8::from(value)),
            Self::Number(number) => number,
            Self::Text(text) => number::parse(text),
            _ => f64::NAN,
        }
    }

    pub(crate) fn is_truthy(&self) -> bool {
        match *self {
            Self::Null => false,
            Self::Bool(value) => value,
            Self::Number(number) => number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    pub(crate) fn is_primitive(&self) -> bool {
        matches!(
            self,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_)
        )
    }

    pub(crate) fn loosely_equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => text::same(a, b),
            (Self::Null, Self::Null) => true,
            // What was made is made anew each time, and so never the same.
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b),
            _ => self.loosely_compares(other) == Some(Ordering::Equal),
        }
    }

    pub(crate) fn loosely_compares(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, Self::Null) => None,
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(text::compare(a, b)),
            _ if self.is_primitive() && other.is_primitive() => {
                self.number().partial_cmp(&other.number())
            }
            _ => None,
        }
    }

    /// Returns the items of a list; nothing else has any.
    pub(crate) fn items(&self) -> Items<'v> {
        match self {
            Self::Array(array) => Items::Given(array.items().iter()),
            Self::List(items) | Self::Each(items) => Items::Made(items.iter()),
            _ => Items::Made([].iter()),
        }
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::Array(_) | Self::List(_) | Self::Each(_))
    }

    /// Returns how many parts there are.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Array(array) => array.items().len(),
            Self::List(items) | Self::Each(items) => items.len(),
            Self::Object(object) => object.entries().len(),
            Self::Entries(entries) => entries.len(),
            _ => 0,
        }
    }

    /// Calls `see` with each item of a list or each value of an object.
    pub(crate) fn parts(&self, mut see: impl FnMut(Self)) {
        match self {
            Self::Object(object) => object.entries().for_each(|(_, value)| see(value.into())),
            Self::Entries(entries) => entries.iter().for_each(|(_, value)| see(*value)),
            list => list.items().for_each(see),
        }
    }

    /// Finds the value of this name in an object.
    pub(crate) fn named(&self, name: &str) -> Option<Self> {
        match self {
            Self::Object(object) => object.get(name).map(Self::from),
            Self::Entries(entries) => {
                let mut entries = entries.iter();
                let found = entries.find(|(other, _)| text::same_name(name, other))?;
                Some(found.1)
            }
            _ => None,
        }
    }

    /// Finds the part of this name or at this place.
    pub(crate) fn find(&self, index: &Self) -> Option<Self> {
        match (self, index) {
            (Self::Object(_) | Self::Entries(_), Self::Text(name)) => self.named(name),
            (Self::Object(_) | Self::Entries(_), _) if index.is_primitive() => {
                self.named(&index.text())
            }
            (Self::Array(_) | Self::List(_) | Self::Each(_), _) => self.at(index.number()),
            _ => None,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number beyond the list's end finds nothing, however it is cut"
    )]
    fn at(&self, place: f64) -> Option<Self> {
        (place >= 0.0).then(|| self.items().nth(place as usize))?
    }
}

/// The items of a list.
pub(crate) enum Items<'v> {
    Given(slice::Iter<'v, Value>),
    Made(slice::Iter<'v, View<'v>>),
}

impl<'v> Iterator for Items<'v> {
    type Item = View<'v>;

    fn next(&mut self) -> Option<View<'v>> {
        match self {
            Self::Given(items) => items.next().map(View::from),
            Self::Made(items) => items.next().copied(),
        }
    }

    fn nth(&mut self, place: usize) -> Option<View<'v>> {
        match self {
            Self::Given(items) => items.nth(place).map(View::from),
            Self::Made(items) => items.nth(place).copied(),
        }
    }
}

impl<'v> From<&'v Value> for View<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(*number),
            Value::String(text) => Self::Text(text),
            Value::Array(array) => Self::Array(array),
            Value::Object(object) => Self::Object(object),
        }
    }
}

impl From<View<'_>> for Value {
    fn from(view: View<'_>) -> Self {
        match view {
            View::Null => Self::Null,
            View::Bool(value) => Self::Bool(value),
            View::Number(number) => Self::Number(number),
            View::Text(text) => text.into(),
            View::Array(array) => Self::Array(Arc::clone(array)),
            View::Object(object) => Self::Object(Arc::clone(object)),
            View::List(items) | View::Each(items) => {
                let items: Vec<Self> = items.iter().map(|item| (*item).into()).collect();
                items.into()
            }
            View::Entries(entries) => {
                let mut object = Object::new();
                for (name, value) in entries {
                    object.add(name, *value);
                }
                object.into()
            }
        }
    }
}
