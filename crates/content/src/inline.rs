//! Writing what stands in a line: text, code, emphasis and links.

use crate::clean::clean;
use crate::escape::escape_text;
use crate::target::safe_target;
use crate::tree::Inline;

/// Writes inline content, in which lines may still start with anything.
pub(crate) fn inlines(nodes: &[Inline]) -> String {
    let mut pieces = Vec::new();
    collect(nodes, Inside::default(), &mut pieces);
    join(&pieces)
}

/// Whether a backslash put after the text would act, that is, is not itself escaped.
pub(crate) fn ends_unescaped(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
}

/// Returns the words of inline content.
fn words(nodes: &[Inline]) -> String {
    let words = nodes.iter().map(|node| match node {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Emphasis(nodes) | Inline::Strong(nodes) | Inline::Image(nodes) => words(nodes),
        Inline::Link { content, .. } => words(content),
        Inline::HardBreak => "\n".to_owned(),
    });
    words.collect()
}

/// A piece of inline content.
enum Piece {
    /// Escaped text or a link.
    Text(String),
    /// The contents of a code span.
    Code(String),
    /// Where emphasis begins or ends: `*`, `**` or `***`, and the other end's place.
    Mark {
        mark: &'static str,
        other: usize,
        opens: bool,
    },
}

fn push_text(text: &str, pieces: &mut Vec<Piece>) {
    let text = tidy(text);
    if !text.is_empty() {
        pieces.push(Piece::Text(escape_text(&text)));
    }
}

/// What a node stands in; neither links nor emphasis of one kind nest.
#[derive(Clone, Copy, Default)]
struct Inside {
    weak: bool,
    strong: bool,
    link: bool,
}

fn collect(nodes: &[Inline], inside: Inside, pieces: &mut Vec<Piece>) {
    for node in nodes {
        match node {
            Inline::Text(text) => push_text(text, pieces),
            Inline::Image(alt) => push_text(&words(alt), pieces),
            Inline::Code(code) => {
                let code = clean(code);
                // Nothing but spaces is a space, with or without a fence.
                let blank = code.trim().is_empty();
                pieces.push(if blank {
                    Piece::Text(" ".to_owned())
                } else {
                    Piece::Code(code)
                });
            }
            Inline::HardBreak => pieces.push(Piece::Text("\\\n".to_owned())),
            Inline::Emphasis(nodes) => match nodes.as_slice() {
                [Inline::Strong(nodes)] => both(nodes, inside, pieces),
                nodes => {
                    let mark = (!inside.weak).then_some("*");
                    mark_off(
                        nodes,
                        mark,
                        Inside {
                            weak: true,
                            ..inside
                        },
                        pieces,
                    );
                }
            },
            Inline::Strong(nodes) => match nodes.as_slice() {
                [Inline::Emphasis(nodes)] => both(nodes, inside, pieces),
                nodes => {
                    let mark = (!inside.strong).then_some("**");
                    mark_off(
                        nodes,
                        mark,
                        Inside {
                            strong: true,
                            ..inside
                        },
                        pieces,
                    );
                }
            },
            Inline::Link { url, content } => link_to(url, content, inside, pieces),
        }
    }
}

/// Collects what is emphasised in both ways at once.
fn both(nodes: &[Inline], inside: Inside, pieces: &mut Vec<Piece>) {
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

fn mark_off(nodes: &[Inline], mark: Option<&'static str>, inside: Inside, pieces: &mut Vec<Piece>) {
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

fn link_to(url: &str, content: &[Inline], inside: Inside, pieces: &mut Vec<Piece>) {
    let Some(target) = safe_target(url).filter(|_| !inside.link) else {
        return collect(content, inside, pieces);
    };
    let mut within = Vec::new();
    collect(
        content,
        Inside {
            link: true,
            ..inside
        },
        &mut within,
    );
    let text = join(&within);
    let trimmed = text.trim_matches([' ', '\t', '\n']);
    // Spaces at the edges of a link's text stay, beside it.
    let space = |there: bool, pieces: &mut Vec<Piece>| {
        if there {
            pieces.push(Piece::Text(" ".to_owned()));
        }
    };
    space(text.starts_with([' ', '\t', '\n']), pieces);
    if !trimmed.is_empty() {
        pieces.push(Piece::Text(format!("[{trimmed}]({target})")));
        space(text.ends_with([' ', '\t', '\n']), pieces);
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
    let mut kept = pieces
        .iter()
        .zip(&kept)
        .filter(|(_, kept)| **kept)
        .map(|(piece, _)| piece)
        .peekable();
    while let Some(piece) = kept.next() {
        match piece {
            Piece::Mark { mark, .. } => text.push_str(mark),
            Piece::Text(piece) => {
                // An exclamation mark before a link would make it a picture.
                if piece.starts_with('[')
                    && text.ends_with('!')
                    && ends_unescaped(&text[..text.len() - 1])
                {
                    text.pop();
                    text.push_str("\\!");
                }
                text.push_str(piece);
            }
            Piece::Code(code) => {
                // Two code spans side by side would be read as one with other fences.
                let mut code = code.clone();
                while let Some(Piece::Code(more)) =
                    kept.next_if(|next| matches!(next, Piece::Code(_)))
                {
                    code.push_str(more);
                }
                text.push_str(&code_span(&code));
            }
        }
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
        Piece::Code(_) => Some(Neighbour::Other),
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
    let value = value.replace(['\n', '\t'], " ");
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
