//! Everything that is made from types: forms, comments, tables, labels.
//!
//! One source renders what people fill in, what they are asked and what the documentation says, so that none of
//! them can drift from what is read.

mod comment;
mod form;
mod labels;
mod tables;

use std::fmt::Write as _;

pub use comment::questions_comment;
pub use form::{filled_form, issue_form};
pub use labels::{LabelSpec, type_labels};
pub use tables::{field_rules, field_table, reference_table, type_fields_table, types_table};

/// Makes a text fit a cell of a table: what would end the cell or begin markup is escaped.
pub(super) fn cell(text: &str) -> String {
    escape(text)
        .replace('|', "\\|")
        .replace("\r\n", "\n")
        .replace(['\n', '\r'], "<br>")
}

/// Takes the power to mention, to mark up and to reorder from what people wrote.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            // A zero-width joiner after `@` keeps the text readable and notifies nobody.
            '@' => escaped.push_str("@\u{2060}"),
            '\n' | '\t' => escaped.push(character),
            hidden if hidden.is_control() || crate::text::is_invisible(hidden) => {
                let _ = write!(escaped, "U+{:04X}", u32::from(hidden));
            }
            other => escaped.push(other),
        }
    }
    escaped
}
