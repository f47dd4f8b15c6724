//! Attached pictures, in the ways editors and people insert them.

use std::collections::HashMap;
use std::ops::Range;

use crate::Image;
use crate::mask::BLANK;

/// Endings that make a bare link a picture.
const ENDINGS: &[&str] = &[
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp",
];

/// Parts of addresses under which forges keep attachments; these often have no ending.
const ATTACHMENTS: &[&str] = &[
    "/user-attachments/",
    "user-images.githubusercontent.com/",
    "/attachments/",
];

/// A picture and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) image: Image,
    pub(super) range: Range<usize>,
}

/// Finds the first picture of a text: `![…](…)`, `![…][…]`, `<img …>`, a link or a bare link to one.
///
/// `skip` says of a place in the text that it is code. `whole` is where definitions of references stand.
///
/// Every form is looked for where it *closes* or up to where the next may open, so that no byte is looked at more
/// than a few times, whatever the text.
pub(super) fn first(text: &str, whole: &str, skip: impl Fn(usize) -> bool) -> Option<Found> {
    let mut scanner = Scanner {
        text,
        whole,
        open: Vec::new(),
        definitions: None,
    };
    let bytes = text.as_bytes();
    let mut in_code = false;
    let mut index = 0;
    while index < bytes.len() {
        match bytes[index] {
            b'\n' => {
                in_code = false;
                scanner.open.clear();
            }
            b'`' => in_code = !in_code,
            _ if in_code => {}
            b'[' => scanner.open.push(index),
            mark @ (b']' | b'<' | b'h') if !skip(index) => {
                let found = match mark {
                    b']' => scanner.closed(index),
                    b'<' => scanner.tag(index),
                    _ => match scanner.bare(index) {
                        Bare::Picture(found) => Some(found),
                        Bare::Other(end) => {
                            index = end;
                            continue;
                        }
                        Bare::NoLink => None,
                    },
                };
                if found.is_some() {
                    return found;
                }
            }
            _ => {}
        }
        index += 1;
    }
    None
}

/// What stands at an `h`.
enum Bare {
    Picture(Found),
    /// A link to something else, which ends here.
    Other(usize),
    NoLink,
}

struct Scanner<'t> {
    text: &'t str,
    whole: &'t str,
    /// Where the brackets of this line opened that have not closed yet.
    open: Vec<usize>,
    /// Addresses by the names of references, collected when the first is asked for.
    definitions: Option<HashMap<String, &'t str>>,
}

impl<'t> Scanner<'t> {
    /// Reads the picture or the link whose bracket closes here.
    fn closed(&mut self, close: usize) -> Option<Found> {
        let open = self.open.pop()?;
        let is_image = self.text[..open].ends_with('!');
        let label = self.text[open + 1..close].trim();
        let start = if is_image { open - 1 } else { open };
        let after = &self.text[close + 1..];
        if let Some(target) = after.strip_prefix('(') {
            let end = closing(target)?;
            let url = target[..end]
                .split_whitespace()
                .next()?
                .trim_matches(['<', '>']);
            if !is_image && !is_picture(url) {
                return None;
            }
            let image = image(url, label)?;
            return Some(Found {
                image,
                range: start..close + 2 + end + 1,
            });
        }
        if !is_image {
            return None;
        }
        let (name, end) = match after.strip_prefix('[') {
            Some(rest) => {
                let end = rest
                    .find(['\n', '[', ']'])
                    .filter(|end| rest[*end..].starts_with(']'))?;
                (
                    if end == 0 { label } else { rest[..end].trim() },
                    close + 1 + end + 2,
                )
            }
            None => (label, close + 1),
        };
        let url = self.definition(name)?;
        Some(Found {
            image: image(url, label)?,
            range: start..end,
        })
    }

    /// Finds `[name]: address` in the whole text.
    fn definition(&mut self, name: &str) -> Option<&'t str> {
        let whole = self.whole;
        let definitions = self.definitions.get_or_insert_with(|| {
            let definition = |line: &'t str| {
                let (name, target) = line.trim().strip_prefix('[')?.split_once("]:")?;
                Some((name.to_lowercase(), target.split_whitespace().next()?))
            };
            // The first definition of a name wins, as in Markdown.
            whole.lines().rev().filter_map(definition).collect()
        });
        definitions.get(&name.to_lowercase()).copied()
    }

    /// Reads `<img src="…" alt="…">`, attributes in any order.
    fn tag(&self, start: usize) -> Option<Found> {
        let rest = &self.text[start + 1..];
        let inner = rest
            .get(..3)
            .filter(|name| name.eq_ignore_ascii_case("img"))
            .map(|_| &rest[3..])?;
        if !inner.starts_with(|c: char| c.is_whitespace() || c == '/') {
            return None;
        }
        let end = inner
            .find(['<', '>'])
            .filter(|end| inner[*end..].starts_with('>'))?;
        // A carriage return inside the tag is blanked, and separates attributes all the same.
        let inner = inner[..end].replace(BLANK, " ");
        let url = attribute(&inner, "src")?;
        let alt = attribute(&inner, "alt").unwrap_or_default();
        Some(Found {
            image: image(&unescape(url), &unescape(alt))?,
            range: start..start + 4 + end + 1,
        })
    }

    /// Reads a bare link.
    fn bare(&self, start: usize) -> Bare {
        let rest = &self.text[start..];
        let begins_a_word = !self.text[..start].ends_with(char::is_alphanumeric);
        if !begins_a_word || !(rest.starts_with("https://") || rest.starts_with("http://")) {
            return Bare::NoLink;
        }
        let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`)[]|".contains(c);
        let end = rest.find(ends).unwrap_or(rest.len());
        let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        match image(url, "").filter(|_| is_picture(url)) {
            Some(image) => Bare::Picture(Found {
                image,
                range: start..start + url.len(),
            }),
            None => Bare::Other(start + end),
        }
    }
}

/// Finds the parenthesis that closes a target, past those that open in it.
fn closing(target: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in target.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(index),
            b')' => depth -= 1,
            // No address holds these, and the next bracket is looked at on its own.
            b'\n' | b'[' | b']' => return None,
            _ => {}
        }
    }
    None
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some(equals) = rest.find('=') {
        let key = rest[..equals]
            .split_whitespace()
            .next_back()
            .unwrap_or_default();
        let value = rest[equals + 1..].trim_start();
        let quote = value.chars().next()?;
        let (value, after) = if matches!(quote, '"' | '\'') {
            value[1..].split_once(quote)?
        } else {
            value.split_once(char::is_whitespace).unwrap_or((value, ""))
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
    None
}

/// Undoes the references that editors write in attributes; `&amp;` last, so that nothing is undone twice.
fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Says whether a plain link leads to a picture: by its ending, or as an attachment that has none.
fn is_picture(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rfind('.') {
        Some(dot) => ENDINGS.contains(&&name[dot..]),
        None => ATTACHMENTS.iter().any(|part| path.contains(part)),
    }
}

/// Makes a picture of an address; `http` is kept so that it can be asked about, other schemes are not.
fn image(url: &str, alt: &str) -> Option<Image> {
    let lower = url.to_ascii_lowercase();
    let host = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"))?;
    let scheme = host.starts_with(|c: char| c.is_alphanumeric() || c == '[');
    let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
    (scheme && plain && url.len() <= 2048).then(|| Image {
        url: url.to_owned(),
        alt,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        first(text, text, |_| false).map(|found| (found.image.url, found.image.alt))
    }

    #[test]
    fn every_way_of_attaching_is_read() {
        let url = "https://github.com/user-attachments/assets/9d3c";
        for (text, alt) in [
            (
                "![Ada](https://github.com/user-attachments/assets/9d3c)",
                "Ada",
            ),
            (
                "see ![Ada](https://github.com/user-attachments/assets/9d3c \"a title\") there",
                "Ada",
            ),
            (
                "![Ada][p]\n\n[p]: https://github.com/user-attachments/assets/9d3c",
                "Ada",
            ),
            (
                "![Ada]\n\n[ada]: https://github.com/user-attachments/assets/9d3c",
                "Ada",
            ),
            (
                "<img width=\"80\" alt=\"Ada\" src=\"https://github.com/user-attachments/assets/9d3c\" />",
                "Ada",
            ),
            (
                "<IMG src='https://github.com/user-attachments/assets/9d3c' alt='Ada'>",
                "Ada",
            ),
            (
                "[Ada](https://github.com/user-attachments/assets/9d3c)",
                "Ada",
            ),
            (
                "[![Ada](https://github.com/user-attachments/assets/9d3c)](https://example.com)",
                "Ada",
            ),
            (
                "photo: https://github.com/user-attachments/assets/9d3c.",
                "",
            ),
        ] {
            assert_eq!(read(text), Some((url.into(), alt.into())), "{text}");
        }
    }

    #[test]
    fn other_links_are_no_pictures() {
        for text in [
            "https://example.com/page",
            "[cv](https://github.com/user-attachments/files/1/cv.pdf)",
            "https://github.com/user-attachments/files/1/notes.txt",
            "[docs](https://example.com/docs)",
            "![x](javascript:alert(1))",
            "![x](data:image/png;base64,AAAA)",
            "`![x](https://e.com/a.png)`",
            "![x](/local.png)",
            "![x](",
            "<img",
            "<img src=",
            "![",
            "[",
            "<imgé",
            "![x](https://)",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
