//! From a text to a value at once, without a program in between.

use crate::error::{EvaluateError, ParseErrorKind};
use crate::evaluation::Evaluation;
use crate::machine::Machine;
use crate::parse::Steps;
use crate::program::{Chain, Step};
use crate::view::View;
use crate::words::Quoted;

/// Does each step as soon as it is read, unless its value does not count.
pub(crate) struct Direct<'e> {
    machine: Machine<'e>,
    /// How many operands are open that do not count.
    idle: usize,
    /// Why there is no value. A mistake further on in the text goes before it.
    result: Result<(), EvaluateError>,
}

impl<'e> Direct<'e> {
    pub(crate) fn new(evaluation: Evaluation<'e>) -> Self {
        Self {
            machine: Machine::new(evaluation),
            idle: 0,
            result: Ok(()),
        }
    }

    /// Returns the value of what was read.
    pub(crate) fn value(mut self) -> Result<View<'e>, EvaluateError> {
        self.result.map(|()| self.machine.value())
    }

    #[inline]
    fn attempt(&mut self, work: impl FnOnce(&mut Machine<'e>) -> Result<(), EvaluateError>) {
        if self.idle > 0 {
            return;
        }
        if let Err(error) = work(&mut self.machine) {
            // After an error nothing counts, as in an operand that has no end.
            self.idle = 1;
            self.result = Err(error);
        }
    }
}

impl<'e> Steps<'e> for Direct<'e> {
    #[inline]
    fn step(&mut self, step: Step) {
        self.attempt(|machine| machine.step(step));
    }

    #[inline]
    fn text(&mut self, _: usize, quoted: &Quoted<'e>) -> Result<(), ParseErrorKind> {
        self.attempt(|machine| {
            let text = if quoted.is_doubled {
                machine.evaluation.made.alloc_str(&quoted.undoubled())
            } else {
                quoted.inner
            };
            machine.push(View::Text(text));
            Ok(())
        });
        Ok(())
    }

    #[inline]
    fn name(&mut self, _: usize, name: &'e str) -> Result<(), ParseErrorKind> {
        self.attempt(|machine| machine.name(name));
        Ok(())
    }

    fn place(&self) -> usize {
        0
    }

    #[inline]
    fn index(&mut self, _: usize) {
        self.attempt(Machine::index);
    }

    fn begin(&mut self, chain: Chain) -> usize {
        let is_idle = self.idle > 0 || self.machine.decides(chain);
        self.idle += usize::from(is_idle);
        usize::from(is_idle)
    }

    fn end(&mut self, began: usize) {
        self.idle -= began;
    }
}
