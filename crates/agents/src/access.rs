//! The way to a model: a key that is hard to let slip, and an address.

use std::fmt;

/// The key of a model's account. It is shown nowhere: not in debugging output, not in errors, not in arguments.
#[derive(Clone, PartialEq, Eq)]
pub struct ModelKey(String);

impl ModelKey {
    /// Takes a key; nothing when there is nothing in it.
    pub fn new(key: &str) -> Option<Self> {
        let key = key.trim();
        (!key.is_empty()).then(|| Self(key.to_owned()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ModelKey(…)")
    }
}

/// How a program reaches its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelAccess {
    /// The key; the one secret that an agent's process gets. Claude Code hands its environment on to the commands that
    /// its rules allow; Codex is told to keep the key from them.
    pub key: ModelKey,
    /// Another address than the provider's own, such as `http://127.0.0.1:4711`.
    pub base_url: Option<String>,
}
