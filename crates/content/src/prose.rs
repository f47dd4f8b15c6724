//! What people wrote, as MDX that holds no code.
//!
//! The text is parsed as `CommonMark` and written anew from its tree, so that nothing of the original syntax
//! survives by accident: what is structure (paragraphs, headings, lists, quotes, emphasis, code, links) is written
//! by this module, and every other character is text and escaped as such.

use crate::clean::{clean, clean_line};
use crate::escape::{escape_text, guard_lines};
use crate::inline::{ends_unescaped, inlines};
use crate::nesting::is_excessive;
use crate::tree::{Block, Inline, List, parse};

/// Returns what people wrote as the body of a page: headings are `##` and deeper.
pub fn to_mdx(markdown: &str) -> String {
    to_mdx_below(markdown, 1)
}

/// Returns what people wrote as a part of a page below a heading of `level`: its own headings are deeper.
pub fn to_mdx_below(markdown: &str, level: u8) -> String {
    let text = clean(markdown);
    let parsed = if is_excessive(&text) {
        None
    } else {
        parse(&text)
    };
    let Some(blocks) = parsed else {
        return plain(&text);
    };
    let shallowest = shallowest_heading(&blocks).unwrap_or(u8::MAX);
    let writer = Writer {
        shift: (level + 1).saturating_sub(shallowest),
    };
    let body = writer.blocks(&blocks, false);
    if body.is_empty() { body } else { body + "\n" }
}

/// Returns plain text as a part of one line, every character of it visible as it is.
pub fn to_mdx_inline(text: &str) -> String {
    guard_lines(&escape_text(&clean_line(text)))
}

/// Returns the paragraphs of a text without looking for structure in them.
fn plain(text: &str) -> String {
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(|paragraph| guard_lines(&escape_text(paragraph)))
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    if paragraphs.is_empty() {
        String::new()
    } else {
        paragraphs.join("\n\n") + "\n"
    }
}

fn shallowest_heading(blocks: &[Block]) -> Option<u8> {
    let depths = blocks.iter().filter_map(|block| match block {
        Block::Heading { depth, .. } => Some(*depth),
        Block::Quote(blocks) => shallowest_heading(blocks),
        Block::List(list) => list
            .items
            .iter()
            .filter_map(|item| shallowest_heading(item))
            .min(),
        Block::Paragraph(_) | Block::Code { .. } | Block::Html(_) | Block::Rule => None,
    });
    depths.min()
}

struct Writer {
    /// By how much headings move down.
    shift: u8,
}

impl Writer {
    /// Writes blocks one below the other; `tight` puts a list right below its paragraph.
    fn blocks(&self, blocks: &[Block], tight: bool) -> String {
        let mut text = String::new();
        // Two lists in a row would become one; the second gets the other marker.
        let mut list_before = None;
        for block in blocks {
            let other_marker = list_before == Some(false);
            let written = self.block(block, other_marker);
            if written.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push_str(if tight && joins_paragraph(block) {
                    "\n"
                } else {
                    "\n\n"
                });
            }
            text.push_str(&written);
            list_before = matches!(block, Block::List(_)).then_some(other_marker);
        }
        text
    }

    fn block(&self, block: &Block, other_marker: bool) -> String {
        match block {
            Block::Paragraph(content) => paragraph_of(&inlines(content)),
            Block::Heading { depth, content } => self.heading(*depth, content),
            Block::Rule => "***".to_owned(),
            Block::Quote(blocks) => prefix(&self.blocks(blocks, false), "> ", "> "),
            Block::List(list) => self.list(list, other_marker),
            Block::Code { language, text } => fenced(language, text),
            Block::Html(html) => plain(html).trim_end().to_owned(),
        }
    }

    fn heading(&self, depth: u8, content: &[Inline]) -> String {
        let text = one_line(&paragraph_of(&inlines(content)));
        if text.is_empty() {
            return text;
        }
        let depth = depth.saturating_add(self.shift).min(6);
        format!("{} {text}", "#".repeat(usize::from(depth)))
    }

    fn list(&self, list: &List, other_marker: bool) -> String {
        let mut number = list.start.unwrap_or(1);
        if list.start.is_some() && list.items.iter().all(Vec::is_empty) {
            // `2019.` alone on a line is a list without words to Markdown, and an answer to people.
            return format!("{number}\\.");
        }
        let mut items = Vec::new();
        for item in &list.items {
            let text = self.blocks(item, !list.loose);
            // An empty item could be read as an underline.
            if text.is_empty() {
                continue;
            }
            let marker = match (list.start, other_marker) {
                (Some(_), false) => format!("{number}. "),
                (Some(_), true) => format!("{number}) "),
                (None, false) => "- ".to_owned(),
                (None, true) => "+ ".to_owned(),
            };
            number = number.saturating_add(1).min(999_999_999);
            items.push(prefix(&text, &marker, &" ".repeat(marker.len())));
        }
        items.join(if list.loose { "\n\n" } else { "\n" })
    }
}

/// Whether the block can stand right below a paragraph and still be itself.
fn joins_paragraph(block: &Block) -> bool {
    matches!(
        block,
        Block::List(List {
            start: None | Some(1),
            ..
        })
    )
}

/// Puts `first` before the first line and `others` before the others, without trailing spaces.
fn prefix(text: &str, first: &str, others: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = text
        .split('\n')
        .enumerate()
        .map(|(index, line)| {
            let prefix = if index == 0 { first } else { others };
            if line.is_empty() {
                prefix.trim_end().to_owned()
            } else {
                format!("{prefix}{line}")
            }
        })
        .collect();
    lines.join("\n")
}

/// Finishes inline content as a paragraph.
fn paragraph_of(inline: &str) -> String {
    let mut text = guard_lines(inline);
    // A hard break at the end breaks nothing, and would be a visible backslash.
    while let Some(before) = text
        .strip_suffix('\\')
        .filter(|before| ends_unescaped(before))
    {
        text = before.trim_end().to_owned();
    }
    text
}

/// Puts a paragraph on one line, its hard breaks as spaces.
fn one_line(paragraph: &str) -> String {
    let lines: Vec<&str> = paragraph
        .split('\n')
        .map(|line| {
            line.strip_suffix('\\')
                .filter(|before| ends_unescaped(before))
                .unwrap_or(line)
        })
        .collect();
    lines.join(" ")
}

/// Writes a code block with a fence longer than any run of back-ticks inside.
fn fenced(language: &str, text: &str) -> String {
    let text = clean(text);
    let text = text.trim_end_matches('\n');
    if text.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "+#.-".contains(*c);
    let language: String = language.chars().filter(is_plain).take(32).collect();
    format!("{fence}{language}\n{text}\n{fence}")
}

/// Returns the length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
