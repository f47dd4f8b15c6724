//! JSON, as `fromJSON` reads it and `toJSON` writes it.

use std::borrow::Cow;
use std::fmt;

use bumpalo::Bump;
use bumpalo::collections::{String as BumpString, Vec as BumpVec};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::EvaluateError;
use crate::number;
use crate::value::Names;
use crate::view::View;

/// Reads JSON. Nesting deeper than 128 levels is refused, as are numbers too large for a double.
pub(crate) fn read<'e>(text: &'e str, made: &'e Bump) -> Result<View<'e>, EvaluateError> {
    let complain = |error: serde_json::Error| EvaluateError::Json(error.to_string());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Read { made }
        .deserialize(&mut deserializer)
        .map_err(complain)?;
    deserializer.end().map_err(complain)?;
    Ok(value)
}

/// Reads a value; what cannot be borrowed from the text is kept where all is that is made.
#[derive(Clone, Copy)]
struct Read<'e> {
    made: &'e Bump,
}

impl<'e> DeserializeSeed<'e> for Read<'e> {
    type Value = View<'e>;

    fn deserialize<D: Deserializer<'e>>(self, deserializer: D) -> Result<View<'e>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number is a double, whatever was written"
)]
impl<'e> Visitor<'e> for Read<'e> {
    type Value = View<'e>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<View<'e>, E> {
        Ok(View::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<View<'e>, E> {
        Ok(View::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<View<'e>, E> {
        Ok(View::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<View<'e>, E> {
        Ok(View::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<View<'e>, E> {
        Ok(View::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'e str) -> Result<View<'e>, E> {
        Ok(View::Text(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<View<'e>, E> {
        Ok(View::Text(self.made.alloc_str(text)))
    }

    fn visit_seq<A: SeqAccess<'e>>(self, mut items: A) -> Result<View<'e>, A::Error> {
        let mut list = BumpVec::new_in(self.made);
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(View::List(list.into_bump_slice()))
    }

    /// Of two entries with the very same name the last one wins, in the place of the first; of two names that differ
    /// in their case the first.
    fn visit_map<A: MapAccess<'e>>(self, mut map: A) -> Result<View<'e>, A::Error> {
        let mut names = Names::default();
        let mut entries = BumpVec::new_in(self.made);
        while let Some(name) = map.next_key::<Cow<'e, str>>()? {
            let value = map.next_value_seed(self)?;
            match names.find(&entries, &name) {
                None => {
                    let name = match name {
                        Cow::Borrowed(name) => name,
                        Cow::Owned(name) => self.made.alloc_str(&name),
                    };
                    entries.push((name, value));
                    names.note(&entries);
                }
                Some(place) if entries[place].0 == name => entries[place].1 = value,
                Some(_) => {}
            }
        }
        Ok(View::Entries(entries.into_bump_slice()))
    }
}

/// Writes JSON over several lines, two spaces a level.
pub(crate) fn write(out: &mut BumpString<'_>, value: &View<'_>) {
    write_value(out, value, 0);
}

fn write_value(out: &mut BumpString<'_>, value: &View<'_>, level: usize) {
    match *value {
        View::Null => out.push_str("null"),
        View::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        View::Number(number) if !number.is_finite() => out.push_str("null"),
        View::Number(number) => out.push_str(&number::exact(number)),
        View::Text(text) => write_text(out, text),
        View::Object(object) => {
            let entries = object.entries().map(|(name, value)| (name, value.into()));
            write_entries(out, level, entries);
        }
        View::Entries(entries) => write_entries(out, level, entries.iter().copied()),
        _ => write_all(out, ['[', ']'], level, value.items(), |out, item| {
            write_value(out, &item, level + 1);
        }),
    }
}

fn write_entries<'v>(
    out: &mut BumpString<'_>,
    level: usize,
    entries: impl Iterator<Item = (&'v str, View<'v>)>,
) {
    write_all(out, ['{', '}'], level, entries, |out, (name, value)| {
        write_text(out, name);
        out.push_str(": ");
        write_value(out, &value, level + 1);
    });
}

/// Writes items between brackets, each on a line of its own.
fn write_all<T>(
    out: &mut BumpString<'_>,
    [open, close]: [char; 2],
    level: usize,
    items: impl IntoIterator<Item = T>,
    write: impl Fn(&mut BumpString<'_>, T),
) {
    let line = |out: &mut BumpString<'_>, level| {
        out.push('\n');
        (0..level).for_each(|_| out.push_str("  "));
    };
    out.push(open);
    let mut is_empty = true;
    for item in items {
        if !is_empty {
            out.push(',');
        }
        is_empty = false;
        line(out, level + 1);
        write(out, item);
    }
    if !is_empty {
        line(out, level);
    }
    out.push(close);
}

fn write_text(out: &mut BumpString<'_>, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}
