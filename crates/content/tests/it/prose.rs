//! Whatever people write, the page holds no code and shows their words.

use lightsout_content::{Page, clean, to_mdx, to_mdx_inline};
use markdown::mdast::Node;
use markdown::{Constructs, MdxSignal, ParseOptions};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::corpus::{HOSTILE, hostile};

fn mdx() -> ParseOptions {
    ParseOptions {
        constructs: Constructs {
            frontmatter: true,
            ..Constructs::mdx()
        },
        mdx_esm_parse: Some(Box::new(|_| MdxSignal::Ok)),
        ..ParseOptions::default()
    }
}

fn mdx_gfm() -> ParseOptions {
    let gfm = Constructs::gfm();
    ParseOptions {
        constructs: Constructs {
            gfm_footnote_definition: true,
            gfm_label_start_footnote: true,
            gfm_strikethrough: true,
            gfm_table: true,
            gfm_task_list_item: true,
            math_flow: true,
            math_text: true,
            gfm_autolink_literal: gfm.gfm_autolink_literal,
            ..Constructs::mdx()
        },
        ..mdx()
    }
}

/// Collects the words that a reader sees, and fails on code.
fn words(node: &Node, text: &mut String) {
    match node {
        Node::MdxjsEsm(_)
        | Node::MdxFlowExpression(_)
        | Node::MdxTextExpression(_)
        | Node::MdxJsxFlowElement(_)
        | Node::MdxJsxTextElement(_) => panic!("code: {node:?}"),
        Node::Text(value) => text.push_str(&value.value),
        Node::Html(value) => text.push_str(&value.value),
        Node::InlineCode(value) => text.push_str(&value.value),
        Node::Code(value) => text.push_str(&value.value),
        Node::Image(value) => text.push_str(&value.alt),
        Node::Break(_) => text.push('\n'),
        _ => {}
    }
    let holds_blocks = matches!(
        node,
        Node::Root(_) | Node::Blockquote(_) | Node::List(_) | Node::ListItem(_)
    );
    for child in node.children().into_iter().flatten() {
        words(child, text);
        if holds_blocks {
            text.push('\n');
        }
    }
}

fn visible(source: &str, options: &ParseOptions) -> String {
    let root =
        markdown::to_mdast(source, options).unwrap_or_else(|error| panic!("{error} in {source:?}"));
    let mut text = String::new();
    words(&root, &mut text);
    clean(&text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the words of the input as people see them on the forge, but for definitions, which hide words there.
fn typed(text: &str) -> String {
    let mut text = clean(text);
    loop {
        let parser = Parser::new_ext(&text, Options::empty());
        let definitions = parser.reference_definitions();
        let Some(at) = definitions
            .iter()
            .map(|(_, definition)| definition.span.start)
            .max()
        else {
            break;
        };
        text.insert(at, '\\');
    }
    let mut words = String::new();
    let events: Vec<Event<'_>> = Parser::new_ext(&text, Options::empty()).collect();
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(text);
            }
            // A list without words stands for what was typed: a number and a period.
            Event::Start(Tag::List(Some(number))) if is_bare(&events[index + 1..]) => {
                words.extend(["\n", &number.to_string(), ".\n"]);
            }
            event if is_inline(event) => {}
            _ => words.push('\n'),
        }
    }
    clean(&words)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a list that was just begun ends without anything in its items.
fn is_bare(rest: &[Event<'_>]) -> bool {
    let other = rest
        .iter()
        .find(|event| !matches!(event, Event::Start(Tag::Item) | Event::End(TagEnd::Item)));
    matches!(other, Some(Event::End(TagEnd::List(_))))
}

fn is_inline(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image)
    )
}

/// Checks that a text becomes a page without code that shows the same words.
fn check(text: &str) {
    let body = to_mdx(text);
    let shown = visible(&body, &mdx());
    assert_eq!(shown, typed(text), "\ninput:  {text:?}\noutput: {body:?}");
    assert_eq!(
        shown,
        visible(&body, &mdx_gfm()),
        "with extensions\ninput:  {text:?}\noutput: {body:?}"
    );
    assert_eq!(
        to_mdx(&body.replace("&#105;", "i").replace("&#101;", "e")).is_empty(),
        body.is_empty()
    );

    // A tool that knows no front matter must not find code either.
    let mut page = Page {
        body,
        ..Page::default()
    };
    page.front.set("question", text);
    page.front
        .set("list", vec![text.to_owned(), "b".to_owned()]);
    let rendered = page.render();
    visible(&rendered, &mdx());
    let ignorant = ParseOptions {
        constructs: Constructs {
            frontmatter: false,
            ..Constructs::mdx()
        },
        ..mdx()
    };
    visible(&rendered, &ignorant);
}

fn check_inline(text: &str) {
    let line = to_mdx_inline(text);
    let expected = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    for before in ["", "## ", "before ", "> ", "- "] {
        let page = format!("{before}{line}");
        let shown = visible(&page, &mdx());
        let before = before.trim_matches(['#', ' ', '>', '-']);
        let wanted = format!("{before} {expected}");
        assert_eq!(shown, wanted.trim(), "{text:?} as {page:?}");
    }
}

#[test]
fn hostile_texts_are_only_text() {
    for text in hostile() {
        check(&text);
    }
}

#[test]
fn hostile_lines_are_only_text() {
    for text in HOSTILE {
        check_inline(text);
    }
}

#[test]
fn everyday_writing_stays_readable() {
    let text = "# Title\n\nWe **moved** to *Porto* in [2019](https://x.example), with `cargo`:\n\n- one\n- two\n  - deep\n\n\
        1. first\n2. second\n\n> A quote,\n> in lines.\n\n```rust\nfn main() {}\n```\n\n***bold italics*** and <br> {x}\n";
    insta::assert_snapshot!(to_mdx(text));
}

#[test]
fn excessive_nesting_is_text() {
    for text in [
        ">".repeat(60_000),
        "- ".repeat(20_000),
        "*a ".repeat(20_000),
        "**a *b ".repeat(9_000),
        "1. ".repeat(9_000),
    ] {
        let body = to_mdx(&text);
        visible(&body, &mdx());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_only_text(text in "\\PC{0,80}|[ -~\n\t]{0,80}|(\\PC|[-*_`~{}<>\\[\\]()!#&=+.:|\\\\ \t\n]){0,60}") {
        check(&text);
        check_inline(&text);
    }

    #[test]
    fn any_mixture_of_hostile_texts_is_only_text(
        pieces in proptest::collection::vec((0..HOSTILE.len(), prop_oneof![
            Just(""), Just(" "), Just("\n"), Just("\n\n"), Just("\n  "), Just("\n> "), Just("\n- "), Just("*"), Just("**"), Just("_"),
        ]), 1..8),
    ) {
        let text: String = pieces.iter().flat_map(|(index, glue)| [HOSTILE[*index], glue]).collect();
        check(&text);
    }
}
