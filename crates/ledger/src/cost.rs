//! What a run cost: measured, estimated and unknown kept apart.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ModelUsage, Nanodollars, PriceBook, TokenUsage};

/// How sure a cost is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostKind {
    /// From what was used, as reported or metered.
    Measured,
    /// From the length of the issue, because no usage was reported.
    Estimated,
    /// No price is known.
    Unknown,
}

impl CostKind {
    /// Returns the word that tables show.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Estimated => "estimated",
            Self::Unknown => "unknown",
        }
    }
}

/// A cost in its three kinds, which are added side by side and never into one another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cost {
    /// What was measured.
    pub measured: Nanodollars,
    /// What was estimated.
    pub estimated: Nanodollars,
    /// How many parts have no known price, so that the true cost is higher than the other two say.
    pub unknown_parts: u32,
}

impl Cost {
    /// Nothing was spent, and that is certain.
    pub const ZERO: Self = Self {
        measured: Nanodollars::ZERO,
        estimated: Nanodollars::ZERO,
        unknown_parts: 0,
    };

    /// Returns a measured cost.
    pub const fn measured(amount: Nanodollars) -> Self {
        Self {
            measured: amount,
            ..Self::ZERO
        }
    }

    /// Returns an estimated cost.
    pub const fn estimated(amount: Nanodollars) -> Self {
        Self {
            estimated: amount,
            ..Self::ZERO
        }
    }

    /// Returns the cost of one part without a known price.
    pub const fn unknown() -> Self {
        Self {
            unknown_parts: 1,
            ..Self::ZERO
        }
    }

    /// Returns what one model's use cost: what the agent reported, else by the price book, else unknown.
    pub fn of_model(used: &ModelUsage, book: &PriceBook) -> Self {
        match used.reported.or_else(|| book.price(used)) {
            Some(amount) => Self::measured(amount),
            None => Self::unknown(),
        }
    }

    /// Returns the sum, kind by kind.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            measured: self.measured.saturating_add(other.measured),
            estimated: self.estimated.saturating_add(other.estimated),
            unknown_parts: self.unknown_parts.saturating_add(other.unknown_parts),
        }
    }

    /// Returns the known part, measured and estimated together; the true cost may be higher when parts are unknown.
    pub const fn known(&self) -> Nanodollars {
        self.measured.saturating_add(self.estimated)
    }

    /// Returns the least sure kind in it.
    pub const fn kind(&self) -> CostKind {
        if self.unknown_parts > 0 {
            CostKind::Unknown
        } else if !self.estimated.is_zero() {
            CostKind::Estimated
        } else {
            CostKind::Measured
        }
    }
}

impl fmt::Display for Cost {
    /// Writes `$0.02`, `$0.02 + about $0.01`, `about $0.01`, `unknown` or `$0.02 + unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let nothing_else = self.estimated.is_zero() && self.unknown_parts == 0;
        if !self.measured.is_zero() || nothing_else {
            parts.push(self.measured.to_string());
        }
        if !self.estimated.is_zero() {
            parts.push(format!("about {}", self.estimated));
        }
        if self.unknown_parts > 0 {
            parts.push("unknown".to_owned());
        }
        f.write_str(&parts.join(" + "))
    }
}

/// What one paid step used and cost: an agent's run, or pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bill {
    /// What was used, by model; empty when no model took part.
    pub models: Vec<ModelUsage>,
    /// How many pictures were made.
    pub images: u32,
    /// What all of it cost.
    pub cost: Cost,
}

impl Bill {
    /// Returns the bill of an agent that used no model and so cost nothing.
    pub fn no_model() -> Self {
        Self::default()
    }

    /// Returns the bill of an agent that did not say what it used, and that may have used what costs.
    pub fn unknown() -> Self {
        Self {
            cost: Cost::unknown(),
            ..Self::default()
        }
    }

    /// Returns the bill for the models an agent reported, priced by `book` where it named no cost of its own.
    pub fn of_models(models: Vec<ModelUsage>, book: &PriceBook) -> Self {
        let cost = models
            .iter()
            .map(|used| Cost::of_model(used, book))
            .fold(Cost::ZERO, |sum, part| sum.plus(&part));
        Self {
            models,
            images: 0,
            cost,
        }
    }

    /// Returns the bill of a run that reported no usage: estimated from the issue's length.
    pub fn of_estimate(model: &str, issue_chars: usize, book: &PriceBook) -> Self {
        let used = ModelUsage::new(model, estimate(issue_chars));
        let cost = book.price(&used).map_or(Cost::unknown(), Cost::estimated);
        Self {
            models: vec![used],
            images: 0,
            cost,
        }
    }

    /// Returns all tokens, whatever the model.
    pub fn usage(&self) -> TokenUsage {
        self.models
            .iter()
            .fold(TokenUsage::default(), |sum, used| sum.plus(&used.usage))
    }
}

/// Returns the tokens that a run is taken to have used when it reported none: a quarter of the issue's characters
/// and 2,000 more in, 30 % of that out.
pub fn estimate(issue_chars: usize) -> TokenUsage {
    let chars = u64::try_from(issue_chars).unwrap_or(u64::MAX);
    let input = (chars / 4).saturating_add(2_000);
    TokenUsage {
        input,
        output: input / 10 * 3 + input % 10 * 3 / 10,
        ..TokenUsage::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_never_mixed() {
        let sum = Cost::measured(Nanodollars(5))
            .plus(&Cost::estimated(Nanodollars(7)))
            .plus(&Cost::unknown());
        assert_eq!(
            sum,
            Cost {
                measured: Nanodollars(5),
                estimated: Nanodollars(7),
                unknown_parts: 1
            }
        );
        assert_eq!(sum.kind(), CostKind::Unknown);
        assert_eq!(
            sum.to_string(),
            "$0.000000005 + about $0.000000007 + unknown"
        );
    }

    #[test]
    fn each_kind_shows_itself() {
        assert_eq!(Cost::ZERO.to_string(), "$0.00");
        assert_eq!(
            Cost::estimated(Nanodollars(10_000_000)).to_string(),
            "about $0.01"
        );
        assert_eq!(Cost::unknown().to_string(), "unknown");
        assert_eq!(Cost::estimated(Nanodollars(1)).kind(), CostKind::Estimated);
        assert_eq!(Cost::ZERO.kind(), CostKind::Measured);
    }

    #[test]
    fn estimates_from_the_issue() {
        let usage = estimate(4_000);
        assert_eq!((usage.input, usage.output), (3_000, 900));
        assert_eq!(estimate(0).output, 600);
        let huge = estimate(usize::MAX);
        assert_eq!(u128::from(huge.output), u128::from(huge.input) * 3 / 10);
        let bill = Bill::of_estimate("claude-sonnet-4-6", 4_000, &PriceBook::builtin());
        assert_eq!(bill.cost, Cost::estimated(Nanodollars(22_500_000)));
        let bill = Bill::of_estimate("somebody-else", 4_000, &PriceBook::builtin());
        assert_eq!(bill.cost, Cost::unknown());
    }

    #[test]
    fn a_reported_cost_comes_first_and_an_unknown_model_is_not_free() {
        let book = PriceBook::builtin();
        let usage = TokenUsage {
            input: 1,
            ..TokenUsage::default()
        };
        let mut known = ModelUsage::new("claude-sonnet-4-6", usage);
        known.reported = Some(Nanodollars(9));
        let bill = Bill::of_models(vec![known, ModelUsage::new("other", usage)], &book);
        assert_eq!(
            bill.cost,
            Cost {
                measured: Nanodollars(9),
                unknown_parts: 1,
                ..Cost::ZERO
            }
        );
        assert_eq!(bill.usage().input, 2);
    }
}
