//! A small writer of YAML that people read: maps in our order, comments above and beside.

use std::fmt::Write as _;

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum Yaml {
    /// A text, quoted where it would otherwise be read as something else.
    Text(String),
    /// Written as it is: numbers, switches, `{}`.
    Raw(String),
    /// Lines that are kept.
    Block(String),
    /// Lines that are joined by spaces.
    Folded(Vec<String>),
    /// A list.
    List(Vec<Yaml>),
    /// A map.
    Map(Map),
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Yaml {
    fn from(value: bool) -> Self {
        Self::Raw(value.to_string())
    }
}

impl From<u64> for Yaml {
    fn from(value: u64) -> Self {
        Self::Raw(value.to_string())
    }
}

impl From<Map> for Yaml {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

/// A map, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    /// Lines of comment above it; an empty line keeps its distance.
    above: Vec<String>,
    key: String,
    value: Yaml,
    /// A comment at the end of the line.
    beside: Option<String>,
}

impl Map {
    /// Adds an entry.
    pub(crate) fn put(&mut self, key: &str, value: impl Into<Yaml>) -> &mut Self {
        let (key, value) = (key.to_owned(), value.into());
        let (above, beside) = (Vec::new(), None);
        self.0.push(Entry {
            above,
            key,
            value,
            beside,
        });
        self
    }

    /// Puts a comment beside the entry that was added last.
    pub(crate) fn beside(&mut self, comment: &str) -> &mut Self {
        if let Some(last) = self.0.last_mut().filter(|_| !comment.is_empty()) {
            last.beside = Some(comment.to_owned());
        }
        self
    }

    /// Puts a line above the entry that was added last; an empty one is an empty line.
    pub(crate) fn above(&mut self, comment: &str) -> &mut Self {
        if let Some(last) = self.0.last_mut() {
            last.above.push(comment.to_owned());
        }
        self
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the map as a document.
    pub(crate) fn document(&self) -> String {
        let mut text = String::new();
        self.write(0, false, &mut text);
        text
    }

    /// Writes the entries; with `joined`, the first one goes on in a line that was begun.
    fn write(&self, indent: usize, mut joined: bool, text: &mut String) {
        let margin = " ".repeat(indent);
        for entry in &self.0 {
            if !joined {
                for line in &entry.above {
                    match line.as_str() {
                        "" => text.push('\n'),
                        line => comment_line(text, &margin, line),
                    }
                }
                text.push_str(&margin);
            }
            joined = false;
            text.push_str(&entry.key);
            text.push(':');
            entry.value.write(indent, entry.beside.as_deref(), text);
        }
    }
}

impl Yaml {
    /// Writes the value after its key, to the end of the line.
    fn write(&self, indent: usize, beside: Option<&str>, text: &mut String) {
        let comment = beside.map_or_else(String::new, |comment| format!(" # {comment}"));
        let margin = " ".repeat(indent + 2);
        let mut lines = |head: &str, lines: &mut dyn Iterator<Item = &str>| {
            let space = if head.is_empty() { "" } else { " " };
            let _ = writeln!(text, "{space}{head}{comment}");
            for line in lines {
                let margin = if line.is_empty() { "" } else { &margin };
                let _ = writeln!(text, "{margin}{line}");
            }
        };
        match self {
            Self::Text(value) => lines(&scalar(value), &mut std::iter::empty()),
            Self::Raw(value) => lines(value, &mut std::iter::empty()),
            Self::Block(value) => lines("|", &mut value.lines()),
            Self::Folded(parts) => lines(">-", &mut parts.iter().map(String::as_str)),
            Self::Map(map) if map.0.is_empty() => lines("{}", &mut std::iter::empty()),
            Self::Map(map) => {
                let _ = writeln!(text, "{comment}");
                map.write(indent + 2, false, text);
            }
            Self::List(items) => {
                let _ = writeln!(text, "{comment}");
                for item in items {
                    item.write_item(&margin, indent + 2, text);
                }
            }
        }
    }

    fn write_item(&self, margin: &str, indent: usize, text: &mut String) {
        match self {
            Self::Map(map) => {
                for line in map.0.iter().take(1).flat_map(|first| &first.above) {
                    match line.as_str() {
                        "" => text.push('\n'),
                        line => comment_line(text, margin, line),
                    }
                }
                let _ = write!(text, "{margin}- ");
                map.write(indent + 2, true, text);
            }
            Self::Text(value) => text.extend([margin, "- ", &scalar(value), "\n"]),
            other => {
                let _ = write!(text, "{margin}-");
                other.write(indent, None, text);
            }
        }
    }
}

fn comment_line(text: &mut String, margin: &str, line: &str) {
    text.extend([margin, "# ", line, "\n"]);
}

/// Writes a text of one line, quoted where it has to be.
fn scalar(text: &str) -> String {
    let begins = |first: char| first.is_alphabetic() || matches!(first, '.' | '/' | '$');
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&text.to_lowercase().as_str());
    let plain = text.starts_with(begins)
        && !word
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.chars().any(char::is_control);
    if plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let mut map = Map::default();
        for (index, text) in [
            "plain",
            "true",
            "1.0",
            "it's",
            "a: b",
            "a #b",
            "# a",
            "${{ a.b }}",
            "*",
            "",
            "0 7 * * *",
            "@x",
            "- a",
            "CMS — Process",
            "end:",
            " led",
            "[a]",
            "!x",
            "null",
        ]
        .into_iter()
        .enumerate()
        {
            map.put(&format!("k{index}"), text);
        }
        let mut inner = Map::default();
        inner
            .put("first", true)
            .put("block", Yaml::Block("a: b\n\n  c\n".to_owned()));
        inner.put(
            "folded",
            Yaml::Folded(vec!["a &&".to_owned(), "!b".to_owned()]),
        );
        map.put("list", Yaml::List(vec!["x".into(), inner.into()]));
        map.put("empty", Map::default())
            .beside("nothing")
            .above("")
            .above("Why.");
        let text = map.document();
        let read: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
        assert_eq!(read["k0"], "plain");
        assert_eq!(read["k1"], "true");
        assert_eq!(read["k2"], "1.0");
        assert_eq!(read["k3"], "it's");
        assert_eq!(read["k9"], "");
        assert_eq!(read["k15"], " led");
        assert_eq!(read["k18"], "null");
        assert_eq!(read["list"][1]["block"], "a: b\n\n  c\n");
        assert_eq!(read["list"][1]["folded"], "a && !b");
        assert_eq!(read["empty"], serde_json::json!({}));
        assert!(text.contains("\n\n# Why.\nempty: {} # nothing\n"), "{text}");
    }
}
