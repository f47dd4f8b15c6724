//! Slugs: the last part of a page's address.
//!
//! Derived from what people wrote, a slug is stable, plain ASCII, short, and never a name that a
//! web server, a router or a file system keeps for itself.

use std::fmt;

/// The longest slug, in bytes.
pub const MAX_SLUG: usize = 60;

/// Names that routers, static sites and Windows keep for themselves.
const RESERVED: &[&str] = &[
    "404",
    "500",
    "about",
    "account",
    "admin",
    "api",
    "app",
    "assets",
    "aux",
    "con",
    "config",
    "content",
    "css",
    "dist",
    "edit",
    "favicon",
    "feed",
    "fonts",
    "images",
    "index",
    "js",
    "login",
    "logout",
    "new",
    "node-modules",
    "nul",
    "null",
    "prn",
    "public",
    "readme",
    "robots",
    "rss",
    "search",
    "sitemap",
    "static",
    "undefined",
    "www",
];

/// A validated slug: lower-case ASCII letters and digits in words joined by single hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// Why a text is not a slug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlugError {
    /// There is nothing in it.
    #[error("a slug cannot be empty")]
    Empty,
    /// It has more than [`MAX_SLUG`] characters.
    #[error("`{0}` is longer than {MAX_SLUG} characters")]
    TooLong(String),
    /// It holds something else than words joined by hyphens.
    #[error("`{0}` is not made of lower-case ASCII words joined by single hyphens")]
    Malformed(String),
    /// It is a name with a meaning of its own.
    #[error("`{0}` is a reserved name")]
    Reserved(String),
}

impl Slug {
    /// Validates a slug.
    pub fn new(text: &str) -> Result<Self, SlugError> {
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        if text.len() > MAX_SLUG {
            return Err(SlugError::TooLong(text.chars().take(MAX_SLUG).collect()));
        }
        let word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !text.split('-').all(word) {
            return Err(SlugError::Malformed(text.to_owned()));
        }
        if is_reserved(text) {
            return Err(SlugError::Reserved(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// Derives a slug from any text, and makes it unlike those that are taken.
    ///
    /// The same text and the same taken names always give the same slug. After a thousand taken
    /// numbers `taken` is no longer asked, so that a test that always says yes cannot hang us.
    pub fn derive(text: &str, taken: impl Fn(&str) -> bool) -> Self {
        let base = base(text);
        if !taken(&base) {
            return Self(base);
        }
        let numbered = |number: u32| {
            let suffix = format!("-{number}");
            format!("{}{suffix}", cut(&base, MAX_SLUG - suffix.len()))
        };
        let free = (2..=1_000).map(numbered).find(|slug| !taken(slug));
        Self(free.unwrap_or_else(|| numbered(1_001)))
    }

    /// Returns the slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Turns a text into the slug it has when no other is taken.
fn base(text: &str) -> String {
    let mut slug = String::new();
    // A few hundred characters are plenty for sixty, whatever they transliterate to.
    for character in text.chars().take(400) {
        // Apostrophes join what they stand in: `what's` becomes `whats`.
        if matches!(character, '\'' | '’' | 'ʼ') {
            continue;
        }
        let ascii = deunicode::deunicode_char(character).unwrap_or(" ");
        for byte in ascii.bytes() {
            if byte.is_ascii_alphanumeric() {
                slug.push(char::from(byte.to_ascii_lowercase()));
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
    }
    let slug = cut(&slug, MAX_SLUG);
    if slug.is_empty() {
        return "page".to_owned();
    }
    if is_reserved(slug) {
        return format!("{slug}-page");
    }
    slug.to_owned()
}

/// Cuts a hyphenated text to at most `limit` bytes, at a word where there is one.
fn cut(slug: &str, limit: usize) -> &str {
    let slug = slug.trim_matches('-');
    if slug.len() <= limit {
        return slug;
    }
    // When the byte after the cut is a hyphen, the cut itself ends a word.
    let end = slug[..=limit].rfind('-').unwrap_or(limit);
    slug[..end].trim_end_matches('-')
}

fn is_reserved(slug: &str) -> bool {
    let numbered_device = || {
        let rest = slug
            .strip_prefix("com")
            .or_else(|| slug.strip_prefix("lpt"));
        rest.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    RESERVED.binary_search(&slug).is_ok() || numbered_device()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derive(text: &str) -> String {
        Slug::derive(text, |_| false).to_string()
    }

    #[test]
    fn words_become_ascii() {
        assert_eq!(derive("Can I work remotely?"), "can-i-work-remotely");
        assert_eq!(
            derive("  São Tomé & Íñigo's "),
            "sao-tome-and-inigos".replace("and-", "")
        );
        assert_eq!(derive("Zoë O’Hara"), "zoe-ohara");
    }

    #[test]
    fn nothing_and_reserved_names_still_give_a_slug() {
        assert_eq!(derive(""), "page");
        assert_eq!(derive("?!—"), "page");
        assert_eq!(derive("Index"), "index-page");
        assert_eq!(derive("COM1"), "com1-page");
        assert_eq!(derive("api"), "api-page");
    }

    #[test]
    fn long_texts_are_cut_at_a_word() {
        let slug = derive(
            "what happens to the laptop that I was given on the very first day of work here",
        );
        assert!(slug.len() <= MAX_SLUG, "{slug}");
        assert_eq!(
            slug,
            "what-happens-to-the-laptop-that-i-was-given-on-the-very"
        );
        assert_eq!(derive(&"a".repeat(100)).len(), MAX_SLUG);
    }

    #[test]
    fn taken_slugs_are_numbered() {
        let taken = |slug: &str| matches!(slug, "ada" | "ada-2");
        assert_eq!(Slug::derive("Ada", taken).as_str(), "ada-3");
        assert_eq!(Slug::derive("Ada", |_| true).as_str(), "ada-1001");
    }

    #[test]
    fn only_slugs_are_slugs() {
        for good in ["a", "remote-work", "2-plus-2"] {
            assert_eq!(
                Slug::new(good).map(|slug| slug.to_string()).as_deref(),
                Ok(good)
            );
        }
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "A",
            "a/b",
            "..",
            "a.b",
            "é",
            "index",
            "con",
            "lpt9",
            &"a".repeat(61),
        ] {
            assert!(Slug::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reserved_names_are_sorted_for_the_search() {
        assert!(RESERVED.is_sorted());
    }
}
