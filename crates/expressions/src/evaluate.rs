//! From a program to a value.

use std::cmp::Ordering;
use std::slice;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use smallvec::SmallVec;

use crate::error::EvaluateError;
use crate::functions;
use crate::program::{Comparison, Op, Program};
use crate::view::View;
use crate::{MAX_RESULT, Object, Run};

/// One evaluation.
pub(crate) struct Evaluator<'e> {
    contexts: &'e Object,
    pub(crate) run: &'e Run<'e>,
    /// Where everything is that is made on the way.
    pub(crate) made: &'e Bump,
    /// How many bytes may still be made.
    budget: usize,
}

/// The values that no step has taken yet: the last one, and those below it. Few expressions need more places than these.
struct Stack<'e> {
    top: View<'e>,
    below: SmallVec<[View<'e>; 8]>,
}

impl<'e> Stack<'e> {
    fn push(&mut self, value: View<'e>) {
        self.below.push(self.top);
        self.top = value;
    }

    fn pop(&mut self) -> View<'e> {
        self.below.pop().unwrap_or(View::Null)
    }
}

impl<'e> Evaluator<'e> {
    pub(crate) fn new(contexts: &'e Object, run: &'e Run<'e>, made: &'e Bump) -> Self {
        Self {
            contexts,
            run,
            made,
            budget: MAX_RESULT,
        }
    }

    pub(crate) fn value(&mut self, program: &'e Program) -> Result<View<'e>, EvaluateError> {
        let mut stack = Stack {
            top: View::Null,
            below: SmallVec::new(),
        };
        let mut steps = program.ops.iter();
        while let Some(op) = steps.next() {
            match *op {
                Op::Null => stack.push(View::Null),
                Op::Bool(value) => stack.push(View::Bool(value)),
                Op::Number(number) => stack.push(View::Number(number)),
                Op::Text(text) => stack.push(View::Text(program.text(text))),
                Op::Context(context) => {
                    let context = self.contexts.get(context.name());
                    stack.push(context.map_or(View::Null, View::from));
                }
                Op::Name(name) => {
                    stack.top = self.part(stack.top, View::Text(program.text(name)))?;
                }
                Op::Index => {
                    let value = stack.pop();
                    stack.top = self.part(value, stack.top)?;
                }
                Op::Every => stack.top = self.every(stack.top)?,
                Op::Not => stack.top = View::Bool(!stack.top.is_truthy()),
                Op::Compare(sign) => {
                    let left = stack.pop();
                    stack.top = View::Bool(compare(sign, left, stack.top));
                }
                Op::And(skipped) | Op::Or(skipped) => {
                    if stack.top.is_truthy() == matches!(op, Op::And(_)) {
                        stack.top = stack.pop();
                    } else {
                        steps = steps.as_slice()[skipped..].iter();
                    }
                }
                Op::Call(function, given) => {
                    stack.below.push(stack.top);
                    let first = stack.below.len().saturating_sub(given as usize);
                    let value = functions::call(self, function, &stack.below[first..])?;
                    stack.below.truncate(first);
                    stack.top = value;
                }
            }
        }
        Ok(stack.top)
    }

    /// Returns all parts of a value, as a list whose parts are those of its items.
    fn every(&mut self, value: View<'e>) -> Result<View<'e>, EvaluateError> {
        let wholes = match &value {
            View::Each(items) => items,
            one => slice::from_ref(one),
        };
        let count = wholes.iter().map(|whole| whole.count()).sum();
        self.spend(count * size_of::<View<'_>>())?;
        let mut all = BumpVec::with_capacity_in(count, self.made);
        for whole in wholes {
            whole.parts(|part| all.push(part));
        }
        Ok(View::Each(all.into_bump_slice()))
    }

    /// Returns the part of this name or at this place: null when there is none.
    #[inline]
    fn part(&mut self, value: View<'e>, index: View<'e>) -> Result<View<'e>, EvaluateError> {
        match value {
            View::Each(items) => self.part_of_each(items, index),
            one => Ok(one.find(index).unwrap_or(View::Null)),
        }
    }

    /// Returns that part of each item that has one.
    fn part_of_each(
        &mut self,
        items: &[View<'e>],
        index: View<'e>,
    ) -> Result<View<'e>, EvaluateError> {
        self.spend(size_of_val(items))?;
        let mut found = BumpVec::with_capacity_in(items.len(), self.made);
        found.extend(items.iter().filter_map(|item| item.find(index)));
        Ok(View::Each(found.into_bump_slice()))
    }

    /// Counts what is made, in bytes.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), EvaluateError> {
        self.budget = self
            .budget
            .checked_sub(bytes)
            .ok_or(EvaluateError::TooLarge)?;
        Ok(())
    }
}

fn compare(sign: Comparison, left: View<'_>, right: View<'_>) -> bool {
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
