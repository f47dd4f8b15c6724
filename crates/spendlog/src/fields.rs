//! The names under which fields are found.

/// A field of a row, and the names it goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Our name for it.
    pub name: &'static str,
    /// What others call it, in small letters without anything between words: `costusd` is `cost_usd` and `costUsd`. The
    /// first one that a row has counts.
    pub aliases: &'static [&'static str],
}

/// Every field that is understood.
pub const FIELDS: &[Field] = &[
    Field {
        name: "id",
        aliases: &["id"],
    },
    Field {
        name: "timestamp",
        aliases: &[
            "timestamp",
            "at",
            "date",
            "time",
            "ts",
            "datetime",
            "createdat",
        ],
    },
    Field {
        name: "settled",
        aliases: &["settled"],
    },
    Field {
        name: "issue",
        aliases: &["issue", "issuenumber", "issueid"],
    },
    Field {
        name: "run",
        aliases: &["run", "runid", "workflowrunid"],
    },
    Field {
        name: "model",
        aliases: &["model", "modelid", "modelname", "endpoint"],
    },
    Field {
        name: "input_tokens",
        aliases: &["inputtokens", "tokensin", "prompttokens", "input", "in"],
    },
    Field {
        name: "output_tokens",
        aliases: &[
            "outputtokens",
            "tokensout",
            "completiontokens",
            "output",
            "out",
        ],
    },
    Field {
        name: "cache_write_tokens",
        aliases: &[
            "cachewritetokens",
            "cachecreationinputtokens",
            "cachecreationtokens",
        ],
    },
    Field {
        name: "cache_read_tokens",
        aliases: &[
            "cachereadtokens",
            "cachereadinputtokens",
            "cachedinputtokens",
            "cachedtokens",
        ],
    },
    Field {
        name: "images",
        aliases: &["images", "numimages", "imagecount"],
    },
    Field {
        name: "cost_usd",
        aliases: &[
            "costusd",
            "cost",
            "usd",
            "totalcostusd",
            "totalcost",
            "priceusd",
            "price",
            "amountusd",
        ],
    },
    Field {
        name: "estimated_cost_usd",
        aliases: &[
            "estimatedcostusd",
            "estimatedcost",
            "estimatedusd",
            "estcostusd",
        ],
    },
    Field {
        name: "reserved_usd",
        aliases: &["reservedusd"],
    },
    Field {
        name: "bill",
        aliases: &["bill"],
    },
];

/// Objects whose fields count as the row's own where that has none of the name.
pub(crate) const INNER: &[&str] = &["usage", "tokens"];

/// Lists are looked for under these names first.
pub(crate) const LISTS: &[&str] = &[
    "entries", "log", "logs", "calls", "requests", "runs", "items", "usage", "history", "data",
];

/// A name in small letters, without anything between its words.
pub(crate) fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Says which field a name stands for, and how far back it stands among the names of that field.
pub(crate) fn field_of(name: &str) -> Option<(&'static str, usize)> {
    let name = plain(name);
    FIELDS.iter().find_map(|field| {
        let place = field.aliases.iter().position(|alias| *alias == name)?;
        Some((field.name, place))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_for_one_field() {
        let mut all: Vec<&str> = FIELDS
            .iter()
            .flat_map(|field| field.aliases)
            .copied()
            .collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{all:?}");
        for field in FIELDS {
            assert_eq!(
                field_of(field.name),
                Some((field.name, 0)),
                "{}",
                field.name
            );
            assert!(field.aliases.iter().all(|alias| plain(alias) == *alias));
        }
    }

    #[test]
    fn spelling_does_not_matter() {
        for name in ["cost_usd", "costUsd", "Cost-USD", "COST USD"] {
            assert_eq!(field_of(name).map(|found| found.0), Some("cost_usd"));
        }
        assert_eq!(field_of("colour"), None);
    }
}
