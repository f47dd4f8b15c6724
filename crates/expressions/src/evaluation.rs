//! What one evaluation asks and makes.

use std::slice;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::error::EvaluateError;
use crate::view::View;
use crate::{MAX_RESULT, Object, Run};

/// One evaluation.
pub(crate) struct Evaluation<'e> {
    pub(crate) contexts: &'e Object,
    pub(crate) run: &'e Run<'e>,
    /// Where everything is that is made on the way.
    pub(crate) made: &'e Bump,
    /// How many bytes may still be made.
    budget: usize,
}

impl<'e> Evaluation<'e> {
    pub(crate) fn new(contexts: &'e Object, run: &'e Run<'e>, made: &'e Bump) -> Self {
        Self {
            contexts,
            run,
            made,
            budget: MAX_RESULT,
        }
    }

    /// Returns all parts of a value, as a list whose parts are those of its items.
    pub(crate) fn every(&mut self, value: &View<'e>) -> Result<View<'e>, EvaluateError> {
        let wholes = match value {
            View::Each(items) => items,
            one => slice::from_ref(one),
        };
        let count = wholes.iter().map(super::view::View::count).sum();
        self.spend(count * size_of::<View<'_>>())?;
        let mut all = BumpVec::with_capacity_in(count, self.made);
        for whole in wholes {
            whole.parts(|part| all.push(part));
        }
        Ok(View::Each(all.into_bump_slice()))
    }

    /// Goes to the part of this name or at this place: null when there is none.
    #[inline]
    pub(crate) fn enter(
        &mut self,
        value: &mut View<'e>,
        index: &View<'e>,
    ) -> Result<(), EvaluateError> {
        match *value {
            View::Each(items) => *value = self.part_of_each(items, index)?,
            _ => *value = value.find(index).unwrap_or(View::Null),
        }
        Ok(())
    }

    /// Returns that part of each item that has one.
    fn part_of_each(
        &mut self,
        items: &[View<'e>],
        index: &View<'e>,
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
