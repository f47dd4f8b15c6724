//! From a text to a program.

use crate::error::{ParseError, ParseErrorKind};
use crate::function::Function;
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
        next: None,
        depth: 0,
        scope,
        program,
    };
    parser.skip(0);
    if parser.next.is_none() {
        return Err(ParseErrorKind::Empty.at(0).into());
    }
    parser.expression()?;
    match parser.next {
        None => Ok(()),
        Some(_) => parser.unexpected(),
    }
}

struct Parser<'t, 'p> {
    text: &'t str,
    /// Where it stands in the text of the program.
    start: usize,
    /// Where the next word begins: blanks are passed over.
    place: usize,
    /// The byte there.
    next: Option<u8>,
    depth: usize,
    scope: Scope,
    program: &'p mut Program,
}

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
                Some(b'|') if lowest <= Rank::Or && self.second() == Some(b'|') => {
                    self.chain(b'|', Op::Or, Rank::And)?;
                    continue;
                }
                Some(b'&') if lowest <= Rank::And && self.second() == Some(b'&') => {
                    self.chain(b'&', Op::And, Rank::Equality)?;
                    continue;
                }
                Some(b'=') if self.second() == Some(b'=') => Comparison::Equal,
                Some(b'!') if self.second() == Some(b'=') => Comparison::NotEqual,
                Some(b'<') if self.second() == Some(b'=') => Comparison::LessOrEqual,
                Some(b'>') if self.second() == Some(b'=') => Comparison::GreaterOrEqual,
                Some(b'<') => Comparison::Less,
                Some(b'>') => Comparison::Greater,
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
        while self.next == Some(sign) && self.second() == Some(sign) {
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
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => self.name(),
            Some(b'\'') => self.string(),
            Some(b'0'..=b'9' | b'.' | b'+' | b'-') => self.number(),
            Some(b'(') => {
                self.skip(1);
                self.expression()?;
                self.expect(b')')?;
                self.parts()
            }
            Some(b'!') if self.second() != Some(b'=') => {
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
    fn name(&mut self) -> Read {
        let start = self.place;
        let name = self.word()?;
        if self.next == Some(b'(') {
            let given = self.arguments()?;
            let function = Function::called(name, given, self.scope);
            let function = function.map_err(|kind| kind.at(start))?;
            self.push(Op::Call(function, given));
            return self.parts();
        }
        let op = match name {
            "true" => Op::Bool(true),
            "false" => Op::Bool(false),
            "null" => Op::Null,
            "NaN" => Op::Number(f64::NAN),
            "Infinity" => Op::Number(f64::INFINITY),
            _ => {
                let context = self.scope.context(name).map_err(|kind| kind.at(start))?;
                self.push(Op::Context(context));
                return self.parts();
            }
        };
        self.push(op);
        Ok(())
    }

    fn arguments(&mut self) -> Read<u32> {
        self.skip(1);
        let mut given = 0;
        while self.next != Some(b')') {
            self.expression()?;
            given += 1;
            if self.next != Some(b')') {
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
                Some(b'.') => self.property()?,
                Some(b'[') => self.index()?,
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
            Some(b'*') => {
                self.skip(1);
                self.push(Op::Every);
                Ok(())
            }
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => {
                let start = self.place;
                let name = self.word()?;
                self.push(Op::Name(self.or_fail(self.span(start, name))?));
                Ok(())
            }
            _ => self.unexpected(),
        }
    }

    fn index(&mut self) -> Read {
        self.skip(1);
        if self.next == Some(b'*') {
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
    fn word(&mut self) -> Read<&'t str> {
        match words::name(self.rest()) {
            Some(name) => {
                self.skip(name.len());
                Ok(name)
            }
            None => self.unexpected(),
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.place..]
    }

    /// Passes over so many bytes and the blanks after them.
    fn skip(&mut self, bytes: usize) {
        let text = self.text.as_bytes();
        let mut place = self.place + bytes;
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = text.get(place) {
            place += 1;
        }
        self.place = place;
        self.next = text.get(place).copied();
    }

    /// Returns the byte after the next one.
    fn second(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place + 1).copied()
    }

    fn expect(&mut self, sign: u8) -> Read {
        if self.next != Some(sign) {
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
