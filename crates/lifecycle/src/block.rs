//! Hidden lines of the factory's own texts that carry data.
//!
//! Such a line is the second of a text, below its marker. It is believed only in texts of the factory's own accounts;
//! whoever reads one has looked who wrote it.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes a value as a hidden line; no text in it can end the line or the HTML comment.
pub(crate) fn write(name: &str, value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    format!("<!-- lightsout:{name} {} -->", json.replace('>', "\\u003e"))
}

/// Reads the value out of a text whose first line is its marker; a missing or damaged one is none.
pub(crate) fn read<T: DeserializeOwned>(name: &str, text: &str) -> Option<T> {
    let line = text.lines().nth(1)?.trim_end();
    let json = line
        .strip_prefix("<!-- lightsout:")?
        .strip_prefix(name)?
        .strip_prefix(' ')?
        .strip_suffix(" -->")?;
    serde_json::from_str(json).ok()
}
