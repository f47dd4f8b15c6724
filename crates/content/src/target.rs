//! Where links may lead.

/// Returns the target as it may be written into a page, or `None` if it must not be a link.
///
/// Allowed are `https`, `http` and `mailto`, and targets relative to the page or to the site.
pub(crate) fn safe_target(target: &str) -> Option<String> {
    let target = target.trim();
    if target.is_empty() || !is_safe(target) {
        return None;
    }
    Some(encode(target))
}

/// Whether following the target can neither run code nor leave the site unseen.
pub(crate) fn is_safe(target: &str) -> bool {
    if target.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    // Browsers read backslashes as slashes.
    if target.replace('\\', "/").starts_with("//") {
        return false;
    }
    match scheme(target) {
        Some(scheme) => ["https", "http", "mailto"]
            .iter()
            .any(|safe| scheme.eq_ignore_ascii_case(safe)),
        None => true,
    }
}

/// Whether the target is relative to the page or the site.
pub(crate) fn is_relative(target: &str) -> bool {
    scheme(target).is_none() && !target.starts_with("//")
}

/// Returns what stands before the first colon, if that colon comes before any path.
fn scheme(target: &str) -> Option<&str> {
    let end = target.find([':', '/', '?', '#'])?;
    target[end..].starts_with(':').then(|| &target[..end])
}

/// Percent-encodes whatever could end the target or act inside it.
fn encode(target: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(target.len());
    for byte in target.bytes() {
        match byte {
            b'&' => encoded.push_str("&amp;"),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'.' | b'~' | b':' | b'/' | b'?' | b'#' | b'@' | b'!' | b'$' | b'+' | b','
            | b';' | b'=' | b'%' => {
                encoded.push(char::from(byte));
            }
            b'_' => encoded.push_str("\\_"),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_targets_are_encoded() {
        for (target, expected) in [
            (
                "https://example.com/a?b=1&c=2",
                "https://example.com/a?b=1&amp;c=2",
            ),
            ("HTTP://x", "HTTP://x"),
            ("mailto:a@b.example", "mailto:a@b.example"),
            ("./a.mdx", "./a.mdx"),
            ("/x/(y)", "/x/%28y%29"),
            ("#top", "#top"),
            ("a{b}<c>`\"'", "a%7Bb%7D%3Cc%3E%60%22%27"),
            ("/café", "/caf%C3%A9"),
            ("/a_b", "/a\\_b"),
        ] {
            assert_eq!(safe_target(target).as_deref(), Some(expected), "{target}");
        }
    }

    #[test]
    fn others_are_no_links() {
        for target in [
            "",
            " ",
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "java\nscript:x",
            "x\u{0}y",
            "a b",
            "%6a:x",
            ":x",
            "blob:x",
        ] {
            assert_eq!(safe_target(target), None, "{target:?}");
        }
    }
}
