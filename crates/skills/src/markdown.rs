//! What the check looks at in a skill's Markdown.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

/// What begins the line with the phrase that proves a skill was read to its end.
const CANARY: &str = "Canary phrase:";

/// Something with the line it stands on, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At<T> {
    pub(crate) line: usize,
    pub(crate) what: T,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) level: HeadingLevel,
    pub(crate) text: String,
}

impl Heading {
    /// Returns what a link to this heading is spelled like.
    pub(crate) fn anchor(&self) -> String {
        let kept = self.text.to_lowercase();
        kept.chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) headings: Vec<At<Heading>>,
    pub(crate) links: Vec<At<String>>,
    /// Lines of code, in blocks for a shell and in spans, that begin with `lightsout`.
    pub(crate) commands: Vec<At<String>>,
    pub(crate) canary: Option<String>,
}

/// Reads a skill's Markdown.
pub(crate) fn read(text: &str) -> Found {
    let mut found = Found::default();
    let mut heading: Option<At<Heading>> = None;
    let mut shell = false;
    let mut paragraph = String::new();
    for (event, range) in Parser::new(text).into_offset_iter() {
        let line = text[..range.start].matches('\n').count();
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(At {
                    line,
                    what: Heading {
                        level,
                        text: String::new(),
                    },
                });
            }
            Event::End(TagEnd::Heading(_)) => found.headings.extend(heading.take()),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                found.links.push(At {
                    line,
                    what: dest_url.into_string(),
                });
            }
            Event::Start(Tag::CodeBlock(kind)) => shell = is_shell(&kind),
            Event::End(TagEnd::CodeBlock) => shell = false,
            Event::Start(Tag::Paragraph) => paragraph.clear(),
            Event::Text(words) => {
                if shell {
                    let commands = words.lines().enumerate();
                    found
                        .commands
                        .extend(commands.filter_map(|(index, words)| command(line + index, words)));
                }
                paragraph.push_str(&words);
                if let Some(heading) = &mut heading {
                    heading.what.text.push_str(&words);
                }
            }
            Event::Code(words) => {
                found.commands.extend(command(line, &words));
                if paragraph.trim() == CANARY {
                    found.canary = Some(words.to_string());
                }
                if let Some(heading) = &mut heading {
                    heading.what.text.push_str(&words);
                }
            }
            _ => {}
        }
    }
    found
}

/// Says whether a block of code is for a shell: it says so, or says nothing.
fn is_shell(kind: &CodeBlockKind<'_>) -> bool {
    match kind {
        CodeBlockKind::Indented => true,
        CodeBlockKind::Fenced(language) => {
            matches!(&**language, "" | "sh" | "bash" | "shell" | "console")
        }
    }
}

fn command(line: usize, words: &str) -> Option<At<String>> {
    let words = words.trim();
    let words = words.strip_prefix("$ ").unwrap_or(words);
    let is_ours = words == "lightsout" || words.starts_with("lightsout ");
    is_ours.then(|| At {
        line,
        what: words.to_owned(),
    })
}
