//! A machine with a stack, on which an expression becomes a value step by step.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::context::Context;
use crate::error::EvaluateError;
use crate::evaluation::Evaluation;
use crate::function::Function;
use crate::functions;
use crate::program::{Chain, Comparison, Op, Program, Step};
use crate::view::View;

/// Each step takes its operands from the stack and puts its value there. Where no value is, a step does nothing: the parser
/// makes no such steps.
pub(crate) struct Machine<'e> {
    pub(crate) evaluation: Evaluation<'e>,
    /// The values that no step has taken yet. Few expressions need more places than these.
    stack: SmallVec<[View<'e>; 8]>,
}

impl<'e> Machine<'e> {
    pub(crate) fn new(evaluation: Evaluation<'e>) -> Self {
        Self {
            evaluation,
            stack: SmallVec::new(),
        }
    }

    /// Does all steps of a program and returns its value.
    pub(crate) fn run(&mut self, program: &'e Program) -> Result<View<'e>, EvaluateError> {
        let mut steps = program.ops.iter();
        while let Some(op) = steps.next() {
            match *op {
                Op::Text(text) => self.push(View::Text(program.text(text))),
                Op::Name(name) => self.name(program.text(name))?,
                Op::Index => self.index()?,
                Op::Chain(chain, skipped) => {
                    if self.decides(chain) {
                        steps = steps.as_slice()[skipped..].iter();
                    }
                }
                Op::Step(step) => self.step(step)?,
            }
        }
        Ok(self.value())
    }

    #[inline]
    pub(crate) fn step(&mut self, step: Step) -> Result<(), EvaluateError> {
        match step {
            Step::Null => self.push(View::Null),
            Step::Bool(value) => self.push(View::Bool(value)),
            Step::Number(number) => self.push(View::Number(number)),
            Step::Context(context) => self.context(context),
            Step::Every => self.every()?,
            Step::Not => self.not(),
            Step::Compare(sign) => self.compare(sign),
            Step::Call(function, given) => self.call(function, given)?,
        }
        Ok(())
    }

    /// Takes the value that is left.
    pub(crate) fn value(&mut self) -> View<'e> {
        self.stack.pop().unwrap_or(View::Null)
    }

    pub(crate) fn push(&mut self, value: View<'e>) {
        self.stack.push(value);
    }

    fn context(&mut self, context: Context) {
        match self.evaluation.contexts.get(context.name()) {
            Some(context) => self.push(View::from(context)),
            None => self.push(View::Null),
        }
    }

    /// Goes to the part of this name.
    pub(crate) fn name(&mut self, name: &'e str) -> Result<(), EvaluateError> {
        match self.stack.last_mut() {
            Some(value) => self.evaluation.enter(value, &View::Text(name)),
            None => Ok(()),
        }
    }

    /// Goes to the part that the last value names.
    pub(crate) fn index(&mut self) -> Result<(), EvaluateError> {
        if let [.., value, index] = self.stack.as_mut_slice() {
            self.evaluation.enter(value, index)?;
        }
        self.stack.pop();
        Ok(())
    }

    fn every(&mut self) -> Result<(), EvaluateError> {
        if let Some(value) = self.stack.last_mut() {
            *value = self.evaluation.every(value)?;
        }
        Ok(())
    }

    fn not(&mut self) {
        if let Some(value) = self.stack.last_mut() {
            *value = View::Bool(!value.is_truthy());
        }
    }

    fn compare(&mut self, sign: Comparison) {
        if let [.., left, right] = self.stack.as_mut_slice() {
            *left = View::Bool(compare(sign, left, right));
        }
        self.stack.pop();
    }

    /// Says whether the first operand decides, which then is the value; if it does not, it is taken away.
    pub(crate) fn decides(&mut self, chain: Chain) -> bool {
        let is_truthy = self.stack.last().is_some_and(View::is_truthy);
        let decides = is_truthy == (chain == Chain::Or);
        if !decides {
            self.stack.pop();
        }
        decides
    }

    fn call(&mut self, function: Function, given: u32) -> Result<(), EvaluateError> {
        let given = given as usize;
        if given == 0 {
            self.push(View::Null);
        }
        let first = self.stack.len().saturating_sub(given.max(1));
        functions::call(
            &mut self.evaluation,
            function,
            given,
            &mut self.stack[first..],
        )?;
        self.stack.truncate(first + 1);
        Ok(())
    }
}

fn compare(sign: Comparison, left: &View<'_>, right: &View<'_>) -> bool {
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
