//! An expression as a program for a machine with a stack.
//!
//! Two allocations hold all of it, and evaluating it is one pass from front to back.

use crate::context::Context;
use crate::error::ParseErrorKind;
use crate::function::Function;
use crate::parse::Steps;
use crate::words::Quoted;

/// A step of the machine. Each takes its operands from the stack and puts its value there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Op {
    /// What needs no text.
    Step(Step),
    /// A text.
    Text(Span),
    /// The part of this name of a value.
    Name(Span),
    /// The part of a value that a second value names.
    Index,
    /// A value that decides stays, and as many steps are left out; one that does not is taken away.
    Chain(Chain, usize),
}

/// A step that needs no text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A context.
    Context(Context),
    /// All parts of a value: `.*`.
    Every,
    /// Whether a value is false.
    Not,
    /// How two values compare.
    Compare(Comparison),
    /// A function, and how many values it takes.
    Call(Function, u32),
}

/// A part of the text of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

/// An operator that compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Returns the operator.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    pub(crate) const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

/// An operator that needs its second operand only if the first does not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chain {
    /// `&&`: what is false decides.
    And,
    /// `||`: what is true decides.
    Or,
}

/// The steps of an expression.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) ops: Vec<Op>,
    /// What was read, and after it what is not in it as it is meant.
    text: String,
}

impl Program {
    /// Makes an empty program for a text.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            ops: Vec::with_capacity(text.len() / 4 + 4),
            text: text.to_owned(),
        }
    }

    /// Returns what writes an expression that stands so many bytes after the beginning of the text.
    pub(crate) fn writer(&mut self, start: usize) -> Writer<'_> {
        let program = self;
        Writer { program, start }
    }

    /// Keeps a text that is not in the program's own.
    ///
    /// # Errors
    ///
    /// There is no room for more than 4 GiB.
    pub(crate) fn keep(&mut self, text: &str) -> Result<Span, ParseErrorKind> {
        let start = self.text.len();
        self.text.push_str(text);
        Self::span(start, self.text.len())
    }

    /// Makes a part of the program's own text.
    ///
    /// # Errors
    ///
    /// There is no room for more than 4 GiB.
    pub(crate) fn span(start: usize, end: usize) -> Result<Span, ParseErrorKind> {
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(end)) => Ok(Span { start, end }),
            _ => Err(ParseErrorKind::TooLong),
        }
    }

    /// Returns a part of the text.
    pub(crate) fn text(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// Writes the steps of an expression.
pub(crate) struct Writer<'p> {
    program: &'p mut Program,
    start: usize,
}

impl Writer<'_> {
    fn push(&mut self, op: Op) {
        self.program.ops.push(op);
    }

    fn span(&self, place: usize, written: &str) -> Result<Span, ParseErrorKind> {
        let start = self.start + place;
        Program::span(start, start + written.len())
    }
}

impl<'t> Steps<'t> for Writer<'_> {
    fn step(&mut self, step: Step) {
        self.push(Op::Step(step));
    }

    fn text(&mut self, place: usize, quoted: &Quoted<'t>) -> Result<(), ParseErrorKind> {
        let span = if quoted.is_doubled {
            self.program.keep(&quoted.undoubled())
        } else {
            self.span(place, quoted.inner)
        };
        self.push(Op::Text(span?));
        Ok(())
    }

    fn name(&mut self, place: usize, name: &'t str) -> Result<(), ParseErrorKind> {
        self.push(Op::Name(self.span(place, name)?));
        Ok(())
    }

    fn place(&self) -> usize {
        self.program.ops.len()
    }

    fn index(&mut self, began: usize) {
        match self.program.ops[began..] {
            // `['a']` is `.a`.
            [Op::Text(name)] => self.program.ops[began] = Op::Name(name),
            _ => self.push(Op::Index),
        }
    }

    fn begin(&mut self, chain: Chain) -> usize {
        let place = self.place();
        self.push(Op::Chain(chain, 0));
        place
    }

    fn end(&mut self, began: usize) {
        let skipped = self.place() - began - 1;
        if let Op::Chain(_, steps) = &mut self.program.ops[began] {
            *steps = skipped;
        }
    }
}

/// Programs are the same if they do the same, wherever in their texts it is written.
impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.ops.iter().zip(&other.ops);
        self.ops.len() == other.ops.len()
            && pairs.all(|pair| match pair {
                (Op::Text(a), Op::Text(b)) | (Op::Name(a), Op::Name(b)) => {
                    self.text(*a) == other.text(*b)
                }
                (a, b) => a == b,
            })
    }
}
