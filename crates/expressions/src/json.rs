//! JSON, as `fromJSON` reads it and `toJSON` writes it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::EvaluateError;
use crate::{Object, Value, number};

/// Reads JSON. Nesting deeper than 128 levels is refused, as are numbers too large for a double.
pub(crate) fn read(text: &str) -> Result<Value, EvaluateError> {
    serde_json::from_str::<Read>(text)
        .map(|read| read.0)
        .map_err(|error| EvaluateError::Json(error.to_string()))
}

/// A value that is read from JSON.
struct Read(Value);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor).map(Self)
    }
}

struct ReadVisitor;

#[expect(
    clippy::cast_precision_loss,
    reason = "a number is a double, whatever was written"
)]
impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok((number as f64).into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok((number as f64).into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Read(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some(name) = entries.next_key::<Cow<'de, str>>()? {
            let Read(value) = entries.next_value()?;
            object.put(&name, value);
        }
        Ok(object.into())
    }
}

/// Writes JSON over several lines, two spaces a level.
pub(crate) fn write(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, 0);
    text
}

fn write_value(out: &mut String, value: &Value, level: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) if !number.is_finite() => out.push_str("null"),
        Value::Number(number) => number::write(out, *number),
        Value::String(text) => write_text(out, text),
        Value::Array(array) => {
            write_all(out, ['[', ']'], level, array.items(), |out, item| {
                write_value(out, item, level + 1);
            });
        }
        Value::Object(object) => {
            write_all(
                out,
                ['{', '}'],
                level,
                object.entries(),
                |out, (name, value)| {
                    write_text(out, name);
                    out.push_str(": ");
                    write_value(out, value, level + 1);
                },
            );
        }
    }
}

/// Writes items between brackets, each on a line of its own.
fn write_all<T>(
    out: &mut String,
    [open, close]: [char; 2],
    level: usize,
    items: impl IntoIterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    let line = |out: &mut String, level| {
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

fn write_text(out: &mut String, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.extend(["\"", text, "\""]);
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}
