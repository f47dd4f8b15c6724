//! The walk over the tree: which parts would run, and the first thing that cannot be judged.

use tree_sitter::Node;

use super::redirect::{self, Redirect};
use super::word::{self, Word};
use super::{Objection, Part, children, heredoc, text_of};

/// How deep statements may stand in one another.
const MAX_DEPTH: u32 = 50;

/// Operators of tests that read their words as sums or as names of variables, in which a shell runs `a[$(…)]`.
const COUNTS: &[&str] = &["-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v", "-R"];

pub(super) struct Walk<'l> {
    line: &'l str,
    parts: Vec<Part>,
    tests: bool,
    objection: Option<Objection>,
    /// The redirections of what encloses the current statement.
    around: Vec<Redirect>,
    depth: u32,
}

impl<'l> Walk<'l> {
    pub(super) fn new(line: &'l str) -> Self {
        Self {
            line,
            parts: Vec::new(),
            tests: false,
            objection: None,
            around: Vec::new(),
            depth: 0,
        }
    }

    pub(super) fn end(self) -> (Vec<Part>, bool, Option<Objection>) {
        (self.parts, self.tests, self.objection)
    }

    pub(super) fn object_text(&mut self, text: &str, why: &'static str) {
        self.objection.get_or_insert(Objection {
            text: text.to_owned(),
            why,
        });
    }

    fn object(&mut self, node: Node<'_>, why: &'static str) {
        self.object_text(text_of(node, self.line), why);
    }

    /// Walks everything in a list of statements: statements, and what divides them.
    pub(super) fn statements(&mut self, node: Node<'_>) {
        for child in children(node) {
            match child.kind() {
                "&&" | "||" | ";" | "|" | "|&" | "\n" | "!" | "do" | "done" | "then" | "fi"
                | "if" | "while" | "until" | "else" | "elif" | "comment" => {}
                "&" => self.object(node, "`&` leaves a command running behind the others"),
                _ => self.statement(child),
            }
        }
    }

    fn statement(&mut self, node: Node<'_>) {
        if self.depth == MAX_DEPTH {
            return self.object(node, "statements stand too deep in one another");
        }
        self.depth += 1;
        match node.kind() {
            "command" => self.command(node),
            "list" | "pipeline" | "negated_command" | "if_statement" | "elif_clause"
            | "else_clause" | "do_group" | "while_statement" => self.statements(node),
            "for_statement" => self.repeat(node),
            "redirected_statement" => self.redirected(node),
            "test_command" => self.test(node),
            "variable_assignment" | "variable_assignments" => {
                self.object(
                    node,
                    "an assignment on its own changes what later commands mean",
                );
            }
            "declaration_command" | "unset_command" => {
                self.object(node, "a change of the shell's variables");
            }
            "subshell" => self.object(node, "a shell in the shell"),
            "compound_statement" => self.object(node, "a group of commands"),
            "function_definition" => {
                self.object(node, "a function gives a command another meaning");
            }
            "case_statement" => self.object(node, "a choice by pattern"),
            _ => self.object(node, "a statement that is not judged"),
        }
        self.depth -= 1;
    }

    /// `for`: its words must be plain; a body that uses the variable has objections of its own.
    fn repeat(&mut self, node: Node<'_>) {
        for child in children(node) {
            match child.kind() {
                "for" | "in" | ";" | "\n" | "variable_name" | "comment" => {}
                "do_group" => self.statement(child),
                "select" => self.object(node, "a choice by a person"),
                _ => {
                    if let Err(objection) = word::read(child, self.line) {
                        self.objection.get_or_insert(objection);
                    }
                }
            }
        }
    }

    fn redirected(&mut self, node: Node<'_>) {
        let outer = self.around.len();
        let mut bodies = Vec::new();
        for child in children(node) {
            match child.kind() {
                "file_redirect" => match redirect::read(child, self.line) {
                    Ok(redirect) => self.around.extend(redirect),
                    Err(objection) => {
                        self.objection.get_or_insert(objection);
                    }
                },
                "heredoc_redirect" => {
                    if !heredoc::is_quoted(child, self.line) {
                        self.object(
                            child,
                            "a here-document whose delimiter is not quoted, or that is not alone on its line",
                        );
                    }
                }
                "herestring_redirect" => self.here_string(child),
                _ => bodies.push(child),
            }
        }
        match bodies[..] {
            [body]
                if matches!(
                    body.kind(),
                    "while_statement" | "for_statement" | "if_statement"
                ) =>
            {
                self.object(node, "a redirection of a whole loop or choice");
            }
            [body] => self.statement(body),
            _ => self.object(node, "a redirection without a command"),
        }
        self.around.truncate(outer);
    }

    fn here_string(&mut self, node: Node<'_>) {
        for child in children(node) {
            if child.kind() != "<<<"
                && let Err(objection) = word::read(child, self.line)
            {
                self.objection.get_or_insert(objection);
            }
        }
    }

    /// `[ … ]` and `[[ … ]]`: they only look, when every word is plain.
    fn test(&mut self, node: Node<'_>) {
        self.tests = true;
        let mut stack = children(node);
        while let Some(child) = stack.pop() {
            match child.kind() {
                "[" | "]" | "[[" | "]]" | "==" | "!=" | "=" | "!" => {}
                "test_operator" if !COUNTS.contains(&text_of(child, self.line)) => {}
                "unary_expression" | "binary_expression" => stack.extend(children(child)),
                "word" | "number" | "raw_string" | "string" | "concatenation" => {
                    if let Err(objection) = word::read(child, self.line) {
                        self.objection.get_or_insert(objection);
                    }
                }
                _ => return self.object(node, "a test that is not judged"),
            }
        }
    }

    fn command(&mut self, node: Node<'_>) {
        match self.part(node) {
            Ok(part) => self.parts.push(part),
            Err(objection) => {
                self.objection.get_or_insert(objection);
            }
        }
    }

    fn part(&mut self, node: Node<'_>) -> Result<Part, Objection> {
        let text = text_of(node, self.line);
        let object = |why| Objection {
            text: text.to_owned(),
            why,
        };
        let mut part = Part {
            text: text.to_owned(),
            assignments: Vec::new(),
            words: Vec::new(),
            redirects: self.around.clone(),
            contiguous: true,
        };
        let mut at = node.start_byte();
        for child in children(node) {
            let gap = self.line.get(at..child.start_byte()).unwrap_or_default();
            if !gap.chars().all(|c| c == ' ' || c == '\t') {
                return Err(object("text between words that is not judged"));
            }
            at = child.end_byte();
            match child.kind() {
                "variable_assignment" => part.assignments.push(self.assignment(child)?),
                "command_name" => match children(child)[..] {
                    [name] => part.words.push(word::read(name, self.line)?),
                    _ => return Err(object("a command without a name")),
                },
                "file_redirect" => {
                    part.contiguous = false;
                    part.redirects.extend(redirect::read(child, self.line)?);
                }
                "herestring_redirect" => {
                    part.contiguous = false;
                    self.here_string(child);
                }
                _ => part.words.push(word::read(child, self.line)?),
            }
        }
        let Some(name) = part.words.first() else {
            return Err(object("a command without a name"));
        };
        if name.varies || name.glob && name.value != "[" {
            return Err(object("a command whose name is not known beforehand"));
        }
        Ok(part)
    }

    fn assignment(&self, node: Node<'_>) -> Result<(String, String), Objection> {
        let text = text_of(node, self.line);
        let object = |why| Objection {
            text: text.to_owned(),
            why,
        };
        match text.split_once('=') {
            Some((name, value)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
                Ok((name.to_owned(), value.to_owned()))
            }
            _ => Err(object("an assignment that is not judged")),
        }
    }
}

impl Part {
    /// Returns the words from the `from`th on, as written, with everything between them.
    pub(crate) fn source<'l>(&self, line: &'l str, from: usize) -> Option<&'l str> {
        let (first, last): (&Word, &Word) = (self.words.get(from)?, self.words.last()?);
        line.get(first.range.0..last.range.1)
    }
}
