//! A page: front matter between two lines of dashes, then the body.

use crate::Front;

/// One page of the site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What stands between the dashes.
    pub front: Front,
    /// What stands below them, in MDX.
    pub body: String,
}

/// What is wrong with a page's front matter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct PageError {
    /// The line of the page, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// A page's text, taken apart but not read.
pub(crate) struct Split<'a> {
    /// The YAML, if the page begins with front matter.
    pub(crate) yaml: Option<&'a str>,
    pub(crate) body: &'a str,
    /// The line of the page on which the body begins, from 1.
    pub(crate) body_line: usize,
}

impl Page {
    /// Reads a page. A page without front matter is all body.
    pub fn parse(text: &str) -> Result<Self, PageError> {
        let split = split(text)?;
        let front = match split.yaml {
            None => Front::default(),
            // The first line of the YAML is the second of the page.
            Some(yaml) => Front::parse(yaml).map_err(|(line, message)| PageError {
                line: line + 1,
                message,
            })?,
        };
        Ok(Self {
            front,
            body: split.body.trim_start_matches(['\r', '\n']).to_owned(),
        })
    }

    /// Writes the page. Reading it again gives the same front matter and body.
    pub fn render(&self) -> String {
        let body = self.body.trim_start_matches(['\r', '\n']).trim_end();
        let mut text = String::new();
        if !self.front.is_empty() {
            text = format!("---\n{}---\n", self.front.render());
            if !body.is_empty() {
                text.push('\n');
            }
        }
        text.push_str(body);
        if !body.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// Finds the front matter.
pub(crate) fn split(text: &str) -> Result<Split<'_>, PageError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or("");
    if first.trim_end() != "---" {
        return Ok(Split {
            yaml: None,
            body: text,
            body_line: 1,
        });
    }
    let mut end = first.len();
    for (index, line) in lines.enumerate() {
        if line.trim_end() == "---" {
            return Ok(Split {
                yaml: Some(&text[first.len()..end]),
                body: &text[end + line.len()..],
                body_line: index + 3,
            });
        }
        end += line.len();
    }
    Err(PageError {
        line: 1,
        message: "the front matter has no closing `---`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FrontValue;
    use proptest::prelude::*;

    #[test]
    fn reads_front_matter_and_body() {
        let page =
            Page::parse("---\ntype: \"cms-faq\"\nlist:\n  - a\n  - \"b\"\n---\n\nBody\n").unwrap();
        assert_eq!(page.front.text("type"), Some("cms-faq"));
        assert_eq!(
            page.front.get("list"),
            Some(&FrontValue::List(vec!["a".into(), "b".into()]))
        );
        assert_eq!(page.body, "Body\n");
        let crlf = Page::parse("---\r\ntitle: About us\r\n---\r\nBody\r\n").unwrap();
        assert_eq!(crlf.front.text("title"), Some("About us"));
        assert_eq!(
            Page::parse("No front\n---\n").unwrap().body,
            "No front\n---\n"
        );
        assert!(Page::parse("---\n---\n").unwrap().front.is_empty());
    }

    #[test]
    fn wrong_front_matter_names_its_line() {
        for (text, line, part) in [
            ("---\ntitle: x\n", 1, "no closing"),
            ("---\na: b\nyear: 2026\n---\n", 3, "`year` is a number"),
            ("---\na: b\nok: true\n---\n", 3, "true-or-false"),
            ("---\na:\n---\n", 2, "`a` is empty"),
            ("---\na:\n  b: c\n---\n", 2, "a map"),
            ("---\na: [1]\n---\n", 2, "a list of other things"),
            ("---\n- a\n---\n", 2, "not a map"),
            ("---\na: b\na: c\n---\n", 3, "a"),
            ("---\na: \"b\n---\n", 2, ""),
        ] {
            let error = Page::parse(text).unwrap_err();
            assert!(
                error.line >= line.min(2) && error.line <= line + 1,
                "{text:?}: {error}"
            );
            assert!(error.message.contains(part), "{text:?}: {error}");
        }
    }

    #[test]
    fn strings_hold_nothing_that_acts() {
        let mut page = Page::default();
        page.front
            .set("name", "a\"b\\c {x} <b> [l](u)\n---\nevil: 1");
        page.front
            .set("list", vec!["- x".to_owned(), "import y".to_owned()]);
        page.front.set("on", "quoted key");
        let text = page.render();
        assert_eq!(
            text,
            "---\nname: \"a\\\"b\\\\c \\u007Bx\\u007D \\u003Cb\\u003E \\u005Bl\\u005D(u)\\n---\\nevil: 1\"\nlist:\n  - \"- x\"\n  - \"import y\"\n\"on\": \"quoted key\"\n---\n"
        );
        assert_eq!(Page::parse(&text).unwrap(), page);
    }

    proptest! {
        #[test]
        fn a_page_reads_back(
            texts in proptest::collection::vec("\\PC{0,40}|[-\\x00-\\x20:#&*!|>'\"%@`{}\\[\\],?a]{0,20}", 1..5),
            body in "[a-z \n]{0,40}",
        ) {
            let mut page = Page { body: body.trim().to_owned(), ..Page::default() };
            for (index, text) in texts.iter().enumerate() {
                page.front.set(&format!("key{index}"), crate::clean(text).trim());
            }
            page.front.set("list", texts.iter().map(|text| crate::clean(text).trim().to_owned()).collect::<Vec<_>>());
            let read = Page::parse(&page.render()).unwrap();
            prop_assert_eq!(read.front, page.front);
            prop_assert_eq!(read.body.trim(), page.body);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "(---\n)?\\PC*(\n---\n)?") {
            let _ = Page::parse(&text);
        }
    }
}
