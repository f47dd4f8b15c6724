//! Attached pictures, in the ways editors and people insert them.

use std::ops::Range;

use crate::Image;

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
pub(super) fn first(text: &str, whole: &str, skip: impl Fn(usize) -> bool) -> Option<Found> {
    let bytes = text.as_bytes();
    let mut in_code = false;
    let mut index = 0;
    while index < bytes.len() {
        match bytes[index] {
            b'\n' => in_code = false,
            b'`' => in_code = !in_code,
            b'!' | b'<' | b'[' | b'h' if !in_code && !skip(index) => {
                if let Some(found) = at(text, index, whole) {
                    return Some(found);
                }
            }
            _ => {}
        }
        index += 1;
    }
    None
}

/// Reads a picture that begins at exactly this place.
fn at(text: &str, start: usize, whole: &str) -> Option<Found> {
    let rest = &text[start..];
    let (image, length) = match rest.as_bytes()[0] {
        b'!' => markdown(rest.strip_prefix("![")?, 2, whole)?,
        b'[' => link(rest)?,
        b'<' => tag(rest)?,
        _ => bare(rest, text[..start].chars().next_back())?,
    };
    Some(Found {
        image,
        range: start..start + length,
    })
}

/// Reads what follows `![`.
fn markdown(rest: &str, opened: usize, whole: &str) -> Option<(Image, usize)> {
    let line = first_line(rest);
    let close = line.find(']')?;
    let alt = line[..close].trim();
    let after = &line[close + 1..];
    if let Some(target) = after.strip_prefix('(') {
        let end = closing(target)?;
        let url = target[..end]
            .split_whitespace()
            .next()?
            .trim_matches(['<', '>']);
        return Some((image(url, alt)?, opened + close + 1 + end + 2));
    }
    let (label, length) = match after
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((label, _)) => (if label.is_empty() { alt } else { label }, label.len() + 2),
        None => (alt, 0),
    };
    Some((
        image(definition(whole, label)?, alt)?,
        opened + close + 1 + length,
    ))
}

/// Reads `[text](address of a picture)`, and `[![alt](…)](…)` by its inner picture.
fn link(rest: &str) -> Option<(Image, usize)> {
    let line = first_line(rest);
    if line.starts_with("[![") {
        return None;
    }
    let (text, target) = line[1..].split_once("](")?;
    if text.contains('[') || text.contains(']') {
        return None;
    }
    let end = closing(target)?;
    let url = target[..end].split_whitespace().next()?;
    is_picture(url).then_some(())?;
    Some((image(url, text.trim())?, 1 + text.len() + 2 + end + 1))
}

/// Finds the parenthesis that closes a target, past those that open in it.
fn closing(target: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in target.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(index),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Reads `<img src="…" alt="…">`, attributes in any order.
fn tag(rest: &str) -> Option<(Image, usize)> {
    let head = rest.get(..5)?;
    if !head[..4].eq_ignore_ascii_case("<img")
        || !head.ends_with(|c: char| c.is_whitespace() || c == '/')
    {
        return None;
    }
    // Nobody writes a longer tag; a bound keeps a thousand open tags from costing a million steps.
    let window = rest
        .char_indices()
        .nth(4096)
        .map_or(rest, |(end, _)| &rest[..end]);
    let end = window.find('>')?;
    let tag = &window[4..end];
    let url = attribute(tag, "src")?;
    let alt = attribute(tag, "alt").unwrap_or_default();
    Some((image(&unescape(url), &unescape(alt))?, end + 1))
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

/// Reads a bare link to a picture.
fn bare(rest: &str, before: Option<char>) -> Option<(Image, usize)> {
    if before.is_some_and(char::is_alphanumeric)
        || !(rest.starts_with("https://") || rest.starts_with("http://"))
    {
        return None;
    }
    let end = rest
        .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'`)]|".contains(c))
        .unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
    is_picture(url)
        .then(|| image(url, ""))
        .flatten()
        .map(|image| (image, url.len()))
}

fn is_picture(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    let path = url.split(['?', '#']).next().unwrap_or_default();
    ENDINGS.iter().any(|ending| path.ends_with(ending))
        || ATTACHMENTS.iter().any(|part| path.contains(part))
}

/// Makes a picture of an address; `http` is kept so that it can be asked about, other schemes are not.
fn image(url: &str, alt: &str) -> Option<Image> {
    let lower = url.to_ascii_lowercase();
    let scheme = lower.starts_with("https://") || lower.starts_with("http://");
    let plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
    (scheme && plain && url.len() <= 2048).then(|| Image {
        url: url.to_owned(),
        alt,
    })
}

/// Finds `[label]: address` in the whole text.
fn definition<'w>(whole: &'w str, label: &str) -> Option<&'w str> {
    whole.lines().find_map(|line| {
        let (name, target) = line.trim().strip_prefix('[')?.split_once("]:")?;
        name.eq_ignore_ascii_case(label)
            .then(|| target.split_whitespace().next())?
    })
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
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
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
