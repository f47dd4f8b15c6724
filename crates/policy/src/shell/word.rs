//! Words: what a command is called and given.

use tree_sitter::Node;

use super::{Objection, children, heredoc, text_of};

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// As it stands in the line.
    pub(crate) raw: String,
    /// Without quotes and escapes, where it is known; a variable or a sum is left as written.
    pub(crate) value: String,
    /// Whether the shell puts something in its place that is not in the line: `$HOME`, a sum, or the shell's home.
    pub(crate) varies: bool,
    /// Whether it holds a pattern of file names.
    pub(crate) glob: bool,
    /// Where it begins and ends, in bytes.
    pub(crate) range: (usize, usize),
}

/// Reads a word that means the same whatever the shell's state, but for `$HOME`.
pub(super) fn read(node: Node<'_>, line: &str) -> Result<Word, Objection> {
    let raw = text_of(node, line);
    let mut word = Word {
        raw: raw.to_owned(),
        value: String::new(),
        varies: false,
        glob: false,
        range: (node.start_byte(), node.end_byte()),
    };
    piece(node, line, &mut word)?;
    let bare = braces(node, line);
    if bare {
        return Err(object(raw, "braces make several words of one"));
    }
    if raw.starts_with('=') {
        return Err(object(
            raw,
            "a word that begins with `=` runs a program in some shells",
        ));
    }
    if raw.starts_with('~') {
        word.varies = true;
        if raw.starts_with("~[") {
            return Err(object(raw, "`~[` runs code in some shells"));
        }
    }
    Ok(word)
}

fn piece(node: Node<'_>, line: &str, word: &mut Word) -> Result<(), Objection> {
    let raw = text_of(node, line);
    match node.kind() {
        "word" | "number" => plain(raw, word),
        "raw_string" => {
            let inner = raw
                .strip_prefix('\'')
                .and_then(|rest| rest.strip_suffix('\''));
            let inner = inner.ok_or_else(|| object(raw, "a quote that does not close"))?;
            headings(raw, inner)?;
            word.value.push_str(inner);
            Ok(())
        }
        "string" => string(node, line, word),
        "concatenation" => {
            let mut end = node.start_byte();
            for child in children(node) {
                if child.start_byte() != end {
                    return Err(object(raw, "a word with a gap"));
                }
                end = child.end_byte();
                piece(child, line, word)?;
            }
            Ok(())
        }
        "simple_expansion" => {
            if raw != "$HOME" {
                return Err(object(
                    raw,
                    "the value of a variable is not known beforehand",
                ));
            }
            word.value.push_str(raw);
            word.varies = true;
            Ok(())
        }
        "arithmetic_expansion" => {
            let inner = raw
                .strip_prefix("$((")
                .and_then(|rest| rest.strip_suffix("))"));
            let harmless = |c: char| c.is_ascii_digit() || " +-*/%".contains(c);
            if !inner.is_some_and(|sum| sum.chars().all(harmless)) {
                return Err(object(raw, "a sum of more than numbers"));
            }
            word.value.push_str(raw);
            word.varies = true;
            Ok(())
        }
        "command_substitution" => Err(object(
            raw,
            "what a command in a command prints is not known beforehand",
        )),
        "process_substitution" => Err(object(raw, "a command in place of a file")),
        "ansi_c_string" | "translated_string" => Err(object(
            raw,
            "`$` before a quote is read differently by different shells",
        )),
        "expansion" => Err(object(
            raw,
            "the value of a variable is not known beforehand",
        )),
        _ => Err(object(raw, "a shape that is not judged")),
    }
}

/// Unquoted text. The scan does not trust the parser: an operator in a word is refused, whatever the tree says.
fn plain(raw: &str, word: &mut Word) -> Result<(), Objection> {
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(next) if !next.is_whitespace() => word.value.push(next),
                _ => {
                    return Err(object(
                        raw,
                        "a backslash before a blank hides where a word ends",
                    ));
                }
            },
            '*' | '?' | '[' | ']' => {
                word.glob = true;
                word.value.push(letter);
            }
            ';' | '&' | '|' | '<' | '>' | '(' | ')' | '$' | '`' | '\'' | '"' | '\n' | ' '
            | '\t' => {
                return Err(object(raw, "an operator inside a word"));
            }
            _ => word.value.push(letter),
        }
    }
    Ok(())
}

fn string(node: Node<'_>, line: &str, word: &mut Word) -> Result<(), Objection> {
    let raw = text_of(node, line);
    let inner = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    if raw.len() < 2 || inner.is_none() {
        return Err(object(raw, "a quote that does not close"));
    }
    // What the string itself says, with a stroke for what stands in it.
    let mut said = String::new();
    let mut at = node.start_byte() + 1;
    let end = node.end_byte() - 1;
    for child in children(node) {
        // The grammar leaves blanks at the edges of a string out of its tree.
        let gap = line.get(at..child.start_byte()).unwrap_or_default();
        literal(gap, raw, word)?;
        said.push_str(gap);
        match child.kind() {
            "\"" => {}
            "string_content" => {
                let text = text_of(child, line);
                literal(text, raw, word)?;
                said.push_str(text);
            }
            "command_substitution" if heredoc::is_plain_text(child, line) => {
                word.value.push_str(text_of(child, line));
                word.varies = true;
                said.push('-');
            }
            "simple_expansion" | "arithmetic_expansion" | "command_substitution" | "expansion" => {
                piece(child, line, word)?;
                said.push('-');
            }
            _ => return Err(object(raw, "a shape inside quotes that is not judged")),
        }
        at = child.end_byte().max(at);
    }
    let gap = line.get(at..end).unwrap_or_default();
    literal(gap, raw, word)?;
    said.push_str(gap);
    headings(raw, &said)
}

/// Text inside double quotes.
fn literal(text: &str, whole: &str, word: &mut Word) -> Result<(), Objection> {
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(next @ ('$' | '`' | '"' | '\\')) => word.value.push(next),
                Some('\n') | None => {
                    return Err(object(whole, "a backslash before a line's end"));
                }
                Some(next) => word.value.extend(['\\', next]),
            },
            '`' | '$' => return Err(object(whole, "a substitution inside quotes")),
            _ => word.value.push(letter),
        }
    }
    Ok(())
}

/// A line that begins with `#` inside quotes hides what follows from a reader who takes it for a comment.
fn headings(whole: &str, text: &str) -> Result<(), Objection> {
    let hides = text
        .split('\n')
        .skip(1)
        .any(|line| line.trim_start().starts_with('#'));
    if hides {
        return Err(object(whole, "a line inside quotes begins with `#`"));
    }
    Ok(())
}

/// Says whether unquoted braces of a word hold a comma or a range.
fn braces(node: Node<'_>, line: &str) -> bool {
    let mut depth = 0_u32;
    let mut range = false;
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        match node.kind() {
            "word" | "number" | "{" | "}" => {
                let mut last = ' ';
                for letter in text_of(node, line).chars() {
                    match letter {
                        '{' => depth += 1,
                        ',' if depth > 0 => range = true,
                        '.' if depth > 0 && last == '.' => range = true,
                        '}' if depth > 0 && range => return true,
                        _ => {}
                    }
                    last = letter;
                }
            }
            "brace_expression" => return true,
            "concatenation" => stack.extend(children(node).into_iter().rev()),
            _ => {}
        }
    }
    depth > 0 && range
}

fn object(text: &str, why: &'static str) -> Objection {
    Objection {
        text: text.to_owned(),
        why,
    }
}

/// Returns the words of a command as the shell would see them, whatever they are: for rules to deny.
pub(super) fn folded_words(node: Node<'_>, line: &str) -> Vec<String> {
    let is_word = |child: &Node<'_>| match child.kind() {
        "variable_assignment"
        | "file_redirect"
        | "herestring_redirect"
        | "heredoc_redirect"
        | "comment" => false,
        // `export` itself is a word without a name in the tree.
        _ => child.is_named() || node.kind() != "command",
    };
    let words = children(node).into_iter().filter(is_word);
    words.map(|word| fold(text_of(word, line))).collect()
}

/// Takes quotes and escapes off.
pub(super) fn fold(raw: &str) -> String {
    let mut value = String::with_capacity(raw.len());
    let mut letters = raw.chars();
    let mut single = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => single = !single,
            '\\' if !single => value.extend(letters.next()),
            '"' if !single => {}
            _ => value.push(letter),
        }
    }
    value
}
