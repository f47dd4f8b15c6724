//! From a text to a program.

use crate::error::{ParseError, ParseErrorKind};
use crate::function::Function;
use crate::name::{Meaning, meaning};
use crate::program::{Comparison, Op, Program, Span};
use crate::words::{self, Quoted};
use crate::{MAX_DEPTH, MAX_LENGTH, Scope, number};

/// Whether it could be read. What is wrong is in a box, since mostly nothing is.
type Read<T = ()> = Result<T, Box<ParseError>>;

/// Reads an expression, which stands so many bytes after the beginning of the program's text, and adds its steps.
pub(crate) fn parse(text: &str, start: usize, scope: Scope, program: &mut Program) -> Read {
    // A text has at most as many UTF-16 units as bytes.
    if text.len() > MAX_LENGTH && text.encode_utf16().count() > MAX_LENGTH {
        return Err(ParseErrorKind::TooLong.at(0).into());
    }
    let mut parser = Parser {
        text,
        start,
        place: 0,
        next: NONE,
        depth: 0,
        scope,
        program,
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

struct Parser<'t, 'p> {
    text: &'t str,
    /// Where it stands in the text of the program.
    start: usize,
    /// Where the next word begins: blanks are passed over.
    place: usize,
    /// The byte there.
    next: u8,
    depth: usize,
    scope: Scope,
    program: &'p mut Program,
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

impl<'t> Parser<'t, '_> {
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
                    self.chain(b'|', Op::Or, Rank::And)?;
                    continue;
                }
                b'&' if lowest <= Rank::And && self.second() == b'&' => {
                    self.chain(b'&', Op::And, Rank::Equality)?;
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
            self.push(Op::Compare(sign));
        }
    }

    /// Reads all operands of `&&` or `||` but the first; the chain is one level.
    fn chain(&mut self, sign: u8, op: fn(usize) -> Op, operand: Rank) -> Read {
        self.sink()?;
        while self.next == sign && self.second() == sign {
            self.skip(2);
            let jump = self.program.ops.len();
            self.push(op(0));
            self.operators(operand)?;
            self.program.ops[jump] = op(self.program.ops.len() - jump - 1);
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
                self.push(Op::Not);
                Ok(())
            }
            _ => self.unexpected(),
        }
    }

    fn string(&mut self) -> Read {
        let Some(Quoted { inner, is_doubled }) = words::quoted(self.rest()) else {
            return self.fail(ParseErrorKind::OpenString);
        };
        let span = if is_doubled {
            self.program.keep(&inner.replace("''", "'"))
        } else {
            self.span(self.place + 1, inner)
        };
        self.push(Op::Text(self.or_fail(span)?));
        self.skip(inner.len() + 2);
        Ok(())
    }

    fn number(&mut self) -> Read {
        let written = words::number(self.rest());
        let number = number::parse(written);
        if number.is_nan() {
            return self.unexpected();
        }
        self.push(Op::Number(number));
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
            self.push(Op::Call(function, given));
            return self.parts();
        }
        match meaning(name) {
            Some(Meaning::Literal(op)) => {
                self.push(op);
                Ok(())
            }
            Some(Meaning::Context(context)) if self.scope.has_context(context) => {
                self.push(Op::Context(context));
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
                self.push(Op::Every);
                Ok(())
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let start = self.place;
                let name = self.name()?;
                self.push(Op::Name(self.or_fail(self.span(start, name))?));
                Ok(())
            }
            _ => self.unexpected(),
        }
    }

    fn index(&mut self) -> Read {
        self.skip(1);
        if self.next == b'*' {
            self.skip(1);
            self.push(Op::Every);
            return self.expect(b']');
        }
        let place = self.program.ops.len();
        self.expression()?;
        match self.program.ops[place..] {
            // `['a']` is `.a`.
            [Op::Text(name)] => self.program.ops[place] = Op::Name(name),
            _ => self.push(Op::Index),
        }
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

    fn push(&mut self, op: Op) {
        self.program.ops.push(op);
    }

    /// Returns where something that is written here is in the text of the program.
    fn span(&self, place: usize, written: &str) -> Result<Span, ParseErrorKind> {
        let start = self.start + place;
        Program::span(start, start + written.len())
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
