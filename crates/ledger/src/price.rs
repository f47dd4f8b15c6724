//! What models cost per token.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ModelUsage, Nanodollars, TokenUsage};

/// Prices are per this many tokens.
const MILLION: u128 = 1_000_000;

/// Prices per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// A million tokens read.
    pub input: Nanodollars,
    /// A million tokens written.
    pub output: Nanodollars,
    /// A million tokens put into the five-minute cache.
    pub cache_write_5m: Nanodollars,
    /// A million tokens put into the one-hour cache.
    pub cache_write_1h: Nanodollars,
    /// A million tokens read from a cache.
    pub cache_read: Nanodollars,
}

impl Price {
    /// Returns what `usage` costs, rounded up to the next nano-dollar.
    pub fn of(&self, usage: &TokenUsage) -> Nanodollars {
        let part = |tokens: u64, price: Nanodollars| u128::from(tokens) * u128::from(price.0);
        let sum = [
            part(usage.input, self.input),
            part(usage.output, self.output),
            part(usage.cache_write_5m, self.cache_write_5m),
            part(usage.cache_write_1h, self.cache_write_1h),
            part(usage.cache_read, self.cache_read),
        ]
        .into_iter()
        .fold(0, u128::saturating_add);
        Nanodollars(u64::try_from(sum.div_ceil(MILLION)).unwrap_or(u64::MAX))
    }
}

/// What one model costs, with its dearer tier for long prompts if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The price of a request with an ordinary prompt.
    pub price: Price,
    /// The number of prompt tokens above which `long` holds for the whole request, and that price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<(u64, Price)>,
}

/// Prices by model, as they were on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBook {
    /// The day from which these prices hold, `YYYY-MM-DD`.
    pub effective: String,
    /// The prices, by the model's name without provider, date or context suffix.
    pub models: BTreeMap<String, Tier>,
}

impl PriceBook {
    /// Returns the price book that this version was built with.
    pub fn builtin() -> Self {
        let mut models: BTreeMap<String, Tier> = BUILTIN
            .iter()
            .map(|(model, cents)| {
                (
                    (*model).to_owned(),
                    Tier {
                        price: price(*cents),
                        long: None,
                    },
                )
            })
            .collect();
        for (model, above, cents) in BUILTIN_LONG {
            if let Some(tier) = models.get_mut(*model) {
                tier.long = Some((*above, price(*cents)));
            }
        }
        Self {
            effective: EFFECTIVE.to_owned(),
            models,
        }
    }

    /// Returns what the model costs, or `None` if the book does not hold it: unknown is never zero.
    ///
    /// The name is looked up as it is, then without its provider (`us.anthropic.`, `vertex/`), its context suffix
    /// (`[1m]`), its version (`-v1:0`) and its date (`-20260205`, `@20260205`).
    pub fn find(&self, model: &str) -> Option<&Tier> {
        let name = model.trim().to_ascii_lowercase();
        self.models
            .get(&name)
            .or_else(|| self.models.get(plain_name(&name)))
    }

    /// Returns what the usage costs by this book, or `None` for an unknown model.
    ///
    /// A tier is chosen by the prompt of each request, and a run's usage is a sum of requests. When the sum is
    /// above the limit the dearer price is taken, so the result can be too high but never too low.
    pub fn price(&self, used: &ModelUsage) -> Option<Nanodollars> {
        let tier = self.find(&used.model)?;
        let price = match tier.long {
            Some((above, long)) if used.usage.prompt() > above => long,
            _ => tier.price,
        };
        Some(price.of(&used.usage))
    }
}

/// Strips what surrounds a model's own name.
fn plain_name(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.split('[').next().unwrap_or(name);
    let name = name.rfind("claude-").map_or(name, |start| &name[start..]);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let name = match name.rsplit_once("-v") {
        Some((before, version)) if is_version(version) => before,
        _ => name,
    };
    match name.rsplit_once('-') {
        Some((before, date)) if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) => {
            before
        }
        _ => name,
    }
}

/// Whether the text is a provider's version such as `1:0` or `2`.
fn is_version(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

/// Turns the table's thousandths of a dollar into prices.
const fn price(mills: [u64; 5]) -> Price {
    const fn amount(mills: u64) -> Nanodollars {
        Nanodollars(mills * 1_000_000)
    }
    Price {
        input: amount(mills[0]),
        output: amount(mills[1]),
        cache_write_5m: amount(mills[2]),
        cache_write_1h: amount(mills[3]),
        cache_read: amount(mills[4]),
    }
}

/// The day of the last change in [`BUILTIN`].
const EFFECTIVE: &str = "2026-10-07";

/// List prices in thousandths of a dollar per million tokens: input, output, cache write 5 min and 1 h, cache read.
#[rustfmt::skip]
const BUILTIN: &[(&str, [u64; 5])] = &[
    ("claude-fable-5-1",  [10_000, 50_000, 12_500, 20_000,   250]),
    ("claude-fable-5",    [10_000, 50_000, 12_500, 20_000, 1_000]),
    ("claude-mythos-5-1", [10_000, 50_000, 12_500, 20_000,   250]),
    ("claude-mythos-5",   [10_000, 50_000, 12_500, 20_000, 1_000]),
    ("claude-opus-5-5",   [ 4_000, 20_000,  5_000,  8_000,   200]),
    ("claude-opus-5",     [ 5_000, 25_000,  6_250, 10_000,   500]),
    ("claude-opus-4-8",   [ 5_000, 25_000,  6_250, 10_000,   500]),
    ("claude-opus-4-7",   [ 5_000, 25_000,  6_250, 10_000,   500]),
    ("claude-opus-4-6",   [ 5_000, 25_000,  6_250, 10_000,   500]),
    ("claude-opus-4-5",   [ 5_000, 25_000,  6_250, 10_000,   500]),
    ("claude-opus-4-1",   [15_000, 75_000, 18_750, 30_000, 1_500]),
    ("claude-opus-4",     [15_000, 75_000, 18_750, 30_000, 1_500]),
    ("claude-sonnet-5-5", [ 2_000, 10_000,  2_500,  4_000,   100]),
    ("claude-sonnet-5",   [ 2_000, 10_000,  2_500,  4_000,   200]),
    ("claude-sonnet-4-6", [ 3_000, 15_000,  3_750,  6_000,   300]),
    ("claude-sonnet-4-5", [ 3_000, 15_000,  3_750,  6_000,   300]),
    ("claude-haiku-5-5",  [   100,    500,    125,    200,    10]),
    ("claude-haiku-4-5",  [ 1_000,  5_000,  1_250,  2_000,   100]),
];

/// Models that cost more when the whole prompt is longer than the given number of tokens.
const BUILTIN_LONG: &[(&str, u64, [u64; 5])] =
    &[("claude-haiku-5-5", 100_000, [500, 2_500, 625, 1_000, 50])];

#[cfg(test)]
mod tests {
    use super::*;

    fn input(model: &str, tokens: u64) -> Option<Nanodollars> {
        let usage = TokenUsage {
            input: tokens,
            ..TokenUsage::default()
        };
        PriceBook::builtin().price(&ModelUsage::new(model, usage))
    }

    #[test]
    fn prices_each_kind_of_token_at_its_own_rate() {
        let usage = TokenUsage {
            input: 1_200,
            output: 4_100,
            cache_write_5m: 20_500,
            cache_write_1h: 1_000,
            cache_read: 150_300,
        };
        let price = PriceBook::builtin().price(&ModelUsage::new("claude-sonnet-4-6", usage));
        // 0.0036 + 0.0615 + 0.076875 + 0.006 + 0.04509
        assert_eq!(price.unwrap().to_string(), "$0.193065");
    }

    #[test]
    fn names_are_stripped_before_the_lookup() {
        for model in [
            "claude-sonnet-4-6",
            "Claude-Sonnet-4-6",
            "claude-sonnet-4-6[1m]",
            "claude-sonnet-4-6-20260205",
            "claude-sonnet-4-6-20260205[1m]",
            "anthropic/claude-sonnet-4-6",
            "us.anthropic.claude-sonnet-4-6-20260205-v1:0",
            "vertex_ai/claude-sonnet-4-6@20260205",
        ] {
            assert_eq!(
                input(model, 1_000_000),
                Some(Nanodollars::from_dollars(3)),
                "{model}"
            );
        }
        assert_eq!(
            input("claude-opus-4-20250514", 1_000_000),
            Some(Nanodollars::from_dollars(15))
        );
    }

    #[test]
    fn an_unknown_model_has_no_price() {
        for model in [
            "",
            "gpt-5-codex",
            "claude",
            "claude-sonnet",
            "claude-sonnet-4-60",
            "[1m]",
            "@",
            "/",
        ] {
            assert_eq!(input(model, 1), None, "{model}");
        }
    }

    #[test]
    fn a_long_prompt_takes_the_dearer_tier() {
        assert_eq!(
            input("claude-haiku-5-5", 100_000),
            Some(Nanodollars(10_000_000))
        );
        assert_eq!(
            input("claude-haiku-5-5", 100_001),
            Some(Nanodollars(50_000_500))
        );
    }

    #[test]
    fn every_row_keeps_the_general_ratios() {
        let book = PriceBook::builtin();
        assert_eq!(book.models.len(), BUILTIN.len(), "no name twice");
        for (model, tier) in &book.models {
            let Price {
                input,
                cache_write_5m,
                cache_write_1h,
                cache_read,
                ..
            } = tier.price;
            assert_eq!(cache_write_5m.0 * 4, input.0 * 5, "{model}");
            assert_eq!(cache_write_1h.0, input.0 * 2, "{model}");
            assert!(cache_read.0 * 10 <= input.0, "{model}");
        }
    }

    #[test]
    fn the_book_is_data() {
        let book = PriceBook::builtin();
        let json = serde_json::to_string(&book).unwrap();
        assert_eq!(serde_json::from_str::<PriceBook>(&json).unwrap(), book);
    }

    #[test]
    fn huge_counts_saturate() {
        assert_eq!(input("claude-sonnet-4-6", u64::MAX), Some(Nanodollars::MAX));
    }
}
