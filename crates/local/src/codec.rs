//! How the port's words lie in columns.

use chrono::{DateTime, Utc};
use lightsout_forge::{Account, Login, Number};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::LocalError;

/// The word of a plain enum, such as `failure`.
pub(crate) fn word(value: &impl Serialize) -> Result<String, LocalError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(LocalError::damaged("a word", format!("{other:?}"))),
    }
}

/// Reads a plain enum's word.
pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T, LocalError> {
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|error| LocalError::damaged("a word", error))
}

pub(crate) fn json(value: &impl Serialize) -> Result<String, LocalError> {
    serde_json::to_string(value).map_err(|error| LocalError::damaged("a record", error))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, LocalError> {
    serde_json::from_str(text).map_err(|error| LocalError::damaged("a record", error))
}

pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

pub(crate) fn from_micros(micros: i64) -> Result<DateTime<Utc>, LocalError> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| LocalError::damaged("a time", format!("`{micros}`")))
}

/// A number as a column; one that no database can hold names nothing.
pub(crate) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(-1)
}

pub(crate) fn number(column: i64) -> Result<Number, LocalError> {
    whole(column).map(Number)
}

pub(crate) fn whole(column: i64) -> Result<u64, LocalError> {
    u64::try_from(column).map_err(|error| LocalError::damaged("a number", error))
}

pub(crate) fn account(login: &str, kind: String) -> Result<Account, LocalError> {
    Ok(Account {
        login: Login::new(login)?,
        kind: from_word(kind)?,
    })
}
