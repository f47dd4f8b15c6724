//! What people wrote, parsed as `CommonMark` into a small tree.
//!
//! Definitions of link references are not taken as such: they would hide words, and whoever types `[note]: this`
//! rarely means one. Raw HTML is kept as text.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Deeper nesting than this is nobody's prose.
const DEEPEST: usize = 64;
/// How often definitions are looked for; each look finds all but those that repeat a label.
const MOST_LOOKS: usize = 16;

/// A block of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Paragraph(Vec<Inline>),
    Heading {
        depth: u8,
        content: Vec<Inline>,
    },
    Quote(Vec<Block>),
    List(List),
    Code {
        language: String,
        text: String,
    },
    /// Raw HTML, which is text.
    Html(String),
    Rule,
}

/// A list; ordered if it has a start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) start: Option<u64>,
    /// Whether its items stand apart.
    pub(crate) loose: bool,
    pub(crate) items: Vec<Vec<Block>>,
}

/// A part of a paragraph or heading.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Inline {
    /// Text, with line breaks where they were typed.
    Text(String),
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    Link {
        url: String,
        content: Vec<Inline>,
    },
    /// A picture, of which the words remain.
    Image(Vec<Inline>),
    HardBreak,
}

/// Parses a text; `None` if it nests too deeply.
pub(crate) fn parse(text: &str) -> Option<Vec<Block>> {
    let mut text = text.to_owned();
    for _ in 0..MOST_LOOKS {
        let definitions = definitions(&text);
        if definitions.is_empty() {
            return build(&text);
        }
        // An escaped bracket begins no definition. From the last to the first, so that places stay right.
        for definition in definitions.iter().rev() {
            text.insert(definition.start, '\\');
        }
    }
    None
}

/// Returns where definitions of link references stand, in order.
fn definitions(text: &str) -> Vec<Range<usize>> {
    let parser = Parser::new_ext(text, Options::empty());
    let spans = parser
        .reference_definitions()
        .iter()
        .map(|(_, definition)| definition.span.clone());
    let mut spans: Vec<Range<usize>> = spans.collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// A container that is open while the text is read.
struct Frame<'a> {
    tag: Option<Tag<'a>>,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    /// The items of a list, or whether an item's paragraphs are real ones.
    items: Vec<Vec<Block>>,
    loose: bool,
    /// The text of code or HTML.
    text: String,
}

impl<'a> Frame<'a> {
    fn new(tag: Option<Tag<'a>>) -> Self {
        Self {
            tag,
            blocks: Vec::new(),
            inlines: Vec::new(),
            items: Vec::new(),
            loose: false,
            text: String::new(),
        }
    }

    /// Makes a paragraph of words that stand in a container without one, as in a tight list.
    fn flush(&mut self) {
        if !self.inlines.is_empty() {
            self.blocks
                .push(Block::Paragraph(std::mem::take(&mut self.inlines)));
        }
    }

    fn push(&mut self, block: Block) {
        self.flush();
        self.blocks.push(block);
    }

    fn text(&mut self, text: &str) {
        match self.tag {
            Some(Tag::CodeBlock(_) | Tag::HtmlBlock) => self.text.push_str(text),
            _ => match self.inlines.last_mut() {
                // Pieces of one text are one text, so that what is decided by neighbours sees them.
                Some(Inline::Text(before)) => before.push_str(text),
                _ => self.inlines.push(Inline::Text(text.to_owned())),
            },
        }
    }
}

fn build(text: &str) -> Option<Vec<Block>> {
    let mut open = vec![Frame::new(None)];
    for event in Parser::new_ext(text, Options::empty()) {
        if open.len() > DEEPEST {
            return None;
        }
        match event {
            Event::Start(tag) => open.push(Frame::new(Some(tag))),
            Event::End(end) => {
                let frame = open.pop()?;
                close(open.last_mut()?, frame, end);
            }
            event => inline(open.last_mut()?, event),
        }
    }
    let mut root = open.pop()?;
    root.flush();
    Some(root.blocks)
}

fn inline(frame: &mut Frame<'_>, event: Event<'_>) {
    match event {
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => frame.text(&text),
        Event::Code(code) => frame.inlines.push(Inline::Code(code.into_string())),
        Event::SoftBreak => frame.text("\n"),
        Event::HardBreak => frame.inlines.push(Inline::HardBreak),
        Event::Rule => frame.push(Block::Rule),
        // None of these is asked for; should one come, its words remain.
        Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
            frame.text(&text);
        }
        Event::TaskListMarker(_) | Event::Start(_) | Event::End(_) => {}
    }
}

/// Puts a finished container into the one around it.
fn close(around: &mut Frame<'_>, mut frame: Frame<'_>, end: TagEnd) {
    match (end, frame.tag.take()) {
        (TagEnd::Paragraph, _) => {
            around.loose = true;
            around.push(Block::Paragraph(frame.inlines));
        }
        (TagEnd::Heading(level), _) => {
            let depth = level as u8;
            around.push(Block::Heading {
                depth,
                content: frame.inlines,
            });
        }
        (TagEnd::BlockQuote(_), _) => {
            frame.flush();
            around.push(Block::Quote(frame.blocks));
        }
        (TagEnd::CodeBlock, Some(Tag::CodeBlock(kind))) => {
            let language = match kind {
                CodeBlockKind::Fenced(info) => {
                    info.split_whitespace().next().unwrap_or("").to_owned()
                }
                CodeBlockKind::Indented => String::new(),
            };
            around.push(Block::Code {
                language,
                text: frame.text,
            });
        }
        (TagEnd::HtmlBlock, _) => around.push(Block::Html(frame.text)),
        (TagEnd::Item, _) => {
            frame.flush();
            around.loose |= frame.loose;
            around.items.push(frame.blocks);
        }
        (TagEnd::List(_), Some(Tag::List(start))) => {
            around.push(Block::List(List {
                start,
                loose: frame.loose,
                items: frame.items,
            }));
        }
        (TagEnd::Emphasis, _) => around.inlines.push(Inline::Emphasis(frame.inlines)),
        (TagEnd::Strong, _) => around.inlines.push(Inline::Strong(frame.inlines)),
        (TagEnd::Image, _) => around.inlines.push(Inline::Image(frame.inlines)),
        (TagEnd::Link, Some(Tag::Link { dest_url, .. })) => {
            let url = dest_url.into_string();
            around.inlines.push(Inline::Link {
                url,
                content: frame.inlines,
            });
        }
        // Nothing else is asked for; should it come, its contents remain.
        _ => {
            around.inlines.append(&mut frame.inlines);
            around.blocks.append(&mut frame.blocks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    #[test]
    fn tight_items_hold_paragraphs_too() {
        let blocks = parse("- a\n  - b\n- c").unwrap();
        let inner = List {
            start: None,
            loose: false,
            items: vec![vec![Block::Paragraph(vec![text("b")])]],
        };
        let first = vec![Block::Paragraph(vec![text("a")]), Block::List(inner)];
        let second = vec![Block::Paragraph(vec![text("c")])];
        let list = List {
            start: None,
            loose: false,
            items: vec![first, second],
        };
        assert_eq!(blocks, [Block::List(list)]);
        let blocks = parse("- a\n\n- b").unwrap();
        assert!(matches!(
            blocks.as_slice(),
            [Block::List(List { loose: true, .. })]
        ));
    }

    #[test]
    fn definitions_are_words() {
        let blocks = parse("[a]: b\n\n[a]: c\n\n[a][a] [d]\n\n> [d]: e 'f'\n").unwrap();
        assert_eq!(blocks[0], Block::Paragraph(vec![text("[a]: b")]));
        assert_eq!(blocks[1], Block::Paragraph(vec![text("[a]: c")]));
        assert_eq!(blocks[2], Block::Paragraph(vec![text("[a][a] [d]")]));
        assert_eq!(
            blocks[3],
            Block::Quote(vec![Block::Paragraph(vec![text("[d]: e 'f'")])])
        );
        assert_eq!(
            parse("```\n[a]: b\n```").unwrap(),
            [Block::Code {
                language: String::new(),
                text: "[a]: b\n".to_owned()
            }]
        );
    }

    #[test]
    fn too_deep_is_nothing() {
        assert!(parse(&">".repeat(1_000)).is_none());
        assert!(parse(&"[a]: b\n\n".repeat(1_000)).is_none());
    }
}
