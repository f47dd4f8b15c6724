//! What a run used, in tokens.

use serde::{Deserialize, Serialize};

use crate::Nanodollars;

/// Tokens by the rate they are billed at. The five counts do not overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenUsage {
    /// Tokens read by the model, without those from or into a cache.
    pub input: u64,
    /// Tokens the model wrote, its thinking included.
    pub output: u64,
    /// Tokens written into the five-minute cache.
    pub cache_write_5m: u64,
    /// Tokens written into the one-hour cache.
    pub cache_write_1h: u64,
    /// Tokens read from a cache.
    pub cache_read: u64,
}

impl TokenUsage {
    /// Returns the sum, count by count.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_write_5m: self.cache_write_5m.saturating_add(other.cache_write_5m),
            cache_write_1h: self.cache_write_1h.saturating_add(other.cache_write_1h),
            cache_read: self.cache_read.saturating_add(other.cache_read),
        }
    }

    /// Returns all tokens that the model read, whether cached or not.
    pub fn prompt(&self) -> u64 {
        self.input
            .saturating_add(self.cache_write())
            .saturating_add(self.cache_read)
    }

    /// Returns the tokens written into either cache.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }

    /// Returns whether nothing was used.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What one model was used for in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelUsage {
    /// The model's name as the agent reported it.
    pub model: String,
    /// The tokens.
    pub usage: TokenUsage,
    /// What the agent itself says this cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Nanodollars>,
}

impl ModelUsage {
    /// Returns usage without a cost of the agent's own reckoning.
    pub fn new(model: impl Into<String>, usage: TokenUsage) -> Self {
        Self {
            model: model.into(),
            usage,
            reported: None,
        }
    }
}
