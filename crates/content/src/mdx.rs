//! Whether a body is MDX that holds no code, and what it links to.

use std::panic::{AssertUnwindSafe, catch_unwind};

use markdown::mdast::Node;
use markdown::message::{Message, Place};
use markdown::{Constructs, MdxSignal, ParseOptions};

use crate::nesting::is_excessive;

/// What a body holds that matters.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Code, by line and what it is.
    pub(crate) code: Vec<(usize, &'static str)>,
    /// Targets of links and pictures.
    pub(crate) targets: Vec<Target>,
}

/// Where a link or a picture points.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) line: usize,
    pub(crate) url: String,
    pub(crate) is_picture: bool,
}

/// Reads a body as MDX. The error is a line of the body, from 1, and why it does not compile.
pub(crate) fn read(body: &str) -> Result<Contents, (usize, String)> {
    if is_excessive(body) {
        return Err((
            1,
            "the page is too long or too deeply nested to be read".to_owned(),
        ));
    }
    let root = parse(body, &options()).map_err(|message| {
        let line = match message.place.as_deref() {
            Some(Place::Point(point)) => point.line,
            Some(Place::Position(position)) => position.start.line,
            None => 1,
        };
        (line, message.reason.clone())
    })?;
    let mut contents = Contents::default();
    contents.walk(&root);
    Ok(contents)
}

/// Parses with a parser that can panic: version 1.0.0 does when a list ends inside an unclosed code block. A page
/// is hostile until it is checked, and one that cannot be parsed is just a page with a problem.
pub(crate) fn parse(body: &str, options: &ParseOptions) -> Result<Node, Message> {
    let parsed = catch_unwind(AssertUnwindSafe(|| markdown::to_mdast(body, options)));
    parsed.unwrap_or_else(|_| {
        Err(Message {
            place: None,
            reason: "a list or quote ends inside an unclosed code block".to_owned(),
            rule_id: Box::new("unparsable".to_owned()),
            source: Box::new("lightsout".to_owned()),
        })
    })
}

/// MDX, with every import, export and expression let through so that it is found in the tree.
pub(crate) fn options() -> ParseOptions {
    ParseOptions {
        constructs: Constructs {
            frontmatter: false,
            ..Constructs::mdx()
        },
        mdx_esm_parse: Some(Box::new(|_| MdxSignal::Ok)),
        ..ParseOptions::default()
    }
}

impl Contents {
    fn walk(&mut self, node: &Node) {
        let start = node.position().map_or(1, |position| position.start.line);
        let code = match node {
            Node::MdxjsEsm(_) => Some("an import or export"),
            Node::MdxFlowExpression(_) | Node::MdxTextExpression(_) => {
                Some("an expression in braces")
            }
            Node::MdxJsxFlowElement(_) | Node::MdxJsxTextElement(_) => Some("a JSX element"),
            Node::Html(_) => Some("HTML"),
            _ => None,
        };
        self.code.extend(code.map(|code| (start, code)));
        let target = match node {
            Node::Link(link) => Some((&link.url, false)),
            Node::Definition(definition) => Some((&definition.url, false)),
            Node::Image(image) => Some((&image.url, true)),
            _ => None,
        };
        self.targets.extend(target.map(|(url, is_picture)| Target {
            line: start,
            url: url.clone(),
            is_picture,
        }));
        for child in node.children().into_iter().flatten() {
            self.walk(child);
        }
    }
}
