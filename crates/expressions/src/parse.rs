//! From a text to a program.

use crate::error::{ParseError, ParseErrorKind};
use crate::function::Function;
use crate::name::{Meaning, meaning};
use crate::program::{Chain, Comparison, Step};
use crate::words::{self, Quoted};
use crate::{MAX_DEPTH, MAX_LENGTH, Scope, number};

/// Whether it could be read. What is wrong is in a box, since mostly nothing is.
type Read<T = ()> = Result<T, Box<ParseError>>;

/// What is done with the steps of an expression, which are told in the order of a machine with a stack.
pub(crate) trait Steps<'t> {
    /// A step that needs no text.
    fn step(&mut self, step: Step);

    /// A text in quotes, and how many bytes come before what is in them.
    fn text(&mut self, place: usize, quoted: &Quoted<'t>) -> Result<(), ParseErrorKind>;

    /// The part of a value that a name names, and how many bytes come before the name.
    fn name(&mut self, place: usize, name: &'t str) -> Result<(), ParseErrorKind>;

    /// Returns what `index` is to be told if it begins here.
    fn place(&self) -> usize;

    /// The part of a value that a second one names, whose steps began there.
    fn index(&mut self, began: usize);

    /// Begins the second operand of a chain; returns what `end` is to be told.
    fn begin(&mut self, chain: Chain) -> usize;

    /// Ends that operand.
    fn end(&mut self, began: usize);
}

/// Reads an expression and hands over its steps.
pub(crate) fn parse<'t>(text: &'t str, scope: Scope, steps: &mut impl Steps<'t>) -> Read {
    // A text has at most as many UTF-16 units as bytes.
    if text.len() > MAX_LENGTH && text.encode_utf16().count() > MAX_LENGTH {
        return Err(ParseErrorKind::TooLong.at(0).into());
    }
    let mut parser = Parser {
        text,
        place: 0,
        next: NONE,
        depth: 0,
        scope,
        steps,
    };
    parser.skip(0);
    if parser.is_at_end() {
        return Err(ParseErrorKind::Empty.at(0).into());
    }
    parser.expression()?;
    if !parser.is_at_end() {
        return parser.unexpected();
    }
    Ok(())
}

struct Parser<'t, 's, S> {
    text: &'t str,
    /// Where the next word begins: blanks are passed over.
    place: usize,
    /// The byte there.
    next: u8,
    depth: usize,
    scope: Scope,
    steps: &'s mut S,
}

/// What follows the last byte. Where it is a byte of the text it begins no word either.
const NONE: u8 = 0;

/// How strongly an operator holds together what stands beside it, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Or,
    And,
    Equality,
    Order,
    Value,
}

impl<'t, S: Steps<'t>> Parser<'t, '_, S> {
    fn expression(&mut self) -> Read {
        self.sink()?;
        self.operators(Rank::Or)?;
        self.depth -= 1;
        Ok(())
    }

    /// Goes one level further in.
    fn sink(&mut self) -> Read {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail(ParseErrorKind::TooDeep);
        }
        Ok(())
    }

    /// Reads a value and the operators after it that hold together at least as strongly as the lowest.
    fn operators(&mut self, lowest: Rank) -> Read {
        self.operand()?;
        loop {
            let sign = match self.next {
                b'|' if lowest <= Rank::Or && self.second() == b'|' => {
                    self.chain(b'|', Chain::Or, Rank::And)?;
                    continue;
                }
                b'&' if lowest <= Rank::And && self.second() == b'&' => {
                    self.chain(b'&', Chain::And, Rank::Equality)?;
                    continue;
                }
                b'=' if self.second() == b'=' => Comparison::Equal,
                b'!' if self.second() == b'=' => Comparison::NotEqual,
                b'<' if self.second() == b'=' => Comparison::LessOrEqual,
                b'>' if self.second() == b'=' => Comparison::GreaterOrEqual,
                b'<' => Comparison::Less,
                b'>' => Comparison::Greater,
                _ => return Ok(()),
            };
            let (rank, operand) = if sign.is_equality() {
                (Rank::Equality, Rank::Order)
            } else {
                (Rank::Order, Rank::Value)
            };
            if lowest > rank {
                return Ok(());
            }
            self.skip(sign.sign().len());
            self.operators(operand)?;
            self.steps.step(Step::Compare(sign));
        }
    }

    /// Reads all operands of `&&` or `||` but the first; the chain is one level.
    fn chain(&mut self, sign: u8, chain: Chain, operand: Rank) -> Read {
        self.sink()?;
        while self.next == sign && self.second() == sign {
            self.skip(2);
            let began = self.steps.begin(chain);
            self.operators(operand)?;
            self.steps.end(began);
        }
        self.depth -= 1;
        Ok(())
    }

    fn operand(&mut self) -> Read {
        match self.next {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.named(),
            b'\'' => self.string(),
            b'0'..=b'9' | b'.' | b'+' | b'-' => self.number(),
            b'(' => {
                self.skip(1);
                self.expression()?;
                self.expect(b')')?;
                self.parts()
            }
            b'!' if self.second() != b'=' => {
                self.skip(1);
                self.sink()?;
                self.operand()?;
                self.depth -= 1;
                self.steps.step(Step::Not);
                Ok(())
            }
            _ => self.unexpected(),
        }
    }

    fn string(&mut self) -> Read {
        let Some(quoted) = words::quoted(self.rest()) else {
            return self.fail(ParseErrorKind::OpenString);
        };
        let kept = self.steps.text(self.place + 1, &quoted);
        self.or_fail(kept)?;
        self.skip(quoted.inner.len() + 2);
        Ok(())
    }

    fn number(&mut self) -> Read {
        let written = words::number(self.rest());
        let number = number::parse(written);
        if number.is_nan() {
            return self.unexpected();
        }
        self.steps.step(Step::Number(number));
        self.skip(written.len());
        Ok(())
    }

    /// Reads a function, a context or a value that has a name.
    fn named(&mut self) -> Read {
        let start = self.place;
        let name = self.name()?;
        if self.next == b'(' {
            let given = self.arguments()?;
            let function = self.function(name, given);
            let function = function.map_err(|kind| kind.at(start))?;
            self.steps.step(Step::Call(function, given));
            return self.parts();
        }
        match meaning(name) {
            Some(Meaning::Literal(step)) => {
                self.steps.step(step);
                Ok(())
            }
            Some(Meaning::Context(context)) if self.scope.has_context(context) => {
                self.steps.step(Step::Context(context));
                self.parts()
            }
            _ => {
                let (name, known) = (name.to_owned(), self.scope.contexts().collect());
                Err(ParseErrorKind::UnknownContext { name, known }
                    .at(start)
                    .into())
            }
        }
    }

    /// Finds the function of this name that takes so many arguments.
    fn function(&self, name: &str, given: u32) -> Result<Function, ParseErrorKind> {
        match meaning(name) {
            Some(Meaning::Function(function)) if self.scope.has(function) => {
                function.takes(given, self.scope)?;
                Ok(function)
            }
            _ => Err(ParseErrorKind::UnknownFunction {
                name: name.to_owned(),
                known: self.scope.functions().collect(),
            }),
        }
    }

    fn arguments(&mut self) -> Read<u32> {
        self.skip(1);
        let mut given = 0;
        while self.next != b')' {
            self.expression()?;
            given += 1;
            if self.next != b')' {
                self.expect(b',')?;
            }
        }
        self.skip(1);
        Ok(given)
    }

    /// Reads the steps that follow a value; each counts as a level until the last is read.
    fn parts(&mut self) -> Read {
        let outside = self.depth;
        loop {
            match self.next {
                b'.' => self.property()?,
                b'[' => self.index()?,
                _ => break,
            }
            self.sink()?;
        }
        self.depth = outside;
        Ok(())
    }

    fn property(&mut self) -> Read {
        self.skip(1);
        match self.next {
            b'*' => {
                self.skip(1);
                self.steps.step(Step::Every);
                Ok(())
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let start = self.place;
                let name = self.name()?;
                let kept = self.steps.name(start, name);
                self.or_fail(kept)
            }
            _ => self.unexpected(),
        }
    }

    fn index(&mut self) -> Read {
        self.skip(1);
        if self.next == b'*' {
            self.skip(1);
            self.steps.step(Step::Every);
            return self.expect(b']');
        }
        let began = self.steps.place();
        self.expression()?;
        self.steps.index(began);
        self.expect(b']')
    }

    /// Reads letters, digits, `_` and `-`, the first of which was seen to be a letter or `_`.
    #[inline]
    fn name(&mut self) -> Read<&'t str> {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !words::is_word(byte));
        let (name, rest) = rest.split_at(end.unwrap_or(rest.len()));
        if !words::ends(rest) {
            return self.unexpected();
        }
        self.skip(name.len());
        Ok(name)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.place..]
    }

    /// Passes over so many bytes and the blanks after them.
    fn skip(&mut self, bytes: usize) {
        let text = self.text.as_bytes();
        let mut place = self.place + bytes;
        self.next = loop {
            match text.get(place) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => place += 1,
                Some(byte) => break *byte,
                None => break NONE,
            }
        };
        self.place = place;
    }

    /// Returns the byte after the next one.
    fn second(&self) -> u8 {
        let second = self.text.as_bytes().get(self.place + 1);
        second.copied().unwrap_or(NONE)
    }

    fn is_at_end(&self) -> bool {
        self.place == self.text.len()
    }

    fn expect(&mut self, sign: u8) -> Read {
        if self.next != sign {
            return self.unexpected();
        }
        self.skip(1);
        Ok(())
    }

    fn or_fail<T>(&self, result: Result<T, ParseErrorKind>) -> Read<T> {
        result.or_else(|kind| self.fail(kind))
    }

    fn fail<T>(&self, kind: ParseErrorKind) -> Read<T> {
        Err(kind.at(self.place).into())
    }

    /// Complains of the word that comes next, or that there is none.
    fn unexpected<T>(&self) -> Read<T> {
        match words::first(self.rest()) {
            "" => self.fail(ParseErrorKind::End),
            word => self.fail(ParseErrorKind::Unexpected(word.to_owned())),
        }
    }
}
