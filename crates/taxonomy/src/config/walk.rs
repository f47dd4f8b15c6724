//! A table of a TOML file that remembers which keys were asked for.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigError;

/// Where complaints go, and how a byte offset becomes a line and a column.
pub(super) struct Report<'a> {
    file: &'a str,
    text: &'a str,
    errors: RefCell<Vec<ConfigError>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            text,
            errors: RefCell::default(),
        }
    }

    /// Complains about the text that starts at `span`.
    pub(super) fn complain(
        &self,
        span: &Range<usize>,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.errors.borrow_mut().push(ConfigError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            hint: hint.into(),
        });
    }

    /// Returns the complaints in the order of the file.
    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        let mut errors = self.errors.into_inner();
        errors.sort_by_key(|error| (error.line, error.column));
        errors
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// One table, read key by key.
pub(super) struct Table<'a> {
    report: &'a Report<'a>,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        report: &'a Report<'a>,
        entries: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Self {
        Self {
            report,
            entries,
            span,
            asked: Vec::new(),
        }
    }

    /// Returns where the table begins.
    pub(super) fn span(&self) -> &Range<usize> {
        &self.span
    }

    /// Returns where complaints go.
    pub(super) fn report(&self) -> &'a Report<'a> {
        self.report
    }

    /// Says whether the file has the key at all.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries
            .iter()
            .any(|(name, _)| name.get_ref().as_ref() == key)
    }

    fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.entries
            .iter()
            .find(|(name, _)| name.get_ref().as_ref() == key)
            .map(|(_, value)| value)
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let message = format!(
            "`{key}` must be {wanted}, not {}",
            describe(value.get_ref())
        );
        self.report.complain(&value.span(), message, None);
    }

    pub(super) fn string(&mut self, key: &'static str) -> Option<At<String>> {
        let value = self.take(key)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wrong(key, value, "a string");
            return None;
        };
        Some(At {
            value: text.to_string(),
            span: value.span(),
        })
    }

    /// Reads a string that says something.
    pub(super) fn words(&mut self, key: &'static str) -> Option<At<String>> {
        let text = self.string(key)?;
        if text.value.trim().is_empty() {
            self.report
                .complain(&text.span, format!("`{key}` is empty"), None);
            return None;
        }
        Some(text)
    }

    pub(super) fn required(&mut self, key: &'static str, hint: &str) -> Option<At<String>> {
        if self
            .entries
            .iter()
            .all(|(name, _)| name.get_ref().as_ref() != key)
        {
            self.asked.push(key);
            self.report.complain(
                &self.span,
                format!("`{key}` is missing"),
                Some(hint.to_owned()),
            );
            return None;
        }
        self.words(key)
    }

    pub(super) fn integer(&mut self, key: &'static str, bounds: Range<u64>) -> Option<At<u64>> {
        let value = self.take(key)?;
        let wanted = format!("a whole number from {} to {}", bounds.start, bounds.end - 1);
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong(key, value, &wanted);
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            let message = format!("`{key}` must be {wanted}, not `{}`", integer.as_str());
            self.report.complain(&value.span(), message, None);
        }
        Some(At {
            value: number?,
            span: value.span(),
        })
    }

    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        let DeValue::Boolean(answer) = value.get_ref() else {
            self.wrong(key, value, "`true` or `false`");
            return None;
        };
        Some(*answer)
    }

    pub(super) fn strings(&mut self, key: &'static str) -> Option<Vec<At<String>>> {
        let value = self.take(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, value, "a list of strings");
            return None;
        };
        let mut strings = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => strings.push(At {
                    value: text.to_string(),
                    span: item.span(),
                }),
                _ => self.wrong(key, item, "a list of strings"),
            }
        }
        Some(strings)
    }

    /// Reads one of a closed set of words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = self.string(key)?;
        let found = choices
            .iter()
            .find(|(name, _)| *name == text.value)
            .map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let hint = suggest(&text.value, &names).map_or_else(
                || format!("use one of {}", quoted(&names)),
                |name| format!("did you mean `{name}`?"),
            );
            self.report.complain(
                &text.span,
                format!("unknown {key} `{}`", text.value),
                Some(hint),
            );
        }
        found
    }

    pub(super) fn table(&mut self, key: &'static str) -> Option<Table<'a>> {
        let value = self.take(key)?;
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong(key, value, "a table");
            return None;
        };
        Some(Table::new(self.report, entries, value.span()))
    }

    pub(super) fn tables(&mut self, key: &'static str) -> Option<Vec<Table<'a>>> {
        let value = self.take(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, value, "a list of tables");
            return None;
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(entries) => {
                    tables.push(Table::new(self.report, entries, item.span()));
                }
                _ => self.wrong(key, item, "a list of tables"),
            }
        }
        Some(tables)
    }

    /// Reads a list whose entries are names or tables.
    pub(super) fn mixed(&mut self, key: &'static str) -> Vec<Result<At<String>, Table<'a>>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, value, "a list");
            return Vec::new();
        };
        let mut entries = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => entries.push(Ok(At {
                    value: text.to_string(),
                    span: item.span(),
                })),
                DeValue::Table(table) => {
                    entries.push(Err(Table::new(self.report, table, item.span())));
                }
                _ => self.wrong(key, item, "a list of strings or tables"),
            }
        }
        entries
    }

    /// Complains about every key that nobody asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let hint = suggest(name, &self.asked).map_or_else(
                    || format!("known keys are {}", quoted(&self.asked)),
                    |known| format!("did you mean `{known}`?"),
                );
                self.report
                    .complain(&key.span(), format!("unknown key `{name}`"), Some(hint));
            }
        }
    }
}

/// Returns the known word that a misspelt one is nearest to.
pub(super) fn suggest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let near = |candidate: &&&str| strsim::damerau_levenshtein(word, candidate);
    let best = known.iter().min_by_key(near)?;
    let distance = strsim::damerau_levenshtein(word, best);
    (distance <= (best.len() / 3).max(1)).then_some(best)
}

/// Lists words in back-ticks.
pub(super) fn quoted(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
