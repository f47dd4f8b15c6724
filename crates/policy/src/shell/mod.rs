//! What a shell would run: from a command line to its parts.
//!
//! The line is read by tree-sitter's grammar of Bash. Only shapes that are known to mean one thing, whatever the
//! shell's state, become [`Part`]s; the first other one is kept as an [`Objection`], and a line with an objection is
//! never allowed by its parts. What a rule to deny is compared with are all the commands that stand anywhere in the
//! line, in those shapes and in every other.

mod heredoc;
mod redirect;
mod walk;
mod word;

use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, Parser};

pub(crate) use redirect::{Direction, Redirect};
pub(crate) use word::Word;

/// The longest line that is ever read, in bytes. The program allows longer ones under `Bash(*)`.
const MAX_LINE: usize = 200_000;
/// How often the parser may ask whether to go on; it does so about every hundred steps.
const MAX_STEPS: u32 = 20_000;

/// One simple command with what surrounds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its text in the line.
    pub(crate) text: String,
    /// The name and the value of each assignment before it, as written.
    pub(crate) assignments: Vec<(String, String)>,
    /// The command's name and arguments.
    pub(crate) words: Vec<Word>,
    /// Its own redirections, and those of what it stands in.
    pub(crate) redirects: Vec<Redirect>,
    /// Whether the words follow one another without anything between them but blanks.
    pub(crate) contiguous: bool,
}

/// Why a line cannot be allowed by its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    /// The piece of the line.
    pub(crate) text: String,
    /// What about it.
    pub(crate) why: &'static str,
}

/// A line, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// Every part that would run, in order.
    pub(crate) parts: Vec<Part>,
    /// Whether it holds a test such as `[ -f a ]`, which is no part: it only looks.
    pub(crate) tests: bool,
    /// The first thing that cannot be judged.
    pub(crate) objection: Option<Objection>,
    /// Every command anywhere in the line, folded to words.
    pub(crate) mentioned: Vec<Vec<String>>,
    /// Every target of a redirection anywhere in the line, folded.
    pub(crate) targets: Vec<String>,
    /// Whether a command is left running in the background.
    pub(crate) background: bool,
    /// Whether all of it was understood as shell, so that `mentioned` is complete.
    pub(crate) sound: bool,
}

/// Reads a line.
pub(crate) fn read(line: &str) -> Line {
    let object = |text: &str, why| Line {
        objection: Some(Objection {
            text: text.to_owned(),
            why,
        }),
        ..Line::default()
    };
    if line.len() > MAX_LINE {
        return object("", "the command is too long to be read");
    }
    let mut parser = Parser::new();
    if parser
        .set_language(&tree_sitter_bash::LANGUAGE.into())
        .is_err()
    {
        return object("", "the grammar of the shell does not fit its library");
    }
    let mut steps = 0_u32;
    let mut go_on = |_: &tree_sitter::ParseState| {
        steps += 1;
        if steps > MAX_STEPS {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let bytes = line.as_bytes();
    let mut chunk = |at: usize, _| bytes.get(at..).unwrap_or_default();
    let options = ParseOptions::new().progress_callback(&mut go_on);
    let Some(tree) = parser.parse_with_options(&mut chunk, None, Some(options)) else {
        return object("", "the command takes too long to be understood");
    };
    let root = tree.root_node();
    let mut read = Line {
        sound: !root.has_error(),
        ..Line::default()
    };
    mention(root, line, &mut read);
    let mut walk = walk::Walk::new(line);
    if read.sound {
        walk.statements(root);
    } else {
        walk.object_text(line.trim(), "the shell's grammar has no reading for it");
    }
    (read.parts, read.tests, read.objection) = walk.end();
    read
}

/// Collects every command and every target of a redirection, however deep, without recursion.
fn mention(root: Node<'_>, line: &str, read: &mut Line) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        match node.kind() {
            "command" | "declaration_command" | "unset_command" => {
                let words = word::folded_words(node, line);
                if !words.is_empty() {
                    read.mentioned.push(words);
                }
            }
            "file_redirect" => {
                let mut inner = node.walk();
                for target in node.children_by_field_name("destination", &mut inner) {
                    read.targets.push(word::fold(text_of(target, line)));
                }
            }
            "&" => read.background = true,
            _ => {}
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Returns the text of a node; nothing where a broken tree points outside of the line.
pub(super) fn text_of<'l>(node: Node<'_>, line: &'l str) -> &'l str {
    line.get(node.byte_range()).unwrap_or_default()
}

/// Returns the children of a node.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}
