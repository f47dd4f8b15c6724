//! What is wrong with a page.

use std::fmt;

use lightsout_taxonomy::{
    Factory, Field, FieldKind, RequestType, Slug, Value, Verb, check_page_value,
};
use serde::Serialize;

use crate::front::line_of;
use crate::mdx::{self, Target};
use crate::page::{Split, split};
use crate::target::{is_relative, is_safe};
use crate::{Front, FrontValue};

/// One thing that is wrong with a page. Displays as `path:line: message [rule]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The page's path.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The rule's name: `front-matter`, `key`, `value`, `slug`, `mdx`, `code`, `link`, `picture` and what callers add.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub hint: &'static str,
}

impl Problem {
    /// Returns a problem on the first line, without a hint.
    pub fn new(path: &str, rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: 1,
            rule,
            message: message.into(),
            hint: "",
        }
    }

    /// Puts the problem on a line.
    #[must_use]
    pub fn at(self, line: usize) -> Self {
        Self { line, ..self }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {} [{}]",
            self.path, self.line, self.message, self.rule
        )?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// Checks a page, and returns what is wrong with it in the order of its lines.
///
/// The page of a type (one whose `page` pattern matches `path`) must have that type's front matter. Every page must
/// be MDX without code, with links that lead nowhere harmful; relative links and pictures must exist. `exists` is
/// asked about paths in the repository and must not follow what leads out of it.
pub fn check_page(
    path: &str,
    text: &str,
    factory: &Factory,
    exists: &dyn Fn(&str) -> bool,
) -> Vec<Problem> {
    let mut check = Check {
        path,
        exists,
        problems: Vec::new(),
    };
    check.page(text, factory);
    let mut problems = check.problems;
    problems.sort_by_key(|problem| problem.line);
    problems
}

struct Check<'a> {
    path: &'a str,
    exists: &'a dyn Fn(&str) -> bool,
    problems: Vec<Problem>,
}

/// The lines of front matter, to say where a key stands.
struct Lines<'a>(Option<&'a str>);

impl Lines<'_> {
    /// Returns the line of the page on which a key stands, or the first.
    fn of(&self, key: &str) -> usize {
        self.0
            .and_then(|yaml| line_of(yaml, key))
            .map_or(1, |line| line + 1)
    }
}

impl Check<'_> {
    fn problem(&mut self, line: usize, rule: &'static str, message: String, hint: &'static str) {
        self.problems
            .push(Problem::new(self.path, rule, message).at(line).hint(hint));
    }

    fn page(&mut self, text: &str, factory: &Factory) {
        let split = match split(text) {
            Ok(split) => split,
            Err(error) => {
                let hint = "close the front matter with a line `---`";
                return self.problem(error.line, "front-matter", error.message, hint);
            }
        };
        let kind = type_of(self.path, factory);
        let lines = Lines(split.yaml);
        match Front::parse(split.yaml.unwrap_or("")) {
            Err((line, message)) => {
                let hint = "front matter holds strings in double quotes and lists of them";
                self.problem(line + 1, "front-matter", message, hint);
            }
            Ok(front) => {
                if let Some((kind, slug)) = kind {
                    self.slug(slug);
                    self.front(kind, &front, &lines);
                    self.body_is_there(kind, split.body, split.body_line);
                }
                self.front_picture(&front, &lines);
            }
        }
        self.body(&split);
    }

    fn slug(&mut self, slug: &str) {
        if let Err(error) = Slug::new(slug) {
            self.problem(
                1,
                "slug",
                format!("the file's name is no slug: {error}"),
                "rename the file",
            );
        }
    }

    /// Checks that the front matter has the type's keys, in its shape, and no others.
    fn front(&mut self, kind: &RequestType, front: &Front, lines: &Lines<'_>) {
        match front.text("type") {
            Some(label) if label == kind.label => {}
            found => {
                let found = found.unwrap_or("nothing");
                let message = format!("`type` is `{found}`, and a page here is `{}`", kind.label);
                self.problem(lines.of("type"), "key", message, "");
            }
        }
        let keys: Vec<&Field> = kind
            .fields
            .iter()
            .filter(|field| is_key(kind, field))
            .collect();
        for field in &keys {
            match front.get(&field.key) {
                Some(value) => self.value(field, value, lines.of(&field.key)),
                None if field.required => {
                    self.problem(1, "key", format!("`{}` is missing", field.key), "");
                }
                None => {}
            }
        }
        let has_picture = kind.media.is_some();
        for (key, _) in front.iter() {
            let known = key == "type"
                || keys.iter().any(|field| field.key == key)
                || (has_picture && matches!(key, "image" | "imageAlt"));
            if !known {
                let message = format!("`{key}` is no key of `{}`", kind.label);
                self.problem(
                    lines.of(key),
                    "key",
                    message,
                    "remove it, or correct its name",
                );
            }
        }
        self.picture_is_there(kind, front);
    }

    fn value(&mut self, field: &Field, value: &FrontValue, line: usize) {
        let value = match value {
            FrontValue::Text(text) => Value::Text(text.clone()),
            FrontValue::List(list) => Value::List(list.clone()),
        };
        for question in check_page_value(field, &value) {
            let message = format!(
                "`{}`: {}",
                field.key,
                question.message.trim_end_matches('.')
            );
            self.problem(line, "value", message, "");
        }
    }

    /// Checks that a page that must have a picture names one and describes it.
    fn picture_is_there(&mut self, kind: &RequestType, front: &Front) {
        let Some(media) = &kind.media else { return };
        let required = match media.from.as_deref() {
            None => true,
            Some(key) => kind.field(key).is_some_and(|field| field.required),
        };
        let is_empty = |key: &str| front.text(key).unwrap_or("").trim().is_empty();
        if required && is_empty("image") {
            self.problem(1, "key", "`image` is missing".to_owned(), "");
        }
        if (required || !is_empty("image")) && is_empty("imageAlt") {
            let hint = "say what the picture shows, for people who cannot see it";
            self.problem(1, "key", "`imageAlt` is missing".to_owned(), hint);
        }
    }

    fn front_picture(&mut self, front: &Front, lines: &Lines<'_>) {
        if let Some(url) = front.text("image").filter(|url| !url.is_empty()) {
            let target = Target {
                line: lines.of("image"),
                url: url.to_owned(),
                is_picture: true,
            };
            self.target(&target);
        }
    }

    fn body_is_there(&mut self, kind: &RequestType, body: &str, line: usize) {
        let required = kind
            .body
            .as_deref()
            .and_then(|key| kind.field(key))
            .is_some_and(|field| field.required);
        if required && body.trim().is_empty() {
            self.problem(
                line,
                "value",
                "the page has no text below its front matter".to_owned(),
                "",
            );
        }
    }

    /// Checks that the body is MDX without code, and where its links lead.
    fn body(&mut self, split: &Split<'_>) {
        let offset = split.body_line - 1;
        match mdx::read(split.body) {
            Err((line, message)) => {
                let hint = "write `{` as `\\{` and `<` as `\\<` where they are text";
                self.problem(
                    line + offset,
                    "mdx",
                    format!("this is no MDX: {message}"),
                    hint,
                );
            }
            Ok(contents) => {
                for (line, what) in contents.code {
                    let hint = "pages hold words, not code; write `\\{`, `\\<` or `&#105;mport` where it is text";
                    self.problem(
                        line + offset,
                        "code",
                        format!("the page holds {what}"),
                        hint,
                    );
                }
                for target in contents.targets {
                    self.target(&Target {
                        line: target.line + offset,
                        ..target
                    });
                }
            }
        }
    }

    fn target(&mut self, target: &Target) {
        let Target {
            line,
            url,
            is_picture,
        } = target;
        let (rule, what) = if *is_picture {
            ("picture", "picture")
        } else {
            ("link", "link")
        };
        if !is_safe(url) {
            let hint = "link with `https`, `http`, `mailto` or a path";
            return self.problem(
                *line,
                rule,
                format!("the {what} to `{url}` is not allowed"),
                hint,
            );
        }
        let Some(candidates) = candidates(self.path, url, *is_picture) else {
            return;
        };
        if !candidates.iter().any(|path| (self.exists)(path)) {
            let message = match candidates.first() {
                Some(path) => format!("the {what} `{url}` leads to `{path}`, which is not there"),
                None => format!("the {what} `{url}` leads out of the repository"),
            };
            self.problem(*line, rule, message, "");
        }
    }
}

/// Returns the type whose pages lie at this path, and the page's slug.
fn type_of<'f, 'p>(path: &'p str, factory: &'f Factory) -> Option<(&'f RequestType, &'p str)> {
    let pages = |kind: &'f RequestType| {
        let (before, after) = kind.page.as_deref()?.split_once("{slug}")?;
        let slug = path.strip_prefix(before)?.strip_suffix(after)?;
        (!slug.contains('/')).then_some((kind, slug))
    };
    // An edit type may name the same pages; the type that makes them describes them.
    let adding = factory
        .types
        .iter()
        .filter(|kind| kind.verb == Verb::Add)
        .find_map(pages);
    adding.or_else(|| factory.types.iter().find_map(pages))
}

/// Whether a field of the type becomes a key of its pages' front matter.
fn is_key(kind: &RequestType, field: &Field) -> bool {
    kind.body.as_deref() != Some(field.key.as_str())
        && match field.kind {
            FieldKind::Line
            | FieldKind::Text
            | FieldKind::List
            | FieldKind::Timezone
            | FieldKind::Path => true,
            // Pairs are the body, and a picture is named by `image`.
            FieldKind::Pairs | FieldKind::Image | FieldKind::Profile => false,
        }
}

/// Returns the files that a relative target may mean, or `None` if nothing can be said about it.
///
/// A path from the site's root is a file in `public/` when it has an extension, and else a route, which only the
/// site knows. None of the candidates is outside of the repository.
fn candidates(page: &str, url: &str, is_picture: bool) -> Option<Vec<String>> {
    if !is_relative(url) {
        return None;
    }
    let path = url.split(['?', '#']).next().unwrap_or("");
    let path = percent_decoded(path);
    if path.is_empty() {
        return None;
    }
    let has_extension = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.') && !name.starts_with('.'));
    if let Some(from_root) = path.strip_prefix('/') {
        if !has_extension && !is_picture {
            return None;
        }
        return Some(resolve("public", from_root).into_iter().collect());
    }
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let Some(file) = resolve(folder, &path) else {
        return Some(Vec::new());
    };
    if has_extension {
        return Some(vec![file]);
    }
    Some(
        ["", ".mdx", ".md", "/index.mdx", "/index.md"]
            .iter()
            .map(|end| format!("{file}{end}"))
            .collect(),
    )
}

/// Follows `.` and `..` from a folder; `None` if that leads out of the repository.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let decoded = after
            .get(..2)
            .filter(|_| byte == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
