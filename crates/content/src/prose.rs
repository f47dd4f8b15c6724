//! What people wrote, as MDX that holds no code.
//!
//! The text is parsed as `CommonMark` and written anew from its tree, so that nothing of the original syntax
//! survives by accident: what is structure (paragraphs, headings, lists, quotes, emphasis, code, links) is written
//! by this module, and every other character is text and escaped as such. Raw HTML is text too. Definitions of
//! link references are not parsed, since they would hide words.

use markdown::mdast::{self, Node};
use markdown::{Constructs, ParseOptions};

use crate::clean::{clean, clean_line};
use crate::escape::{escape_text, guard_lines};
use crate::nesting::is_excessive;
use crate::target::safe_target;

/// Returns what people wrote as the body of a page: headings are `##` and deeper.
pub fn to_mdx(markdown: &str) -> String {
    to_mdx_below(markdown, 1)
}

/// Returns what people wrote as a part of a page below a heading of `level`: its own headings are deeper.
pub fn to_mdx_below(markdown: &str, level: u8) -> String {
    let text = clean(markdown);
    let parsed = (!is_excessive(&text))
        .then(|| markdown::to_mdast(&text, &options()).ok())
        .flatten();
    let Some(Node::Root(root)) = parsed else {
        return plain(&text);
    };
    let shallowest = shallowest_heading(&root.children).unwrap_or(u8::MAX);
    let writer = Writer {
        shift: (level + 1).saturating_sub(shallowest),
    };
    let body = writer.blocks(&root.children, false);
    if body.is_empty() { body } else { body + "\n" }
}

/// Returns plain text as a part of one line, every character of it visible as it is.
pub fn to_mdx_inline(text: &str) -> String {
    guard_lines(&escape_text(&clean_line(text)))
}

/// What is understood of what people wrote.
pub(crate) fn options() -> ParseOptions {
    ParseOptions {
        constructs: Constructs {
            definition: false,
            ..Constructs::default()
        },
        ..ParseOptions::default()
    }
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

fn shallowest_heading(nodes: &[Node]) -> Option<u8> {
    nodes
        .iter()
        .filter_map(|node| match node {
            Node::Heading(heading) => Some(heading.depth),
            _ => node
                .children()
                .and_then(|children| shallowest_heading(children)),
        })
        .min()
}

struct Writer {
    /// By how much headings move down.
    shift: u8,
}

impl Writer {
    /// Writes blocks one below the other; `tight` puts a list right below its paragraph.
    fn blocks(&self, nodes: &[Node], tight: bool) -> String {
        let mut text = String::new();
        // Two lists in a row would become one; the second gets the other marker.
        let mut list_before = None;
        for node in nodes {
            let other_marker = list_before == Some(false);
            let block = self.block(node, other_marker);
            if block.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push_str(if tight && joins_paragraph(node) {
                    "\n"
                } else {
                    "\n\n"
                });
            }
            text.push_str(&block);
            list_before = matches!(node, Node::List(_)).then_some(other_marker);
        }
        text
    }

    fn block(&self, node: &Node, other_marker: bool) -> String {
        match node {
            Node::Paragraph(paragraph) => paragraph_of(&inlines(&paragraph.children)),
            Node::Heading(heading) => self.heading(heading),
            Node::ThematicBreak(_) => "***".to_owned(),
            Node::Blockquote(quote) => prefix(&self.blocks(&quote.children, false), "> ", "> "),
            Node::List(list) => self.list(list, other_marker),
            Node::Code(code) => fenced(code),
            Node::Html(html) => plain(&html.value).trim_end().to_owned(),
            // Nothing else is parsed; should it be one day, it is text.
            other => paragraph_of(&escape_text(&other.to_string())),
        }
    }

    fn heading(&self, heading: &mdast::Heading) -> String {
        let text = one_line(&paragraph_of(&inlines(&heading.children)));
        if text.is_empty() {
            return text;
        }
        let depth = heading.depth.saturating_add(self.shift).min(6);
        format!("{} {text}", "#".repeat(usize::from(depth)))
    }

    fn list(&self, list: &mdast::List, other_marker: bool) -> String {
        let mut number = list.start.unwrap_or(1);
        let texts = self.items(&list.children);
        let is_bare = list.ordered
            && list
                .children
                .iter()
                .all(|item| item.children().is_none_or(Vec::is_empty));
        if is_bare {
            // `2019.` alone on a line is a list without words to Markdown, and an answer to people.
            return format!("{number}\\.");
        }
        let mut items = Vec::new();
        for text in texts {
            let marker = match (list.ordered, other_marker) {
                (true, false) => format!("{number}. "),
                (true, true) => format!("{number}) "),
                (false, false) => "- ".to_owned(),
                (false, true) => "+ ".to_owned(),
            };
            number = number.saturating_add(1).min(999_999_999);
            items.push(prefix(&text, &marker, &" ".repeat(marker.len())));
        }
        items.join(if list.spread { "\n\n" } else { "\n" })
    }

    /// Writes the items of a list, without those that are empty: they could be read as an underline.
    fn items(&self, nodes: &[Node]) -> Vec<String> {
        let texts = nodes.iter().flat_map(|node| match node {
            Node::ListItem(item) => vec![self.blocks(&item.children, !item.spread)],
            // The parser puts the items after an unclosed comment into a list inside the list.
            Node::List(list) => self.items(&list.children),
            other => vec![self.block(other, false)],
        });
        texts.filter(|text| !text.is_empty()).collect()
    }
}

/// Whether the block can stand right below a paragraph and still be itself.
fn joins_paragraph(node: &Node) -> bool {
    matches!(node, Node::List(list) if !list.ordered || list.start == Some(1))
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

/// Whether a backslash put after the text would act, that is, is not itself escaped.
fn ends_unescaped(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
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
fn fenced(code: &mdast::Code) -> String {
    let fence = "`".repeat(longest_run(&code.value).max(2) + 1);
    let language: String = code
        .lang
        .iter()
        .flat_map(|language| language.chars())
        .filter(|c| c.is_ascii_alphanumeric() || "+#.-".contains(*c))
        .take(32)
        .collect();
    let value = clean(&code.value);
    let value = value.trim_end_matches('\n');
    if value.is_empty() {
        return String::new();
    }
    format!("{fence}{language}\n{value}\n{fence}")
}

/// Returns the length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Writes inline content, in which lines may still start with anything.
fn inlines(nodes: &[Node]) -> String {
    let mut pieces = Vec::new();
    collect(nodes, Inside::default(), &mut pieces);
    join(&pieces)
}

/// A piece of inline content.
enum Piece {
    /// Escaped text, code or a link.
    Text(String),
    /// Where emphasis begins or ends: `*`, `**` or `***`, and the other end's place.
    Mark {
        mark: &'static str,
        other: usize,
        opens: bool,
    },
}

/// What a node stands in; neither links nor emphasis of one kind nest.
#[derive(Clone, Copy, Default)]
struct Inside {
    weak: bool,
    strong: bool,
    link: bool,
}

fn collect(nodes: &[Node], inside: Inside, pieces: &mut Vec<Piece>) {
    for node in nodes {
        match node {
            Node::Text(text) => pieces.push(Piece::Text(escape_text(&tidy(&text.value)))),
            Node::Html(html) => pieces.push(Piece::Text(escape_text(&tidy(&html.value)))),
            Node::Image(image) => pieces.push(Piece::Text(escape_text(&tidy(&image.alt)))),
            Node::InlineCode(code) => pieces.push(Piece::Text(code_span(&code.value))),
            Node::Break(_) => pieces.push(Piece::Text("\\\n".to_owned())),
            Node::Emphasis(weak) => match weak.children.as_slice() {
                [Node::Strong(strong)] => both(&strong.children, inside, pieces),
                children => {
                    let mark = (!inside.weak).then_some("*");
                    mark_off(
                        children,
                        mark,
                        Inside {
                            weak: true,
                            ..inside
                        },
                        pieces,
                    );
                }
            },
            Node::Strong(strong) => match strong.children.as_slice() {
                [Node::Emphasis(weak)] => both(&weak.children, inside, pieces),
                children => {
                    let mark = (!inside.strong).then_some("**");
                    mark_off(
                        children,
                        mark,
                        Inside {
                            strong: true,
                            ..inside
                        },
                        pieces,
                    );
                }
            },
            Node::Link(link) => link_to(link, inside, pieces),
            other => pieces.push(Piece::Text(escape_text(&tidy(&other.to_string())))),
        }
    }
}

/// Collects what is emphasised in both ways at once.
fn both(nodes: &[Node], inside: Inside, pieces: &mut Vec<Piece>) {
    let mark = match (inside.weak, inside.strong) {
        (false, false) => Some("***"),
        (true, false) => Some("**"),
        (false, true) => Some("*"),
        (true, true) => None,
    };
    mark_off(
        nodes,
        mark,
        Inside {
            weak: true,
            strong: true,
            ..inside
        },
        pieces,
    );
}

fn mark_off(nodes: &[Node], mark: Option<&'static str>, inside: Inside, pieces: &mut Vec<Piece>) {
    let Some(mark) = mark else {
        return collect(nodes, inside, pieces);
    };
    let start = pieces.len();
    pieces.push(Piece::Mark {
        mark,
        other: 0,
        opens: true,
    });
    collect(nodes, inside, pieces);
    let end = pieces.len();
    pieces.push(Piece::Mark {
        mark,
        other: start,
        opens: false,
    });
    pieces[start] = Piece::Mark {
        mark,
        other: end,
        opens: true,
    };
}

fn link_to(link: &mdast::Link, inside: Inside, pieces: &mut Vec<Piece>) {
    let Some(target) = safe_target(&link.url).filter(|_| !inside.link) else {
        return collect(&link.children, inside, pieces);
    };
    let mut within = Vec::new();
    collect(
        &link.children,
        Inside {
            link: true,
            ..inside
        },
        &mut within,
    );
    let text = join(&within);
    let text = text.trim_matches([' ', '\t', '\n']);
    if !text.is_empty() {
        pieces.push(Piece::Text(format!("[{text}]({target})")));
    }
}

/// Joins pieces, leaving out emphasis that would not be read as such where it stands.
fn join(pieces: &[Piece]) -> String {
    let mut kept = vec![true; pieces.len()];
    // Dropping one pair changes its neighbours, so look again until nothing changes.
    loop {
        let shown = |index: &usize| -> bool { kept[*index] };
        let bad = (0..pieces.len()).filter(shown).find(|&index| {
            matches!(pieces[index], Piece::Mark { .. }) && !acts(pieces, &kept, index)
        });
        let Some(index) = bad else { break };
        if let Piece::Mark { other, .. } = pieces[index] {
            kept[other] = false;
        }
        kept[index] = false;
    }
    let mut text = String::new();
    for (piece, _) in pieces.iter().zip(&kept).filter(|(_, kept)| **kept) {
        let piece = match piece {
            Piece::Text(piece) => piece,
            Piece::Mark { mark, .. } => *mark,
        };
        // An exclamation mark before a link would make it a picture.
        if piece.starts_with('[') && text.ends_with('!') && ends_unescaped(&text[..text.len() - 1])
        {
            text.pop();
            text.push_str("\\!");
        }
        text.push_str(piece);
    }
    text
}

/// Whether a mark of emphasis acts where it stands: what it encloses begins and ends with a letter or digit, or
/// with other emphasis, or what is outside is a space or the edge.
fn acts(pieces: &[Piece], kept: &[bool], index: usize) -> bool {
    let Piece::Mark { opens, .. } = pieces[index] else {
        return true;
    };
    let before = neighbour(pieces[..index].iter().zip(&kept[..index]).rev(), |text| {
        text.chars().next_back()
    });
    let after = neighbour(pieces[index + 1..].iter().zip(&kept[index + 1..]), |text| {
        text.chars().next()
    });
    let (inner, outer) = if opens {
        (after, before)
    } else {
        (before, after)
    };
    match (inner, outer) {
        (Neighbour::Edge | Neighbour::Space | Neighbour::Mark, _) | (_, Neighbour::Mark) => false,
        (Neighbour::Word, _) => true,
        (Neighbour::Other, outer) => matches!(outer, Neighbour::Edge | Neighbour::Space),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Neighbour {
    Edge,
    Space,
    /// Another mark.
    Mark,
    /// A letter or a digit.
    Word,
    /// Anything else, punctuation mostly.
    Other,
}

fn neighbour<'a>(
    mut pieces: impl Iterator<Item = (&'a Piece, &'a bool)>,
    nearest: impl Fn(&str) -> Option<char>,
) -> Neighbour {
    let nearest = pieces.find_map(|(piece, kept)| match piece {
        _ if !kept => None,
        Piece::Mark { .. } => Some(Neighbour::Mark),
        Piece::Text(text) => nearest(text).map(kind),
    });
    nearest.unwrap_or(Neighbour::Edge)
}

fn kind(c: char) -> Neighbour {
    // Enclosed letters count as symbols in Markdown, not as letters.
    let enclosed = matches!(c, '\u{2460}'..='\u{24FF}' | '\u{1F100}'..='\u{1F1FF}');
    if c.is_whitespace() {
        Neighbour::Space
    } else if c.is_alphanumeric() && !enclosed {
        Neighbour::Word
    } else {
        Neighbour::Other
    }
}

/// Collapses white space to single spaces and single line breaks.
fn tidy(text: &str) -> String {
    let text = clean(text);
    let mut tidied = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '\t' if tidied.ends_with([' ', '\n']) => {}
            '\t' => tidied.push(' '),
            '\n' => {
                let kept = tidied.trim_end_matches([' ', '\n']).len();
                let at_start = kept == 0 && tidied.is_empty();
                tidied.truncate(kept);
                tidied.push(if at_start { ' ' } else { '\n' });
            }
            _ => tidied.push(c),
        }
    }
    tidied
}

/// Writes a code span with a fence that its contents do not hold.
fn code_span(value: &str) -> String {
    let value = clean(value).replace(['\n', '\t'], " ");
    if value.trim().is_empty() {
        return " ".to_owned();
    }
    let runs: Vec<usize> = value.split(|c| c != '`').map(str::len).collect();
    // Among one more lengths than there are runs, one is free.
    let length = (1..=runs.len() + 1)
        .find(|length| !runs.contains(length))
        .unwrap_or(1);
    let fence = "`".repeat(length);
    let padded = value.starts_with(['`', ' ']) || value.ends_with(['`', ' ']);
    if padded {
        format!("{fence} {value} {fence}")
    } else {
        format!("{fence}{value}{fence}")
    }
}
