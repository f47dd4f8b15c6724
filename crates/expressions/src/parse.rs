//! From words to a tree.

use crate::ast::{Expr, Function, Step};
use crate::error::{ParseError, ParseErrorKind};
use crate::token::{self, Placed, Sign, Token};
use crate::{MAX_DEPTH, Scope, Value};

/// Reads an expression.
pub(crate) fn parse(text: &str, scope: Scope) -> Result<Expr, ParseError> {
    let tokens = token::split(text)?;
    if tokens.is_empty() {
        return Err(ParseErrorKind::Empty.at(0));
    }
    let mut parser = Parser {
        text,
        tokens,
        place: 0,
        depth: 0,
        scope,
    };
    let expr = parser.expression()?;
    match parser.tokens.get(parser.place) {
        None => Ok(expr),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Placed<'t>>,
    place: usize,
    depth: usize,
    scope: Scope,
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

impl<'t> Parser<'t> {
    fn expression(&mut self) -> Result<Expr, ParseError> {
        self.deeper(|parser| parser.operators(Rank::Or))
    }

    /// Reads one level further in.
    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        self.sink()?;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn sink(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ParseErrorKind::TooDeep.at(self.offset()));
        }
        Ok(())
    }

    /// Reads a value and the operators after it that hold together at least as strongly as the lowest.
    fn operators(&mut self, lowest: Rank) -> Result<Expr, ParseError> {
        let mut left = self.not()?;
        while let Some(rank) = self.rank().filter(|rank| *rank >= lowest) {
            left = match rank {
                Rank::Or => Expr::Any(self.chain(Sign::Or, left, Rank::And)?),
                Rank::And => Expr::All(self.chain(Sign::And, left, Rank::Equality)?),
                Rank::Equality | Rank::Order | Rank::Value => self.compare(rank, left)?,
            };
        }
        Ok(left)
    }

    /// Returns how strongly the next operator holds together what stands beside it.
    fn rank(&self) -> Option<Rank> {
        match self.peek()? {
            Token::Sign(Sign::Or) => Some(Rank::Or),
            Token::Sign(Sign::And) => Some(Rank::And),
            Token::Sign(Sign::Compare(sign)) if sign.is_equality() => Some(Rank::Equality),
            Token::Sign(Sign::Compare(_)) => Some(Rank::Order),
            _ => None,
        }
    }

    fn chain(&mut self, sign: Sign, first: Expr, parts: Rank) -> Result<Vec<Expr>, ParseError> {
        self.deeper(|parser| {
            let mut chain = vec![first];
            while parser.takes(sign) {
                chain.push(parser.operators(parts)?);
            }
            Ok(chain)
        })
    }

    fn compare(&mut self, rank: Rank, first: Expr) -> Result<Expr, ParseError> {
        let parts = if rank == Rank::Equality {
            Rank::Order
        } else {
            Rank::Value
        };
        let mut rest = Vec::new();
        while let Some(Token::Sign(Sign::Compare(sign))) = self.peek()
            && self.rank() == Some(rank)
        {
            self.place += 1;
            rest.push((sign, self.operators(parts)?));
        }
        let first = Box::new(first);
        Ok(Expr::Compare { first, rest })
    }

    fn not(&mut self) -> Result<Expr, ParseError> {
        if self.takes(Sign::Not) {
            return Ok(Expr::Not(Box::new(self.deeper(Self::not)?)));
        }
        let grouped = self.sees(Sign::Open);
        let of = self.primary()?;
        let has_parts = grouped || matches!(of, Expr::Context(_) | Expr::Call(..));
        if has_parts { self.parts(of) } else { Ok(of) }
    }

    /// Reads the steps that follow a value; each counts as a level until the last is read.
    fn parts(&mut self, of: Expr) -> Result<Expr, ParseError> {
        let outside = self.depth;
        let mut way = Vec::new();
        loop {
            let step = if self.takes(Sign::OpenIndex) {
                let step = if self.takes(Sign::Star) {
                    Step::Every
                } else {
                    Step::To(self.expression()?)
                };
                self.expect(Sign::CloseIndex)?;
                step
            } else if self.takes(Sign::Dot) {
                self.property()?
            } else {
                break;
            };
            self.sink()?;
            way.push(step);
        }
        self.depth = outside;
        Ok(match of {
            of if way.is_empty() => of,
            // `(a.b).c` is `a.b.c`.
            Expr::Part { of, way: first } => Expr::Part {
                of,
                way: [first, way].concat(),
            },
            of => Expr::Part {
                of: Box::new(of),
                way,
            },
        })
    }

    fn property(&mut self) -> Result<Step, ParseError> {
        if self.takes(Sign::Star) {
            return Ok(Step::Every);
        }
        match self.peek() {
            Some(Token::Name(name)) => {
                let name = Expr::Literal(name.into());
                self.place += 1;
                Ok(Step::To(name))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn primary(&mut self) -> Result<Expr, ParseError> {
        let Some(token) = self.peek() else {
            return Err(ParseErrorKind::End.at(self.text.len()));
        };
        let value = match token {
            Token::Null => Value::Null,
            Token::Bool(value) => value.into(),
            Token::Number(number) => number.into(),
            Token::Text(text) if text.contains('\'') => text.replace("''", "'").into(),
            Token::Text(text) => text.into(),
            Token::Name(name) => return self.named(name),
            Token::Sign(Sign::Open) => {
                self.place += 1;
                let inner = self.expression()?;
                self.expect(Sign::Close)?;
                return Ok(inner);
            }
            Token::Sign(_) => return Err(self.unexpected()),
        };
        self.place += 1;
        Ok(Expr::Literal(value))
    }

    /// Reads a context or a function.
    fn named(&mut self, name: &'t str) -> Result<Expr, ParseError> {
        let start = self.offset();
        self.place += 1;
        if !self.takes(Sign::Open) {
            let known = self.scope.contexts;
            let mut contexts = known.iter();
            if let Some(name) = contexts.find(|context| context.eq_ignore_ascii_case(name)) {
                return Ok(Expr::Context(name));
            }
            let (name, known) = (name.to_owned(), known.to_vec());
            return Err(ParseErrorKind::UnknownContext { name, known }.at(start));
        }
        let mut arguments = Vec::new();
        while !self.takes(Sign::Close) {
            arguments.push(self.expression()?);
            if !self.sees(Sign::Close) {
                self.expect(Sign::Comma)?;
            }
        }
        let function = self
            .function(name, arguments.len())
            .map_err(|kind| kind.at(start))?;
        Ok(Expr::Call(function, arguments))
    }

    fn function(&self, name: &str, given: usize) -> Result<Function, ParseErrorKind> {
        let mut functions = self.scope.functions();
        let Some(function) = functions.find(|known| known.name().eq_ignore_ascii_case(name)) else {
            let known = self.scope.functions().map(Function::name).collect();
            return Err(ParseErrorKind::UnknownFunction {
                name: name.to_owned(),
                known,
            });
        };
        let (least, most) = function.arguments(self.scope.status);
        let is_odd = function != Function::Case || given % 2 == 1;
        if (least..=most).contains(&given) && is_odd {
            return Ok(function);
        }
        let takes = match (least, most) {
            _ if function == Function::Case => {
                "conditions with a value each, and a last value".into()
            }
            (0, 0) => "no argument".into(),
            (1, 1) => "one argument".into(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        Err(ParseErrorKind::Arguments {
            name: function.name(),
            takes,
            given,
        })
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.place).map(|placed| placed.token)
    }

    fn sees(&self, sign: Sign) -> bool {
        self.peek() == Some(Token::Sign(sign))
    }

    fn takes(&mut self, sign: Sign) -> bool {
        let sees = self.sees(sign);
        self.place += usize::from(sees);
        sees
    }

    fn expect(&mut self, sign: Sign) -> Result<(), ParseError> {
        if self.takes(sign) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn offset(&self) -> usize {
        self.tokens
            .get(self.place)
            .map_or(self.text.len(), |placed| placed.start)
    }

    /// Complains of the word that comes next, or that there is none.
    fn unexpected(&self) -> ParseError {
        match self.tokens.get(self.place) {
            Some(placed) => {
                let written = self.text[placed.start..placed.end].to_owned();
                ParseErrorKind::Unexpected(written).at(placed.start)
            }
            None => ParseErrorKind::End.at(self.text.len()),
        }
    }
}
