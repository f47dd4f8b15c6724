//! From a tree to a value.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::ast::{Comparison, Expr, Step};
use crate::error::EvaluateError;
use crate::functions;
use crate::value::Array;
use crate::{MAX_RESULT, Object, Run, Value};

/// What stands for whatever is not there.
const NULL: &Value = &Value::Null;

fn made<'e>(value: bool) -> Cow<'e, Value> {
    Cow::Owned(value.into())
}

/// One evaluation.
pub(crate) struct Evaluator<'e> {
    pub(crate) contexts: &'e Object,
    pub(crate) run: &'e Run<'e>,
    /// How many bytes of text may still be made.
    pub(crate) budget: usize,
}

impl<'e> Evaluator<'e> {
    pub(crate) fn new(contexts: &'e Object, run: &'e Run<'e>) -> Self {
        Self {
            contexts,
            run,
            budget: MAX_RESULT,
        }
    }

    /// Evaluates a part. What the expression or a context holds is only looked at, and not copied.
    pub(crate) fn value(&mut self, expr: &'e Expr) -> Result<Cow<'e, Value>, EvaluateError> {
        match expr {
            Expr::Literal(value) => Ok(Cow::Borrowed(value)),
            Expr::Context(name) => Ok(Cow::Borrowed(self.contexts.get(name).unwrap_or(NULL))),
            Expr::Not(inner) => Ok(made(!self.value(inner)?.is_truthy())),
            Expr::All(parts) => self.until(parts, false),
            Expr::Any(parts) => self.until(parts, true),
            Expr::Compare { first, rest } => {
                let mut left = self.value(first)?;
                for (sign, part) in rest {
                    left = made(compare(*sign, &left, &*self.value(part)?));
                }
                Ok(left)
            }
            Expr::Part { of, way } => self.part(of, way),
            Expr::Call(function, arguments) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| self.value(argument))
                    .collect::<Result<Vec<_>, _>>()?;
                functions::call(self, *function, &arguments).map(Cow::Owned)
            }
        }
    }

    fn part(&mut self, of: &'e Expr, way: &'e [Step]) -> Result<Cow<'e, Value>, EvaluateError> {
        let mut value = self.value(of)?;
        for step in way {
            value = match step {
                Step::Every => Cow::Owned(every(&value)),
                Step::To(index) => to(value, &*self.value(index)?),
            };
        }
        Ok(value)
    }

    /// Returns the first value that is as true as `wanted`, or the last.
    fn until(&mut self, parts: &'e [Expr], wanted: bool) -> Result<Cow<'e, Value>, EvaluateError> {
        let mut last = Cow::Borrowed(NULL);
        for part in parts {
            last = self.value(part)?;
            if last.is_truthy() == wanted {
                break;
            }
        }
        Ok(last)
    }

    /// Counts text that is made.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), EvaluateError> {
        self.budget = self
            .budget
            .checked_sub(bytes)
            .ok_or(EvaluateError::TooLarge)?;
        Ok(())
    }
}

fn compare(sign: Comparison, left: &Value, right: &Value) -> bool {
    let order = || left.loosely_compares(right);
    match sign {
        Comparison::Equal => left.loosely_equals(right),
        Comparison::NotEqual => !left.loosely_equals(right),
        Comparison::Less => order() == Some(Ordering::Less),
        Comparison::Greater => order() == Some(Ordering::Greater),
        Comparison::LessOrEqual => left.loosely_equals(right) || order() == Some(Ordering::Less),
        Comparison::GreaterOrEqual => {
            left.loosely_equals(right) || order() == Some(Ordering::Greater)
        }
    }
}

/// Returns all values of a list or an object, as a list whose parts are those of its items.
fn every(value: &Value) -> Value {
    let items = match value {
        Value::Array(array) if array.filtered => array
            .items
            .iter()
            .flat_map(|item| values(item).cloned())
            .collect(),
        other => values(other).cloned().collect(),
    };
    Value::array(items, true)
}

fn values(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(array) => Box::new(array.items.iter()),
        Value::Object(object) => Box::new(object.entries().map(|(_, value)| value)),
        _ => Box::new(std::iter::empty()),
    }
}

/// Returns the part of this name or at this place: null when there is none.
fn to<'v>(value: Cow<'v, Value>, index: &Value) -> Cow<'v, Value> {
    if let Value::Array(array) = &*value
        && array.filtered
    {
        let found = array.items.iter().filter_map(|item| find(item, index));
        return Cow::Owned(Value::array(found.cloned().collect(), true));
    }
    match value {
        Cow::Borrowed(value) => Cow::Borrowed(find(value, index).unwrap_or(NULL)),
        Cow::Owned(value) => Cow::Owned(find(&value, index).cloned().unwrap_or(Value::Null)),
    }
}

fn find<'v>(value: &'v Value, index: &Value) -> Option<&'v Value> {
    match value {
        Value::Array(array) => at(array, index.number()),
        Value::Object(object) => match index {
            Value::String(name) => object.get(name),
            index if index.is_primitive() => object.get(&index.text()),
            _ => None,
        },
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "only a place within the list is used"
)]
fn at(array: &Array, place: f64) -> Option<&Value> {
    let place = place.floor();
    let is_place = place >= 0.0 && place < array.items.len() as f64;
    is_place.then(|| &array.items[place as usize])
}
