//! Redirections.

use tree_sitter::Node;

use super::word::{self, Word};
use super::{Objection, children, text_of};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The command writes the file.
    Out,
    /// The command reads the file.
    In,
}

/// One redirection to or from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    /// Which way.
    pub(crate) direction: Direction,
    /// The file, as a word.
    pub(crate) target: Word,
    /// As it stands in the line.
    pub(crate) text: String,
}

/// Reads a redirection; nothing where it only joins two of the command's own streams.
pub(super) fn read(node: Node<'_>, line: &str) -> Result<Option<Redirect>, Objection> {
    let text = text_of(node, line);
    let object = |why| Objection {
        text: text.to_owned(),
        why,
    };
    let mut operator = None;
    let mut targets = Vec::new();
    for child in children(node) {
        match child.kind() {
            "file_descriptor" => {}
            kind @ (">" | ">>" | "<" | "&>" | "&>>" | ">|" | ">&" | "<&") => operator = Some(kind),
            ">&-" | "<&-" => return Err(object("a stream is closed")),
            _ => targets.push(child),
        }
    }
    let [target] = targets[..] else {
        return Err(object("a redirection with words after its file"));
    };
    let word = word::read(target, line)?;
    let direction = match operator {
        Some(">&" | "<&") => {
            let digits = !word.raw.is_empty() && word.raw.chars().all(|c| c.is_ascii_digit());
            return if digits {
                Ok(None)
            } else {
                Err(object("a stream that is joined to a file"))
            };
        }
        Some("<") => Direction::In,
        Some(_) => Direction::Out,
        None => return Err(object("a redirection that is not judged")),
    };
    Ok(Some(Redirect {
        direction,
        target: word,
        text: text.to_owned(),
    }))
}
