//! Whatever people write, the page holds no code and shows their words.

use lightsout_content::{Page, clean, to_mdx, to_mdx_inline};
use markdown::mdast::Node;
use markdown::{Constructs, MdxSignal, ParseOptions};
use proptest::prelude::*;

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
        // A list without words stands for what was typed: a number and a period.
        Node::List(list) if list.ordered && is_wordless(node) => {
            text.push_str(&list.start.unwrap_or(1).to_string());
            text.push('.');
        }
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

fn is_wordless(node: &Node) -> bool {
    let is_empty = |item: &Node| item.children().is_none_or(Vec::is_empty);
    node.children()
        .is_some_and(|items| items.iter().all(is_empty))
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

/// The input as people see it on the forge: `CommonMark`, but for definitions, which hide words.
fn commonmark() -> ParseOptions {
    ParseOptions {
        constructs: Constructs {
            definition: false,
            ..Constructs::default()
        },
        ..ParseOptions::default()
    }
}

/// Checks that a text becomes a page without code that shows the same words.
fn check(text: &str) {
    let body = to_mdx(text);
    let shown = visible(&body, &mdx());
    assert_eq!(
        shown,
        visible(&clean(text), &commonmark()),
        "\ninput:  {text:?}\noutput: {body:?}"
    );
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
    #![proptest_config(ProptestConfig::with_cases(400))]

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
