//! Here-documents: text that is given to a command in the line itself.

use tree_sitter::Node;

use super::{children, text_of};

/// Says whether a here-document is plain text: its delimiter is quoted, and nothing follows the delimiter on its line.
pub(super) fn is_quoted(node: Node<'_>, line: &str) -> bool {
    let kinds: Vec<&str> = children(node).iter().map(Node::kind).collect();
    let expected = ["<<", "heredoc_start", "heredoc_body", "heredoc_end"];
    // Without a body, the grammar leaves it out.
    let empty = ["<<", "heredoc_start", "heredoc_end"];
    if kinds != expected && kinds != empty {
        return false;
    }
    let Some(start) = children(node).into_iter().nth(1) else {
        return false;
    };
    let delimiter = text_of(start, line);
    let bare = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let quoted = |quote: char| {
        let inner = delimiter.strip_prefix(quote);
        inner
            .and_then(|rest| rest.strip_suffix(quote))
            .is_some_and(bare)
    };
    quoted('\'') || quoted('"') || delimiter.strip_prefix('\\').is_some_and(bare)
}

/// Says whether a command substitution is the one shape that only quotes text: `$(cat <<'EOF' … EOF)`.
pub(super) fn is_plain_text(node: Node<'_>, line: &str) -> bool {
    let Some(inner) = shape(node, &["$(", "redirected_statement", ")"]) else {
        return false;
    };
    let Some(parts) = shape(inner[1], &["command", "heredoc_redirect"]) else {
        return false;
    };
    text_of(parts[0], line) == "cat" && is_quoted(parts[1], line)
}

/// Returns the children of a node, if they are of these kinds.
fn shape<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Vec<Node<'t>>> {
    let children = children(node);
    let same = children.iter().map(Node::kind).eq(kinds.iter().copied());
    same.then_some(children)
}
