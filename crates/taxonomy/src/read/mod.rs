//! Reading a request: from a title, a body and replies to fields.
//!
//! Reading never fails. What cannot be read is missing, and what is missing is asked for.

mod images;
mod pairs;
mod sections;
mod values;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::mask::Mask;
use sections::{Labels, Section};

use crate::check::{self, Question};
use crate::text::{is_blank, label_key};
use crate::{Factory, Field, FieldKind, Fields, Pair, RequestType, Value};

/// What a person added in a comment.
///
/// The caller has dropped the comments of bots, commands, and people who may not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The number of the comment.
    pub id: u64,
    /// Who wrote it.
    pub author: String,
    /// What it says, as it was typed.
    pub body: String,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The title of the issue.
    Title,
    /// These bytes of the body.
    Body(Range<usize>),
    /// These bytes of a comment's body.
    Reply {
        /// The number of the comment.
        id: u64,
        /// The bytes.
        range: Range<usize>,
    },
}

/// What a request says, and what is still to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The values that were given, good or not, in the order of the form.
    pub fields: Fields,
    /// One question for each field that is missing or not good enough, in the order of the form.
    pub questions: Vec<Question>,
    /// Where each value came from.
    pub sources: BTreeMap<String, Source>,
}

impl Reading {
    /// Says whether there is nothing to ask.
    pub fn is_complete(&self) -> bool {
        self.questions.is_empty()
    }
}

/// Reads a request and checks it.
///
/// Replies are read in the order in which they are given, which is the order of the thread; a later answer to
/// a field wins.
pub fn read(
    factory: &Factory,
    kind: &RequestType,
    title: &str,
    body: &str,
    replies: &[Reply],
) -> Reading {
    let mut reader = Reader {
        factory,
        kind,
        labels: Labels::new(kind),
        fields: Fields::new(),
        sources: BTreeMap::new(),
    };
    reader.body(title, body);
    for reply in replies {
        reader.reply(reply);
    }
    reader
        .fields
        .order_by(kind.fields.iter().map(|field| field.key.as_str()));
    let questions = check::check(factory, kind, &reader.fields);
    Reading {
        fields: reader.fields,
        questions,
        sources: reader.sources,
    }
}

/// A request in the middle of being read.
struct Reader<'r> {
    factory: &'r Factory,
    kind: &'r RequestType,
    labels: Labels<'r>,
    fields: Fields,
    sources: BTreeMap<String, Source>,
}

impl Reader<'_> {
    fn body(&mut self, title: &str, body: &str) {
        let mut mask = Mask::new(body);
        let mut found = sections::of_body(&mask, &self.labels);
        if let Some((key, value, range)) = self.stray_image(&mask, &found) {
            // The picture stands in another field's answer, or in none: take it out of there.
            mask.blank(range.clone());
            self.set(&key, value, Source::Body(range));
            found = sections::of_body(&mask, &self.labels);
        }
        for section in &found {
            if let Some((key, value)) = self.value(&mask, section) {
                self.set(&key, value, Source::Body(section.range.clone()));
            }
        }
        self.take_title(title);
        // A body without any label is prose: it may be an answer, but hardly a name or a path.
        if found.is_empty() {
            self.plain(&mask, FieldKind::is_multiline, Source::Body);
        }
    }

    fn reply(&mut self, reply: &Reply) {
        let mut mask = Mask::new(&reply.body);
        let source = |range| Source::Reply {
            id: reply.id,
            range,
        };
        let quoted = sections::blank_quotes(&mut mask, &self.labels);
        let mut found = sections::of_reply(&mask, &self.labels, &quoted);
        if let Some((key, value, range)) = self.stray_image(&mask, &found) {
            mask.blank(range.clone());
            self.set(&key, value, source(range));
            found = sections::of_reply(&mask, &self.labels, &quoted);
        }
        let mut answered = false;
        for section in &found {
            if let Some((key, value)) = self.value(&mask, section) {
                answered = true;
                let value = self.merged(&key, value);
                self.set(&key, value, source(section.range.clone()));
            }
        }
        if !answered {
            self.plain(&mask, |kind| kind != FieldKind::Image, source);
        }
    }

    fn set(&mut self, key: &str, value: Value, source: Source) {
        self.fields.insert(key, value);
        self.sources.insert(key.to_owned(), source);
    }

    fn value(&self, mask: &Mask, section: &Section) -> Option<(String, Value)> {
        let field = &self.kind.fields[section.field];
        let value = values::read(field, mask, section.range.clone(), section.inline)?;
        Some((field.key.clone(), value))
    }

    fn image_field(&self) -> Option<(usize, &Field)> {
        self.kind
            .fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.kind == FieldKind::Image)
    }

    /// Finds a picture outside of the section that should hold it.
    fn stray_image(&self, mask: &Mask, found: &[Section]) -> Option<(String, Value, Range<usize>)> {
        let (index, field) = self.image_field()?;
        if found
            .iter()
            .any(|section| section.field == index && self.value(mask, section).is_some())
        {
            return None;
        }
        let text = mask.as_str();
        let found = images::first(text, text, |place| mask.is_code(place))?;
        Some((field.key.clone(), Value::Image(found.image), found.range))
    }

    /// Adds answered questions to those that are there, when there are too few of them.
    fn merged(&self, key: &str, value: Value) -> Value {
        let least = self
            .kind
            .field(key)
            .and_then(|field| field.limits.min_items)
            .unwrap_or(0);
        match (self.fields.get(key), value) {
            (Some(Value::Pairs(known)), Value::Pairs(new)) if new.len() < least => {
                let kept = known
                    .iter()
                    .filter(|pair| !new.iter().any(|new| same_question(new, pair)));
                Value::Pairs(kept.cloned().chain(new.iter().cloned()).collect())
            }
            (_, value) => value,
        }
    }

    fn take_title(&mut self, title: &str) {
        let Some(field) = self.kind.fields.iter().find(|field| field.from_title) else {
            return;
        };
        let title = strip_prefix(self.kind, title);
        if !self.fields.contains(&field.key) && !is_blank(title) {
            self.set(&field.key, Value::Text(title.to_owned()), Source::Title);
        }
    }

    /// Lets text without any label answer the one question that is open, when its field is of a fitting kind.
    fn plain(
        &mut self,
        mask: &Mask,
        fits: impl Fn(FieldKind) -> bool,
        source: impl Fn(Range<usize>) -> Source,
    ) {
        let open = check::check(self.factory, self.kind, &self.fields);
        let [question] = open.as_slice() else { return };
        let field = self.kind.field(&question.field);
        let Some(field) = field.filter(|field| fits(field.kind)) else {
            return;
        };
        let range = 0..mask.as_str().len();
        let Some(value) = values::read(field, mask, range.clone(), false) else {
            return;
        };
        let value = self.merged(&field.key, value);
        let good = || check::check_value(self.factory, field, &value).is_empty();
        // "Thanks, will do!" must not take the place of an answer that was nearly right.
        if !self.fields.contains(&field.key) || good() {
            let key = field.key.clone();
            self.set(&key, value, source(range));
        }
    }
}

fn same_question(left: &Pair, right: &Pair) -> bool {
    label_key(&left.question) == label_key(&right.question)
}

/// Takes `[FAQ]`, `FAQ:` and the like off a title.
fn strip_prefix<'t>(kind: &RequestType, title: &'t str) -> &'t str {
    let names: Vec<String> = [kind.label.as_str(), kind.title.as_str()]
        .into_iter()
        .flat_map(|name| name.split(['-', ' ']))
        .chain([
            "new", "add", "request", "content", "article", "site", "please",
        ])
        .map(label_key)
        .collect();
    let names_type = |prefix: &str| {
        let mut words = prefix
            .split([' ', '-', '_', '/'])
            .map(label_key)
            .filter(|word| !word.is_empty())
            .peekable();
        words.peek().is_some() && words.all(|word| names.contains(&word))
    };
    let title = title.trim();
    let bracket = title
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'));
    let title = match bracket {
        Some((prefix, rest)) if names_type(prefix) => rest.trim_start_matches([':', ' ']),
        _ => title,
    };
    match title.split_once(':') {
        Some((prefix, rest)) if names_type(prefix) => rest.trim(),
        _ => title.trim(),
    }
}
